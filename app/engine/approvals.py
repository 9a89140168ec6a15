"""Counting a group's vote: quorum, majority, the chair's tie-break, veto, four eyes.

A decision is made as soon as enough have voted and the votes still missing could not change it; or when all
have voted. Votes for an earlier content do not count. Abstentions count for the quorum only.
Where a `majority` of those who may vote is asked for, who abstains is not for it; nobody breaks a tie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.engine.answers import Tally
from app.engine.context import Voter
from app.engine.elements import Approval
from app.engine.records import replace
from app.engine.state import VoteState

AUTHOR = {"ru": "автор документа не голосует за него", "en": "the author does not vote on his own paper"}


def electorate(
    approval: Approval, voters: Iterable[Voter], authors: frozenset[str] = frozenset()
) -> tuple[tuple[Voter, ...], tuple[Voter, ...]]:
    """Who may vote and who of the group may not; with nobody left, the role of `on_no_voters` votes."""
    everybody = tuple({voter.id: voter for voter in voters}.values())

    def split(roles: tuple[str, ...]) -> tuple[tuple[Voter, ...], tuple[Voter, ...]]:
        may: list[Voter] = []
        may_not: list[Voter] = []
        for voter in everybody:
            if voter.role not in roles:
                continue
            if voter.excluded is None and approval.four_eyes and voter.id in authors:
                voter = replace(voter, excluded="author")
            (may if voter.excluded is None else may_not).append(voter)
        return tuple(may), tuple(may_not)

    eligible, excluded = split(approval.voters)
    if not eligible and approval.fallback:
        eligible, others = split((approval.fallback,))
        excluded = excluded + others
    return eligible, excluded


def asked_of(approval: Approval, voters: Sequence[Voter], eligible: int) -> tuple[int, int | None]:
    """How many of so many eligible must vote, and be for (None: more than against), when these are the ones who vote.

    A number asked of the group is not asked of whoever votes in its place: alone he could never adopt anything.
    """
    needed, majority = approval.quorum.needed(eligible), approval.needed_for(eligible)
    if voters and all(voter.role == approval.fallback for voter in voters):
        return min(needed, eligible), None if majority is None else min(majority, eligible)
    return needed, majority


def tally(
    approval: Approval,
    votes: Iterable[VoteState],
    voters: Iterable[Voter],
    authors: frozenset[str] = frozenset(),
    content_hash: str | None = None,
) -> Tally:
    """Count the votes given for this content by those who may vote."""
    eligible, excluded = electorate(approval, voters, authors)
    valid: dict[str, str] = {}
    void = 0
    may = {voter.id for voter in eligible}
    for vote in votes:
        if vote.void or vote.content_hash != content_hash:
            void += 1
        elif vote.voter in may:
            valid[vote.voter] = vote.choice
    choices = tuple(valid.values())
    needed, majority = asked_of(approval, eligible, len(eligible))
    count = Tally(
        eligible=len(eligible),
        needed=needed,
        votes_for=choices.count("for"),
        votes_against=choices.count("against"),
        abstained=choices.count("abstain"),
        void=void,
        result=None,
        missing=tuple(voter for voter in eligible if voter.id not in valid),
        excluded=excluded,
        majority=majority,
    )
    return _decided(approval, count, eligible, valid)


def _decided(approval: Approval, count: Tally, eligible: tuple[Voter, ...], valid: dict[str, str]) -> Tally:
    """The same count with its result, if there is one."""
    if not eligible:
        return count
    vetoers = [voter for voter in eligible if voter.role in approval.veto]
    if any(valid.get(voter.id) == "against" for voter in vetoers):
        return replace(count, result="failed")
    remaining = len(count.missing)
    if not count.has_quorum:  # with nobody left to vote it is above the number of voters: nobody could help
        return count if remaining else replace(count, result="failed")
    if count.majority is None and not remaining:
        return _by_most(approval, count, eligible, valid)
    if count.majority is None:
        result = _certain(count.votes_for, count.votes_against, remaining)
    else:
        result = _of_all(count.votes_for, count.majority, remaining)
    if result == "passed" and any(voter.id not in valid for voter in vetoers):
        return count  # one of them may still stop it
    return replace(count, result=result)


def _by_most(approval: Approval, count: Tally, eligible: tuple[Voter, ...], valid: dict[str, str]) -> Tally:
    """Everybody has voted: the larger number decides, between equal ones whoever breaks a tie."""
    if count.votes_for != count.votes_against:
        return replace(count, result="passed" if count.votes_for > count.votes_against else "failed")
    chairs = {valid.get(voter.id) for voter in eligible if approval.tie and voter.role == approval.tie}
    result = "passed" if chairs == {"for"} else "failed"
    return replace(count, result=result, by_chair=bool(chairs & {"for", "against"}))


def _certain(votes_for: int, votes_against: int, remaining: int) -> str | None:
    """What will come out however the others vote."""
    if votes_for > votes_against + remaining:
        return "passed"
    return "failed" if votes_against > votes_for + remaining else None


def _of_all(votes_for: int, majority: int, remaining: int) -> str | None:
    """Whether a majority of all who may vote is there, or out of reach."""
    if votes_for >= majority:
        return "passed"
    return "failed" if votes_for + remaining < majority else None
