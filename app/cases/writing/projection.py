"""The plain rows of a case, computed from its events: what the tables must say, no more and no less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.definition import Definition
from app.engine.elements import Stage
from app.engine.events import Event, Migrated, Moved, Undone
from app.engine.evolution import evolve, in_force
from app.engine.state import State, TaskState, VoteState

Place = tuple[str, int]  # stage, round
TaskKey = tuple[str, int, str]  # stage, round, task
VoteKey = tuple[str, int, str]  # stage, round, voter


@dataclass
class RoundRow:
    stage: str
    round: int
    opened_seq: int
    entered_at: datetime
    left_at: datetime | None = None
    left_by: str | None = None


@dataclass
class Projection:
    """State of the case and the rows of its rounds, tasks and votes.

    After `project` all of them; in what a step writes only those it changes: then `left` says when and by what
    the round that was open before has ended. `gone` are rows of tasks that a move had brought and its undoing took.
    """

    state: State
    rounds: list[RoundRow] = field(default_factory=list)
    tasks: dict[TaskKey, dict[str, Any]] = field(default_factory=dict)
    votes: dict[VoteKey, dict[str, Any]] = field(default_factory=dict)
    left: tuple[datetime, str] | None = None
    gone: set[TaskKey] = field(default_factory=set)

    def note(self, definition: Definition, before: State | None, event: Event, after: State) -> None:
        """Add what one more event changes in the rows."""
        self.state = after
        place = (after.stage, after.round)
        entered = before is None or (before.stage, before.round) != place
        if entered:
            self._enter(place, before, event, after)
        anew = entered or isinstance(event, Migrated | Undone)
        known = None if anew else before  # of this round; after a move all its rows are told anew
        stood = {} if known is None else known.tasks
        if after.tasks is not stood:
            self._note_tasks(definition.stages[after.stage], place, stood, after.tasks)
        if isinstance(event, Migrated | Undone) and not entered and before is not None:
            self._drop_tasks(place, before, event)
        given = () if known is None else known.votes
        if after.votes is not given:
            self._note_votes(place, given, after.votes)

    def _enter(self, place: Place, before: State | None, event: Event, after: State) -> None:
        if before is not None:
            how = event.transition if isinstance(event, Moved) else event.type
            if self.rounds:
                self.rounds[-1].left_at, self.rounds[-1].left_by = event.at, how
            else:
                self.left = (event.at, how)
        self.rounds.append(RoundRow(*place, after.version, after.entered_at))

    def _note_tasks(
        self, stage: Stage, place: Place, stood: Mapping[str, TaskState], now: Mapping[str, TaskState]
    ) -> None:
        for task in stage.tasks:
            is_now = now.get(task.id)
            if is_now is not None and is_now != stood.get(task.id):
                self.gone.discard((*place, task.id))
                self.tasks[(*place, task.id)] = _task_row(is_now, is_now.status)

    def _drop_tasks(self, place: Place, before: State, event: Migrated | Undone) -> None:
        """The stage stayed, but these tasks of it are no more."""
        for task_id in event.gone:
            key = (*place, task_id)
            if isinstance(event, Undone):  # as if the move that brought it had never been
                self.tasks.pop(key, None)
                self.gone.add(key)
            else:
                self.tasks[key] = _task_row(before.tasks[task_id], "not_needed")

    def _note_votes(self, place: Place, given: Iterable[VoteState], now: Iterable[VoteState]) -> None:
        known = {vote.voter: vote for vote in given}
        for vote in now:
            if vote is not known.get(vote.voter):
                self.votes[(*place, vote.voter)] = {
                    "choice": vote.choice, "content_hash": vote.content_hash, "at": vote.at, "void": vote.void,
                }  # fmt: skip


def _task_row(task: TaskState, status: str) -> dict[str, Any]:
    return {"status": status, "due": task.due, "done_by": task.done_by, "done_at": task.done_at}


def project(definition: Definition, events: Sequence[Event]) -> Projection:
    """Fold the events and keep what each round left behind.

    Raises engine.illegal_history.IllegalHistory if an event cannot have happened in the definition.
    """
    found = changes(definition, None, events)
    if found is None:
        raise ValueError("a case without events")
    return found


def changes(
    definition: Definition, before: State | None, events: Iterable[Event], last: State | None = None
) -> Projection | None:
    """The rows these further events change, or None without any; `last`, if known, is the state after them."""
    found: Projection | None = None
    for event in (events := tuple(events)):
        definition = in_force(definition, event)
        after = last if last is not None and event is events[-1] else evolve(definition, before, event)
        if found is None:
            found = Projection(after)
        found.note(definition, before, event, after)
        before = after
    return found
