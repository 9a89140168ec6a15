"""One job from claim to done: each of the two steps is a unit of work of its own."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.jobs import outbox
from app.jobs.outbox import Claim
from app.jobs.rules import pause_after

log = structlog.get_logger(__name__)


@dataclass
class Tally:
    """How many jobs were done and how many failed (they will be tried again, or are stuck)."""

    done: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        return bool(self.done or self.failed)


@contextmanager
def looking(runtime: Runtime) -> Iterator[Session]:
    """A short read of the outbox as the system, beside the thread's own session and its actor."""
    with runtime.database.sessions(info={"actor": SYSTEM}) as session:
        yield session


def run_one(runtime: Runtime, worker: str, tally: Tally, *, job_id: int | None = None) -> bool:
    """Do one due job and enter it in `tally`; False when none is due."""
    kinds = runtime.ports.handlers.keys()
    # Looking first costs a read; claiming would queue for SQLite's only write lock.
    with looking(runtime) as session:
        if not outbox.waiting(session, runtime.clock.now(), kinds, limit=1):
            return False
    with runtime.work(SYSTEM) as work:
        held = outbox.claim(work.session, work.now, worker, kinds, job_id=job_id)
    if held is None:
        return False
    perform(runtime, held, tally)
    return True


def perform(runtime: Runtime, held: Claim, tally: Tally) -> None:
    """Do a claimed job; its effects and the mark «done» are one commit.

    A handler with a method `outside(runtime, payload)` first does what must not hold the database, such as
    speaking to a mail server. An error with `pause_after` says itself when to try again.
    """
    handler = runtime.ports.handlers[held.kind]
    try:
        if (outside := getattr(handler, "outside", None)) is not None:
            outside(runtime, held.payload)
        with runtime.work(SYSTEM) as work:
            if not outbox.finish(work.session, held, work.now):
                log.warning("job.lease_lost", job=held.id, kind=held.kind)
                return
            handler(work, held.payload)
    except Exception as error:
        # Whatever the handler raised concerns this job only; the others must go on.
        where = place(error)
        with runtime.work(SYSTEM) as work:
            state = outbox.fail(
                work.session, held, work.now, where, getattr(error, "pause_after", pause_after)
            )
        log.error(
            "job.failed", job=held.id, kind=held.kind, attempt=held.attempt, state=str(state), error=where
        )
        tally.failed += 1
    else:
        log.info("job.done", job=held.id, kind=held.kind, attempt=held.attempt)
        tally.done += 1


def place(error: BaseException) -> str:
    """The error's class and the line that raised it: enough to find it, without anybody's data."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    ours = next((f for f in reversed(frames) if "/app/" in f.filename.replace("\\", "/")), last)
    return f"{type(error).__name__} at {Path(ours.filename).parent.name}/{Path(ours.filename).name}:{ours.lineno}"
