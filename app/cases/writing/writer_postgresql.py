"""Transitions on PostgreSQL: one locking read, two writing statements.

The server appends to the journal while the rows are still being worked out; everything is answered together with
the end of the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.audit.service import GENESIS, in_place_of, link, stream_of
from app.cases.writing.projection import Projection
from app.cases.writing.rows import CASES, EVENTS, told
from app.cases.writing.snapshots import asks_for_votes, is_readable
from app.cases.writing.standing import Standing
from app.cases.writing.statements import (
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
from app.core.canonical import canonical_json
from app.core.errors import NotFound
from app.core.pipelined import PipelinedConnection
from app.core.unit_of_work import Work
from app.engine.events import Event
from app.engine.state import VoteState
from app.jobs.outbox import Promise, row_of

_READ = tuple(column.name for column in CASES.columns)
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


def lock(work: Work, line: PipelinedConnection, case_id: int) -> Standing:
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


def append(line: PipelinedConnection, work: Work, standing: Standing, events: Sequence[Event]) -> None:
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


def rewrite(
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
