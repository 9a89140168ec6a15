"""«Мои задачи», everyone's first page, and the head's page of all schools."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any

from flask import g, request
from flask_appbuilder import IndexView as FabIndexView

from app.access.permissions import page_roles
from app.access.security import runtime
from app.cases.queries import programmes
from app.core.i18n import Text, _
from app.core.ports import QueueItem
from app.dashboards.queries import Urgency, by_urgency, count_tasks, my_tasks, overview, waiting_lines
from app.dashboards.training import TrainingView
from app.ui.base import RoomView, day_arg, int_arg, page
from app.ui.paging import paged

URGENCIES = {
    Urgency.late: (_("Overdue"), "bad", "triangle-alert"),
    Urgency.soon: (_("Soon"), "warn", "clock"),
    Urgency.later: (_("Later"), "brand", "calendar"),
    Urgency.open: (_("Without a term"), "", "circle-dot"),
}


SHOWN, OF_ONE = 20, 50  # lines of each group; of a group that is looked at alone
ENOUGH = 100  # a badge above this says «99+»


def tasks_of_page() -> list[QueueItem]:
    """What waits for the person, asked once per request: the first page and the badge show the same."""
    if "tasks_of_page" not in g:
        g.tasks_of_page = my_tasks(runtime().read(g.actor)) if g.get("actor") else []
    found: list[QueueItem] = g.tasks_of_page
    return found


def tasks_counted() -> int:
    """How many things wait for the person, at most `ENOUGH`: every page asks."""
    if "tasks_of_page" in g:
        return min(ENOUGH, len(tasks_of_page()))
    if "tasks_counted" not in g:
        g.tasks_counted = count_tasks(runtime().read(g.actor), ENOUGH) if g.get("actor") else 0
    found: int = g.tasks_counted
    return found


class IndexView(RoomView, FabIndexView):
    """The first page: the queue of the person who logged in."""

    route_base = ""
    class_permission_name = "Tasks"

    @page("/")
    def index(self) -> Any:
        """All groups with their first lines, or one of them (`?only=late`) in pages."""
        work = self.read()
        groups = by_urgency(work, tasks_of_page())
        only = request.args.get("only", "")
        shown = {
            urgency: paged(lines, OF_ONE if only else SHOWN)
            for urgency, lines in groups.items()
            if only in ("", urgency)
        }
        told = iter(waiting_lines(work, [item for part in shown.values() for item in part.rows]))
        return self.render(
            "dashboards/tasks.html", groups=shown, urgencies=URGENCIES, today=work.today, only=only,
            lines={urgency: list(islice(told, len(part.rows))) for urgency, part in shown.items()},
            count=sum(map(len, groups.values())), sees_overview=self.actor.has(*page_roles("Overview", "read")),
            sees_cases=self.actor.has(*page_roles("Cases", "read")),
        )  # fmt: skip


class OverviewView(RoomView):
    """Schools × stage on one page, as of a day; sorted by name, never ranked."""

    route_base = "/overview"
    class_permission_name = "Overview"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        on, wrong = _day(work.today)
        programme_id = int_arg("programme")
        show, stage = request.args.get("show", ""), request.args.get("stage", "")
        shown = overview(work, on, programme_id)
        return self.render(
            "dashboards/overview.html", o=shown, rows=paged(shown.chosen(show, stage), OF_ONE, "schools"),
            show=show, stage=stage,
            programmes=programmes(work.session), programme_id=programme_id, today=work.today, wrong=wrong,
            typed=request.args.get("on", "")[:40] if wrong else "", outcomes=OUTCOMES,
        )  # fmt: skip


OUTCOMES = {
    "effective": (_("effective mode"), "ok", "circle-check"),
    "positive": (_("positive change"), "ok", "trending-up"),
    "no_change": (_("comparable with last year"), "", "minus"),
    "negative": (_("negative change"), "warn", "triangle-alert"),
    "terminated": (_("support terminated"), "", "ban"),
}


def _day(today: date) -> tuple[date, Text | None]:
    """The day asked for, and a sentence when it could not be taken."""
    on, wrong = day_arg("on")
    if on is not None and on > today:
        return today, _("This date is in the future: today is shown.")
    return on or today, wrong


VIEWS = [OverviewView, TrainingView]
