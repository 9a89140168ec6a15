"""Votes that have become decided because the group has changed: nobody acts then, so they are counted every hour.

A member who left, or whose school the case now concerns, is waited for no longer; what the others have said may be
enough. The look finds such votes, each is counted by a job of its own; either may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.cases import service
from app.cases.context import context
from app.cases.models import Case, CaseStatus
from app.cases.queries import WITH_NAMES
from app.cases.seats import look_ahead
from app.cases.states import states_now
from app.core.asked_once import only_looking
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.actions import ContentChanged
from app.engine.state import State
from app.jobs import outbox
from app.jobs.schedule import Every

LOOK, PART, ONE = "cases.votes.look", "cases.votes.part", "cases.votes.count"
_AT_ONCE = 100  # cases of one part: no part holds the database for long
HOURLY = Every(LOOK, timedelta(hours=1))


def find_votes(work: Work, payload: Mapping[str, Any]) -> None:
    """Hand on, in parts, every open vote."""
    query = select(Case.id).where(Case.status == CaseStatus.active, Case.approval == "open").order_by(Case.id)
    ids = list(work.session.scalars(query))
    turn = payload.get("turn") or work.now.isoformat()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        outbox.enqueue(work, PART, f"{turn}/{some[0]}", {"cases": some, "turn": turn})


def look_at(work: Work, payload: Mapping[str, Any]) -> None:
    """Of these votes those that are decided as the group is today get a job of their own."""
    ids = [int(one) for one in payload["cases"]]
    is_open = (Case.status == CaseStatus.active) & (Case.approval == "open") & Case.id.in_(ids)
    with only_looking(work.session):  # the group is asked about once, not once for each case
        cases = work.session.scalars(select(Case).options(*WITH_NAMES).where(is_open).order_by(Case.id)).all()
        states = states_now(work, cases)
        look_ahead(work, cases)
        decided = [case.id for case in cases if _is_decided(work, case, states[case.id])]
    for case_id in decided:
        outbox.enqueue(work, ONE, f"{case_id}/{payload['turn']}", {"case": case_id})


def _is_decided(work: Work, case: Case, state: State) -> bool:
    definition = work.ports.definitions.of(work.session, case)
    ctx = context(work, case, definition, state, (), ContentChanged())
    count = machine.tally_of(definition, state, ctx)
    return count is not None and count.result is not None


def count(work: Work, payload: Mapping[str, Any]) -> None:
    """Count one vote again; harmless when it has been decided meanwhile."""
    service.content_changed(work, int(payload["case"]))


HANDLERS: dict[str, JobHandler] = {LOOK: find_votes, PART: look_at, ONE: count}
