"""The rule of low results and the proposal of an outcome: truth tables, and a proof against brute force."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.results.rules import (
    Count,
    Outcome,
    Policy,
    Procedure,
    Settings,
    Verdict,
    change,
    incomplete,
    is_low,
    is_measured,
    low_or_unknown,
    propose,
    rounded,
    share,
    signs,
)

RUS, MAT, HIS = (Procedure("oge", s, 9) for s in ("russian", "mathematics", "history"))
LOW, FINE, FEW = Count(10, 3), Count(20, 2), Count(7, 2)


@pytest.mark.parametrize(
    ("participants", "below", "measured", "low"),
    [
        (10, 3, True, True),
        (10, 2, True, False),
        (9, 9, False, False),
        (7, 2, False, False),
        (3, 1, False, False),
        (1000, 299, True, False),
        (1000, 300, True, True),
        (0, 0, False, False),
    ],
)
def test_low_and_measured(participants: int, below: int, measured: bool, low: bool) -> None:
    count = Count(participants, below)
    assert (is_measured(count), is_low(count)) == (measured, low)


def test_not_held_is_neither_low_nor_not_low_and_never_a_zero() -> None:
    absent = Count(0, 0, held=False)
    assert low_or_unknown(absent) is None
    assert share(absent) is None
    assert change(FINE, absent) is None


def test_a_limit_of_the_programme_replaces_the_default() -> None:
    assert is_low(Count(5, 2), Settings(n_min=5))
    assert not is_low(Count(10, 3), Settings(low_percent=40))


@pytest.mark.parametrize(
    ("now", "before", "a", "b", "verdict"),
    [
        ({RUS: LOW, MAT: LOW}, {RUS: FINE, MAT: FINE}, True, False, Verdict.low),
        ({RUS: LOW, MAT: FINE}, {RUS: LOW, MAT: FINE}, False, True, Verdict.low),
        ({RUS: LOW, MAT: FINE}, {RUS: FINE, MAT: LOW}, False, False, Verdict.not_low),
        ({RUS: FINE, MAT: FINE}, {RUS: LOW, MAT: LOW}, False, False, Verdict.not_low),
        # a few participants: they could have been low
        ({RUS: LOW, MAT: FEW}, {RUS: FINE, MAT: FINE}, None, False, Verdict.insufficient),
        ({RUS: FEW}, {RUS: FINE}, False, False, Verdict.not_low),
        ({RUS: Count(3, 1)}, {RUS: LOW}, False, None, Verdict.insufficient),
        ({RUS: FINE, MAT: FEW}, {RUS: FINE, MAT: FINE}, False, False, Verdict.not_low),
        # two are low already: the third cannot change it
        ({RUS: LOW, MAT: LOW, HIS: FEW}, {RUS: FINE, MAT: FINE, HIS: FEW}, True, None, Verdict.low),
        # drawn by lot, not held: not «not low»
        ({RUS: LOW, HIS: Count(0, 0, held=False)}, {RUS: FINE, HIS: LOW}, None, None, Verdict.insufficient),
        ({}, {}, False, False, Verdict.not_low),
    ],
)  # fmt: skip
def test_signs(
    now: dict[Procedure, Count],
    before: dict[Procedure, Count],
    a: bool | None,
    b: bool | None,
    verdict: Verdict,
) -> None:
    found = signs(now, before)
    assert (found.a, found.b, found.verdict) == (a, b, verdict)


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [(Policy.A, Verdict.not_low), (Policy.A_OR_B, Verdict.low), (Policy.A_AND_B, Verdict.not_low)],
)
def test_the_policy_of_the_programme_decides(policy: Policy, verdict: Verdict) -> None:
    found = signs({RUS: LOW}, {RUS: LOW}, Settings(policy=policy))
    assert (found.a, found.b, found.verdict) == (False, True, verdict)


def test_the_procedures_that_caused_a_sign_are_named() -> None:
    found = signs({RUS: LOW, MAT: LOW, HIS: FEW}, {RUS: LOW, MAT: FINE, HIS: FINE})
    assert found.causes_a == tuple(sorted((RUS, MAT)))
    assert found.causes_b == (RUS,)
    assert found.unmeasured == (HIS,)


counts = st.one_of(
    st.just(Count(0, 0, held=False)),
    st.integers(1, 40).flatmap(lambda n: st.integers(0, n).map(lambda low: Count(n, low))),
)
years = st.dictionaries(st.sampled_from([RUS, MAT, HIS]), counts)


@given(years, years, st.sampled_from(list(Policy)))
@settings(max_examples=200)
def test_insufficient_exactly_when_unmeasured_procedures_could_change_the_answer(
    now: dict[Procedure, Count], before: dict[Procedure, Count], policy: Policy
) -> None:
    rule = Settings(policy=policy)
    everything = sorted({*now, *before})
    slots = [(year, p) for year in (0, 1) for p in everything]

    def read(slot: tuple[int, Procedure]) -> bool | None:
        return low_or_unknown((now, before)[slot[0]].get(slot[1]), rule)

    unknown = [s for s in slots if read(s) is None]
    answers = set()
    for guess in product((False, True), repeat=len(unknown)):
        world = dict(zip(unknown, guess, strict=True))
        low = {s: world[s] if s in world else bool(read(s)) for s in slots}
        a = sum(low[0, p] for p in now) >= 2
        b = any(low[0, p] and low[1, p] for p in everything)
        answers.add({Policy.A: a, Policy.A_OR_B: a or b, Policy.A_AND_B: a and b}[policy])
    expected = (
        Verdict.insufficient if len(answers) == 2 else Verdict.low if answers == {True} else Verdict.not_low
    )
    assert signs(now, before, rule).verdict == expected


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_a_rounded_percentage_never_decides(pair: tuple[int, int]) -> None:
    participants, below = pair
    assert is_low(Count(participants, below)) == (participants >= 10 and below * 10 >= participants * 3)


def _proposed(
    now: dict[Procedure, Count], before: dict[Procedure, Count], **known: bool | None
) -> Outcome | None:
    given_: dict[str, bool | None] = {"on_list": False, "high_risk": False, "plan_done": True, **known}
    return propose(
        on_list=given_["on_list"], high_risk=given_["high_risk"], plan_done=given_["plan_done"],
        found=signs(now, before), now=now, before=before,
    ).outcome  # fmt: skip


def test_effective_needs_every_condition_known_and_true() -> None:
    now, before = {RUS: FINE, MAT: FINE}, {RUS: LOW, MAT: LOW}
    assert _proposed(now, before) == Outcome.effective
    for name, bad in (("on_list", True), ("high_risk", True), ("plan_done", False)):
        assert _proposed(now, before, **{name: bad}) == Outcome.positive
        assert _proposed(now, before, **{name: None}) == Outcome.positive


def test_no_change_up_to_five_points_and_not_beyond() -> None:
    before = {RUS: Count(100, 30)}
    for below, outcome in ((25, Outcome.no_change), (35, Outcome.no_change), (24, Outcome.positive),
                           (36, Outcome.negative)):  # fmt: skip
        assert _proposed({RUS: Count(100, below)}, before, on_list=True) == outcome


def test_nothing_is_proposed_when_nothing_can_be_compared() -> None:
    assert _proposed({RUS: FINE}, {MAT: FINE}) is None
    assert _proposed({RUS: Count(0, 0, held=False)}, {RUS: LOW}) is None


def test_print_rounds_halves_away_from_zero() -> None:
    assert str(rounded(share(Count(16, 5)))) == "31.3"
    assert str(rounded(change(Count(1000, 299), Count(1000, 300)))) == "-0.1"
    assert rounded(None) is None


def test_a_procedure_of_one_year_is_incomplete() -> None:
    assert incomplete([RUS, MAT], [MAT, HIS]) == tuple(sorted((RUS, HIS)))
