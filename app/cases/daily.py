"""Terms that wait for a day some room knows: looked at after each act that touches the case, and every night.

The night finds the cases and hands them on in parts; those whose term can begin get a job each, so one that fails
holds up no other. What is begun depends on the state of the case alone: a night that was missed is made up for by the
next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.cases import service
from app.cases.context import look_at_facts
from app.cases.models import LIVE, Case, CaseTask
from app.cases.queries import WITH_NAMES
from app.cases.states import states_now
from app.core.asked_once import only_looking
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.engine import anchors, starting
from app.engine.elements import Stage
from app.jobs import outbox

TERMS, PART, BEGIN = "cases.terms", "cases.terms.part", "cases.terms.begin"
_AT_ONCE = 100  # cases of one part: no part holds the database for long


def find_waiting(work: Work, payload: Mapping[str, Any]) -> None:
    """Hand on every running case with a term that waits for what a room may know by now."""
    turn = str(payload.get("turn") or work.today.isoformat())
    ids: list[int] = []
    used = select(Case.definition_code, Case.definition_version, Case.definition_hash).distinct()
    for code, version, wanted in work.session.execute(used.where(Case.status.in_(LIVE))).all():
        definition = work.ports.definitions.get(work.session, code, version, wanted)
        for stage_id in sorted(definition.anchored):
            keys = _told(definition.stages[stage_id])
            if not keys:
                continue
            found = select(Case.id).where(
                Case.status.in_(LIVE),
                Case.definition_hash == wanted,
                Case.stage == stage_id,
                _waits_for(keys),
            )
            ids += work.session.scalars(found.order_by(Case.id))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        outbox.enqueue(work, PART, f"{turn}/{some[0]}", {"cases": some, "turn": turn})


def look_at(work: Work, payload: Mapping[str, Any]) -> None:
    """Of these cases those whose term can begin get a job of their own; nothing is locked for the others."""
    ids = [int(one) for one in payload["cases"]]
    query = select(Case).options(*WITH_NAMES).where(Case.id.in_(ids), Case.status.in_(LIVE))
    with only_looking(work.session):  # the rooms are asked about all of them at once
        cases = work.session.scalars(query.order_by(Case.id)).all()
        states = states_now(work, cases)
        definitions = {case.id: work.ports.definitions.of(work.session, case) for case in cases}
        names = set[str]().union(
            *(starting.facts_of(definitions[one], state) for one, state in states.items())
        )
        look_at_facts(work, ids, sorted(names))
        begun = [
            case.id for case in cases
            if service.beginning(work, case, definitions[case.id], states[case.id]) is not None
        ]  # fmt: skip
    for case_id in begun:
        _promise(work, case_id, payload["turn"])


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


def look_soon(work: Work, case_id: int, stage: Stage, because: str) -> None:
    """Something was recorded about a case in this stage: if a term waits for a room's day, look after the commit."""
    keys = _told(stage)
    if keys and work.session.scalar(select(Case.id).where(Case.id == case_id, _waits_for(keys))) is not None:
        _promise(work, case_id, because)


def _promise(work: Work, case_id: int, because: str) -> None:
    outbox.enqueue(work, BEGIN, f"{because}/{case_id}", {"case": case_id})


def _told(stage: Stage) -> list[str]:
    """Terms of the stage that are counted from a day some room knows: `STAGE` or the task."""
    return [key for key, due in anchors.rules_of(stage) if anchors.fact_of(due.since)]


HANDLERS: dict[str, JobHandler] = {TERMS: find_waiting, PART: look_at, BEGIN: begin}
