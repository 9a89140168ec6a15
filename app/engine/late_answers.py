"""The answers of the machine that say at once whether a step works, and everything else when somebody reads it.

Until then nobody may change the context they were given with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.engine.actions import Action
from app.engine.answers import Accepted, Reason, Refused, Told
from app.engine.context import Context
from app.engine.events import Event
from app.engine.state import State

if TYPE_CHECKING:
    from app.engine.definition import Definition

Finding = Callable[["Definition", State, Any, Context], list[Reason]]
Making = Callable[["Definition", State, Any, Context], tuple[tuple[Event, ...], State]]


class LateRefusal(Refused):
    """A refusal that finds its reasons when they are first read.

    `decide` fills its slots one by one: a class without an `__init__` of its own is made in half the time of another.
    """

    __slots__ = ("action", "before", "ctx", "definition", "find")

    if TYPE_CHECKING:

        def __init__(self) -> None: ...
    else:
        __init__ = object.__init__
    definition: Definition
    before: State
    action: Action
    ctx: Context | None
    find: Finding

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that stands against the step, in the order of the definition."""
        ctx = self.ctx
        if ctx is not None:
            find = self.find
            self._reasons = tuple(find(self.definition, self.before, self.action, ctx))
            self.ctx = None
        return self._reasons


class LateAcceptance(Accepted):
    """A step that makes its events and the new state when they are first read."""

    __slots__ = ("action", "before", "ctx", "definition", "make")

    if TYPE_CHECKING:

        def __init__(self) -> None: ...
    else:
        __init__ = object.__init__
    definition: Definition
    before: State
    action: Action
    ctx: Context | None
    make: Making

    def _made(self, ctx: Context) -> None:
        self._events, self._state = self.make(self.definition, self.before, self.action, ctx)
        self.ctx = None

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened, in order."""
        if self.ctx is not None:
            self._made(self.ctx)
        return self._events

    @property
    def state(self) -> State:
        """Where the case stands after the events."""
        if self.ctx is not None:
            self._made(self.ctx)
        return self._state


def refused_late(
    find: Finding, definition: Definition, before: State, action: Action, ctx: Context
) -> LateRefusal:
    """A refusal whose reasons `find` finds."""
    answer = LateRefusal()
    answer.definition = definition
    answer.before = before
    answer.action = action
    answer.ctx = ctx
    answer.find = find
    return answer


def accepted_late(
    told: Told, make: Making, definition: Definition, before: State, action: Action, ctx: Context
) -> LateAcceptance:
    """A step whose events and new state `make` makes."""
    answer = LateAcceptance()
    answer.definition = definition
    answer.before = before
    answer.action = action
    answer.ctx = ctx
    answer._told = told
    answer.make = make
    return answer
