"""Whether conditions exclude one another and leave no case out: the answer is that of trying very many values."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.checking.choices import PASSED, Case, Room, TooMany, both, ever, in_words, neither
from app.engine.checking.fact_kinds import FactKind
from app.engine.guards import Expression, kind_of
from app.engine.reading.conditions import parse

DAY = date(2025, 1, 22)
NUMBERS = list(range(-3, 9))
DAYS = [DAY + timedelta(days=number) for number in range(-3, 6)]
TEXTS = ["x", "y", "z", "w"]
# fact → every value it is tried with by brute force; more than what lies around the written ones
WORLD: dict[str, list[Any]] = {
    "p.n": NUMBERS, "p.m": NUMBERS, "p.yes": [True, False], "p.no": [True, False], "p.kind": TEXTS, "p.day": DAYS,
}  # fmt: skip
ATOMS = [
    *(f"p.n {sign} {number}" for sign in ("=", "!=", "<", "<=", ">", ">=") for number in (0, 2, 3, 5)),
    *(f"p.m {sign} {number}" for sign in ("=", "<", ">=") for number in (1, 3)),
    *(f"p.n {sign} p.m" for sign in ("=", "!=", "<", "<=", ">", ">=")),
    "p.n in [1, 3, 4]", "p.n not in [2, 3]", "p.yes", "p.no", "p.yes = p.no", "p.yes != true",
    'p.kind = "x"', 'p.kind != "y"', 'p.kind in ["x", "y"]', 'p.kind not in ["x", "y", "z"]',
    *(f"p.day {sign} 2025-01-2{number}" for sign in ("=", "<", ">=") for number in (1, 3)),
]  # fmt: skip
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=4,
)
NO_VOTE, VOTE = Room(votes=False), Room(votes=True)


def cases(*parsed: Expression) -> Any:
    """Every combination of values of the facts asked about."""
    names = sorted({name for one in parsed for name in one.names()})
    for values in product(*(WORLD[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def few(*parsed: Expression) -> bool:
    size = 1
    for name in {name for one in parsed for name in one.names()}:
        size *= len(WORLD[name])
    return size <= 4_000


@settings(max_examples=400, deadline=None)
@given(conditions, conditions)
def test_two_conditions_meet_when_some_value_says_so(first: str, second: str) -> None:
    one, other = parse(first), parse(second)
    if not few(one, other):
        return
    wanted = any(one.truth(case.get) and other.truth(case.get) for case in cases(one, other))
    found = both([one], [other], NO_VOTE)
    assert (found is not None) is wanted, (first, second, found)
    if found is not None:  # the example is one, whatever the facts it leaves out may be
        assert one.truth(found.get) is True
        assert other.truth(found.get) is True


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=3))
def test_a_case_is_left_out_when_some_value_says_so(texts: list[str]) -> None:
    parsed = [parse(text) for text in texts]
    if not few(*parsed):
        return
    wanted = any(all(one.truth(case.get) is False for one in parsed) for case in cases(*parsed))
    found = neither([[one] for one in parsed], NO_VOTE)
    assert (found is not None) is wanted, (texts, found)
    if found is not None:
        assert all(one.truth(found.get) is False for one in parsed)


@settings(max_examples=200, deadline=None)
@given(conditions)
def test_a_condition_can_hold_when_some_value_says_so(text: str) -> None:
    one = parse(text)
    if few(one):
        assert (ever([one], NO_VOTE) is not None) is any(one.truth(case.get) for case in cases(one))


def met(first: str, second: str, room: Room = NO_VOTE) -> str | None:
    case = both([parse(first)], [parse(second)], room)
    return None if case is None else in_words(case)


def left_out(*texts: str, room: Room = NO_VOTE) -> str | None:
    case = neither([[parse(text)] for text in texts], room)
    return None if case is None else in_words(case)


@pytest.mark.parametrize(
    ("first", "second", "example"),
    [
        ("plans.items >= 3", "plans.items < 3", None),
        ("plans.items >= 3", "plans.items <= 3", "plans.items = 3"),
        ("plans.items > 2", "plans.items < 3", None),  # facts are whole numbers
        ("plans.items > 2.5", "plans.items < 3", "plans.items = 2.75"),  # unless a fraction is written
        ("a.x = b.y", "a.x != b.y", None),
        ("a.x < b.y and b.y < c.z and c.z < 3 and a.x > 0", "c.z = 2", None),
        ("a.x < b.y and b.y < c.z and c.z <= 3 and a.x > 0", "c.z = 3", "a.x = 1, b.y = 2, c.z = 3"),
        ('k.x in ["a", "b"]', 'k.x not in ["a"]', 'k.x = "b"'),
        ("k.x = 1 or k.y = 2", 'k.x = "a"', 'k.x = "a", k.y = 2'),
        ("d.day >= 2025-01-22", "d.day < 2025-01-23", "d.day = 2025-01-22"),
        ("a.b", "c.d", "a.b = true, c.d = true"),
        ("stage.round < 2", "stage.round != 1", None),
        ("approval.passed", "approval.failed", None),
        ("approval.passed", "a.b", "a.b = true, approval.passed = true"),
    ],
)
def test_an_example_tells_only_what_matters(first: str, second: str, example: str | None) -> None:
    assert met(first, second, VOTE) == example


def test_a_vote_is_passed_failed_or_under_way() -> None:
    assert met("approval.passed", "a.b", NO_VOTE) is None
    assert met("not approval.passed", "not approval.failed", VOTE) is not None  # while it goes on
    assert left_out("approval.passed", "approval.failed", room=VOTE) is None  # meanwhile people act
    assert left_out("approval.passed and a.b", "approval.passed and not a.b", room=VOTE) is None
    assert left_out("approval.passed", "approval.failed and a.b", room=VOTE) == (
        "a.b = false, approval.passed = false"
    )


def test_what_only_the_unknown_leaves_out_is_covered() -> None:
    assert left_out("a.b", "not a.b") is None
    assert left_out("a.n >= 3", "a.n <= 2") is None
    assert left_out("a.n > 3", "a.n < 3") == "a.n = 3"
    assert left_out('a.k = "x"', 'a.k = "y"') == 'a.k = "other"'


def test_a_fact_that_says_only_so_much_leaves_nothing_else_out() -> None:
    closed = Room(votes=False, kinds={"a.k": FactKind("text", ("x", "y")), "a.n": FactKind("number")})
    assert left_out('a.k = "x"', 'a.k = "y"', room=closed) is None
    assert left_out('a.k = "x"', "a.n > 3", room=closed) == 'a.k = "y", a.n = 2'
    assert met('a.k != "x"', 'a.k != "y"', closed) is None
    assert met('a.k != "x"', 'a.k != "y"', NO_VOTE) == 'a.k = "other"'


def test_a_count_is_never_below_nothing() -> None:
    kinds = {name: FactKind("number", least=0) for name in ("a.n", "b.n")}
    counts = Room(votes=False, kinds=kinds)
    assert left_out("a.n = 0", "a.n > 0", room=counts) is None
    assert left_out("a.n = 0", "a.n > 0") == "a.n = -1"
    assert left_out("a.n = 1", "a.n > 1", room=counts) == "a.n = 0"
    assert left_out("a.n > -7", "b.n < -7", room=counts) is None
    for never in ("a.n < 0", "a.n = -5", "a.n <= -0.5", "a.n < b.n and b.n < 1", "a.n in [-1, -2]"):
        assert ever([parse(never)], counts) is None, never
    for sometimes in (
        "a.n >= -5",
        "a.n < b.n and b.n < 2",
        "a.n != -5 and b.n != -5 and a.n != b.n",
        "a.n < 0.5",
    ):
        assert ever([parse(sometimes)], counts) is not None, sometimes


def test_more_than_anybody_can_oversee_is_given_up() -> None:
    wide = " and ".join(f"(a.f{'x' * n} or b.f{'x' * n} or c.f{'x' * n} = 1)" for n in range(9))
    tight = " and ".join(f"(not a.f{'x' * n} or c.f{'x' * n} > 1)" for n in range(9))
    # eight pigeons in seven holes, and no two together
    holes = [parse(f'p.p{"x" * n} in ["a", "b", "c", "d", "e", "f", "g"]') for n in range(8)]
    apart = [parse(f"p.p{'x' * n} != p.p{'x' * m}") for n in range(8) for m in range(n)]
    assert both([parse(wide)], [parse(tight)], NO_VOTE) is not None
    with pytest.raises(TooMany):
        both(holes, apart, NO_VOTE)


@settings(max_examples=150, deadline=None)
@given(conditions, conditions, st.dictionaries(st.sampled_from(sorted(WORLD)), st.none(), max_size=3))
def test_unknown_facts_bring_no_conditions_together_that_exclude_one_another(
    first: str, second: str, unknown: Case
) -> None:
    one, other = parse(first), parse(second)
    if few(one, other) and both([one], [other], NO_VOTE) is None:
        for case in cases(one, other):
            case.update({name: None for name in unknown if name in case})
            assert not (one.truth(case.get) is True and other.truth(case.get) is True)


def test_values_are_tried_in_the_kind_they_are_compared_in() -> None:
    case = ever([parse('a.x = "one" and a.y = 1 and a.z = 2025-01-22 and approval.passed')], VOTE)
    assert case is not None
    assert {name: kind_of(value) for name, value in case.items()} == {
        "a.x": "text", "a.y": "number", "a.z": "day", PASSED: "bool"
    }  # fmt: skip
