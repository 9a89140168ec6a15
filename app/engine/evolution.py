"""Applies events to the state of a case and refuses a history that cannot have happened."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine import anchors, moves
from app.engine.actions import CHOICES
from app.engine.definition import Definition
from app.engine.elements import Stage
from app.engine.events import (
    ApprovalDecided,
    ApprovalOpened,
    CaseOpened,
    Event,
    Migrated,
    Moved,
    TaskCompleted,
    TaskReopened,
    TermsRecounted,
    TermsStarted,
    Undone,
    VoteCast,
    VotesVoided,
)
from app.engine.illegal_history import IllegalHistory, must
from app.engine.moves import dated, own, rightly
from app.engine.records import replace
from app.engine.segments import migrated, undone
from app.engine.state import State, TaskState, VoteState

_OF_A_VOTE = (ApprovalOpened, VoteCast, VotesVoided, ApprovalDecided)
_OF_A_VERSION = (CaseOpened, Migrated, Undone)


def fold(definition: Definition, events: Iterable[Event]) -> State:
    """The state after all events. Raises IllegalHistory with the number of the first event that cannot be."""
    state: State | None = None
    former: tuple[int, Definition, State] | None = None
    for number, event in enumerate(events, start=1):
        before, earlier = state, definition
        try:
            definition = in_force(definition, event)
            state = evolve(definition, state, event)
            if isinstance(event, Migrated) and before is not None:
                former = (number, earlier, before)
            elif isinstance(event, Undone):
                _as_before(former, number, definition, state)
        except IllegalHistory as exc:
            raise IllegalHistory(str(exc), number) from exc
    if state is None:
        raise IllegalHistory("a case begins with an event")
    return state


def in_force(definition: Definition, event: Event) -> Definition:
    """The version of the procedure this event is judged by, when the one before it was `definition`."""
    if isinstance(event, _OF_A_VERSION) and event.definition_hash != definition.hash:
        return definition.editions.get(event.definition_hash, definition)
    return definition


def _as_before(
    former: tuple[int, Definition, State] | None, number: int, definition: Definition, state: State
) -> None:
    """A migration is taken back by the very next event, and to exactly what stood before it."""
    if former is None or former[0] != number - 1:
        raise IllegalHistory("there is no migration to undo here")
    must(former[1].hash == definition.hash, "undone to a version the case did not come from")
    must(
        replace(former[2], version=state.version) == state,
        "undone to another state than before the migration",
    )


def evolve(definition: Definition, state: State | None, event: Event) -> State:
    """The state after one more event. Raises IllegalHistory if the definition has no such step here."""
    if isinstance(event, CaseOpened):
        return _opened(definition, state, event)
    if state is None:
        raise IllegalHistory(f"“{event.type}” before the case was opened")
    if isinstance(event, Moved):
        return moves.moved(definition, state, event)
    if isinstance(event, Migrated):
        return migrated(definition, state, event)
    if isinstance(event, Undone):
        return undone(definition, state, event)
    if isinstance(event, TermsRecounted):
        return _recounted(definition.stages[state.stage], state, event)
    if isinstance(event, TermsStarted):
        return _started(definition.stages[state.stage], state, event)
    must(state.status == "active", f"“{event.type}” while the case is {state.status}")
    stage = definition.stages[state.stage]
    if isinstance(event, TaskCompleted):
        return _completed(stage, state, event)
    if isinstance(event, TaskReopened):
        return _reopened(stage, state, event)
    if isinstance(event, _OF_A_VOTE):
        must(
            stage.approval is not None and stage.approval.id == event.approval,
            f"no approval “{event.approval}” here",
        )
        return _voting(stage, state, event)
    raise IllegalHistory(f"unknown event “{event.type}”")


def _opened(definition: Definition, state: State | None, event: CaseOpened) -> State:
    must(state is None, "the case was opened twice")
    same = (event.definition, event.definition_version) == (definition.code, definition.version)
    must(
        same,
        f"opened by {event.definition} v{event.definition_version}, not {definition.code}",
    )
    must(event.definition_hash == definition.hash, "the definition has changed since the case was opened")
    must(event.stage == definition.initial, f"a case does not begin at “{event.stage}”")
    stage = definition.stages[event.stage]
    return rightly(
        definition,
        event,
        State(
            stage=stage.id,
            round=1,
            version=1,
            status="closed" if stage.final else "active",
            tasks=dated({task.id: TaskState() for task in stage.tasks}, event.terms),
            votes=(),
            approval=None,
            entered_at=event.at,
            opened_at=event.at,
            due=event.term.due if event.term else None,
            term=event.term,
            rounds={stage.id: 1},
        ),
    )


def _completed(stage: Stage, state: State, event: TaskCompleted) -> State:
    task = stage.task(event.task)
    if task is None:
        raise IllegalHistory(f"no task “{event.task}” at “{stage.id}”")
    standing = state.tasks[task.id]
    must(task.repeatable or standing.status != "done", f"the task “{task.id}” was done already")
    done = replace(standing, status="done", done_by=event.actor, done_at=event.at, times=standing.times + 1)
    tasks = own(state.tasks)
    tasks[task.id] = done
    return replace(state, version=state.version + 1, tasks=tasks, done=state.done | {task.id})


def _reopened(stage: Stage, state: State, event: TaskReopened) -> State:
    reopened = (event.task, *event.also)
    tasks = own(state.tasks)
    for task_id in reopened:
        must(stage.task(task_id) is not None and state.is_done(task_id), f"the task “{task_id}” was not done")
        standing = tasks[task_id]
        due = anchors.due_when_reopened(stage, task_id, standing)
        tasks[task_id] = replace(standing, status="open", done_by=None, done_at=None, due=due)
    after = replace(state, version=state.version + 1, tasks=tasks)
    if stage.approval and set(reopened) & set(stage.approval.opens_after):
        must(state.approval in (None, "open"), "the group had decided already")
        votes = tuple(replace(vote, void=True) for vote in state.votes)
        after = replace(after, approval=None, content_hash=None, votes=votes)
        after = anchors.without(stage, after, anchors.VOTES)
    return anchors.without(stage, after, [f"done:{task_id}" for task_id in reopened])


def _voting(
    stage: Stage, state: State, event: ApprovalOpened | VoteCast | VotesVoided | ApprovalDecided
) -> State:
    version = state.version + 1
    if isinstance(event, ApprovalOpened):
        first = stage.approval.opens_after if stage.approval else ()
        must(state.approval is None, "the vote was open already")
        must(all(state.is_done(task) for task in first), "the vote opened before its tasks were done")
        return replace(state, version=version, approval="open", content_hash=event.content_hash)
    if isinstance(event, VotesVoided):
        must(state.approval is not None, "votes were voided before the vote was open")
        votes = tuple(
            replace(vote, void=True) if vote.content_hash != event.content_hash else vote
            for vote in state.votes
        )
        # A decision about the old content is no decision about the new one.
        after = replace(state, version=version, approval="open", content_hash=event.content_hash, votes=votes)
        return anchors.without(stage, after, [anchors.VOTE_PASSED]) if state.approval == "passed" else after
    must(state.approval == "open", "the vote is not open")
    must(event.content_hash == state.content_hash, "the vote is on another content")
    if isinstance(event, VoteCast):
        must(event.choice in CHOICES, f"“{event.choice}” is not a vote")
        mine = VoteState(event.actor, event.choice, event.content_hash, event.at)
        votes = tuple(mine if vote.voter == event.actor else vote for vote in state.votes)
        if mine not in votes:  # whoever changes his vote keeps his place, as in the rows
            votes = (*votes, mine)
        return replace(state, version=version, votes=votes)
    valid = [vote.choice for vote in state.votes if not vote.void and vote.content_hash == state.content_hash]
    figures = {"for": event.votes_for, "against": event.votes_against, "abstain": event.abstained}
    for choice, figure in figures.items():
        must(
            0 <= figure <= valid.count(choice),
            f"{figure} votes “{choice}” were counted, {valid.count(choice)} were cast",
        )
    must(event.result in ("passed", "failed"), f"“{event.result}” is not a result")
    return replace(state, version=version, approval=event.result)


def _recounted(stage: Stage, state: State, event: TermsRecounted) -> State:
    """Terms that were counted anew; only a term that is there can move."""
    must(state.status in ("active", "suspended"), f"terms were recounted while the case was {state.status}")
    must(event.term is not None or bool(event.terms), "no term was recounted")
    must(event.term is None or state.due is not None, "a term for a stage that has none")
    for task_id in event.terms:
        standing = state.tasks.get(task_id)
        has_term = stage.task(task_id) is not None and standing is not None and standing.due is not None
        must(has_term, f"a term for the task “{task_id}” that has none")
    return replace(
        state,
        version=state.version + 1,
        due=event.term.due if event.term else state.due,
        term=event.term or state.term,
        tasks=dated(own(state.tasks), event.terms),
    )


def _started(stage: Stage, state: State, event: TermsStarted) -> State:
    """Terms that begin: only those that waited, and only after the event they are counted from."""
    must(state.status in ("active", "suspended"), f"terms began while the case was {state.status}")
    begun = {**event.terms, **({anchors.STAGE: event.term} if event.term else {})}
    must(bool(begun), "no term began")
    waiting = anchors.pending(stage, state)
    for key in begun:
        must(key in waiting, f"a term began for “{key or stage.id}” that waits for none")
        must(anchors.stands(waiting[key].since, state), f"the term of “{key or stage.id}” began too early")
    return replace(
        state,
        version=state.version + 1,
        due=event.term.due if event.term else state.due,
        term=event.term or state.term,
        tasks=dated(dict(state.tasks), event.terms),
    )
