"""«Мои задачи», everyone's first page, and the head's page of all schools."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, request
from flask_appbuilder import IndexView as FabIndexView

from app.access.permissions import page_roles
from app.access.security import runtime
from app.cases.queries import programmes
from app.core.i18n import Text, _
from app.core.ports import QueueItem
from app.dashboards.queries import Urgency, by_urgency, my_tasks, overview
from app.dashboards.training import TrainingView
from app.ui.base import RoomView, day_arg, int_arg, page

URGENCIES = {
    Urgency.late: (_("Overdue"), "bad", "triangle-alert"),
    Urgency.soon: (_("Soon"), "warn", "clock"),
    Urgency.later: (_("Later"), "brand", "calendar"),
    Urgency.open: (_("Without a term"), "", "circle-dot"),
}


def tasks_of_page() -> list[QueueItem]:
    """What waits for the person, asked once per request: the first page and the badge show the same."""
    if "tasks_of_page" not in g:
        g.tasks_of_page = my_tasks(runtime().read(g.actor)) if g.get("actor") else []
    found: list[QueueItem] = g.tasks_of_page
    return found


class IndexView(RoomView, FabIndexView):
    """The first page: the queue of the person who logged in."""

    route_base = ""
    class_permission_name = "Tasks"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        groups = by_urgency(work, tasks_of_page())
        return self.render(
            "dashboards/tasks.html", groups=groups, urgencies=URGENCIES, today=work.today,
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
            "dashboards/overview.html", o=shown, rows=shown.chosen(show, stage), show=show, stage=stage,
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
