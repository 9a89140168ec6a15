"""Transitions on SQLite: the writer is alone, plain statements in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import eq
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import sqlite

from app.audit.service import GENESIS, stream_of
from app.cases.writing.projection import Projection
from app.cases.writing.rows import (
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
)
from app.cases.writing.snapshots import asks_for_votes, is_readable
from app.cases.writing.standing import Standing
from app.core.errors import NotFound
from app.core.unit_of_work import Work
from app.engine.events import Event
from app.engine.state import VoteState
from app.jobs.outbox import Promise, row_of


def lock(connection: Connection, case_id: int) -> Standing:
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


def put(
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
