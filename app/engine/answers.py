"""What the machine says of a step: refused with all its reasons, or accepted with what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.engine.context import Voter
from app.engine.events import Event
from app.engine.state import State

if TYPE_CHECKING:
    from app.engine.elements import Effect


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
