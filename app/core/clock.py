"""The only place where the time of day is read; everything else takes `now` as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock
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
    """A clock for practising: it began at a chosen date, runs on from there, and may be moved on, never back.

    `file` keeps when it was started and how far it was moved, for restarts and for the other processes
    of the training copy; another `begins` starts it anew.
    """

    def __init__(self, begins: datetime, file: Path) -> None:
        self.begins = begins.astimezone(UTC)
        self._file = file
        self._read_at: int | None = None
        self._moved = timedelta()
        self.turn = Lock()  # of those who move it: two who press at once move it once
        if not self._read():
            self._started = datetime.now(UTC)
            self._write()

    def now(self) -> datetime:
        if self._stamp() != self._read_at:  # another process moved it
            self._read()
        return self.begins + self._moved + (datetime.now(UTC) - self._started)

    def leap(self, to: datetime) -> timedelta:
        """Move on to an instant that is still to come; the answer is how far. Raises ValueError otherwise."""
        by = to - self.now()
        if by <= timedelta():
            raise ValueError("the training clock moves on, never back")
        self._moved += by
        self._write()
        return by

    def _read(self) -> bool:
        """Whether the file is of this beginning."""
        kept = self._file.read_text(encoding="utf-8").split() if self._file.exists() else []
        if len(kept) < 2 or kept[0] != self.begins.isoformat():
            return False
        self._started = datetime.fromisoformat(kept[1])
        self._moved = timedelta(seconds=float(kept[2])) if len(kept) > 2 else timedelta()
        self._read_at = self._stamp()
        return True

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        line = f"{self.begins.isoformat()} {self._started.isoformat()} {self._moved.total_seconds()}"
        temporary = self._file.with_suffix(".new")
        temporary.write_text(line, encoding="utf-8")
        temporary.replace(self._file)  # nobody reads half a line
        self._read_at = self._stamp()

    def _stamp(self) -> int | None:
        try:
            return self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return self._read_at


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar date of `instant` where the authority sits."""
    return instant.astimezone(zone).date()
