"""Where a case stands: the projection of its events, and the words in which people act on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from app.engine.deadlines import Calendar, PlainWeek, Term
from app.engine.events import Event
from app.engine.guards import Value

if TYPE_CHECKING:
    from app.engine.definition import Effect

R = TypeVar("R")
VoteChoice = Literal["for", "against", "abstain"]
CHOICES: tuple[VoteChoice, ...] = ("for", "against", "abstain")
_new, _put = object.__new__, object.__setattr__


def replace(record: R, **changed: Any) -> R:
    """The same record with these fields changed: `dataclasses.replace` for plain records, several times as fast."""
    values = {**record.__dict__}
    if "tasks" in changed:  # of a state, whose `done` is derived from them
        values.pop("done", None)
    values.update(changed)
    return made(record.__class__, values)


def made(kind: type[R], values: dict[str, Any]) -> R:
    """A plain frozen record of these values, all of them, in the order of its fields.

    A quarter of the time of the class itself; and an attribute of a record that owns its dictionary is read in a
    third of the time of one that shares its keys.
    """
    record = _new(kind)
    _put(record, "__dict__", values)  # a frozen class has nothing to check
    return record


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


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step does not work: a sentence in both languages, names behind it, the page to mend it."""

    code: str
    texts: Mapping[str, str]
    link: str | None = None
    items: tuple[str, ...] = ()


class Draft:
    """A reason while it is being filled in."""

    __slots__ = ("code", "items", "link", "texts")


def reason(code: str, texts: Mapping[str, str], link: str | None, items: tuple[str, ...]) -> Reason:
    """As the class, in a quarter of its time: a refusal that is read makes several."""
    made: Any = Draft()
    made.code = code  # one by one: together they would become a tuple first
    made.texts = texts
    made.link = link
    made.items = items
    made.__class__ = Reason  # of the same layout; from here on nobody changes it
    filled: Reason = made
    return filled


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
    majority: int | None = None  # votes for that a decision needs; None = more than against

    @property
    def voted(self) -> int:
        """Votes that count, abstentions included."""
        return self.votes_for + self.votes_against + self.abstained

    @property
    def has_quorum(self) -> bool:
        """Whether enough have voted."""
        return self.voted >= self.needed


class Refused:
    """The step does not work; all reasons at once. Nothing has happened."""

    __slots__ = ("_reasons",)

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        self._reasons = reasons

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that stands against the step, in the order of the definition."""
        return self._reasons

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)


Told = tuple[str, "tuple[Effect, ...]", Tally | None]


class Accepted:
    """The step works: events to append, the state after them, effects to carry out.

    `what`: opened · task_done · task_reopened · vote_counted · approved · rejected · moved ·
    content_changed · nothing.
    """

    __slots__ = ("_events", "_state", "_told")

    def __init__(
        self,
        what: str,
        events: tuple[Event, ...],
        state: State,
        effects: tuple[Effect, ...] = (),
        tally: Tally | None = None,
    ) -> None:
        self._told: Told = what, effects, tally
        self._events, self._state = events, state

    @property
    def what(self) -> str:
        """What has happened, in one word of the list above."""
        return self._told[0]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the application does now."""
        return self._told[1]

    @property
    def tally(self) -> Tally | None:
        """The count of the vote, when the step was one of it."""
        return self._told[2]

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened, in order."""
        return self._events

    @property
    def state(self) -> State:
        """Where the case stands after the events."""
        return self._state


class IllegalHistory(ValueError):
    """The events cannot have happened in this definition; `number` is the first bad one (from 1)."""

    def __init__(self, problem: str, number: int = 0) -> None:
        self.number = number
        super().__init__(f"event {number}: {problem}" if number else problem)
