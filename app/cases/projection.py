"""The plain rows of a case, computed from its events: what the tables must say, no more and no less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.definition import Definition
from app.engine.events import CaseOpened, Event, Moved
from app.engine.machine import evolve
from app.engine.state import State

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
    """State of the case and the rows of its rounds, tasks and votes after all its events."""

    state: State
    rounds: list[RoundRow] = field(default_factory=list)
    tasks: dict[TaskKey, dict[str, Any]] = field(default_factory=dict)
    votes: dict[VoteKey, dict[str, Any]] = field(default_factory=dict)


def project(definition: Definition, events: Sequence[Event]) -> Projection:
    """Fold the events and keep what each round left behind.

    Raises engine.state.IllegalHistory if an event cannot have happened in the definition.
    """
    state: State | None = None
    rounds: list[RoundRow] = []
    tasks: dict[TaskKey, dict[str, Any]] = {}
    votes: dict[VoteKey, dict[str, Any]] = {}
    for seq, event in enumerate(events, start=1):
        state = evolve(definition, state, event)
        if isinstance(event, CaseOpened):
            rounds.append(RoundRow(state.stage, state.round, seq, event.at))
        elif isinstance(event, Moved) and (rounds[-1].stage, rounds[-1].round) != (state.stage, state.round):
            rounds[-1].left_at, rounds[-1].left_by = event.at, event.transition
            rounds.append(RoundRow(state.stage, state.round, seq, event.at))
        for task in definition.stages[state.stage].tasks:
            if (now := state.tasks.get(task.id)) is not None:
                tasks[(state.stage, state.round, task.id)] = {
                    "status": now.status, "due": now.due, "done_by": now.done_by, "done_at": now.done_at,
                }  # fmt: skip
        for vote in state.votes:
            votes[(state.stage, state.round, vote.voter)] = {
                "choice": vote.choice, "content_hash": vote.content_hash, "at": vote.at, "void": vote.void,
            }  # fmt: skip
    if state is None:
        raise ValueError("a case without events")
    return Projection(state, rounds, tasks, votes)


def case_fields(state: State) -> dict[str, Any]:
    """The columns of `cases` that repeat the state."""
    return {
        "stage": state.stage, "round": state.round, "status": state.status, "version": state.version,
        "entered_at": state.entered_at, "due": state.due, "approval": state.approval, "outcome": state.outcome,
        "content_hash": state.content_hash,
    }  # fmt: skip
