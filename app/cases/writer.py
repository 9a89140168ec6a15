"""Writes transitions: a case is read under its lock, and what a step changes goes out in one statement.

The only module of the rooms that speaks to tables directly (a contract test says so): the actor's right to see
the case is asked before, through the ORM. On PostgreSQL a step is one read that locks the case and the head of
its journal, and one writing statement; on SQLite the writer is alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, islice
from typing import Any, cast

from psycopg import RawCursor
from sqlalchemy import JSON, Connection, Table, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.audit.models import AuditDetail, AuditHead, AuditRecord
from app.audit.service import GENESIS, chain, stream_of
from app.cases.models import Case, CaseEvent, CaseTask, CaseVote, StageRound
from app.cases.projection import (
    Projection,
    case_fields,
    changes,
    is_readable,
    project,
    state_from_rows,
)
from app.core.actor import SYSTEM
from app.core.errors import NotFound
from app.core.unit_of_work import Work
from app.engine.automatic import SYSTEM as ITSELF
from app.engine.definition import Definition
from app.engine.events import Event, from_dict
from app.engine.state import State, VoteState
from app.jobs.models import OutboxJob
from app.jobs.outbox import Promise, row_of

ALL = CASES, EVENTS, ROUNDS, TASKS, VOTES, HEADS, RECORDS, DETAILS, JOBS = tuple(
    cast(Table, model.__table__)
    for model in (Case, CaseEvent, StageRound, CaseTask, CaseVote, AuditHead, AuditRecord, AuditDetail, OutboxJob)
)  # fmt: skip
_KEYS = {TASKS: ("case_id", "stage", "round", "task"), VOTES: ("case_id", "stage", "round", "voter")}
_READ = tuple(column.name for column in CASES.columns)
_REWRITTEN = (StageRound, CaseTask, CaseVote, AuditHead)


@dataclass
class Standing:
    """A case as its rows say under the lock."""

    case_id: int
    columns: dict[str, Any]
    votes: tuple[VoteState, ...]
    event_id: int | None = None  # taken from the sequence beforehand: the journal's hash contains it
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
        if is_readable(kept) and kept["votes"] == len(self.votes):
            return state_from_rows(self.columns, kept, self.votes)
        return project(definition, events_of(work.session, self.case_id)).state


def lock(work: Work, case_id: int) -> Standing:
    """Read the case under its row lock. Raises NotFound when it is not there; hidden cases are the caller's care."""
    connection = _flushed(work.session)
    if connection.dialect.name == "postgresql":
        return _read_locked(work, connection, case_id)
    return _read_alone(connection, case_id)


def _flushed(session: Session) -> Connection:
    """The connection, after what the rooms changed in this unit of work has been sent to it."""
    if session.new or session.dirty or session.deleted:
        session.flush()
    return session.connection()


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
    changed = changes(definition, before, events, after)
    if changed is None:
        return {}
    session = work.session
    connection = _flushed(session)
    columns = {**case_fields(changed.state), **(pinned or {})}
    put = _put_together if connection.dialect.name == "postgresql" else _put_alone
    work.outbox_ids += put(connection, work, standing, events, changed, columns, promises)
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


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────


def event_row(work: Work, case_id: int, seq: int, event: Event) -> dict[str, Any]:
    """One event; the words a person wrote stand beside it, where they can be erased."""
    work = _doing(work, event.actor)
    data = event.to_dict()
    comment, fields = str(data.pop("comment", "") or ""), dict(data.pop("fields", {}) or {})
    return {
        "case_id": case_id, "seq": seq, "type": event.type, "data": data, "comment": comment, "fields": fields,
        "at": work.now, "actor_id": work.actor.user_id, "actor_name": work.actor.name,
        "on_behalf_of": work.acting.user_id if work.acting else None,
    }  # fmt: skip


def _doing(work: Work, actor: str) -> Work:
    """The work of whoever did it: a step the case takes by itself is nobody's, whoever acted just before."""
    return work if actor != ITSELF or work.actor.is_system else replace(work, actor=SYSTEM, acting=None)


def _chained(
    work: Work, case_id: int, head: tuple[int, str], rows: Sequence[Mapping[str, Any]]
) -> tuple[tuple[int, str], list[dict[str, Any]], list[dict[str, Any]]]:
    """The new head, the records and the erasable details of events that have their keys."""
    records, details = [], []
    stream = stream_of(case_id)
    for row in rows:
        words = row["comment"] or row["fields"]
        record, detail = chain(
            _doing(work, row["data"]["actor"]), stream, head, f"case:{row['type']}", (EVENTS.name, row["id"]), case_id,
            {"seq": row["seq"], "event": row["data"]},
            {"comment": row["comment"], "fields": row["fields"]} if words else None,
        )  # fmt: skip
        records.append(record)
        if detail is not None:
            details.append({"seq": record["seq"], **detail})
        head = (record["seq"], record["hash"])
    return head, records, details


