"""What a transition does to the state of a case, and why a move cannot have happened."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from app.engine import anchors
from app.engine.automatic import SYSTEM
from app.engine.compiling import STAYING, StepTest
from app.engine.definition import Definition
from app.engine.elements import VOTES, Transition
from app.engine.events import CaseOpened, Moved, Terms
from app.engine.illegal_history import IllegalHistory, must
from app.engine.records import made, replace
from app.engine.state import State, TaskState

_MOVES_WHILE = {
    "resume": ("suspended",),
    "cancel": ("active", "suspended"),
    "reopen": ("closed", "cancelled"),
}
_OPEN = TaskState()


def moved(definition: Definition, state: State, event: Moved) -> State:
    """The state after the move. Raises IllegalHistory if the definition has no such step here."""
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
    return rightly(definition, event, arrived(state, test, event, next_tasks(state, test)))


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
        "tasks": dated(tasks, event.terms),
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


def rightly(definition: Definition, event: CaseOpened | Moved, state: State) -> State:
    """The state of the round just begun, if every term in it could begin with the round."""
    if state.stage in definition.anchored:
        for key, due in anchors.rules_of(definition.stages[state.stage]):
            given = event.term if key == anchors.STAGE else event.terms.get(key)
            began = given is None or anchors.stands(due.since, state)
            must(began, f"the term of “{key or state.stage}” began too early")
    return state


def dated(tasks: MutableMapping[str, TaskState], terms: Terms) -> Mapping[str, TaskState]:
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
        tasks=dated(own(state.tasks), event.terms),
    )
