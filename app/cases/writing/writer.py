"""Writes transitions: a case is read under its lock, and what a step changes goes out together.

The only module of the rooms that asks for the connection itself (a contract test says so): the actor's right to
see the case is asked before, through the ORM. What is sent stands in `writer_postgresql` and `writer_sqlite`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.audit.models import AuditHead
from app.cases.models import Case, CaseTask, CaseVote, StageRound
from app.cases.writing import writer_postgresql, writer_sqlite
from app.cases.writing.projection import changes
from app.cases.writing.snapshots import case_fields
from app.cases.writing.standing import Standing
from app.core.db import WorkSession
from app.core.pipelined import PipelinedConnection
from app.core.unit_of_work import Work
from app.engine.definition import Definition
from app.engine.events import Event
from app.engine.state import State
from app.jobs.outbox import Promise

_REWRITTEN = (StageRound, CaseTask, CaseVote, AuditHead)


def lock(work: Work, case_id: int) -> Standing:
    """Read the case under its row lock. Raises NotFound when it is not there; hidden cases are the caller's care."""
    line = _line(work.session)
    if line is not None:
        return writer_postgresql.lock(work, line, case_id)
    return writer_sqlite.lock(work.session.connection(), case_id)


def _line(session: Session) -> PipelinedConnection | None:
    """What takes statements as PostgreSQL does; None on SQLite. What the rooms changed before has been sent."""
    if cast(Engine, session.bind).dialect.name != "postgresql":
        session.flush()
        return None
    return cast(PipelinedConnection, cast(WorkSession, session).line())


def refresh(session: Session, case: Case, columns: Mapping[str, Any]) -> None:
    """Let the loaded object say what the locked row says, without another query."""
    for name, value in columns.items():
        if name != "snapshot":
            set_committed_value(case, name, value)
    if "snapshot" in case.__dict__:
        session.expire(case, ["snapshot"])


def write(
    work: Work,
    standing: Standing,
    definition: Definition,
    events: Sequence[Event],
    before: State | None,
    after: State | None = None,
    *,
    promises: Sequence[Promise] = (),
    pinned: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Append the events with their journal records, rewrite the rows they change, make the promises.

    `after`, if known, is the state after the last event; `pinned` are columns of the definition a migration
    changes. The answer holds the columns of the case as they are now; `standing` follows. Nothing is committed.
    """
    session = work.session
    line = _line(session)
    if line is not None and events:
        writer_postgresql.append(line, work, standing, events)
    changed = changes(definition, before, events, after)
    if changed is None:
        return {}
    columns = case_fields(changed.state, before)
    if pinned:
        columns.update(pinned)
    if line is not None:
        writer_postgresql.rewrite(line, work, standing.case_id, changed, columns, promises)
    else:
        writer_sqlite.put(session.connection(), work, standing, events, changed, columns, promises)
    standing.columns.update(columns)
    standing.votes = changed.state.votes
    for held in list(session.identity_map.values()):
        if isinstance(held, _REWRITTEN):
            session.expire(held)
    return columns
