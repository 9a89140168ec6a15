"""The only place where the time of day is read; everything else takes `now` as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for the tour, the training copy and the tests."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def move(self, to: datetime) -> None:
        if to.tzinfo is None:
            raise ValueError("the clock takes aware instants only")
        self.instant = to.astimezone(UTC)

    def advance(self, **by: float) -> None:
        self.instant += timedelta(**by)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar date of `instant` where the authority sits."""
    return instant.astimezone(zone).date()
