"""Terms in working days, each able to say how it was counted.

The first day counted is the working day after the day of the event: 15 working days from Wednesday 22.01.2025
end on Wednesday 12.02.2025 when nothing is a holiday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, ClassVar, Protocol

from app.engine.wording import plural

# A calendar that never works would count for ever.
MAX_IDLE_DAYS = 366
DAY = timedelta(days=1)
# The key of the stage's own term among those of its tasks.
STAGE = ""
Counted = dict[tuple[date, int], "Term"]
MAX_COUNTED = 4096


class Calendar(Protocol):
    """The authority's working calendar. One whose days never change may keep in `counted` what was counted by it."""

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        ...


class PlainWeek:
    """Monday to Friday, no holidays: used only where nobody gives a calendar."""

    counted: ClassVar[Counted] = {}

    def is_working(self, day: date) -> bool:
        """True from Monday to Friday."""
        return day.weekday() < 5


_new, _put = object.__new__, object.__setattr__


@dataclass(frozen=True)
class Term:
    """A term and its reckoning: `skipped` are holidays on weekdays, `extra` working days at weekends.

    `begun_by` names the event it was counted from, in Russian and English; empty: the stage was entered.
    `is_prolonged`: it goes on from an earlier day of the same term, because the case stood still.
    """

    due: date
    start: date
    working_days: int
    # without a default on the class: what is not there yet is read from what was kept (`__getattr__`)
    skipped: tuple[date, ...] = field(default_factory=tuple)
    extra: tuple[date, ...] = field(default_factory=tuple)
    begun_by: tuple[str, ...] = field(default_factory=tuple)
    is_prolonged: bool = field(default_factory=bool)

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        named = {"begun_by": list(self.begun_by)} if self.begun_by else {}
        return {
            "due": self.due.isoformat(),
            "start": self.start.isoformat(),
            "working_days": self.working_days,
            "skipped": [day.isoformat() for day in self.skipped],
            "extra": [day.isoformat() for day in self.extra],
            **named,
            **({"prolonged": True} if self.is_prolonged else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Term:
        """The term written by `to_dict`."""
        return cls(
            date.fromisoformat(data["due"]),
            date.fromisoformat(data["start"]),
            int(data["working_days"]),
            tuple(date.fromisoformat(day) for day in data.get("skipped", ())),
            tuple(date.fromisoformat(day) for day in data.get("extra", ())),
            tuple(data.get("begun_by", ())),
            bool(data.get("prolonged")),
        )

    def __getattr__(self, name: str) -> Any:
        kept = self.__dict__.pop("_kept", None)
        if kept is None:
            raise AttributeError(name)
        self.__dict__.update(self.from_dict(kept).__dict__)
        return getattr(self, name)

    @property
    def texts(self) -> dict[str, str]:
        """How the term was counted, in both languages."""
        count = self.working_days
        days_ru = plural("ru", count, "рабочий день", "рабочих дня", "рабочих дней")
        from_ru, from_en = self.begun_by or (f"{self.start:%d.%m.%Y}",) * 2
        russian = f"{days_ru} со дня {from_ru}"
        english = f"{plural('en', count, 'working day', 'working days')} from {from_en}"
        if self.skipped:
            days = self._listed(self.skipped)
            russian += f", без праздничных ({days})"
            english += f", without the holidays ({days})"
        if self.extra:
            days = self._listed(self.extra)
            russian += f", с рабочими выходными ({days})"
            english += f", with the working weekend days ({days})"
        return {"ru": f"{russian} = {self.due:%d.%m.%Y}", "en": f"{english} = {self.due:%d.%m.%Y}"}

    def _listed(self, days: tuple[date, ...]) -> str:
        """Days of the year the term began in without it, those of another year with it."""
        return ", ".join(f"{day:%d.%m}" if day.year == self.start.year else f"{day:%d.%m.%Y}" for day in days)


def kept_term(data: Mapping[str, Any]) -> Term:
    """As `Term.from_dict`, for what we wrote ourselves: read when somebody asks, which a decision seldom does."""
    term = _new(Term)
    _put(term, "_kept", data)
    return term


def add_working_days(start: date, days: int, calendar: Calendar) -> Term:
    """The day on which the last of so many working days ends. Raises ValueError for an endless holiday."""
    counted: Counted | None = getattr(calendar, "counted", None)
    if counted is None:
        return _counted(start, days, calendar)
    term = counted.get((start, days))
    if term is None:
        if len(counted) >= MAX_COUNTED:
            counted.clear()
        term = counted[start, days] = _counted(start, days, calendar)
    return term


def _counted(start: date, days: int, calendar: Calendar) -> Term:
    day, left, idle, weekday = start, days, 0, start.weekday()
    skipped: list[date] = []
    extra: list[date] = []
    is_working = calendar.is_working
    while left > 0:
        day += DAY
        weekday = 0 if weekday == 6 else weekday + 1
        if is_working(day):
            left -= 1
            idle = 0
            if weekday >= 5:
                extra.append(day)
            continue
        idle += 1
        if idle > MAX_IDLE_DAYS:
            raise ValueError(f"the calendar has no working day in the year before {day}")
        if weekday < 5:
            skipped.append(day)
    return Term(day, start, days, tuple(skipped), tuple(extra))


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Working days after `start` up to and including `end`; 0 when `end` is not later."""
    days = range(1, (end - start).days + 1)
    return sum(calendar.is_working(start + timedelta(days=number)) for number in days)


def days_left(today: date, due: date, calendar: Calendar) -> int:
    """Working days until the term: 0 on its day only, at least 1 before it, below zero (at least -1) after it.

    A term may end on a day off: one of a paper, or one the calendar was changed under.
    """
    if due == today:
        return 0
    if due > today:
        return max(1, working_days_between(today, due, calendar))
    return -max(1, working_days_between(due, today, calendar))


def prolong(due: date, days: int, calendar: Calendar) -> Term:
    """A term moved later by so many working days (the case stood still)."""
    return replace(add_working_days(due, days, calendar), is_prolonged=True)
