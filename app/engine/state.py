"""Where a case stands: the projection of its events, and the words in which people act on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from app.engine.deadlines import Calendar, PlainWeek, Term
from app.engine.definition import Effect
from app.engine.events import Event
from app.engine.guards import Value

VoteChoice = Literal["for", "against", "abstain"]
CHOICES: tuple[VoteChoice, ...] = ("for", "against", "abstain")


@dataclass(frozen=True)
class TaskState:
    """A task of a stage the case has entered; `times` counts completions in this round."""

    status: str = "open"  # open | done | not_needed
    done_by: str | None = None
    done_at: datetime | None = None
    due: date | None = None
    times: int = 0


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


@dataclass(frozen=True)
class FactValue:
    """An answer of a room: value (None = unknown), names to print, page to mend it, its own sentence."""

    value: Value
    items: tuple[str, ...] = ()
    link: str | None = None
    text: str | Mapping[str, str] | None = None


@dataclass(frozen=True)
class Voter:
    """A member of the group as the case sees him; `excluded` is the reason he may not vote, or None."""

    id: str
    name: str
    role: str
    excluded: str | None = None


@dataclass(frozen=True, eq=False)
class Context:
    """Who acts, when, and what is known. `authors` wrote what is voted on and may be barred from voting."""

    actor: str
    roles: frozenset[str]
    now: datetime
    today: date
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    voters: tuple[Voter, ...] = ()
    authors: frozenset[str] = frozenset()
    calendar: Calendar = field(default_factory=PlainWeek)


@dataclass(frozen=True)
class Open:
    """Begin the case."""


@dataclass(frozen=True)
class Complete:
    """Say that a task is done."""

    task: str
    comment: str = ""


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


Action = Open | Complete | Reopen | Cast | Fire | ContentChanged


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


@dataclass(frozen=True, eq=False)
class Refused:
    """The step does not work; all reasons at once. Nothing has happened."""

    reasons: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)


@dataclass(frozen=True, eq=False)
class Accepted:
    """The step works: events to append, the state after them, effects to carry out.

    `what`: opened · task_done · task_reopened · vote_counted · approved · rejected · moved ·
    content_changed · nothing.
    """

    what: str
    events: tuple[Event, ...]
    state: State
    effects: tuple[Effect, ...] = ()
    tally: Tally | None = None


class IllegalHistory(ValueError):
    """The events cannot have happened in this definition; `number` is the first bad one (from 1)."""

    def __init__(self, problem: str, number: int = 0) -> None:
        self.number = number
        super().__init__(f"event {number}: {problem}" if number else problem)
