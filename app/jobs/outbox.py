"""The outbox table's few verbs: enqueue, claim, finish, fail, retry.

All but `enqueue` belong to workers, which act as the system.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core.unit_of_work import Work
from app.jobs.models import OutboxJob
from app.jobs.rules import LEASE, MAX_ATTEMPTS, JobState, pause_after

# Rows are changed by statement: the session's copies of them are of no interest to a worker.
_DIRECTLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Claim:
    """The right of one worker to do one job, until the lease ends."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    worker: str


@dataclass(frozen=True)
class Promise:
    """What must happen because of a decision; written together with it."""

    kind: str
    key: str
    payload: Mapping[str, Any]


_TO_BE_DONE = OutboxJob.state.in_([JobState.pending, JobState.claimed])


def row_of(work: Work, promise: Promise, due: datetime | None = None) -> dict[str, Any]:
    """The columns of a new row of the outbox."""
    return {
        "kind": promise.kind, "key": promise.key, "payload": dict(promise.payload), "state": JobState.pending.value,
        "attempts": 0, "available_at": due or work.now, "created_at": work.now,
    }  # fmt: skip


def enqueue(
    work: Work, kind: str, key: str, payload: Mapping[str, Any] | None = None, *, due: datetime | None = None
) -> bool:
    """Promise that `kind` happens for `key` after this unit of work commits; False when already promised."""
    dialect = work.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = (
        insert(OutboxJob)
        .values(**row_of(work, Promise(kind, key, payload or {}), due))
        .on_conflict_do_nothing(index_elements=["kind", "key"])
        .returning(OutboxJob.id)
    )
    job_id = work.session.execute(statement).scalar_one_or_none()
    if job_id is None:
        return False
    if due is None or due <= work.now:
        work.outbox_ids.append(job_id)
    return True


def promised(session: Session, kind: str, keys: Collection[str]) -> set[str]:
    """For which of these keys `kind` was promised and is still to be done."""
    wanted = select(OutboxJob.key).where(OutboxJob.kind == kind, OutboxJob.key.in_(keys), _TO_BE_DONE)
    return set(session.scalars(wanted))


def due_now(now: datetime, kinds: Collection[str]) -> ColumnElement[bool]:
    """True if, and only if, a worker of these kinds may take the row: waiting, or left by a dead worker.

    What was promised or leased by a clock that was set back since, or is ahead of ours, does not wait for that hour.
    """
    promised_ahead = and_(
        OutboxJob.attempts == 0, OutboxJob.created_at > now, OutboxJob.available_at <= OutboxJob.created_at
    )
    leased_ahead = OutboxJob.leased_until > now + 2 * LEASE
    return and_(
        OutboxJob.kind.in_(sorted(kinds)),
        or_(
            and_(OutboxJob.state == JobState.pending, or_(OutboxJob.available_at <= now, promised_ahead)),
            and_(OutboxJob.state == JobState.claimed, or_(OutboxJob.leased_until < now, leased_ahead)),
        ),
    )


def waiting(
    session: Session, now: datetime, kinds: Collection[str], *, limit: int = 100
) -> list[tuple[int, int, datetime]]:
    """Jobs that are due, oldest first: (id, number of the next attempt, due since)."""
    rows = session.execute(
        select(OutboxJob.id, OutboxJob.attempts, OutboxJob.available_at)
        .where(due_now(now, kinds))
        .order_by(OutboxJob.available_at, OutboxJob.id)
        .limit(limit)
    )
    return [(job_id, attempts + 1, since) for job_id, attempts, since in rows]


def is_at_work(session: Session, kinds: Collection[str], now: datetime) -> bool:
    """Whether a job of these kinds is being done, or is due, or will be tried once more."""
    due = or_(OutboxJob.available_at <= now, OutboxJob.attempts > 0)
    wanted = select(OutboxJob.id).where(OutboxJob.kind.in_(sorted(kinds)), _TO_BE_DONE, due)
    return session.scalar(wanted.limit(1)) is not None


