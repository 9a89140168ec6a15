"""Numbers of the journal: formed, read, sorted, and every gap told."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.documents.numbering import (
    Gap,
    GapReason,
    RegisterNumber,
    SeriesKey,
    clean_index,
    gaps,
    holes,
    next_number,
    parse_number,
    unexplained,
)


@pytest.mark.parametrize(
    ("text", "number", "suffix"),
    [
        ("12", 12, ""),
        ("№ 12-оп", 12, ""),
        ("№\u00a012-ОП", 12, ""),
        ("12‑оп", 12, ""),
        ("45/1", 45, "/1"),
        ("45/1-оп", 45, "/1"),
        ("45 / 01", 45, "/1"),
        ("12а", 12, "а"),
        ("12А-оп", 12, "а"),
        (" 7 ", 7, ""),
    ],
)
def test_numbers_as_people_type_them(text: str, number: int, suffix: str) -> None:
    assert parse_number(text, "-оп") == RegisterNumber(number, suffix)


@pytest.mark.parametrize("text", ["", "  ", "№", "-оп"])
def test_an_empty_number_is_asked_for(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_number(text, "-оп")
    assert str(refused.value) == "Впишите номер."


@pytest.mark.parametrize(
    "text", ["оп", "0", "-1", "12-к", "12аб", "1/2/3", "12/0", "1234567", "１２", "12a", "12.5"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_number(text, "-оп")


def test_numbers_are_printed_with_their_index() -> None:
    assert RegisterNumber(12).printed("-оп") == "12-оп"
    assert RegisterNumber(45, "/1").printed("оп") == "45/1-оп"
    assert RegisterNumber(12, "а").printed("-оп") == "12а-оп"
    assert RegisterNumber(7).printed() == "7"


def test_order_of_the_journal() -> None:
    wanted = ["9", "10", "10а", "10ё", "10ж", "10/1", "10/2", "10/10", "11"]
    numbers = [parse_number(text) for text in reversed(wanted)]
    assert [str(number) for number in sorted(numbers)] == wanted


@given(
    st.integers(1, 999_999),
    st.sampled_from(["", "а", "ё", "я", "/1", "/9999"]),
    st.sampled_from(["", "-оп", "-к/2"]),
)
def test_what_is_printed_can_be_read(number: int, suffix: str, index: str) -> None:
    value = RegisterNumber(number, suffix)
    assert parse_number(value.printed(index), index) == value


@pytest.mark.parametrize(
    ("number", "suffix"), [(0, ""), (1_000_000, ""), (1, "z"), (1, "/"), (1, "/0"), (1, "аб")]
)
def test_wrong_parts_are_refused(number: int, suffix: str) -> None:
    with pytest.raises(Invalid):
        RegisterNumber(number, suffix)


def test_series_start_anew_each_year() -> None:
    old = SeriesKey.on(1, "order", "ОП", date(2025, 12, 31))
    assert old == SeriesKey(1, "order", "-оп", 2025)
    assert SeriesKey.on(1, "order", "-оп", date(2026, 1, 1)) != old
    assert str(old) == "1:order:-оп:2025"


def test_index() -> None:
    assert clean_index("") == ""
    assert clean_index(" –ОП ") == "-оп"
    with pytest.raises(Invalid):
        clean_index("о п!")


def test_gaps_of_the_demo_journal() -> None:
    explained = [Gap(1, 11, GapReason.not_entered)]
    found = gaps([12, 15], [*explained, Gap(13, 13, GapReason.annulled)])
    assert [(str(gap), gap.reason) for gap in found] == [
        ("1–11", GapReason.not_entered),
        ("13", GapReason.annulled),
        ("14", None),
    ]
    assert [str(gap) for gap in unexplained([12, 15], explained)] == ["13–14"]


def test_counter_past_the_last_number_is_a_gap() -> None:
    assert [str(gap) for gap in gaps([1], [], counter=3)] == ["2–3"]
    assert gaps([], []) == []


RANGES = st.lists(
    st.builds(
        lambda a, b: Gap(min(a, b), max(a, b), GapReason.not_entered), st.integers(1, 60), st.integers(1, 60)
    ),
    max_size=5,
)


@given(st.sets(st.integers(1, 60)), RANGES, st.integers(0, 80))
def test_used_and_gaps_cover_the_series(used: set[int], explained: list[Gap], counter: int) -> None:
    covered = [n for gap in gaps(used, explained, counter) for n in range(gap.first, gap.last + 1)]
    assert sorted([*covered, *(n for n in used if n <= counter)]) == list(range(1, counter + 1))
    told = {n for gap in explained for n in range(gap.first, gap.last + 1)}
    left = [n for gap in unexplained(used, explained, counter) for n in range(gap.first, gap.last + 1)]
    assert left == [n for n in range(1, counter + 1) if n not in used | told]


def test_a_gap_of_a_billion_numbers_is_one_range() -> None:
    assert [str(gap) for gap in unexplained([5], [], 10**9)] == ["1–4", "6–1000000000"]
    assert holes([(2, 10**9)], 1, 10**9 + 1) == [(1, 1), (10**9 + 1, 10**9 + 1)]


def test_the_next_number_steps_over_numbers_above_the_counter() -> None:
    assert next_number(12, {13, 14, 999}) == RegisterNumber(15)
    assert next_number(998, {999}) == RegisterNumber(1000)


def test_counter_never_goes_back() -> None:
    assert next_number(12) == RegisterNumber(13)
