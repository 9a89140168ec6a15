"""The two statements that write a step on PostgreSQL, by what they contain, so that few texts stay prepared.

What stands in several rows is given once: the case, the moment, the actor, the chain (`SHARED`). The rows' own
values follow in the order of `Journal` and `Rows`. Pure text; `writer` gives the values and sends them.
"""

# ruff: noqa: S608  # names of tables and columns only; values are numbered parameters

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count, islice
from typing import NamedTuple

SHARED = ("case_id", "at", "actor_id", "actor_name", "on_behalf_of", "stream")
_CASE, _AT, _ACTOR, _NAME, _BEHALF, _STREAM = (f"${number}" for number, _name in enumerate(SHARED, start=1))

# beside the records in one statement, `audit_records` are the rows just inserted; on its own, the table
DETAILED = """
    INSERT INTO audit_details (record_id, salt, "values")
    SELECT id, {}, {} FROM audit_records WHERE stream = {} AND seq = {}"""


ROUND = ("stage", "round", "opened_seq", "entered_at", "left_at", "left_by")
TASK = ("stage", "round", "task"), ("status", "due", "done_by", "done_at")
VOTE = ("stage", "round", "voter"), ("choice", "content_hash", "at", "void")
JOB = ("kind", "key", "payload", "state", "attempts", "available_at", "created_at")


class Journal(NamedTuple):
    """How many rows: own values stand in this order, after the shared ones and the head's number and hash."""

    events: int  # id, seq, type, data, comment, fields; of its record seq, tag, data, details_hash, prev_hash, hash
    details: int  # salt, values, seq


class Rows(NamedTuple):
    """Which columns of the case are written, and how many rows of each table; own values follow the case's id."""

    columns: tuple[str, ...]
    leaves: bool  # ended: left_at, left_by
    rounds: int  # as ROUND
    tasks: int  # as TASK
    votes: int  # as VOTE
    jobs: int  # as JOB


@cache
def appending(shape: Journal) -> str:
    """The statement that lengthens the case's journal: its head, events with their records, erasable details."""
    own = _own()
    head = f"UPDATE audit_heads SET seq = {next(own)}, hash = {next(own)} WHERE stream = {_STREAM}"
    parts = [f"head AS ({head})", *_appending(own, shape.events)]
    for number in range(shape.details):
        salt, values, seq = islice(own, 3)
        parts.append(f"detail_{number} AS ({DETAILED.format(salt, values, _STREAM, seq)})")
    return f"WITH {', '.join(parts)} {_NOTHING}"


@cache
def rewriting(shape: Rows) -> str:
    """The statement that writes the rows a step changes; it answers with the promises' keys."""
    own = _own(1)
    assigned = ", ".join(f"{name} = {next(own)}" for name in shape.columns)
    parts = [f"moved AS (UPDATE cases SET {assigned} WHERE id = {_CASE})"]
    if shape.leaves:
        ended = f"left_at = {next(own)}, left_by = {next(own)}"
        parts.append(f"gone AS (UPDATE stage_rounds SET {ended} WHERE case_id = {_CASE} AND left_at IS NULL)")
    for name, number, inserting in (
        ("opened", shape.rounds, _opening), ("tasks", shape.tasks, _doing), ("votes", shape.votes, _voting)
    ):  # fmt: skip
        if number:
            parts.append(f"{name} AS ({inserting(own, number)})")
    answer = _promising(own, shape.jobs) if shape.jobs else _NOTHING
    return f"WITH {', '.join(parts)} {answer}"


_NOTHING = "SELECT 1 WHERE false"


def _own(before: int = len(SHARED)) -> Iterator[str]:
    return map("${}".format, count(before + 1))


def _rows(own: Iterator[str], number: int, width: int, first: str = f"{_CASE}, ") -> str:
    return ", ".join(f"({first}{', '.join(islice(own, width))})" for _ in range(number))


def _opening(own: Iterator[str], number: int) -> str:
    return f"INSERT INTO stage_rounds (case_id, {', '.join(ROUND)}) VALUES {_rows(own, number, len(ROUND))}"


def _doing(own: Iterator[str], number: int) -> str:
    return _upserting("case_tasks", TASK, own, number)


def _voting(own: Iterator[str], number: int) -> str:
    return _upserting("case_votes", VOTE, own, number)


def _upserting(table: str, names: tuple[tuple[str, ...], ...], own: Iterator[str], number: int) -> str:
    """Rows of the case, rewritten where they are there already."""
    keys, rest = ", ".join(names[0]), names[1]
    width = len(names[0]) + len(rest)
    return (
        f"INSERT INTO {table} (case_id, {keys}, {', '.join(rest)}) VALUES {_rows(own, number, width)}"
        f" ON CONFLICT (case_id, {keys}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"
    )


def _promising(own: Iterator[str], number: int) -> str:
    return (
        f"INSERT INTO outbox_jobs ({', '.join(JOB)}) VALUES {_rows(own, number, len(JOB), '')}"
        " ON CONFLICT (kind, key) DO NOTHING RETURNING id"
    )


def _appending(own: Iterator[str], number: int) -> list[str]:
    """Events, each with its record."""
    events, records = [], []
    for _ in range(number):
        key, seq, kind, data, comment, fields = islice(own, 6)
        events.append(
            f"({key}, {_CASE}, {seq}, {kind}, {data}, {comment}, {fields}, {_AT}, {_ACTOR}, {_NAME}, {_BEHALF})"
        )
        place, tag, content, details, previous, digest = islice(own, 6)
        records.append(
            f"({_STREAM}, {place}, {_AT}, {_ACTOR}, {tag}, 'case_events', {key}, {_CASE}, {content}, {details},"
            f" {previous}, {digest})"
        )
    return [
        "events AS (INSERT INTO case_events (id, case_id, seq, type, data, comment, fields, at, actor_id, actor_name,"
        f" on_behalf_of) VALUES {', '.join(events)})",
        "audit_records AS (INSERT INTO audit_records (stream, seq, at, actor_id, tag, subject_type, subject_id,"
        f" case_id, data, details_hash, prev_hash, hash) VALUES {', '.join(records)} RETURNING id, stream, seq)",
    ]


# Of a table with more rows than are worth a place in the one statement, the others follow one by one.
FURTHER_ROUND = _opening(_own(1), 1)  # each: the case, then the row's own
FURTHER_TASK = _doing(_own(1), 1)
FURTHER_VOTE = _voting(_own(1), 1)
FURTHER_JOB = _promising(_own(0), 1)
FURTHER_EVENT = f"WITH {', '.join(_appending(_own(), 1))} {_NOTHING}"  # the shared values, then the row's own
FURTHER_DETAIL = DETAILED.format("$2", "$3", "$1", "$4")  # the chain, then the row's own
GONE_TASK = "DELETE FROM case_tasks WHERE case_id = $1 AND stage = $2 AND round = $3 AND task = $4"
