"""The only place where the time of day is read; everything else takes `now` as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
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


class TrainingClock:
    """A clock for practising: it began at a chosen date and runs on from there, also over restarts.

    `file` remembers when it was started; another `begins` starts it anew.
    """

    def __init__(self, begins: datetime, file: Path) -> None:
        self.begins = begins.astimezone(UTC)
        key = self.begins.isoformat()
        kept = file.read_text(encoding="utf-8").split() if file.exists() else []
        if len(kept) == 2 and kept[0] == key:
            self.started = datetime.fromisoformat(kept[1])
        else:
            self.started = datetime.now(UTC)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{key} {self.started.isoformat()}", encoding="utf-8")

    def now(self) -> datetime:
        return self.begins + (datetime.now(UTC) - self.started)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar date of `instant` where the authority sits."""
    return instant.astimezone(zone).date()
