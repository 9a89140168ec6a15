"""Writes transitions: a case is read under its lock, and what a step changes goes out in one statement.

The only module of the rooms that speaks to tables directly (a contract test says so): the actor's right to see
the case is asked before, through the ORM. On PostgreSQL a step is one read that locks the case and the head of
its journal, and two writing statements: the server appends to the journal while the rows are still being worked
out. On SQLite the writer is alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Any, cast

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.audit.models import AuditHead
from app.audit.service import GENESIS, in_place_of, link, stream_of
from app.cases.models import Case, CaseTask, CaseVote, StageRound
from app.cases.projection import Projection, changes, project
from app.cases.rows import (
    CASES,
    DETAILS,
    EVENTS,
    HEADS,
    JOBS,
    KEYS,
    RECORDS,
    ROUNDS,
    TASKS,
    VOTES,
    chained_rows,
    event_row,
    rows_of,
    told,
)
from app.cases.snapshots import asks_for_votes, case_fields, is_readable, state_from_rows
from app.cases.statements import (
    FURTHER_DETAIL,
    FURTHER_EVENT,
    FURTHER_JOB,
    FURTHER_ROUND,
    FURTHER_TASK,
    FURTHER_VOTE,
    GONE_TASK,
    Journal,
    Rows,
    appending,
    rewriting,
)
from app.core.db import WorkSession, canonical_json
from app.core.errors import NotFound
from app.core.pipelined import PipelinedConnection
from app.core.unit_of_work import Work
from app.engine.definition import Definition
from app.engine.events import Event, from_dict
from app.engine.state import State, VoteState
from app.jobs.outbox import Promise, row_of

_READ = tuple(column.name for column in CASES.columns)
_REWRITTEN = (StageRound, CaseTask, CaseVote, AuditHead)


@dataclass
class Standing:
    """A case as its rows say under the lock."""

    case_id: int
    columns: dict[str, Any]
    votes: tuple[VoteState, ...]  # of the present round, where the snapshot does not hold them
    event_ids: tuple[int, ...] = ()  # taken from the sequence beforehand: the journal's hash contains them
    head: tuple[int, str] | None = None  # of the journal, after `recorded` records of this unit of work
    recorded: int = 0

    @property
    def version(self) -> int:
        return int(self.columns["version"])

    def state(self, work: Work, definition: Definition) -> State | None:
        """The engine's state; None for a case without events. Folded once more when the snapshot is an old one."""
        if self.version == 0:
            return None
        kept = self.columns["snapshot"]
        if is_readable(kept) and (not asks_for_votes(kept) or kept["votes"] == len(self.votes)):
            return state_from_rows(self.columns, kept, self.votes)
        return project(definition, events_of(work.session, self.case_id)).state


def lock(work: Work, case_id: int) -> Standing:
    """Read the case under its row lock. Raises NotFound when it is not there; hidden cases are the caller's care."""
    line = _line(work.session)
    if line is not None:
        return _read_locked(work, line, case_id)
    return _read_alone(work.session.connection(), case_id)


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
        _append(line, work, standing, events)
    changed = changes(definition, before, events, after)
    if changed is None:
        return {}
    columns = case_fields(changed.state, before)
    if pinned:
        columns.update(pinned)
    if line is not None:
        _rewrite(line, work, standing.case_id, changed, columns, promises)
    else:
        _put_alone(session.connection(), work, standing, events, changed, columns, promises)
    standing.columns.update(columns)
    standing.votes = changed.state.votes
    for held in list(session.identity_map.values()):
        if isinstance(held, _REWRITTEN):
            session.expire(held)
    return columns


def events_of(session: Session, case_id: int) -> list[Event]:
    """All events of a case, as the engine reads them."""
    query = select(EVENTS.c.data).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
    return [from_dict(data) for data in session.connection().execute(query).scalars()]


# ── PostgreSQL: one locking read, two writing statements ──────────────────────────────────────────

_KEYS_AHEAD = 2  # of events: few steps have more, and a key taken in vain is a gap nobody counts
_LOCKING_READ = f"""
    SELECT {"nextval('case_events_id_seq'), " * _KEYS_AHEAD} h.seq, h.hash, {", ".join(f"c.{name}" for name in _READ)}
      FROM cases c JOIN audit_heads h ON h.stream = $1 WHERE c.id = $2 FOR UPDATE OF c, h"""  # noqa: S608
_NEW_HEAD = """
    INSERT INTO audit_heads (stream, seq, hash) SELECT $1, 0, $2 FROM cases WHERE id = $3 ON CONFLICT DO NOTHING"""
_VOTES = """
    SELECT voter, choice, content_hash, at, void FROM case_votes
     WHERE case_id = $1 AND stage = $2 AND round = $3 ORDER BY id"""
