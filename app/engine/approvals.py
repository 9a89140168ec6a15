"""Counting a group's vote: quorum, majority, the chair's tie-break, veto, four eyes.

A decision is made as soon as enough have voted and the votes still missing could not change it; or when all
have voted. Votes for an earlier content do not count. Abstentions count for the quorum only.
Where a `majority` of those who may vote is asked for, who abstains is not for it; nobody breaks a tie.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.definition import Approval
from app.engine.state import Tally, Voter, VoteState, replace

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
    count = Tally(
        eligible=len(eligible),
        needed=approval.quorum.needed(len(eligible)),
        votes_for=choices.count("for"),
        votes_against=choices.count("against"),
        abstained=choices.count("abstain"),
        void=void,
        result=None,
        missing=tuple(voter for voter in eligible if voter.id not in valid),
        excluded=excluded,
        majority=approval.needed_for(len(eligible)),
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
    if remaining and not count.has_quorum:
        return count
    veto_possible = any(voter.id not in valid for voter in vetoers)
    if not count.has_quorum:  # a quorum above the number of voters: nobody is left who could help
        return replace(count, result="failed")
    if count.majority is not None:
        if count.votes_for + remaining < count.majority:
            return replace(count, result="failed")
        return replace(
            count, result="passed" if count.votes_for >= count.majority and not veto_possible else None
        )
    if not remaining:
        if count.votes_for == count.votes_against:
            chairs = {
                valid.get(voter.id) for voter in eligible if approval.tie and voter.role == approval.tie
            }
            return replace(
                count,
                result="passed" if chairs == {"for"} else "failed",
                by_chair=bool(chairs & {"for", "against"}),
            )
        return replace(count, result="passed" if count.votes_for > count.votes_against else "failed")
    if count.votes_for > count.votes_against + remaining and not veto_possible:
        return replace(count, result="passed")
    if count.votes_against > count.votes_for + remaining:
        return replace(count, result="failed")
    return count
