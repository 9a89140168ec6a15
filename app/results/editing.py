"""What every change of results begins and ends with: the open case, and votes bound to what it says."""

from __future__ import annotations

from app.cases.models import Case
from app.cases.queries import lock_case
from app.cases.roles import require, require_running
from app.cases.service import content_changed
from app.core.unit_of_work import Work


def open_case(work: Work, case_id: int, capability: str) -> Case:
    """The locked case, if the actor may do this there and the case is being worked on."""
    case = lock_case(work.session, case_id)
    require(work, capability, case)
    require_running(case)
    return case


def voted_content_changed(work: Work, case: Case) -> None:
    """What is voted on may have changed: votes given for the old content become void."""
    work.session.flush()  # the engine asks for the new hash
    content_changed(work, case.id)
