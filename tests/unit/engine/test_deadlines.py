"""Terms in working days, and sentences with the right plural."""

from __future__ import annotations

from datetime import date

import pytest

from app.engine.deadlines import PlainWeek, Term, add_working_days, working_days_between
from app.engine.wording import both, fill, plural, unknown_placeholders


class Spring2025:
    """8 March 2025 was moved nowhere; 1, 2, 8 and 9 May rested, Saturday 1 November worked."""

    def is_working(self, day: date) -> bool:
        if day in (date(2025, 5, 1), date(2025, 5, 2), date(2025, 5, 8), date(2025, 5, 9)):
            return False
        return day == date(2025, 11, 1) or day.weekday() < 5


class Never:
    def is_working(self, day: date) -> bool:
        return False


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2025, 1, 22), 1, date(2025, 1, 23)),
        (date(2025, 1, 24), 1, date(2025, 1, 27)),
        (date(2025, 1, 25), 1, date(2025, 1, 27)),
        (date(2025, 1, 22), 15, date(2025, 2, 12)),
        (date(2025, 4, 28), 5, date(2025, 5, 7)),
        (date(2025, 10, 31), 1, date(2025, 11, 1)),
        (date(2025, 1, 22), 0, date(2025, 1, 22)),
    ],
)
def test_a_term_counts_working_days(start: date, days: int, due: date) -> None:
    assert add_working_days(start, days, Spring2025()).due == due


def test_a_term_says_how_it_was_counted() -> None:
    term = add_working_days(date(2025, 4, 28), 5, Spring2025())
    assert term.skipped == (date(2025, 5, 1), date(2025, 5, 2))
    assert (
        term.texts["ru"]
        == "5\u00a0рабочих дней со дня 28.04.2025, без праздничных (01.05, 02.05) = 07.05.2025"
    )
    assert "without the holidays (01.05, 02.05)" in term.texts["en"]
    saturday = add_working_days(date(2025, 10, 31), 1, Spring2025())
    assert "с рабочими выходными (01.11)" in saturday.texts["ru"]
    assert Term.from_dict(term.to_dict()) == term


def test_days_of_another_year_are_told_with_it() -> None:
    term = Term(date(2026, 1, 14), date(2025, 12, 29), 4, skipped=(date(2025, 12, 31), date(2026, 1, 1)))
    assert "без праздничных (31.12, 01.01.2026)" in term.texts["ru"]
    assert "without the holidays (31.12, 01.01.2026)" in term.texts["en"]


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        add_working_days(date(2025, 1, 1), 1, Never())


def test_days_between_and_days_added_agree() -> None:
    for days in range(60):
        due = add_working_days(date(2025, 4, 1), days, PlainWeek()).due
        assert working_days_between(date(2025, 4, 1), due, PlainWeek()) == days
    assert working_days_between(date(2025, 4, 2), date(2025, 4, 1), PlainWeek()) == 0


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "выезд"),
        (2, "выезда"),
        (5, "выездов"),
        (11, "выездов"),
        (21, "выезд"),
        (112, "выездов"),
        (0, "выездов"),
    ],
)
def test_russian_plurals(count: int, words: str) -> None:
    assert plural("ru", count, "выезд", "выезда", "выездов") == f"{count}\u00a0{words}"


def test_a_sentence_is_filled_with_names_and_figures() -> None:
    text = "Нет ответственного у {count:мероприятия|мероприятий|мероприятий} плана: {names}"
    assert (
        fill(text, "ru", False, ("№ 4", "№ 7")) == "Нет ответственного у 2\u00a0мероприятий плана: № 4, № 7"
    )
    assert fill("Выездов: {value}", "ru", 3, ()) == "Выездов: 3"
    assert fill("Срок {value}", "ru", date(2025, 1, 22), ()) == "Срок 22.01.2025"
    assert fill("Не хватает: {names}", "ru", False, ()) == "Не хватает"
    assert both({"ru": "{value}", "en": "{value}"}, None) == {"ru": "неизвестно", "en": "unknown"}
    assert both({"ru": "{value}", "en": "{value}"}, True) == {"ru": "да", "en": "yes"}


def test_names_with_braces_stay_as_they_are() -> None:
    assert fill("{names}", "ru", None, ("{value}",)) == "{value}"


def test_unknown_placeholders_are_found() -> None:
    assert unknown_placeholders("{names} {count} {count:a|b} {value}", "en") == []
    assert unknown_placeholders("{who} {count:a|b} {names:a}", "ru") == ["{who}", "{count:a|b}", "{names:a}"]
