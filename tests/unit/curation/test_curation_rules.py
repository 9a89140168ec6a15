"""Arithmetic of agreements and visits."""

import itertools
from datetime import date

import pytest

from app.curation.rules import (
    AgreementState,
    Signed,
    fitting,
    matched,
    missing,
    number_key,
    periods,
    state_after,
)

BOTH = (Signed("СОШ № 66", True, True), Signed("СОШ № 41", True, True))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("№ 7/2025", " 7/2025 ", True),
        ("12а", "12А", True),
        ("14", "1 4", True),
        ("14", "14/1", False),
    ],
)
def test_two_spellings_of_one_number_are_the_same(one: str, other: str, same: bool) -> None:
    assert (number_key(one) == number_key(other)) is same


def test_signed_needs_the_scan_and_in_force_needs_both_numbers() -> None:
    unnumbered = (Signed("СОШ № 66", True, True), Signed("СОШ № 41", False, True))
    unsigned = (Signed("СОШ № 66", True, True), Signed("СОШ № 41", True, False))
    to_sign = AgreementState.to_sign
    assert state_after(to_sign, BOTH, has_scan=False) == AgreementState.to_sign
    assert state_after(to_sign, unsigned, has_scan=True) == AgreementState.to_sign
    assert state_after(to_sign, unnumbered, has_scan=True) == AgreementState.signed
    assert state_after(to_sign, BOTH, has_scan=True) == AgreementState.in_force


@pytest.mark.parametrize("state", ["draft", "in_force", "expired", "terminated"])
def test_other_states_do_not_move_by_themselves(state: str) -> None:
    assert state_after(AgreementState(state), BOTH, has_scan=True) == state


def test_what_is_missing_is_named() -> None:
    sides = (Signed("СОШ № 66", True, False), Signed("СОШ № 41", False, True))
    assert [str(text) for text in missing(AgreementState.to_sign, sides, has_scan=False)] == [
        "подписи СОШ № 66",
        "номера СОШ № 41",
        "скана подписанного договора",
    ]


def test_periods_cover_the_term_without_gaps_and_overlaps() -> None:
    parts = periods(date(2025, 1, 27), date(2025, 12, 31), 4)
    assert parts[0][0] == date(2025, 1, 27)
    assert parts[-1][1] == date(2025, 12, 31)
    for (_since, until), (since, _until) in itertools.pairwise(parts):
        assert (since - until).days == 1
    assert periods(date(2025, 1, 1), date(2025, 1, 2), 5) == [
        (date(2025, 1, 1), date(2025, 1, 1)),
        (date(2025, 1, 2), date(2025, 1, 2)),
    ]


def test_a_visit_fulfils_its_own_period_or_an_earlier_one_never_a_later_one() -> None:
    planned = [(1, date(2025, 1, 1), date(2025, 3, 31)), (2, date(2025, 4, 1), date(2025, 6, 30))]
    assert fitting(planned, date(2025, 5, 5)) == 2
    assert fitting(planned[:1], date(2025, 5, 5)) == 1
    assert fitting(planned[1:], date(2025, 2, 2)) is None


def test_corrected_recommendations_keep_their_fate() -> None:
    assert matched(["а", "б", "в"], ["в", "а"]) == [2, 0]
    assert matched(["а", "б"], ["а", "б исправлено", "новая"]) == [0, 1, None]
