"""The same outbox rows offered to RQ workers on other machines; the table stays the truth.

Redis only says «look at row 7»: it may be flushed, killed or slow, and nothing is lost by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError

from app.core.unit_of_work import Runtime
from app.jobs import outbox
from app.jobs.execution import looking

log = structlog.get_logger(__name__)

QUEUE = "outbox"
TASK = "app.worker.perform_job"
JOB_TIMEOUT = 300  # seconds
LATE = timedelta(seconds=30)
"""A job that is due for so long was lost on its way through Redis: do it without."""


class RqBridge:
    """Offers outbox rows to RQ; a Redis that does not answer within a second is left alone."""

    def __init__(self, redis_url: str) -> None:
        self.redis_url = redis_url
        self.connection = Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)
        # JSON, because the default pickle lets whoever can write to Redis run code here; see also `worker.Offer`.
        self.queue = Queue(QUEUE, connection=self.connection, serializer="json")

    def after_commit(self, ids: Sequence[int]) -> None:
        """Offer rows that were just committed: their first attempt."""
        self.offer([(job_id, 1) for job_id in ids])

    def offer(self, jobs: Sequence[tuple[int, int]]) -> bool:
        """Push (id, attempt) pairs; False when Redis did not take them (the sweep will come by)."""
        try:
            for job_id, attempt in jobs:
                self._push(job_id, attempt)
        except RedisError as error:
            log.warning("outbox.redis_away", error=type(error).__name__, jobs=len(jobs))
            return False
        return True

    def reconcile(self, runtime: Runtime) -> list[int]:
        """Offer everything that is due again; the answer is what has to be done without Redis."""
        now = runtime.clock.now()
        with looking(runtime) as session:
            due = outbox.waiting(session, now, runtime.ports.handlers.keys())
        taken = self.offer([(job_id, attempt) for job_id, attempt, _since in due])
        return [job_id for job_id, _attempt, since in due if not taken or since + LATE < now]

    def _push(self, job_id: int, attempt: int) -> None:
        with suppress(DuplicateJobError):  # offered already
            self.queue.enqueue_call(
                TASK,
                args=[job_id],
                job_id=f"outbox-{job_id}-{attempt}",
                unique=True,
                timeout=JOB_TIMEOUT,
                result_ttl=0,  # the row holds the result; keeping the name would block a second offer
                failure_ttl=60,
                description=f"outbox {job_id}",
            )
