"""The vote of a stage: opening it, casting and counting votes, voiding those whose content has changed."""

from __future__ import annotations

from app.engine import approvals, reasons, starting
from app.engine.actions import CHOICES, Cast
from app.engine.answers import Accepted, Reason, Refused, Tally
from app.engine.context import Context
from app.engine.definition import Definition
from app.engine.elements import Approval, Effect, Stage
from app.engine.events import ApprovalDecided, ApprovalOpened, Event, VoteCast, VotesVoided
from app.engine.evolution import evolve
from app.engine.guards import Facts, Value
from app.engine.state import State

Decision = Refused | Accepted


def guard_reader(state: State, ctx: Context, stale: bool = False) -> Facts:
    """Read a fact: the engine's own from the state, others from the context; not given = unknown."""

    def read(name: str) -> Value:
        if name == "approval.passed":
            return state.approval == "passed" and not stale
        if name == "approval.failed":
            return state.approval == "failed" and not stale
        if name == "stage.round":
            return state.round
        fact = ctx.facts.get(name)
        return None if fact is None else fact.value

    return read


def is_stale(definition: Definition, state: State, ctx: Context) -> bool:
    """Whether what was voted on is known to have changed since."""
    approval = definition.stages[state.stage].approval
    if (
        approval is None
        or approval.binds is None
        or state.approval is None
        or approval.binds not in ctx.facts
    ):
        return False
    return hash_of(approval.binds, ctx) != state.content_hash


def tally_of(definition: Definition, state: State, ctx: Context) -> Tally | None:
    """How the vote of the current stage stands, or None when there is none."""
    approval = definition.stages[state.stage].approval
    if approval is None or state.approval is None:
        return None
    return approvals.tally(approval, state.votes, ctx.voters, ctx.authors, state.content_hash)


def vote_reasons(definition: Definition, state: State, ctx: Context) -> list[Reason]:
    """Everything that stands against this person voting now."""
    standing = not_working(state)
    if standing:
        return standing
    stage = definition.stages[state.stage]
    if stage.approval is None:
        return [reasons.refusal("no_approval", stage=stage.titles)]
    found: list[Reason] = []
    if state.approval is None:
        found.append(reasons.tasks_first(definition, state))
    elif state.approval != "open" and not is_stale(definition, state, ctx):
        # A decision about what has changed since is none: the group votes anew.
        return [reasons.refusal("voting_over")]
    eligible, barred = approvals.electorate(stage.approval, ctx.voters, ctx.authors)
    if not eligible:
        found.append(reasons.refusal("no_voters"))
    if all(voter.id != ctx.actor for voter in eligible):
        mine = next((voter for voter in barred if voter.id == ctx.actor), None)
        found.append(reasons.excluded(mine) if mine else reasons.refusal("not_a_voter"))
    return found


def cast(definition: Definition, state: State, action: Cast, ctx: Context) -> Decision:
    found = vote_reasons(definition, state, ctx)
    if action.choice not in CHOICES:
        found.append(reasons.refusal("bad_choice"))
    stage = definition.stages[state.stage]
    approval = stage.approval
    if found or approval is None:
        return Refused(tuple(found))
    events: list[Event] = voided(definition, state, ctx)
    now_hash = hash_of(approval.binds, ctx)
    mine = state.vote_of(ctx.actor)
    if mine and not mine.void and mine.choice == action.choice and mine.content_hash == now_hash:
        again = _counted(definition, state, "vote_counted", events, ctx)
        # The group may have become smaller since: then the same vote said again is what decides.
        return again if again.events else Refused((reasons.refusal("already_voted"),))
    events.append(
        VoteCast(
            at=ctx.now,
            actor=ctx.actor,
            approval=approval.id,
            choice=action.choice,
            content_hash=now_hash,
            comment=action.comment,
        )
    )
    return _counted(definition, state, "vote_counted", events, ctx)


def content_changed(definition: Definition, state: State, ctx: Context) -> Decision:
    """Void the votes if the content changed, and count again in case the group has."""
    if state.status != "active" or state.approval is None:
        return Accepted("nothing", (), state)
    events = voided(definition, state, ctx)
    return _counted(definition, state, "content_changed", events, ctx)


def _counted(definition: Definition, state: State, what: str, events: list[Event], ctx: Context) -> Accepted:
    """The vote after these events, decided if it now can be."""
    after = state
    for event in events:
        after = evolve(definition, after, event)
    approval = definition.stages[state.stage].approval
    count = tally_of(definition, after, ctx)
    effects: tuple[Effect, ...] = ()
    if approval and count and count.result and after.approval == "open":
        decided = ApprovalDecided(
            at=ctx.now,
            actor=ctx.actor,
            approval=approval.id,
            result=count.result,
            content_hash=after.content_hash,
            eligible=count.eligible,
            votes_for=count.votes_for,
            votes_against=count.votes_against,
            abstained=count.abstained,
        )
        events.append(decided)
        after = evolve(definition, after, decided)
        passed = count.result == "passed"
        what, effects = ("approved", approval.on_pass) if passed else ("rejected", approval.on_fail)
    if definition.anchored and after.status == "active":
        after = starting.following(definition, events, after, ctx)
    return Accepted(what if events else "nothing", tuple(events), after, effects, count)


def not_working(state: State) -> list[Reason]:
    return [] if state.status == "active" else [reasons.refusal(f"case_{state.status}")]


def hash_of(binds: str | None, ctx: Context) -> str | None:
    fact = ctx.facts.get(binds) if binds else None
    return None if fact is None or fact.value is None else str(fact.value)


def opening(stage: Stage, ctx: Context, state: State | None = None) -> list[Event]:
    """The vote of a stage just entered, if nothing comes before it."""
    if stage.approval is None:
        return []
    for task in stage.approval.opens_after:
        if state is None or not state.is_done(task):
            return []
    return [approval_opened(stage.approval, ctx)]


def approval_opened(approval: Approval, ctx: Context) -> ApprovalOpened:
    content = hash_of(approval.binds, ctx)
    return ApprovalOpened(at=ctx.now, actor=ctx.actor, approval=approval.id, content_hash=content)


def voided(definition: Definition, state: State, ctx: Context) -> list[Event]:
    """What makes votes and a decision about an earlier content void; nothing while the content is the same."""
    approval = definition.stages[state.stage].approval
    if approval is None or not is_stale(definition, state, ctx):
        return []
    content = hash_of(approval.binds, ctx)
    voters = tuple(vote.voter for vote in state.votes if not vote.void and vote.content_hash != content)
    return [
        VotesVoided(at=ctx.now, actor=ctx.actor, approval=approval.id, content_hash=content, voters=voters)
    ]
