"""Where a case stands: the projection of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from app.engine.deadlines import Term


@dataclass(frozen=True)
class TaskState:
    """A task of a stage the case has entered; `times` counts completions in this round."""

    status: str = "open"  # open | done | not_needed
    done_by: str | None = None
    done_at: datetime | None = None
    due: date | None = None
    times: int = 0
    term: Term | None = None


@dataclass(frozen=True)
class VoteState:
    """The latest vote of one person in this round; `void`: what he voted on has changed since."""

    voter: str
    choice: str
    content_hash: str | None
    at: datetime
    void: bool = False


@dataclass(frozen=True)
class State:
    """The state of a case after `version` events.

    `tasks` holds the tasks of every stage the case has been in and not gone back behind; `votes` and
    `approval` are those of the current stage in its current round.
    """

    stage: str
    round: int
    version: int
    status: str  # active | suspended | closed | cancelled
    tasks: Mapping[str, TaskState]
    votes: tuple[VoteState, ...]
    approval: str | None  # None | open | passed | failed
    entered_at: datetime
    opened_at: datetime
    due: date | None = None
    term: Term | None = None
    outcome: str | None = None
    content_hash: str | None = None
    rounds: Mapping[str, int] = field(default_factory=dict)
    paused_on: date | None = None

    @cached_property
    def done(self) -> frozenset[str]:
        """Tasks that are done in the current round."""
        return frozenset(key for key, task in self.tasks.items() if task.status == "done")

    @property
    def is_active(self) -> bool:
        """Whether work goes on."""
        return self.status == "active"

    def is_done(self, task_id: str) -> bool:
        """Whether the task is done in the current round."""
        task = self.tasks.get(task_id)
        return task is not None and task.status == "done"

    def vote_of(self, voter: str) -> VoteState | None:
        """This person's latest vote in the current round, void or not."""
        for vote in self.votes:
            if vote.voter == voter:
                return vote
        return None


def to_record(state: State) -> dict[str, Any]:
    """The whole state ready for JSON, without its version; `from_record` gives it back."""
    record = {
        key: _plain(value)
        for key, value in vars(state).items()
        if key not in ("tasks", "votes", "version", "done")
    }
    record["tasks"] = {
        key: {name: _plain(value) for name, value in vars(task).items()} for key, task in state.tasks.items()
    }
    record["votes"] = [{name: _plain(value) for name, value in vars(vote).items()} for vote in state.votes]
    return record


def from_record(record: Mapping[str, Any], version: int) -> State:
    """The state written by `to_record`, as one of this version. Raises ValueError if it is none."""
    try:
        values = dict(record)
        tasks = {key: TaskState(**_read(task)) for key, task in values.pop("tasks").items()}
        votes = tuple(VoteState(**_read(vote)) for vote in values.pop("votes"))
        return State(**_read(values), tasks=tasks, votes=votes, version=version)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a state: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Term):
        return value.to_dict()
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: READ[key](value) if key in READ and value is not None else value for key, value in values.items()
    }


READ: Mapping[str, Any] = {
    **dict.fromkeys(("entered_at", "opened_at", "done_at", "at"), datetime.fromisoformat),
    **dict.fromkeys(("due", "paused_on"), date.fromisoformat),
    "term": Term.from_dict,
}
