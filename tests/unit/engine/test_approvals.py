"""Counting a vote: quorum, majority, tie, veto, exclusion, changed content."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from app.engine.answers import Tally
from app.engine.approvals import electorate, tally
from app.engine.context import Voter
from app.engine.elements import Approval, Portion
from app.engine.state import VoteState

NOW = datetime(2025, 1, 22, tzinfo=UTC)
CHOICE = {"+": "for", "-": "against", "0": "abstain"}
TITLES = {"ru": "Голосование", "en": "Vote"}


def approval(**changes: Any) -> Approval:
    rules: dict[str, Any] = {
        "id": "vote",
        "titles": TITLES,
        "voters": ("chair", "member"),
        "quorum": Portion(),
        "tie": "chair",
        "veto": (),
        "four_eyes": False,
        "binds": "paper.hash",
        "opens_after": (),
        "on_no_voters": "refuse",
        "on_pass": (),
        "on_fail": (),
    }
    return Approval(**{**rules, **changes})


def group(size: int) -> tuple[Voter, ...]:
    """The chair is number 0."""
    return tuple(Voter(str(number), f"№ {number}", "member" if number else "chair") for number in range(size))


def votes(signs: str, content: str | None = "h") -> list[VoteState]:
    return [
        VoteState(str(number), CHOICE[sign], content, NOW) for number, sign in enumerate(signs) if sign != "."
    ]


def count(signs: str, rules: Approval | None = None) -> Tally:
    return tally(rules or approval(), votes(signs), group(len(signs)), content_hash="h")


@pytest.mark.parametrize(
    ("signs", "result"),
    [
        ("...", None),
        ("+..", None),
        ("++.", "passed"),
        ("+-.", None),
        ("+-+", "passed"),
        ("--.", "failed"),
        ("+--", "failed"),
        ("++--", "passed"),
        ("--++", "failed"),
        ("0+-", "failed"),
        ("000", "failed"),
        ("+00", "passed"),
        ("+", "passed"),
        ("-", "failed"),
        ("++..", None),
        ("+++.", "passed"),
        ("++-.", None),
        ("+0..", None),
        ("+++..", "passed"),
        ("++0..", None),
        ("+-", "passed"),
        ("-+", "failed"),
    ],
)
def test_decisions_of_the_default_rules(signs: str, result: str | None) -> None:
    assert count(signs).result == result


def test_a_tie_is_the_chairs() -> None:
    assert count("+-").by_chair
    assert not count("+-+").by_chair
    assert count("+-", approval(tie=None)).result == "failed"


TWO_THIRDS = approval(majority=Portion("share", 2, 3), tie=None)


@pytest.mark.parametrize(
    ("signs", "result"),
    [
        ("++.", "passed"),
        ("+0+", "passed"),
        ("+-.", None),
        ("+--", "failed"),
        ("--.", "failed"),
        ("00.", "failed"),
        ("+++-", "passed"),
        ("+++..", None),
        ("++++.", "passed"),
        ("+++--", "failed"),
        ("+++00", "failed"),
        ("+--..", "failed"),
        ("--...", None),
        ("+-", "failed"),
        ("+", "passed"),
    ],
)
def test_a_majority_of_all_who_may_vote(signs: str, result: str | None) -> None:
    """Two thirds of 3 are 2, of 4 three, of 5 four; who abstains is not for it, and no chair breaks a tie."""
    assert count(signs, TWO_THIRDS).result == result
    assert not count(signs, TWO_THIRDS).by_chair


def test_a_majority_may_be_half_and_more_a_number_or_all() -> None:
    half = approval(majority=Portion())
    assert [count(signs, half).result for signs in ("++--", "++00", "+++-")] == ["failed", "failed", "passed"]
    two = approval(majority=Portion("count", count=2))
    assert [count(signs, two).result for signs in ("++...", "++---", "+00")] == [None, "passed", "failed"]
    everybody = approval(majority=Portion("share", 1, 1), veto=("member",))
    assert [count(signs, everybody).result for signs in ("+++", "++0", ".++")] == ["passed", "failed", None]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    "rules",
    [
        approval(),
        TWO_THIRDS,
        approval(majority=Portion("count", count=2)),
        approval(majority=Portion(), veto=("chair",)),
    ],
    ids=["more than against", "two thirds", "two", "half, with a veto"],
)
def test_an_early_decision_is_never_changed_by_later_votes(rules: Approval, size: int) -> None:
    for signs in product("+-0.", repeat=size):
        early = count("".join(signs), rules).result
        if early is None:
            continue
        free = [number for number, sign in enumerate(signs) if sign == "."]
        for rest in product("+-0", repeat=len(free)):
            full = list(signs)
            for number, sign in zip(free, rest, strict=True):
                full[number] = sign
            assert count("".join(full), rules).result == early
        assert sum(sign != "." for sign in signs) > size / 2 or (rules.veto and signs[0] == "-")


@pytest.mark.parametrize("rules", [approval(), TWO_THIRDS], ids=["more than against", "two thirds"])
def test_all_votes_always_decide(rules: Approval) -> None:
    for size in range(1, 6):
        for signs in product("+-0", repeat=size):
            assert count("".join(signs), rules).result in ("passed", "failed")


@pytest.mark.parametrize(
    ("quorum", "eligible", "needed"),
    [
        (Portion(), 5, 3),
        (Portion(), 4, 3),
        (Portion(), 1, 1),
        (Portion("share", 2, 3), 5, 4),
        (Portion("share", 1, 2), 4, 2),
        (Portion("share", 1, 1), 4, 4),
        (Portion("count", count=3), 9, 3),
    ],
)
def test_quorum_counts_people(quorum: Portion, eligible: int, needed: int) -> None:
    assert quorum.needed(eligible) == needed


def test_a_quorum_nobody_can_reach_fails_instead_of_waiting() -> None:
    assert count("++", approval(quorum=Portion("count", count=3))).result == "failed"


def test_a_veto_decides_at_once_and_holds_back_an_early_yes() -> None:
    rules = approval(veto=("chair",))
    assert count("-....", rules).result == "failed"
    assert count(".++++", rules).result is None
    assert count("0++++", rules).result == "passed"


def test_votes_for_another_content_do_not_count() -> None:
    mixed = [*votes("+", "old"), *votes(".+")]
    result = tally(approval(), mixed, group(3), content_hash="h")
    assert (result.votes_for, result.void, result.result) == (1, 1, None)
    assert [voter.id for voter in result.missing] == ["0", "2"]


def test_votes_of_outsiders_do_not_count() -> None:
    result = tally(approval(), votes("..+"), group(2), content_hash="h")
    assert result.voted == 0


def test_the_excluded_leave_the_count() -> None:
    people = (Voter("0", "А", "chair", "конфликт интересов"), *group(3)[1:])
    rules = approval(four_eyes=True)
    eligible, excluded = electorate(rules, people, frozenset({"1"}))
    assert [voter.id for voter in eligible] == ["2"]
    assert [(voter.id, voter.excluded) for voter in excluded] == [
        ("0", "конфликт интересов"),
        ("1", "author"),
    ]
    assert electorate(approval(), people, frozenset({"1"}))[0] == people[1:]


def test_when_nobody_is_left_the_named_role_votes() -> None:
    people = (Voter("0", "А", "chair", "директор этой школы"), Voter("9", "Р", "head"))
    assert electorate(approval(), people)[0] == ()
    rules = approval(on_no_voters="head")
    assert [voter.id for voter in electorate(rules, people)[0]] == ["9"]
    result = tally(rules, [VoteState("9", "for", "h", NOW)], people, content_hash="h")
    assert result.result == "passed"
    assert electorate(rules, (*people, Voter("1", "Б", "member")))[0][0].id == "1"


def test_whoever_has_two_roles_is_looked_for_in_the_one_that_decides_more() -> None:
    """The order in which the file names the voters takes neither the veto nor the casting vote away."""
    rules = approval(voters=("member", "chair", "head"), tie="chair", veto=("head",), on_no_voters="clerk")
    assert rules.asked == ("head", "chair", "member", "clerk")
    assert approval(voters=("member", "chair")).asked == ("chair", "member")