def _tables(case_id: int, changed: Projection) -> dict[Table, list[dict[str, Any]]]:
    """Rows to insert, and to rewrite where they are already there."""
    rows: dict[Table, list[dict[str, Any]]] = {}
    if changed.rounds:
        rows[ROUNDS] = [{"case_id": case_id, **vars(one)} for one in changed.rounds]
    for table, found in ((TASKS, changed.tasks), (VOTES, changed.votes)):
        if found:
            names = _KEYS[table][1:]
            rows[table] = [
                {"case_id": case_id, **dict(zip(names, key, strict=True)), **values}
                for key, values in found.items()
            ]
    return rows


# ── PostgreSQL: one locking read, one writing statement ───────────────────────────────────────────

_LOCKING_READ = f"""
    SELECT nextval('case_events_id_seq'), h.seq, h.hash, {", ".join(f"c.{name}" for name in _READ)}
      FROM cases c JOIN audit_heads h ON h.stream = $1 WHERE c.id = $2 FOR UPDATE OF c, h"""  # noqa: S608
_NEW_HEAD = """
    INSERT INTO audit_heads (stream, seq, hash) SELECT $1, 0, $2 FROM cases WHERE id = $3 ON CONFLICT DO NOTHING"""
_VOTES = """
    SELECT voter, choice, content_hash, at, void FROM case_votes
     WHERE case_id = $1 AND stage = $2 AND round = $3 ORDER BY id"""
