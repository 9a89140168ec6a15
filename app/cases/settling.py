"""Cases that go on by themselves: looked at after every act about them, and every hour whatever happened.

An act leaves a promise in the outbox, so its own transaction stays short; the hourly look finds what changed without
an act (a day has come, another office did something). Both may come twice: a case that has settled stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from app.access.scopes import as_system
from app.cases import service
from app.cases.context import context, look_at_facts
from app.cases.daily import look_soon
from app.cases.models import LIVE, Case, CaseStatus
from app.cases.queries import WITH_NAMES
from app.cases.seats import look_ahead
from app.cases.states import states_now
from app.core.asked_once import only_looking
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.actions import Settle
from app.engine.answers import Accepted
from app.engine.state import State
from app.jobs import outbox
from app.jobs.schedule import Every

ONE, LOOK, PART = "cases.settle", "cases.settle.look", "cases.settle.part"
HOURLY = Every(LOOK, timedelta(hours=1))
_AT_ONCE = 100  # cases of one part: no part holds the database for long


def promise(work: Work) -> None:
    """Before an act is committed: its cases that may now go on, or begin a term, are looked at right after."""
    definitions = work.ports.definitions
    if not work.touched or definitions is None or not definitions.any_looked_after(work.session):
        return
    columns = (
        Case.id, Case.status, Case.stage, Case.definition_code, Case.definition_version, Case.definition_hash,
    )  # fmt: skip
    with as_system(work.session):  # whoever acted need not see every case he touched
        query = select(*columns).where(Case.id.in_(work.touched), Case.status.in_(LIVE))
        for case_id, status, stage, *pinned in work.session.execute(query.order_by(Case.id)).all():
            definition, because = definitions.get(work.session, *pinned), work.touched[case_id]
            if stage in definition.automatic and status == CaseStatus.active:
                outbox.enqueue(work, ONE, f"{case_id}/{because}", {"case": case_id})
            if stage in definition.anchored:
                look_soon(work, case_id, definition.stages[stage], because)


def settle_one(work: Work, payload: Mapping[str, Any]) -> None:
    """Let one case take what it takes by itself."""
    service.settle(work, int(payload["case"]))


def find_cases(work: Work, payload: Mapping[str, Any]) -> None:
    """Hand on, in parts, every running case that stands where it may go on by itself."""
    used = select(Case.definition_code, Case.definition_version, Case.definition_hash).distinct()
    places = []
    for code, version, wanted in work.session.execute(used.where(Case.status == CaseStatus.active)).all():
        stages = work.ports.definitions.get(work.session, code, version, wanted).automatic
        if stages:
            places.append((Case.definition_hash == wanted) & Case.stage.in_(list(stages)))
    if not places:
        return
    query = select(Case.id).where(Case.status == CaseStatus.active, or_(*places)).order_by(Case.id)
    ids = list(work.session.scalars(query))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        key = f"{payload.get('turn') or work.now.isoformat()}/{some[0]}"
        outbox.enqueue(work, PART, key, {"cases": some, "turn": payload.get("turn")})


def look_at(work: Work, payload: Mapping[str, Any]) -> None:
    """Of these cases those that would go on get a job of their own; nothing is locked for the others."""
    ids = [int(one) for one in payload["cases"]]
    query = select(Case).options(*WITH_NAMES).where(Case.id.in_(ids), Case.status == CaseStatus.active)
    with only_looking(work.session):  # the group is asked about once, not once for each case
        cases = work.session.scalars(query.order_by(Case.id)).all()
        states = states_now(work, cases)
        look_ahead(work, [case for case in cases if case.approval])
        look_at_facts(
            work, ids, sorted({name for case in cases for name in _asked(work, case, states[case.id])})
        )
        going_on = [case.id for case in cases if _goes_on(work, case, states[case.id])]
    for case_id in going_on:
        outbox.enqueue(
            work, ONE, f"{case_id}/{payload.get('turn') or work.now.isoformat()}", {"case": case_id}
        )


def _goes_on(work: Work, case: Case, state: State) -> bool:
    definition = work.ports.definitions.of(work.session, case)
    ctx = context(work, case, definition, state, _asked(work, case, state), Settle())
    result = machine.decide(definition, state, Settle(), ctx)
    return isinstance(result, Accepted) and bool(result.events)


def _asked(work: Work, case: Case, state: State) -> Collection[str]:
    """The facts on which it depends whether the case goes on by itself."""
    return machine.facts_needed(work.ports.definitions.of(work.session, case), state, Settle())


HANDLERS: dict[str, JobHandler] = {ONE: settle_one, LOOK: find_cases, PART: look_at}