def claim(
    session: Session, now: datetime, worker: str, kinds: Collection[str], *, job_id: int | None = None
) -> Claim | None:
    """Take the oldest due job (or just `job_id`) for `worker`; None when there is nothing to take."""
    wanted = due_now(now, kinds)
    if job_id is not None:
        wanted = and_(wanted, OutboxJob.id == job_id)
    # A job that took its worker with it five times gets no sixth.
    _change(
        session,
        and_(wanted, OutboxJob.state == JobState.claimed, OutboxJob.attempts >= MAX_ATTEMPTS),
        {"state": JobState.stuck, "leased_until": None, "leased_by": None, "last_error": "WorkerLost"},
    )
    oldest = (
        select(OutboxJob.id)
        .where(wanted)
        .order_by(OutboxJob.available_at, OutboxJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite ignores it: there the whole database is ours
        .scalar_subquery()
    )
    row = session.execute(
        update(OutboxJob)
        .where(OutboxJob.id == oldest)
        .values(
            state=JobState.claimed,
            attempts=OutboxJob.attempts + 1,
            leased_until=now + LEASE,
            leased_by=worker,
        )
        .returning(OutboxJob.id, OutboxJob.kind, OutboxJob.key, OutboxJob.payload, OutboxJob.attempts),
        execution_options=_DIRECTLY,
    ).one_or_none()
    return None if row is None else Claim(row.id, row.kind, row.key, row.payload, row.attempts, worker)


def finish(session: Session, held: Claim, now: datetime) -> bool:
    """Mark the job done; False when the lease was lost to another worker, who will do the job instead.

    Called *before* the work, in its transaction: on PostgreSQL the row lock keeps others off a long
    job even after the lease, and a failure takes the mark back together with everything else.
    """
    return _change(session, _held(held), {"state": JobState.done, "done_at": now, **_FREE})


def fail(
    session: Session,
    held: Claim,
    now: datetime,
    error: str,
    pauses: Callable[[int], timedelta | None] = pause_after,
) -> JobState | None:
    """Put the job back for a later try, or aside as stuck; None when it is no longer ours."""
    pause = pauses(held.attempt)
    state = JobState.stuck if pause is None else JobState.pending
    due = now if pause is None else now + pause
    values = {"state": state, "available_at": due, "last_error": error[:300]}
    released = {"leased_until": None, "leased_by": None}
    return state if _change(session, _held(held), values | released) else None


def retry(work: Work, job_id: int) -> bool:
    """Give a stuck job five new tries; False when it is not stuck."""
    changed = _change(
        work.session,
        and_(OutboxJob.id == job_id, OutboxJob.state == JobState.stuck),
        {"state": JobState.pending, "attempts": 0, "available_at": work.now},
    )
    if changed:
        work.outbox_ids.append(job_id)
    return changed


def retry_all(work: Work, kinds: Collection[str]) -> int:
    """Try at once whatever of these kinds has failed, held back or waiting for its next try; the answer is how many."""
    failed = and_(
        OutboxJob.kind.in_(sorted(kinds)),
        OutboxJob.state.in_([JobState.stuck, JobState.pending]),
        OutboxJob.attempts > 0,
    )
    ids = work.session.scalars(
        update(OutboxJob)
        .where(failed)
        .values(state=JobState.pending, attempts=0, available_at=work.now)
        .returning(OutboxJob.id),
        execution_options=_DIRECTLY,
    ).all()
    work.outbox_ids.extend(ids)
    return len(ids)


_FREE = {"leased_until": None, "leased_by": None, "last_error": None}


def _held(held: Claim) -> ColumnElement[bool]:
    return and_(
        OutboxJob.id == held.id,
        OutboxJob.state == JobState.claimed,
        OutboxJob.leased_by == held.worker,
        OutboxJob.attempts == held.attempt,
    )


def _change(session: Session, which: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    result = session.execute(update(OutboxJob).where(which).values(**values), execution_options=_DIRECTLY)
    return cast("CursorResult[Any]", result).rowcount > 0
