"""By the clock: a turn happens once, whoever keeps the clock, and also when nobody kept it in time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.jobs.execution import looking
from app.jobs.models import OutboxJob
from app.jobs.runner import drain
from app.jobs.schedule import Daily, Every, tick

PENZA = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("now", "turn"),
    [
        (datetime(2025, 1, 22, 3, 59, tzinfo=UTC), datetime(2025, 1, 21, 4, tzinfo=UTC)),
        (datetime(2025, 1, 22, 4, 0, tzinfo=UTC), datetime(2025, 1, 22, 4, tzinfo=UTC)),
        (datetime(2025, 1, 22, 22, 0, tzinfo=UTC), datetime(2025, 1, 22, 4, tzinfo=UTC)),
    ],
)
def test_a_daily_turn_is_at_its_hour_in_the_authoritys_zone(now: datetime, turn: datetime) -> None:
    assert Daily("remind", time(7)).turn(now, PENZA) == turn


def test_each_turn_happens_once_with_two_schedulers(runtime: Runtime, clock: FixedClock) -> None:
    turns: list[str] = []
    runtime.ports.periodic = [Daily("remind", time(7)), Every("sweep", timedelta(hours=1))]
    runtime.ports.handlers["remind"] = lambda work, payload: turns.append(payload["turn"])
    runtime.ports.handlers["sweep"] = lambda work, payload: None
    assert (tick(runtime), tick(runtime)) == (2, 0)
    drain(runtime)
    assert tick(runtime) == 0
    assert turns == ["2025-01-22T04:00:00+00:00"]


def test_a_turn_that_nobody_kept_is_made_up_for(runtime: Runtime, clock: FixedClock) -> None:
    runtime.ports.periodic = [Daily("remind", time(7))]
    runtime.ports.handlers["remind"] = lambda work, payload: None
    tick(runtime)
    clock.advance(days=3)
    assert (tick(runtime), drain(runtime).done) == (1, 2)
    with looking(runtime) as session:
        assert session.scalars(select(OutboxJob.key).order_by(OutboxJob.id)).all() == [
            "2025-01-22T04:00Z", "2025-01-25T04:00Z",
        ]  # fmt: skip
