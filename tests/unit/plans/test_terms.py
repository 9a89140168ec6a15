"""Terms as people write them are understood, or nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plans.terms import Recurrence, Term, parse_term

STARTS, ENDS = date(2025, 1, 9), date(2025, 12, 31)
M, Q, W, ONCE = Recurrence.monthly, Recurrence.quarterly, Recurrence.weekly, Recurrence.once


@pytest.mark.parametrize(
    ("text", "first", "last", "repeats"),
    [
        ("до 15.02.2025", STARTS, date(2025, 2, 15), ONCE),
        ("До 15.02.2025 г.", STARTS, date(2025, 2, 15), ONCE),
        ("не позднее 1 марта 2025 года", STARTS, date(2025, 3, 1), ONCE),
        ("15.02.25", date(2025, 2, 15), date(2025, 2, 15), ONCE),
        ("14 марта", date(2025, 3, 14), date(2025, 3, 14), ONCE),
        ("I квартал", date(2025, 1, 1), date(2025, 3, 31), ONCE),
        ("I – II кварталы 2025 года", date(2025, 1, 1), date(2025, 6, 30), ONCE),
        ("4 квартал", date(2025, 10, 1), date(2025, 12, 31), ONCE),
        ("в течение III квартала", date(2025, 7, 1), date(2025, 9, 30), ONCE),
        ("1 полугодие", date(2025, 1, 1), date(2025, 6, 30), ONCE),
        ("ежемесячно", STARTS, ENDS, M),
        ("ежемесячно, февраль – сентябрь", date(2025, 2, 1), date(2025, 9, 30), M),
        ("1 раз в квартал", STARTS, ENDS, Q),
        ("ежеквартально (январь – сентябрь)", date(2025, 1, 1), date(2025, 9, 30), Q),
        ("еженедельно, с 03.02.2025 по 28.03.2025", date(2025, 2, 3), date(2025, 3, 28), W),
        ("в течение года", STARTS, ENDS, ONCE),
        ("в течении года", STARTS, ENDS, ONCE),
        ("постоянно", STARTS, ENDS, ONCE),
        ("январь – сентябрь", date(2025, 1, 1), date(2025, 9, 30), ONCE),
        ("январь-сентябрь 2025 г.", date(2025, 1, 1), date(2025, 9, 30), ONCE),
        ("с января по май", date(2025, 1, 1), date(2025, 5, 31), ONCE),
        ("декабрь 2024 – февраль 2025", date(2024, 12, 1), date(2025, 2, 28), ONCE),
        ("март 2025 г.", date(2025, 3, 1), date(2025, 3, 31), ONCE),
        ("в мае", date(2025, 5, 1), date(2025, 5, 31), ONCE),
        ("март, апрель", date(2025, 3, 1), date(2025, 4, 30), ONCE),
        ("до конца марта", STARTS, date(2025, 3, 31), ONCE),
        ("до марта", STARTS, date(2025, 2, 28), ONCE),
        ("до конца года", STARTS, date(2025, 12, 31), ONCE),
        ("10–14 марта 2025", date(2025, 3, 10), date(2025, 3, 14), ONCE),
        ("03.02.2025 – 28.03.2025", date(2025, 2, 3), date(2025, 3, 28), ONCE),
        ("03.02 - 28.03", date(2025, 2, 3), date(2025, 3, 28), ONCE),
        ("2025 год", date(2025, 1, 1), date(2025, 12, 31), ONCE),
    ],
)  # fmt: skip
def test_a_term_is_understood(text: str, first: date, last: date, repeats: Recurrence) -> None:
    assert parse_term(text, STARTS, ENDS) == Term(first, last, repeats)


@pytest.mark.parametrize(
    "text",
    ["", "по мере необходимости", "в течение месяца со дня подписания", "31 февраля 2025", "до 45.13.2025", "скоро",
     "28.03.2025 – 03.02.2025", "5 квартал", "по графику", "с марта"],
)  # fmt: skip
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    assert parse_term(text, STARTS, ENDS) is None


@given(st.text(max_size=60))
def test_any_text_gives_a_term_in_order_or_nothing(text: str) -> None:
    term = parse_term(text, STARTS, ENDS)
    assert term is None or term.starts <= term.ends


def test_a_monthly_term_falls_due_at_the_end_of_each_month() -> None:
    term = Term(date(2025, 2, 10), date(2025, 4, 15), M)
    assert term.occurrences() == (date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 15))


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(0, 800), st.sampled_from(list(Recurrence)))
def test_occurrences_stand_in_order_within_the_term_and_end_with_it(
    first: date, days: int, repeats: Recurrence
) -> None:
    last = date.fromordinal(first.toordinal() + days)
    found = Term(first, last, repeats).occurrences()
    assert list(found) == sorted(set(found))
    assert found[-1] == last
    assert first <= found[0]
