"""Where a case stands: the projection of its events, and the words in which people act on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, TypeVar

from app.engine.deadlines import Calendar, PlainWeek, Term
from app.engine.definition import Effect
from app.engine.events import Event
from app.engine.guards import Value

R = TypeVar("R")
VoteChoice = Literal["for", "against", "abstain"]
CHOICES: tuple[VoteChoice, ...] = ("for", "against", "abstain")


def replace(record: R, **changed: Any) -> R:
    """The same record with these fields changed: `dataclasses.replace` for plain records, several times as fast."""
    new = object.__new__(record.__class__)
    values = new.__dict__
    values.update(record.__dict__)
    values.pop("done", None)  # of a state: derived from its tasks
    values.update(changed)
    return new


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


@dataclass(frozen=True)
class FactValue:
    """An answer of a room: value (None = unknown), names to print, page to mend it, its own sentence.

    `of` says in the genitive what a date is the date of (a term may be counted from it), `until` when one that is
    unknown will be known.
    """

    value: Value
    items: tuple[str, ...] = ()
    link: str | None = None
    text: str | Mapping[str, str] | None = None
    of: Mapping[str, str] | None = None
    until: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Voter:
    """A member of the group as the case sees him; `excluded` is the reason he may not vote, or None."""

    id: str
    name: str
    role: str
    excluded: str | None = None


@dataclass(frozen=True, eq=False)
class Context:
    """Who acts, when, and what is known. `authors` wrote what is voted on and may be barred from voting.

    `day_of` tells the day an instant falls on where the authority is.
    """

    actor: str
    roles: frozenset[str]
    now: datetime
    today: date
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    voters: tuple[Voter, ...] = ()
    authors: frozenset[str] = frozenset()
    calendar: Calendar = field(default_factory=PlainWeek)
    day_of: Callable[[datetime], date] = datetime.date


@dataclass(frozen=True)
class Open:
    """Begin the case."""


@dataclass(frozen=True)
class Complete:
    """Say that a task is done, with what its form asks."""

    task: str
    comment: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reopen:
    """Take a task back, with the reason."""

    task: str
    comment: str = ""


@dataclass(frozen=True)
class Cast:
    """Vote, or change one's vote."""

    choice: str
    comment: str = ""


@dataclass(frozen=True)
class Fire:
    """Take a transition."""

    transition: str
    comment: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ContentChanged:
    """The application reports that what is voted on may have changed; harmless when it has not."""


@dataclass(frozen=True)
class Settle:
    """Something outside may have changed: take what the case takes by itself; harmless when that is nothing."""


Action = Open | Complete | Reopen | Cast | Fire | ContentChanged | Settle


@dataclass(frozen=True)
class Reason:
    """Why a step does not work: a sentence in both languages, names behind it, the page to mend it."""

    code: str
    texts: Mapping[str, str]
    link: str | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tally:
    """The count of a vote: what counts, what is needed, who is missing and what follows."""

    eligible: int
    needed: int
    votes_for: int
    votes_against: int
    abstained: int
    void: int
    result: str | None  # passed | failed | None = not decided yet
    missing: tuple[Voter, ...] = ()
    excluded: tuple[Voter, ...] = ()
    by_chair: bool = False

    @property
    def voted(self) -> int:
        """Votes that count, abstentions included."""
        return self.votes_for + self.votes_against + self.abstained

    @property
    def has_quorum(self) -> bool:
        """Whether enough have voted."""
        return self.voted >= self.needed


Deferred = tuple[Any, ...]  # a function and its arguments


class Refused:
    """The step does not work; all reasons at once. Nothing has happened."""

    __slots__ = ("_find", "_reasons")

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        self._reasons = reasons
        self._find: Deferred | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that stands against the step, in the order of the definition."""
        if self._find is not None:
            find, *arguments = self._find
            self._reasons, self._find = tuple(find(*arguments)), None
        return self._reasons

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)


class Accepted:
    """The step works: events to append, the state after them, effects to carry out.

    `what`: opened · task_done · task_reopened · vote_counted · approved · rejected · moved ·
    content_changed · nothing.
    """

    __slots__ = ("_events", "_make", "_state", "effects", "tally", "what")

    def __init__(
        self,
        what: str,
        events: tuple[Event, ...],
        state: State,
        effects: tuple[Effect, ...] = (),
        tally: Tally | None = None,
    ) -> None:
        self.what, self.effects, self.tally = what, effects, tally
        self._events, self._state = events, state
        self._make: Deferred | None = None

    def _made(self) -> None:
        if self._make is not None:
            make, *arguments = self._make
            (self._events, self._state), self._make = make(*arguments), None

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened, in order."""
        self._made()
        return self._events

    @property
    def state(self) -> State:
        """Where the case stands after the events."""
        self._made()
        return self._state


_new = object.__new__  # half the time of a call of the class: most answers are only asked whether, not why


def refused(find: Deferred) -> Refused:
    """A refusal that finds its reasons when they are first read; the arguments must not change meanwhile."""
    answer = _new(Refused)
    answer._find = find
    return answer


def accepted(what: str, effects: tuple[Effect, ...], make: Deferred) -> Accepted:
    """A step that makes its events and the new state when they are first read."""
    answer = _new(Accepted)
    answer.what = what
    answer.effects = effects
    answer.tally = None
    answer._make = make
    return answer


class IllegalHistory(ValueError):
    """The events cannot have happened in this definition; `number` is the first bad one (from 1)."""

    def __init__(self, problem: str, number: int = 0) -> None:
        self.number = number
        super().__init__(f"event {number}: {problem}" if number else problem)
