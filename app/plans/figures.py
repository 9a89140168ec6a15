"""Numbers of the plan for the overview: one query for all cases of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.asked_once import asked_once
from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.plans.models import PlanItem
from app.plans.queries import Due, all_dues
from app.plans.rules import ReportStatus, fulfilment


@asked_once
def _dues(session: Session, cases: tuple[int, ...]) -> dict[int, list[Due]]:
    query = select(PlanItem).options(selectinload(PlanItem.reports)).where(PlanItem.case_id.in_(cases))
    found: dict[int, list[Due]] = {}
    for due in all_dues(session.scalars(query)):
        found.setdefault(due.item.case_id, []).append(due)
    return found


def plan_fulfilment(work: Work, cases: Sequence[int], on: date) -> Mapping[int, Figure]:
    """What of the plan was done of what was due by the day."""
    counted = {
        case_id: fulfilment((due.counted for due in dues), on)
        for case_id, dues in _dues(work.session, tuple(cases)).items()
    }
    return {case_id: Figure(figure.done, figure.due) for case_id, figure in counted.items()}


def plan_overdue(work: Work, cases: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Occurrences that were due before the day and are neither done nor accounted for."""
    return {
        case_id: Figure(sum(due.due < on and due.status in _OPEN for due in dues))
        for case_id, dues in _dues(work.session, tuple(cases)).items()
    }


_OPEN = (ReportStatus.planned, ReportStatus.moved)

FIGURES: dict[str, FigureSource] = {"plans.fulfilment": plan_fulfilment, "plans.overdue": plan_overdue}