_MORE_KEYS = "SELECT nextval('case_events_id_seq') FROM generate_series(1, $1::int)"
_HEAD_NOW = "SELECT seq, hash FROM audit_heads WHERE stream = $1"
_MANY = 6  # rows of one table that are still worth a place in the statement with the others


def _read_locked(work: Work, line: PipelinedConnection, case_id: int) -> Standing:
    """Case and head of its journal are locked together, so both are the latest, however long we waited."""
    stream = stream_of(case_id)
    rows = line.ask(_LOCKING_READ, (stream, case_id))
    if not rows:  # no such case, or its very first event
        line.tell(_NEW_HEAD, (stream, GENESIS, case_id))
        rows = line.ask(_LOCKING_READ, (stream, case_id))
        if not rows:
            raise NotFound
    row = rows[0]
    columns = dict(zip(_READ, row[_KEYS_AHEAD + 2 :], strict=True))
    votes: tuple[VoteState, ...] = ()
    kept = columns["snapshot"]
    if is_readable(kept) and asks_for_votes(kept):
        here = (case_id, columns["stage"], columns["round"])
        votes = tuple(VoteState(*vote) for vote in line.ask(_VOTES, here))
    keys, head = row[:_KEYS_AHEAD], row[_KEYS_AHEAD : _KEYS_AHEAD + 2]
    return Standing(case_id, columns, votes, keys, head, work.recorded)


def _append(line: PipelinedConnection, work: Work, standing: Standing, events: Sequence[Event]) -> None:
    """Send the events, each with its record in the chain."""
    case_id, stream = standing.case_id, stream_of(standing.case_id)
    head = standing.head
    if head is None or standing.recorded != work.recorded:  # a room recorded something in this transaction
        (head,) = line.ask(_HEAD_NOW, (stream,))
    keys, standing.event_ids = standing.event_ids, ()
    if len(keys) < len(events):
        keys += tuple(row[0] for row in line.ask(_MORE_KEYS, (len(events) - len(keys),)))
    chained: list[tuple[Any, ...]] = []
    details: list[tuple[Any, ...]] = []
    for seq, (key, event) in enumerate(zip(keys, events, strict=False), start=standing.version + 1):
        head, row, words = _chained_row(work, case_id, stream, head, key, seq, event)
        chained.append(row)
        details += words
    standing.head, standing.recorded = head, work.recorded
    behalf = work.acting.user_id if work.acting else None
    shared = (case_id, work.now, work.actor.user_id, work.actor.name, behalf, stream)
    # details stand beside all their records in the one statement, or follow it
    beside = details if len(chained) <= _MANY else []
    values: list[Any] = [*shared, *head]
    for rows in (chained[:_MANY], beside[:_MANY]):
        for row in rows:
            values += row
    line.tell(appending(Journal(min(len(chained), _MANY), min(len(beside), _MANY))), values)
    for row in chained[_MANY:]:
        line.tell(FURTHER_EVENT, (*shared, *row))
    for row in details[len(beside[:_MANY]) :]:
        line.tell(FURTHER_DETAIL, (stream, *row))


def _rewrite(
    line: PipelinedConnection, work: Work, case_id: int, changed: Projection, columns: Mapping[str, Any],
    promises: Sequence[Promise],
) -> None:  # fmt: skip
    """Send the rows that say how the case stands after the events, and the promises."""
    lists: tuple[list[tuple[Any, ...]], ...] = (
        [(r.stage, r.round, r.opened_seq, r.entered_at, r.left_at, r.left_by) for r in changed.rounds],
        [(*key, *values.values()) for key, values in changed.tasks.items()],
        [(*key, *values.values()) for key, values in changed.votes.items()],
        [_job_row(work, promise) for promise in promises],
    )
    values: list[Any] = [case_id]
    values += [_encode(value) if name == "snapshot" else value for name, value in columns.items()]
    if changed.left is not None:
        values += changed.left
    for rows in lists:
        for row in rows[:_MANY]:
            values += row

    def promised(answer: list[tuple[int]]) -> None:
        work.outbox_ids += [key for (key,) in answer]

    shape = Rows(tuple(columns), changed.left is not None, *(min(len(rows), _MANY) for rows in lists))
    line.tell(rewriting(shape), values, promised)
    for key in changed.gone:
        line.tell(GONE_TASK, (case_id, *key))
    for text, rows in zip((FURTHER_ROUND, FURTHER_TASK, FURTHER_VOTE, FURTHER_JOB), lists, strict=True):
        for row in rows[_MANY:]:
            line.tell(text, row if text is FURTHER_JOB else (case_id, *row), promised)


