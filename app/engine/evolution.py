"""Applies events to the state of a case and refuses a history that cannot have happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping

from app.engine import anchors
from app.engine.automatic import SYSTEM
from app.engine.compiling import STAYING, StepTest
from app.engine.definition import VOTES, Definition, Stage, Transition
from app.engine.events import (
    ApprovalDecided,
    ApprovalOpened,
    CaseOpened,
    Event,
    Migrated,
    Moved,
    TaskCompleted,
    TaskReopened,
    Terms,
    TermsRecounted,
    TermsStarted,
    Undone,
    VoteCast,
    VotesVoided,
)
from app.engine.segments import migrated, undone
from app.engine.state import CHOICES, IllegalHistory, State, TaskState, VoteState, made, replace

_MOVES_WHILE = {
    "resume": ("suspended",),
    "cancel": ("active", "suspended"),
    "reopen": ("closed", "cancelled"),
}
_OPEN = TaskState()
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
    _must(former[1].hash == definition.hash, "undone to a version the case did not come from")
    _must(
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
        return _moved(definition, state, event)
    if isinstance(event, Migrated):
        return migrated(definition, state, event)
    if isinstance(event, Undone):
        return undone(definition, state, event)
    if isinstance(event, TermsRecounted):
        return _recounted(definition.stages[state.stage], state, event)
    if isinstance(event, TermsStarted):
        return _started(definition.stages[state.stage], state, event)
    _must(state.status == "active", f"“{event.type}” while the case is {state.status}")
    stage = definition.stages[state.stage]
    if isinstance(event, TaskCompleted):
        return _completed(stage, state, event)
    if isinstance(event, TaskReopened):
        return _reopened(stage, state, event)
    if isinstance(event, _OF_A_VOTE):
        _must(
            stage.approval is not None and stage.approval.id == event.approval,
            f"no approval “{event.approval}” here",
        )
        return _voting(stage, state, event)
    raise IllegalHistory(f"unknown event “{event.type}”")


def next_tasks(state: State, test: StepTest) -> MutableMapping[str, TaskState]:
    """The tasks after a move: forward leaves unfinished ones, going back does all again but what is kept."""
    tasks = own(state.tasks)
    if test.goes_on:
        for task_id in test.leaves:
            if task_id not in state.done and task_id in tasks and tasks[task_id].status == "open":
                tasks[task_id] = replace(tasks[task_id], status="not_needed")
    else:
        for task_id in test.redone:
            tasks.pop(task_id, None)
    for task_id in test.enters:
        if task_id not in tasks or task_id not in state.done:
            tasks[task_id] = _OPEN
    return tasks


def opened(tasks: Mapping[str, TaskState], test: StepTest) -> tuple[str, ...]:
    """Those of the tasks after a move that wait in the stage it leads to."""
    return tuple(task_id for task_id in test.enters if tasks[task_id].status == "open")


def own(tasks: Mapping[str, TaskState]) -> MutableMapping[str, TaskState]:
    """The tasks of a state to be changed for the next one; those of a row that nobody has read need not be read."""
    copied: MutableMapping[str, TaskState] = tasks.copy() if hasattr(tasks, "copy") else dict(tasks)
    return copied


def arrived(state: State, test: StepTest, event: Moved, tasks: MutableMapping[str, TaskState]) -> State:
    """The state in the stage the step leads to, with these of `next_tasks`; that it may be taken is known."""
    target = test.target
    keeps_votes = VOTES in test.step.keeps and event.target == state.stage
    return made(State, {
        "stage": target.id,
        "round": event.round,
        "version": state.version + 1,
        "status": "closed" if target.final else "active",
        "tasks": _dated(tasks, event.terms),
        "votes": state.votes if keeps_votes else (),
        "approval": state.approval if keeps_votes else None,
        "entered_at": event.at,
        "opened_at": state.opened_at,
        "due": event.term.due if event.term else None,
        "term": event.term,
        "outcome": event.outcome,
        "content_hash": state.content_hash if keeps_votes else None,
        "rounds": {**state.rounds, target.id: event.round},
        "paused_on": None,
        "done": state.done if test.goes_on else state.done.difference(test.redone),
    })  # fmt: skip


def _opened(definition: Definition, state: State | None, event: CaseOpened) -> State:
    _must(state is None, "the case was opened twice")
    same = (event.definition, event.definition_version) == (definition.code, definition.version)
    _must(
        same,
        f"opened by {event.definition} v{event.definition_version}, not {definition.code}",
    )
    _must(event.definition_hash == definition.hash, "the definition has changed since the case was opened")
    _must(event.stage == definition.initial, f"a case does not begin at “{event.stage}”")
    stage = definition.stages[event.stage]
    return _rightly(
        definition,
        event,
        State(
            stage=stage.id,
            round=1,
            version=1,
            status="closed" if stage.final else "active",
            tasks=_dated({task.id: TaskState() for task in stage.tasks}, event.terms),
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
    _must(task.repeatable or standing.status != "done", f"the task “{task.id}” was done already")
    done = replace(standing, status="done", done_by=event.actor, done_at=event.at, times=standing.times + 1)
    tasks = own(state.tasks)
    tasks[task.id] = done
    return replace(state, version=state.version + 1, tasks=tasks, done=state.done | {task.id})


def _reopened(stage: Stage, state: State, event: TaskReopened) -> State:
    reopened = (event.task, *event.also)
    tasks = own(state.tasks)
    for task_id in reopened:
        _must(
            stage.task(task_id) is not None and state.is_done(task_id), f"the task “{task_id}” was not done"
        )
        standing = tasks[task_id]
        due = anchors.due_when_reopened(stage, task_id, standing)
        tasks[task_id] = replace(standing, status="open", done_by=None, done_at=None, due=due)
    after = replace(state, version=state.version + 1, tasks=tasks)
    if stage.approval and set(reopened) & set(stage.approval.opens_after):
        _must(state.approval in (None, "open"), "the group had decided already")
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
        _must(state.approval is None, "the vote was open already")
        _must(all(state.is_done(task) for task in first), "the vote opened before its tasks were done")
        return replace(state, version=version, approval="open", content_hash=event.content_hash)
    if isinstance(event, VotesVoided):
        _must(state.approval is not None, "votes were voided before the vote was open")
        votes = tuple(
            replace(vote, void=True) if vote.content_hash != event.content_hash else vote
            for vote in state.votes
        )
        # A decision about the old content is no decision about the new one.
        after = replace(state, version=version, approval="open", content_hash=event.content_hash, votes=votes)
        return anchors.without(stage, after, [anchors.VOTE_PASSED]) if state.approval == "passed" else after
    _must(state.approval == "open", "the vote is not open")
    _must(event.content_hash == state.content_hash, "the vote is on another content")
    if isinstance(event, VoteCast):
        _must(event.choice in CHOICES, f"“{event.choice}” is not a vote")
        mine = VoteState(event.actor, event.choice, event.content_hash, event.at)
        votes = tuple(mine if vote.voter == event.actor else vote for vote in state.votes)
        if mine not in votes:  # whoever changes his vote keeps his place, as in the rows
            votes = (*votes, mine)
        return replace(state, version=version, votes=votes)
    valid = [vote.choice for vote in state.votes if not vote.void and vote.content_hash == state.content_hash]
    figures = {"for": event.votes_for, "against": event.votes_against, "abstain": event.abstained}
    for choice, figure in figures.items():
        _must(
            0 <= figure <= valid.count(choice),
            f"{figure} votes “{choice}” were counted, {valid.count(choice)} were cast",
        )
    _must(event.result in ("passed", "failed"), f"“{event.result}” is not a result")
    return replace(state, version=version, approval=event.result)


def _moved(definition: Definition, state: State, event: Moved) -> State:
    step = definition.transitions.get(event.transition)
    if step is None:
        raise IllegalHistory(f"no transition “{event.transition}”")
    stays = step.kind in STAYING or step.target is None
    number = state.round if stays else state.rounds.get(step.target or "", 0) + 1
    problem = _impossible(definition, state, step, event, number)
    if problem is not None:
        raise IllegalHistory(f"“{step.id}” from “{event.source}” to “{event.target}”{problem}")
    if stays or step.target is None:
        return _stayed(state, step, event)
    test = definition.step_tests[state.stage][step.id]
    return _rightly(definition, event, arrived(state, test, event, next_tasks(state, test)))


def _rightly(definition: Definition, event: CaseOpened | Moved, state: State) -> State:
    """The state of the round just begun, if every term in it could begin with the round."""
    if state.stage in definition.anchored:
        for key, due in anchors.rules_of(definition.stages[state.stage]):
            given = event.term if key == anchors.STAGE else event.terms.get(key)
            began = given is None or anchors.stands(due.since, state)
            _must(began, f"the term of “{key or state.stage}” began too early")
    return state


def _impossible(
    definition: Definition, state: State, step: Transition, event: Moved, number: int
) -> str | None:
    """Why this move cannot have happened here as round `number`, or None."""
    if event.source != state.stage or state.stage not in step.sources:
        return f", but the case was at “{state.stage}”"
    if step.automatic and event.actor != SYSTEM:
        return f": nobody takes it, yet “{event.actor}” did"
    if event.kind != step.kind:
        return f": it is a {step.kind}, not a {event.kind}"
    if event.target != (step.target or state.stage):
        return f": it leads to “{step.target}”"
    if event.outcome is not None and event.outcome not in definition.outcomes:
        return f": no outcome “{event.outcome}”"
    if state.status not in _MOVES_WHILE.get(step.kind, ("active",)):
        return f" while the case was {state.status}"
    if event.round != number:
        return f": round {event.round} instead of {number}"
    if step.kind == "forward":
        tasks = definition.stages[state.stage].tasks
        left = [task.id for task in tasks if not task.optional and not state.is_done(task.id)]
        if left:
            return f" with open tasks: {', '.join(left)}"
    return None


def _stayed(state: State, step: Transition, event: Moved) -> State:
    """Suspended, resumed, terminated or taken up again at the same stage."""
    version = state.version + 1
    if step.kind == "suspend":
        return replace(state, version=version, status="suspended", paused_on=event.on)
    if step.kind == "cancel":
        paused_on = state.paused_on or event.on
        return replace(state, version=version, status="cancelled", outcome=event.outcome, paused_on=paused_on)
    return replace(
        state,
        version=version,
        status="active",
        outcome=None,
        paused_on=None,
        due=event.term.due if event.term else state.due,
        term=event.term or state.term,
        tasks=_dated(own(state.tasks), event.terms),
    )


def _recounted(stage: Stage, state: State, event: TermsRecounted) -> State:
    """Terms that were counted anew; only a term that is there can move."""
    _must(state.status in ("active", "suspended"), f"terms were recounted while the case was {state.status}")
    _must(event.term is not None or bool(event.terms), "no term was recounted")
    _must(event.term is None or state.due is not None, "a term for a stage that has none")
    for task_id in event.terms:
        standing = state.tasks.get(task_id)
        has_term = stage.task(task_id) is not None and standing is not None and standing.due is not None
        _must(has_term, f"a term for the task “{task_id}” that has none")
    return replace(
        state,
        version=state.version + 1,
        due=event.term.due if event.term else state.due,
        term=event.term or state.term,
        tasks=_dated(own(state.tasks), event.terms),
    )


def _started(stage: Stage, state: State, event: TermsStarted) -> State:
    """Terms that begin: only those that waited, and only after the event they are counted from."""
    _must(state.status in ("active", "suspended"), f"terms began while the case was {state.status}")
    begun = {**event.terms, **({anchors.STAGE: event.term} if event.term else {})}
    _must(bool(begun), "no term began")
    waiting = anchors.pending(stage, state)
    for key in begun:
        _must(key in waiting, f"a term began for “{key or stage.id}” that waits for none")
        _must(anchors.stands(waiting[key].since, state), f"the term of “{key or stage.id}” began too early")
    return replace(
        state,
        version=state.version + 1,
        due=event.term.due if event.term else state.due,
        term=event.term or state.term,
        tasks=_dated(dict(state.tasks), event.terms),
    )


def _dated(tasks: MutableMapping[str, TaskState], terms: Terms) -> Mapping[str, TaskState]:
    """The tasks with their new terms."""
    for task_id, term in terms.items():
        standing = tasks.get(task_id)
        if standing is None:
            raise IllegalHistory(f"a term for the unknown task “{task_id}”")
        tasks[task_id] = made(TaskState, {
            "status": standing.status, "done_by": standing.done_by, "done_at": standing.done_at, "due": term.due,
            "times": standing.times, "term": term,
        })  # fmt: skip
    return tasks


def _must(holds: bool, problem: str) -> None:
    if not holds:
        raise IllegalHistory(problem)
