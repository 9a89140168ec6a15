"""Who drew up what is voted on: everybody who did one of its tasks in this round, not only whoever did it last.

A state keeps the last doer and how often a task was done; who did it before, also before it was to be done again,
is read from the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.engine.elements import Approval
from app.engine.events import Event, Migrated, TaskCompleted, Undone
from app.engine.state import State

# what `doings` has to know of a history; other events may be left out
TELLING = (TaskCompleted, Migrated, Undone)


def authors(approval: Approval, state: State, events: Sequence[Event]) -> frozenset[str]:
    """Who is barred from this vote by four eyes; nobody where the definition does not ask for them."""
    if not approval.four_eyes:
        return frozenset()
    return last_doers(approval.opens_after, state) | {
        events[place].actor for place in doings(approval.opens_after, state, events)
    }


def last_doers(tasks: Iterable[str], state: State) -> frozenset[str]:
    """Who did these tasks last: all that the state itself knows."""
    standing = (state.tasks.get(task) for task in tasks)
    return frozenset(task.done_by for task in standing if task is not None and task.done_by)


def doings(tasks: Iterable[str], state: State, events: Sequence[Event]) -> list[int]:
    """Places of the events by which these tasks were done in the present round, the latest first.

    They are the last ones, as many as the state counts. Before a move to another version a task had the name the
    move tells; a move that was taken back changed nothing.
    """
    left = {task: state.tasks[task].times for task in tasks if task in state.tasks}
    found: list[int] = []
    taken_back = False
    for place in range(len(events) - 1, -1, -1):
        if not any(left.values()):
            break
        event = events[place]
        if isinstance(event, TaskCompleted):
            if left.get(event.task):
                left[event.task] -= 1
                found.append(place)
        elif isinstance(event, Migrated):
            if not taken_back:
                left = {former: left[task] for former, task in event.tasks.items() if task in left}
            taken_back = False
        elif isinstance(event, Undone):
            taken_back = True
    return found