def _chained_row(
    work: Work, case_id: int, stream: str, head: tuple[int, str], key: int, seq: int, event: Event
) -> tuple[tuple[int, str], tuple[Any, ...], list[tuple[Any, ...]]]:
    """The new head, the own values of an event and of its record, and those of its erasable details.

    The data are spelled once: as they are hashed they are written, in the event and in the record.
    """
    data, comment, fields = told(event)
    spelled = canonical_json(data)
    words = {"comment": comment, "fields": fields} if comment or fields else None
    if work.acting is None:
        content = f'{{"event":{spelled},"seq":{seq}}}'
    else:
        content = canonical_json({"seq": seq, "event": data, **in_place_of(work)})
    tag = f"case:{event.type}"
    joint = link(work, stream, head, tag, (EVENTS.name, key), case_id, content, words)
    row = (
        key, seq, event.type, spelled, comment, _encode(fields) if fields else "{}",
        joint.seq, tag, content, joint.details_hash, head[1], joint.hash,
    )  # fmt: skip
    return (joint.seq, joint.hash), row, [(joint.salt, _encode(words), joint.seq)] if words else []


def _job_row(work: Work, promise: Promise) -> tuple[Any, ...]:
    row = row_of(work, promise)
    row["payload"] = _encode(row["payload"])
    return tuple(row.values())


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


# ── SQLite: the writer is alone, plain statements in order ────────────────────────────────────────


def _read_alone(connection: Connection, case_id: int) -> Standing:
    row = connection.execute(select(CASES).where(CASES.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound
    columns = dict(row._mapping)
    kept = columns["snapshot"]
    if not is_readable(kept) or not asks_for_votes(kept):
        return Standing(case_id, columns, ())
    here = (VOTES.c.case_id == case_id) & (VOTES.c.stage == row.stage) & (VOTES.c.round == row.round)
    names = (VOTES.c.voter, VOTES.c.choice, VOTES.c.content_hash, VOTES.c.at, VOTES.c.void)
    votes = tuple(
        VoteState(*vote) for vote in connection.execute(select(*names).where(here).order_by(VOTES.c.id))
    )
    return Standing(case_id, columns, votes)


def _put_alone(
    connection: Connection,
    work: Work,
    standing: Standing,
    events: Sequence[Event],
    changed: Projection,
    columns: Mapping[str, Any],
    promises: Sequence[Promise],
) -> None:
    case_id, stream = standing.case_id, stream_of(standing.case_id)
    # Read anew: what the rooms recorded in this very transaction stands between our reading and our writing.
    found = connection.execute(
        select(HEADS.c.seq, HEADS.c.hash).where(HEADS.c.stream == stream)
    ).one_or_none()
    if found is None:
        connection.execute(insert(HEADS).values(stream=stream, seq=0, hash=GENESIS))
    head = (found.seq, found.hash) if found else (0, GENESIS)
    rows = []
    for number, event in enumerate(events, start=1):
        row = event_row(work, case_id, standing.version + number, event)
        row["id"] = connection.execute(insert(EVENTS).returning(EVENTS.c.id), row).scalar_one()
        rows.append(row)
    head, records, details = chained_rows(work, case_id, head, rows)
    ids = {}
    for record in records:
        ids[record["seq"]] = connection.execute(insert(RECORDS).returning(RECORDS.c.id), record).scalar_one()
    connection.execute(update(HEADS).where(HEADS.c.stream == stream).values(seq=head[0], hash=head[1]))
    for detail in details:
        key = ids[detail.pop("seq")]
        connection.execute(insert(DETAILS), {"record_id": key, "erased_at": None, **detail})
    connection.execute(update(CASES).where(CASES.c.id == case_id).values(**columns))
    if changed.left is not None:
        open_round = (ROUNDS.c.case_id == case_id) & ROUNDS.c.left_at.is_(None)
        connection.execute(
            update(ROUNDS).where(open_round).values(left_at=changed.left[0], left_by=changed.left[1])
        )
    for key in changed.gone:
        columns_of_key = (TASKS.c[name] for name in KEYS[TASKS])
        connection.execute(delete(TASKS).where(*map(eq, columns_of_key, (case_id, *key))))
    for table, listed in rows_of(case_id, changed).items():
        statement: Any = sqlite.insert(table)
        if keys := KEYS.get(table):
            values = {name: statement.excluded[name] for name in listed[0] if name not in keys}
            statement = statement.on_conflict_do_update(index_elements=list(keys), set_=values)
        connection.execute(statement, listed)
    for promise in promises:
        added = (
            sqlite.insert(JOBS).on_conflict_do_nothing(index_elements=["kind", "key"]).returning(JOBS.c.id)
        )
        key = connection.execute(added, row_of(work, promise)).scalar_one_or_none()
        if key is not None:
            work.outbox_ids.append(key)
