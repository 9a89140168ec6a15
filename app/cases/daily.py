"""What every night does to cases: a term that waits begins once its event is known, though nobody acts.

The night only finds the cases; each is looked at by a job of its own, so one that fails holds up no other. What is
begun depends on the state of the case alone: a night that was missed is made up for by the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.cases import service
from app.cases.models import Case, CaseStatus, CaseTask
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.engine import anchors

TERMS, BEGIN = "cases.terms", service.BEGIN_TERMS
_LIVE = (CaseStatus.active.value, CaseStatus.suspended.value)


def find_waiting(work: Work, payload: Mapping[str, Any]) -> None:
    """Hand on every running case with a term that waits for what a room may know by now."""
    turn = str(payload.get("turn") or work.today.isoformat())
    used = select(Case.definition_code, Case.definition_version, Case.definition_hash).distinct()
    for code, version, wanted in work.session.execute(used.where(Case.status.in_(_LIVE))).all():
        definition = work.ports.definitions.get(work.session, code, version, wanted)
        for stage_id in sorted(definition.anchored):
            keys = [
                key
                for key, due in anchors.rules_of(definition.stages[stage_id])
                if anchors.fact_of(due.since)
            ]
            if not keys:
                continue
            found = select(Case.id).where(
                Case.status.in_(_LIVE),
                Case.definition_hash == wanted,
                Case.stage == stage_id,
                _waits_for(keys),
            )
            for case_id in work.session.scalars(found.order_by(Case.id)):
                service.begin_soon(work, case_id, turn)


def _waits_for(keys: Sequence[str]) -> ColumnElement[bool]:
    """A case where one of these terms has no day: the stage's own, or that of an open task."""
    task = select(CaseTask.id).where(
        CaseTask.case_id == Case.id, CaseTask.stage == Case.stage, CaseTask.round == Case.round,
        CaseTask.task.in_(keys), CaseTask.status == "open", CaseTask.due.is_(None),
    )  # fmt: skip
    return or_(Case.due.is_(None), task.exists()) if anchors.STAGE in keys else task.exists()


def begin(work: Work, payload: Mapping[str, Any]) -> None:
    """Begin the terms of one case that can begin."""
    service.start_terms(work, int(payload["case"]))


def look_soon(work: Work, case: Case, because: str) -> None:
    """Something a term may be counted from has become known: look after this unit of work, not only at night."""
    if case.stage in work.ports.definitions.of(work.session, case).anchored:
        service.begin_soon(work, case.id, because)


HANDLERS: dict[str, JobHandler] = {TERMS: find_waiting, BEGIN: begin}