_MORE_KEYS = "SELECT nextval('case_events_id_seq') FROM generate_series(1, $1::int)"
_HEAD_NOW = "SELECT seq, hash FROM audit_heads WHERE stream = $1"
_LEFT = "UPDATE stage_rounds SET left_at = {}, left_by = {} WHERE case_id = {} AND left_at IS NULL"
_STEPPED = "UPDATE audit_heads SET seq = {}, hash = {} WHERE stream = {}"
_MANY = 6  # rows of one table that are still worth a place in the one statement


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor, which takes statements as the server does: prepared once per connection."""
    return RawCursor(cast(Any, connection.connection.dbapi_connection))


def _read_locked(work: Work, connection: Connection, case_id: int) -> Standing:
    """Case and head of its journal are locked together, so both are the latest, however long we waited."""
    cursor, stream = _cursor(connection), stream_of(case_id)
    row = cursor.execute(_LOCKING_READ, (stream, case_id), prepare=True).fetchone()
    if row is None:  # no such case, or its very first event
        cursor.execute(_NEW_HEAD, (stream, GENESIS, case_id))
        row = cursor.execute(_LOCKING_READ, (stream, case_id), prepare=True).fetchone()
        if row is None:
            raise NotFound
    columns = dict(zip(_READ, row[3:], strict=True))
    votes: tuple[VoteState, ...] = ()
    kept = columns["snapshot"]
    if not is_readable(kept) or kept["votes"]:
        here = (case_id, columns["stage"], columns["round"])
        votes = tuple(VoteState(*vote) for vote in cursor.execute(_VOTES, here, prepare=True))
    return Standing(case_id, columns, votes, row[0], (row[1], row[2]), work.recorded)


def _put_together(
    connection: Connection,
    work: Work,
    standing: Standing,
    events: Sequence[Event],
    changed: Projection,
    columns: Mapping[str, Any],
    promises: Sequence[Promise],
) -> list[int]:
    cursor, case_id, stream = _cursor(connection), standing.case_id, stream_of(standing.case_id)
    head = standing.head
    if (
        head is None or standing.recorded != work.recorded
    ):  # a room recorded something in this very transaction
        head = cursor.execute(_HEAD_NOW, (stream,), prepare=True).fetchone()
    keys = [standing.event_id] if standing.event_id is not None else []
    standing.event_id = None
    if len(keys) < len(events):
        keys += [row[0] for row in cursor.execute(_MORE_KEYS, (len(events) - len(keys),), prepare=True)]
    rows = [
        {"id": keys[number], **event_row(work, case_id, standing.version + number + 1, event)}
        for number, event in enumerate(events)
    ]
    head, records, details = _chained(work, case_id, head, rows)
    standing.head, standing.recorded = head, work.recorded
    given = {EVENTS: rows, RECORDS: records, **_tables(case_id, changed)}
    if promises:
        given[JOBS] = [row_of(work, promise) for promise in promises]
    later = {table: given.pop(table) for table in list(given) if len(given[table]) > _MANY}
    shape = tuple((table.name, tuple(listed[0]), len(listed)) for table, listed in given.items())
    statement = _writing(tuple(columns), shape, changed.left is not None)
    values = [*head, stream, *_plain(CASES, columns), case_id]
    if changed.left is not None:
        values += [*changed.left, case_id]
    for table, listed in given.items():
        for row in listed:
            values += _plain(table, row)
    record_keys, job_ids = cursor.execute(statement, values, prepare=True).fetchone()
    for table, listed in later.items():
        cursor.executemany(
            _inserting(table.name, tuple(listed[0]), 1), [_plain(table, row) for row in listed]
        )
    for detail in details:
        number = records[-1]["seq"] - detail.pop("seq")  # keys were given in the order of the records
        key = record_keys[len(record_keys) - 1 - number]
        row = {"record_id": key, **detail}
        cursor.execute(_inserting(DETAILS.name, tuple(row), 1), _plain(DETAILS, row), prepare=True)
    return job_ids or []


def _plain(table: Table, row: Mapping[str, Any]) -> list[Any]:
    """The values of a row as the driver takes them: JSON as text."""
    kept = _JSON[table]
    return [_encode(value) if name in kept else value for name, value in row.items()]


_encode = json.JSONEncoder(ensure_ascii=False).encode


_JSON = {
    table: frozenset(column.name for column in table.columns if isinstance(column.type, JSON))
    for table in ALL
}


@cache
def _writing(
    columns: tuple[str, ...], shape: tuple[tuple[str, tuple[str, ...], int], ...], leaves: bool
) -> str:
    """The statement for these columns of the case and rows of these tables: few texts, so they stay prepared."""
    numbers = map("${}".format, count(1))
    parts = [f"head AS ({_STEPPED.format(*islice(numbers, 3))})"]
    assigned = ", ".join(f'"{name}" = {next(numbers)}' for name in columns)
    parts.append(f"moved AS (UPDATE cases SET {assigned} WHERE id = {next(numbers)})")  # noqa: S608
    if leaves:
        parts.append(f"gone AS ({_LEFT.format(*islice(numbers, 3))})")
    for place, (table, names, rows) in enumerate(shape):
        name = table if table in (RECORDS.name, JOBS.name) else f"part_{place}"
        parts.append(f"{name} AS ({_inserting(table, names, rows, numbers)})")
    jobs = "(SELECT array_agg(id) FROM outbox_jobs)" if any(one[0] == JOBS.name for one in shape) else "NULL"
    return f"WITH {', '.join(parts)} SELECT (SELECT array_agg(id ORDER BY id) FROM audit_records), {jobs}"  # noqa: S608


def _inserting(table: str, names: tuple[str, ...], rows: int, numbers: Iterator[str] | None = None) -> str:
    """Rows of one table: rewritten where a task or a vote is there already, left alone where a promise is."""
    numbers = map("${}".format, count(1)) if numbers is None else numbers
    values = ", ".join([f"({', '.join(islice(numbers, len(names)))})" for _ in range(rows)])
    columns = ", ".join(f'"{name}"' for name in names)
    end = {RECORDS.name: " RETURNING id", JOBS.name: ' ON CONFLICT ("kind", "key") DO NOTHING RETURNING id'}
    keys = next((keys for one, keys in _KEYS.items() if one.name == table), None)
    if keys:
        assigned = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
        end[table] = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {assigned}"
    return f"INSERT INTO {table} ({columns}) VALUES {values}{end.get(table, '')}"  # noqa: S608


# ── SQLite: the writer is alone, plain statements in order ────────────────────────────────────────


def _read_alone(connection: Connection, case_id: int) -> Standing:
    row = connection.execute(select(CASES).where(CASES.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound
    columns = dict(row._mapping)
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
) -> list[int]:
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
    head, records, details = _chained(work, case_id, head, rows)
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
    for table, listed in _tables(case_id, changed).items():
        statement: Any = sqlite.insert(table)
        if keys := _KEYS.get(table):
            values = {name: statement.excluded[name] for name in listed[0] if name not in keys}
            statement = statement.on_conflict_do_update(index_elements=list(keys), set_=values)
        connection.execute(statement, listed)
    job_ids = []
    for promise in promises:
        added = (
            sqlite.insert(JOBS).on_conflict_do_nothing(index_elements=["kind", "key"]).returning(JOBS.c.id)
        )
        key = connection.execute(added, row_of(work, promise)).scalar_one_or_none()
        if key is not None:
            job_ids.append(key)
    return job_ids
