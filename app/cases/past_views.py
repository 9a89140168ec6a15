"""Pages of the past of a case: as of a day, and two rounds of a stage side by side."""

from __future__ import annotations

from typing import Any

from flask import request

from app.cases import queries
from app.cases.content_changes import content_changes
from app.cases.history import Doers, kind, lines, title
from app.cases.overview import Entry
from app.cases.stays import compare, repeated_stages
from app.cases.time_machine import Then, case_then, end_of
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.ui.base import RoomView, day_arg, int_arg, page

CHOICES = {"for": _("in favour"), "against": _("against"), "abstain": _("abstained")}
FIGURES = {
    "plans.fulfilment": _("Plan"),
    "curation.visits": _("Visits"),
    "curation.recommendations": _("Recommendations closed"),
    "library.publications": _("Publications"),
}


class PastView(RoomView):
    """How a case stood, and what a return changed."""

    route_base = "/cases"
    class_permission_name = "Cases"

    @page("/<int:case_id>/past")
    def past(self, case_id: int) -> Any:
        """The case on the evening of a day."""
        work = self.read()
        case = queries.get_case(work.session, case_id)
        day, wrong = day_arg("on")
        then = case_then(work, case, day)
        if day is not None and day != then.on:
            wrong = _("The case has events from %(first)s to today; the nearest day is shown.",
                      first=f"{then.first:%d.%m.%Y}")  # fmt: skip
        changes = content_changes(work, case, end_of(work, then.on), work.now)
        return self.render(
            "cases/past.html", case=case, then=then, entries=_entries(work, then), changes=changes, wrong=wrong,
            figures=[(FIGURES[name], figure) for name, figure in then.figures.items() if name in FIGURES],
            stage_title=title(then.definition, "stage", then.state.stage), today=work.today,
            repeated=repeated_stages(work, case),
        )  # fmt: skip

    @page("/<int:case_id>/rounds")
    def rounds(self, case_id: int) -> Any:
        """Two stays in one stage, beside each other."""
        work = self.read()
        case = queries.get_case(work.session, case_id)
        repeated = repeated_stages(work, case)
        definition = work.ports.definitions.of(work.session, case)
        titles = {stage: title(definition, "stage", stage) for stage in repeated}
        stage = request.args.get("stage") or next(reversed(repeated), "")
        if not repeated:
            return self.render("cases/rounds.html", case=case, titles=titles, stage="")
        if stage not in repeated:
            raise NotFound
        count = repeated[stage]
        second = int_arg("second") or count
        first = int_arg("first") or max(1, second - 1)
        if not 1 <= first < second <= count:
            first, second = count - 1, count
        left, right, changes = compare(work, case, stage, first, second)
        return self.render(
            "cases/rounds.html", case=case, titles=titles, stage=stage, count=count, stays=(left, right),
            changes=changes, choices=CHOICES,
        )  # fmt: skip


def _entries(work: Work, then: Then) -> list[Entry]:
    told = list(lines(then.definition, then.events))
    people = Doers(work, then.events)
    return [
        Entry(
            line.sentence, kind(line.event), people.of(line.event), line.event.at,
            "\n".join(filter(None, [*line.answers, line.event.comment])),
        )
        for line in reversed(told)
    ]  # fmt: skip
