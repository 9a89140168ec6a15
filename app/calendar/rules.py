"""Which days people work: weekends are free, and the year's exceptions (holidays, transfers) go before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


class Week(Protocol):
    """Anything that knows working days; the engine's Calendar fits."""

    def is_working(self, day: date) -> bool: ...


@dataclass(frozen=True)
class WorkingCalendar:
    """`exceptions`: day → whether it is worked, where the week alone would be wrong or has a holiday."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        found = self.exceptions.get(day)
        return day.weekday() < 5 if found is None else found


@dataclass(frozen=True)
class DayInput:
    """A day as a person enters it: worked or not, and why."""

    date: date
    is_working: bool
    title: str = ""

    @property
    def says_something(self) -> bool:
        """Whether the week alone would be wrong, or a holiday is worth its name."""
        return self.is_working != (self.date.weekday() < 5) or (bool(self.title) and not self.is_working)


@dataclass(frozen=True)
class Difference:
    """One day that an import changes: what it is now and what it becomes (None: it follows the week)."""

    date: date
    old: DayInput | None
    new: DayInput | None


def differences(old: Iterable[DayInput], new: Iterable[DayInput]) -> list[Difference]:
    """The days on which two versions of a year differ, by date."""
    before, after = {day.date: day for day in old}, {day.date: day for day in new}
    return [
        Difference(day, before.get(day), after.get(day))
        for day in sorted(before.keys() | after.keys())
        if before.get(day) != after.get(day)
    ]


def is_late_for_next_year(today: date) -> bool:
    """Whether the next year's calendar ought to be there: the decree on transfers is out by November."""
    return today >= date(today.year, 11, 1)
