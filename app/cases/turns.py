"""Why a case is where it is: sent back with remarks, suspended or terminated, told on its pages until it goes on.

Whoever has to correct something reads what and why where he corrects it, not in the history of another page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.history import STANDING, Doers, lines
from app.cases.models import Case, CaseEvent, CaseStatus
from app.cases.queries import events_of
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine.events import Moved

TOLD: dict[str, Text] = {
    "return": _("Sent back with remarks"),
    "suspend": _("The case is suspended, its terms stand still"),
    "cancel": STANDING["cancel"],
}
GOES_ON = _(
    "The case was suspended when it was terminated. Once this is undone it is not suspended again: the work goes on "
    "and its terms run. If it is to stand still, suspend it anew."
)
_PAUSES = ("suspend", "resume")  # a pause that is over changed nothing of why the case is in this stage


@dataclass(frozen=True)
class Turn:
    """The step by which the case came to stand as it does, with what was said of it."""

    title: Text
    is_return: bool
    who: Text | str
    at: datetime
    notes: tuple[str, ...]


def turn_of(work: Work, case: Case, tab: str = "") -> Turn | None:
    """What the reader of a page of the case has to know; remarks stand in the room of the stage (no tab: its page)."""
    if case.status == CaseStatus.active and (case.round < 2 or not _is_of_the_stage(work, case, tab)):
        return None
    rows = events_of(work.session, case.id)
    row = _last_move(case, rows)
    if row is None or row.data["kind"] not in TOLD:
        return None
    definition = work.ports.definitions.of(work.session, case)
    line = next(line for line in lines(definition, rows) if line.event is row)
    return Turn(
        TOLD[row.data["kind"]], row.data["kind"] == "return", Doers(work, [row]).of(row), row.at,
        tuple(filter(None, [*line.answers, row.comment])),
    )  # fmt: skip


def was_suspended(work: Work, case: Case) -> bool:
    """Whether the case stood suspended when it was terminated: undoing that does not bring the pause back."""
    if case.status != CaseStatus.cancelled:
        return False
    kinds = [row.data["kind"] for row in events_of(work.session, case.id) if row.type == Moved.type]
    return kinds[-2:] == ["suspend", "cancel"]  # while it is suspended it can only be resumed or terminated


def _is_of_the_stage(work: Work, case: Case, tab: str) -> bool:
    return not tab or tab == work.ports.definitions.of(work.session, case).stages[case.stage].page


def _last_move(case: Case, rows: Sequence[CaseEvent]) -> CaseEvent | None:
    passed_over = _PAUSES if case.status == CaseStatus.active else ()
    moves = [row for row in rows if row.type == Moved.type and row.data["kind"] not in passed_over]
    return moves[-1] if moves and moves[-1].data["to"] == case.stage else None
