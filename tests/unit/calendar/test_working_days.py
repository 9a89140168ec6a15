"""The Russian years as the government moved them, and counting between days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.calendar.holidays_ru import days_of
from app.calendar.rules import WorkingCalendar
from app.engine.deadlines import add_working_days, working_days_between


def calendar(*years: int) -> WorkingCalendar:
    return WorkingCalendar({day: works for year in years for day, (works, _title) in days_of(year).items()})


RUSSIA = calendar(2024, 2025, 2026)


@pytest.mark.parametrize("day", [date(2024, 4, 27), date(2024, 11, 2), date(2024, 12, 28), date(2025, 11, 1)])
def test_transferred_saturdays_are_worked(day: date) -> None:
    assert day.weekday() == 5
    assert RUSSIA.is_working(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 5, 2), date(2025, 5, 8), date(2025, 5, 9), date(2025, 6, 12), date(2025, 6, 13),
        date(2025, 11, 3), date(2025, 11, 4), date(2026, 3, 9), date(2026, 5, 11),
    ],
)  # fmt: skip
def test_holidays_and_days_off_moved_to_weekdays_are_free(day: date) -> None:
    assert day.weekday() < 5
    assert not RUSSIA.is_working(day)


def test_the_winter_rest_of_2026_lasts_from_31_december_to_11_january() -> None:
    days = [date(2025, 12, 31) + timedelta(days=n) for n in range(12)]
    assert not any(RUSSIA.is_working(day) for day in days)
    assert RUSSIA.is_working(date(2025, 12, 30))
    assert RUSSIA.is_working(date(2026, 1, 12))


def test_working_days_of_2025_are_247_and_of_2026_too() -> None:
    def count(year: int) -> int:
        return working_days_between(date(year - 1, 12, 31), date(year, 12, 31), RUSSIA)

    assert (count(2024), count(2025), count(2026)) == (248, 247, 247)


def test_a_working_saturday_says_where_its_rest_went() -> None:
    assert days_of(2025)[date(2025, 11, 1)] == (True, "Рабочий день (выходной перенесён на 03.11.2025)")


def test_without_exceptions_the_week_decides() -> None:
    plain = WorkingCalendar()
    assert [plain.is_working(date(2025, 1, 6) + timedelta(days=n)) for n in range(7)] == [True] * 5 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("a", "b", "days"),
    [
        (date(2025, 10, 31), date(2025, 10, 31), 0),
        (date(2025, 10, 31), date(2025, 11, 1), 1),
        (date(2025, 10, 31), date(2025, 11, 5), 2),
        (date(2025, 12, 30), date(2026, 1, 12), 1),
        (date(2026, 1, 12), date(2025, 12, 30), 0),
        (date(2025, 1, 9), date(2025, 1, 12), 1),
    ],
)
def test_working_days_between(a: date, b: date, days: int) -> None:
    assert working_days_between(a, b, RUSSIA) == days


def test_the_engine_counts_with_this_calendar_and_tells_what_it_skipped() -> None:
    term = add_working_days(date(2025, 4, 30), 5, RUSSIA)
    assert term.due == date(2025, 5, 13)
    assert date(2025, 5, 8) in term.skipped
