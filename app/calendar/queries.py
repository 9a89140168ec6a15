"""The calendar in force, and the years it does not know yet."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, extract, func, select
from sqlalchemy.orm import Session

from app.access.scopes import as_system
from app.calendar.models import CalendarDay
from app.calendar.rules import DayInput, WorkingCalendar, is_late_for_next_year

_KEPT = "working_calendar"
_FEWEST = 8  # the days of the New Year holidays: a year with fewer days off was begun by somebody, not filled


def working_calendar(session: Session) -> WorkingCalendar:
    """All exceptions, read once per transaction: what a colleague changes counts from the next one on."""
    transaction: Any = session.get_transaction()
    kept = session.info.get(_KEPT)
    if kept is not None and transaction is not None and kept[0] is transaction:
        calendar: WorkingCalendar = kept[1]
        return calendar
    with as_system(session):  # days are nobody's secret, and terms are also counted before anyone logs in
        days = session.execute(select(CalendarDay.date, CalendarDay.is_working)).all()
    calendar = WorkingCalendar({row.date: row.is_working for row in days})
    session.info[_KEPT] = (session.get_transaction(), calendar)
    return calendar


def forget(session: Session) -> None:
    """The days were changed in this very transaction: read them anew."""
    session.info.pop(_KEPT, None)


def within(year: int) -> ColumnElement[bool]:
    """The condition «the day is of this year»."""
    return CalendarDay.date.between(date(year, 1, 1), date(year, 12, 31))


def days_of(session: Session, year: int) -> list[DayInput]:
    """The exceptions entered for a year, by date."""
    rows = session.scalars(select(CalendarDay).where(within(year)).order_by(CalendarDay.date))
    return [DayInput(row.date, row.is_working, row.title) for row in rows]


def is_filled(session: Session, year: int) -> bool:
    """Whether the year's holidays are entered; a day or two entered by hand are not a calendar yet."""
    days_off = select(func.count()).where(within(year), CalendarDay.is_working.is_(False))
    return (session.scalar(days_off) or 0) >= _FEWEST


def filled(year: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The condition «the holidays of the year are entered», for a year that a row names."""
    days_off = select(func.count(CalendarDay.id)).where(
        extract("year", CalendarDay.date) == year, CalendarDay.is_working.is_(False)
    )
    return days_off.scalar_subquery() >= _FEWEST


def missing_years(session: Session, today: date) -> list[int]:
    """This year and the next, as far as they are not filled: terms there know only weekends."""
    return [year for year in (today.year, today.year + 1) if not is_filled(session, year)]


def years_to_fill(session: Session, today: date) -> list[int]:
    """Those of them it is time to fill: this year at once, the next one from November on."""
    return [
        year for year in missing_years(session, today) if year == today.year or is_late_for_next_year(today)
    ]
