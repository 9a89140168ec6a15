"""Filling the calendar and correcting its days. Whoever calls writes the history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.calendar import holidays_ru
from app.calendar.models import CalendarDay
from app.calendar.queries import days_of, forget, is_filled, within
from app.calendar.rules import DayInput, Difference, WorkingCalendar, differences
from app.core.errors import Invalid, Stale, check_version
from app.core.i18n import _
from app.core.unit_of_work import Work

FIRST_YEAR, LAST_YEAR = 2024, 2027  # known transfers at the time of this release
EARLIEST, LATEST = 2000, 2100
# Of a year: with fewer somebody took the columns for one another, and terms would find no end.
FEWEST_WORKING = 100


@dataclass(frozen=True)
class YearPlan:
    """What an import would make of a year; `basis` names the state of the year it was compared with."""

    year: int
    days: tuple[DayInput, ...]
    changes: tuple[Difference, ...]
    basis: str


def prefill(work: Work, years: Iterable[int] = range(FIRST_YEAR, LAST_YEAR + 1)) -> dict[int, int]:
    """Enter the Russian holidays with their transfers; the answer counts the new days of each year.

    A filled year is left alone: somebody may have corrected it. Of one that was only begun the days that are
    entered stay as they are.
    """
    added: dict[int, int] = {}
    for year in years:
        if not EARLIEST <= year <= LATEST:
            raise Invalid(_("The calendar is kept for the years %(a)s–%(b)s.", a=EARLIEST, b=LATEST))
        if is_filled(work.session, year):
            continue
        entered = {day.date for day in days_of(work.session, year)}
        new = [
            CalendarDay(date=day, is_working=works, title=title)
            for day, (works, title) in holidays_ru.days_of(year).items()
            if day not in entered
        ]
        work.session.add_all(new)
        work.session.flush()  # the next year's question and the terms of this transaction must see them
        if new:
            added[year] = len(new)
    forget(work.session)
    return added


def plan_year(work: Work, year: int, days: Iterable[DayInput]) -> YearPlan:
    """What would change if these days became the year's exceptions; nothing is written. Raises Invalid."""
    wanted = tuple(day for day in days if day.says_something)
    if not EARLIEST <= year <= LATEST or any(day.date.year != year for day in wanted):
        raise Invalid(_("The calendar is kept for the years %(a)s–%(b)s.", a=EARLIEST, b=LATEST))
    calendar = WorkingCalendar({day.date: day.is_working for day in wanted})
    works = sum(calendar.is_working(date(year, 1, 1) + timedelta(number)) for number in range(365))
    if works < FEWEST_WORKING:
        raise Invalid(
            _(
                "With these days %(year)s would have only %(n)s working days: correct the list.",
                year=year,
                n=works,
            )
        )
    present = days_of(work.session, year)
    return YearPlan(year, wanted, tuple(differences(present, wanted)), _basis(present))


def replace_year(work: Work, plan: YearPlan, basis: str) -> int:
    """Make the year's exceptions what the plan says; the answer is how many days changed.

    Raises Stale when the year was changed after the plan had been shown.
    """
    stale = Stale(_("The calendar of %(year)s was changed meanwhile. Send the file again.", year=plan.year))
    query = select(CalendarDay).where(within(plan.year)).with_for_update()
    rows = {row.date: row for row in work.session.scalars(query.execution_options(populate_existing=True))}
    # after the lock: whoever held it may have changed the year while we waited
    if _basis(days_of(work.session, plan.year)) != basis:
        raise stale
    for change in plan.changes:
        row = rows.get(change.date)
        if change.new is None:
            if row is not None:
                work.session.delete(row)
        elif row is None:
            new = change.new
            work.session.add(CalendarDay(date=new.date, is_working=new.is_working, title=new.title))
        else:
            row.is_working, row.title = change.new.is_working, change.new.title
    try:
        work.session.flush()  # terms counted later in this transaction must see the days
    except IntegrityError as error:  # a day that was not there to be locked
        raise stale from error
    forget(work.session)
    return len(plan.changes)


def _basis(days: Iterable[DayInput]) -> str:
    text = json.dumps([[day.date.isoformat(), day.is_working, day.title] for day in days])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def add_day(work: Work, given: DayInput) -> CalendarDay:
    """Enter one exception. Raises Invalid when the day is there already or far off."""
    _check(work, given, None)
    row = CalendarDay(date=given.date, is_working=given.is_working, title=given.title)
    work.session.add(row)
    work.session.flush()  # terms counted later in this transaction must see the day
    forget(work.session)
    return row


def edit_day(
    work: Work, row: CalendarDay, given: DayInput, expected_version: int
) -> dict[str, dict[str, object]]:
    """Correct a day; the answer is {field: {old, new}} for the history.

    Raises Stale when somebody was faster, Invalid as `add_day`.
    """
    check_version(row.version, expected_version)
    _check(work, given, row)
    changes: dict[str, dict[str, object]] = {}
    for name in ("date", "is_working", "title"):
        old, new = getattr(row, name), getattr(given, name)
        if old != new:
            changes[name] = {"old": old, "new": new}
            setattr(row, name, new)
    work.session.flush()  # as above
    forget(work.session)
    return changes


def remove_day(work: Work, row: CalendarDay) -> None:
    """The day follows the week again."""
    work.session.delete(row)
    work.session.flush()  # as above
    forget(work.session)


def _check(work: Work, given: DayInput, row: CalendarDay | None) -> None:
    if not EARLIEST <= given.date.year <= LATEST:
        raise Invalid(
            fields={"date": _("The calendar is kept for the years %(a)s–%(b)s.", a=EARLIEST, b=LATEST)}
        )
    same = work.session.scalars(select(CalendarDay).where(CalendarDay.date == given.date)).first()
    if same is not None and same is not row:
        raise Invalid(fields={"date": _("This day is in the calendar already: %(title)s", title=same.title)})
