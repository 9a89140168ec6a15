"""What happens by the clock: each turn is an outbox job whose key is the turn itself.

So no run is lost (a scheduler that comes back enqueues the latest turn), two schedulers cannot double
one (kind and key are unique), and nothing but the outbox has to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.jobs import outbox
from app.jobs.execution import looking
from app.jobs.models import OutboxJob


@dataclass(frozen=True)
class Daily:
    """Once a day at `at`, by the authority's clock."""

    kind: str
    at: time

    def turn(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The latest moment, not after `now`, at which the job was to run."""
        local = now.astimezone(zone)
        today = datetime.combine(local.date(), self.at, zone)
        return (today if today <= local else today - timedelta(days=1)).astimezone(UTC)


@dataclass(frozen=True)
class Every:
    """Again and again after `period`, counted from midnight UTC of 1 January 1970."""

    kind: str
    period: timedelta

    def turn(self, now: datetime, zone: ZoneInfo) -> datetime:
        start = datetime(1970, 1, 1, tzinfo=UTC)
        return start + ((now - start) // self.period) * self.period


def tick(runtime: Runtime) -> int:
    """Enqueue the latest turn of each periodic job unless it is there; the answer is how many were new."""
    turns = {}
    now = runtime.clock.now()
    for periodic in runtime.ports.periodic:
        turn = periodic.turn(now, runtime.ports.zone)
        turns[(periodic.kind, turn.strftime("%Y-%m-%dT%H:%MZ"))] = turn
    if not turns:
        return 0
    with looking(runtime) as session:
        known = {
            (kind, key)
            for kind, key in session.execute(
                select(OutboxJob.kind, OutboxJob.key).where(
                    tuple_(OutboxJob.kind, OutboxJob.key).in_(list(turns))
                )
            )
        }
    missing = [name for name in turns if name not in known]
    if not missing:
        return 0
    with runtime.work(SYSTEM) as work:
        return sum(
            outbox.enqueue(work, kind, key, {"turn": turns[kind, key].isoformat()}) for kind, key in missing
        )
