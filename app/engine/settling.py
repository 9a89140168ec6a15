"""After a step the case takes what it takes by itself, one step after another, until it waits for somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.engine.actions import Fire
from app.engine.answers import Accepted, Refused
from app.engine.automatic import ITSELF, SYSTEM
from app.engine.compiling import STAYING
from app.engine.context import Context
from app.engine.definition import Definition
from app.engine.events import Event, Moved
from app.engine.records import replace
from app.engine.state import State

Decision = Accepted | Refused
Take = Callable[[Definition, State, Fire, Context], Decision]


def settled(
    definition: Definition,
    result: Decision,
    ctx: Context,
    take: Take,
) -> Decision:
    """What was accepted, and every step the case then takes by itself; `take` decides one step and no more.

    It ends: each further step enters a stage the case has never been in, or is the last of this answer.
    """
    if isinstance(result, Refused):
        return result
    while not is_entered_again(result.events) and (taken := next_step(definition, result.state, ctx, take)):
        result = joined(result, taken)
    return result


def joined(done: Accepted, taken: Accepted) -> Accepted:
    """One answer of a step and of the one the case then took by itself."""
    what = taken.what if done.what == "nothing" else done.what
    events, effects = (*done.events, *taken.events), (*done.effects, *taken.effects)
    return Accepted(what, events, taken.state, effects, done.tally)


def is_entered_again(events: Iterable[Event]) -> bool:
    """Whether a stage is entered anew: the rooms told its former round, so they are asked again before more follows."""
    entered = (event for event in events if isinstance(event, Moved) and event.kind not in STAYING)
    return any(
        event.round > 1 and (event.kind != "reopen" or event.source != event.target) for event in entered
    )


def next_step(definition: Definition, state: State, ctx: Context, take: Take) -> Accepted | None:
    """The automatic step that works now, taken; None when the case waits."""
    if not state.is_active:
        return None
    alone = by_itself(ctx)
    for step in definition.automatic.get(state.stage, ()):
        result = take(definition, state, Fire(step.id), alone)
        if isinstance(result, Accepted):
            return result
    return None


def by_itself(ctx: Context) -> Context:
    """What is known, seen by the engine acting for nobody."""
    return replace(ctx, actor=SYSTEM, roles=frozenset({ITSELF}))
