"""What the room of cases knows about a case: is there a curator school, and may it be one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseStatus
from app.cases.queries import get_case
from app.core.asked_once import asked_once
from app.core.facts import yes_no
from app.core.ports import Fact

_case = asked_once(get_case)  # both facts are asked for the same step


def curator_assigned(session: Session, case_id: int) -> Fact:
    return Fact(_case(session, case_id).curator_id is not None, link="curator")


def curator_not_supported(session: Session, case_id: int) -> Fact:
    """True when the curator school is not itself supported by an open case of the same years."""
    case = _case(session, case_id)
    if case.curator is None:
        return Fact(None, link="curator")
    other = session.scalars(
        select(Case).where(
            Case.school_id == case.curator_id,
            Case.programme_id == case.programme_id,
            Case.status.in_([CaseStatus.active, CaseStatus.suspended]),
        )
    ).first()
    return Fact(other is None, items=(case.curator.short_name,) if other else (), link="curator")


FACTS = {
    "case.curator_assigned": yes_no(curator_assigned),
    "case.curator_not_supported": yes_no(curator_not_supported),
}
