"""How long a worker may keep a job, how often a failed one is tried, and when it is given up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 5

_PAUSES = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


class JobState(StrEnum):
    pending = "pending"
    claimed = "claimed"
    done = "done"
    stuck = "stuck"


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after the given number of failed tries; None means: stuck, a person must look."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return _PAUSES[min(attempts, len(_PAUSES)) - 1]
