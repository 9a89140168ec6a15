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
from app.cases.states import states_now
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.state import ContentChanged
from app.jobs import outbox
from app.jobs.schedule import Every

LOOK, ONE = "cases.votes.look", "cases.votes.count"
HOURLY = Every(LOOK, timedelta(hours=1))


def find_votes(work: Work, payload: Mapping[str, Any]) -> None:
    """Hand on every open vote that those who have voted decide as the group is today."""
    is_open = (Case.status == CaseStatus.active) & (Case.approval == "open")
    cases = work.session.scalars(select(Case).options(*WITH_NAMES).where(is_open).order_by(Case.id)).all()
    states = states_now(work, cases)
    turn = payload.get("turn") or work.now.isoformat()
    for case in cases:
        definition = work.ports.definitions.of(work.session, case)
        state = states[case.id]
        count = machine.tally_of(
            definition, state, context(work, case, definition, state, (), ContentChanged())
        )
        if count is not None and count.result is not None:
            outbox.enqueue(work, ONE, f"{case.id}/{turn}", {"case": case.id})


def count(work: Work, payload: Mapping[str, Any]) -> None:
    """Count one vote again; harmless when it has been decided meanwhile."""
    service.content_changed(work, int(payload["case"]))


HANDLERS: dict[str, JobHandler] = {LOOK: find_votes, ONE: count}
