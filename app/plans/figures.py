"""Numbers of the plan for the overview: two queries for all cases of a page.

Columns only: in a large region these are tens of thousands of measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.asked_once import asked_once
from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.plans.models import PlanItem, PlanReport
from app.plans.rules import Occurrence, ReportStatus, fulfilment
from app.plans.terms import Recurrence, Term

_REPORTS = select(
    PlanReport.item_id, PlanReport.occurrence, PlanReport.status, PlanReport.done_on, PlanReport.approved_to
)
_ITEMS = select(PlanItem.id, PlanItem.case_id, PlanItem.starts, PlanItem.ends, PlanItem.recurrence)


@asked_once
def _dues(session: Session, cases: tuple[int, ...]) -> dict[int, list[Occurrence]]:
    """What falls due in each of the cases, with what became of it."""
    reports: dict[tuple[int, date], Occurrence] = {}
    for item, day, status, done_on, approved_to in session.execute(
        _REPORTS.where(PlanReport.case_id.in_(cases))
    ):
        reports[item, day] = Occurrence(approved_to or day, ReportStatus(status), done_on)
    spans: dict[Term, list[Occurrence]] = {}  # measures of many plans have the same term
    found: dict[int, list[Occurrence]] = {}
    for item, case_id, starts, ends, recurrence in session.execute(_ITEMS.where(PlanItem.case_id.in_(cases))):
        if starts is None or ends is None:
            continue
        term = Term(starts, ends, Recurrence(recurrence))
        if term not in spans:
            spans[term] = [Occurrence(day, ReportStatus.planned, None) for day in term.occurrences()]
        found.setdefault(case_id, []).extend(reports.get((item, one.due), one) for one in spans[term])
    return found


def plan_fulfilment(work: Work, cases: Sequence[int], on: date) -> Mapping[int, Figure]:
    """What of the plan was done of what was due by the day."""
    counted = {case_id: fulfilment(dues, on) for case_id, dues in _dues(work.session, tuple(cases)).items()}
    return {case_id: Figure(figure.done, figure.due) for case_id, figure in counted.items()}


def plan_overdue(work: Work, cases: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Occurrences that were due before the day and are neither done nor accounted for."""
    return {
        case_id: Figure(sum(due.due < on and due.status in _OPEN for due in dues))
        for case_id, dues in _dues(work.session, tuple(cases)).items()
    }


_OPEN = (ReportStatus.planned, ReportStatus.moved)

FIGURES: dict[str, FigureSource] = {"plans.fulfilment": plan_fulfilment, "plans.overdue": plan_overdue}
