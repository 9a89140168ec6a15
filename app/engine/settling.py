"""After a step the case takes what it takes by itself, one step after another, until it waits for somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.engine.automatic import ITSELF, SYSTEM
from app.engine.compiling import STAYING
from app.engine.definition import Definition
from app.engine.events import Event, Moved
from app.engine.state import Accepted, Context, Fire, Refused, State, replace

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
    events, state, effects, what = result.events, result.state, result.effects, result.what
    alone = by_itself(ctx)
    while not is_entered_again(events) and (taken := _next(definition, state, alone, take)):
        events, state, effects = (*events, *taken.events), taken.state, (*effects, *taken.effects)
        what = taken.what if what == "nothing" else what
    return Accepted(what, events, state, effects, result.tally)


def is_entered_again(events: Iterable[Event]) -> bool:
    """Whether a stage is entered anew: the rooms told its former round, so they are asked again before more follows."""
    entered = (event for event in events if isinstance(event, Moved) and event.kind not in STAYING)
    return any(
        event.round > 1 and (event.kind != "reopen" or event.source != event.target) for event in entered
    )


def _next(
    definition: Definition,
    state: State,
    alone: Context,
    take: Take,
) -> Accepted | None:
    """The automatic step that works now, taken; None when the case waits."""
    if not state.is_active:
        return None
    for step in definition.automatic.get(state.stage, ()):
        result = take(definition, state, Fire(step.id), alone)
        if isinstance(result, Accepted):
            return result
    return None


def by_itself(ctx: Context) -> Context:
    """What is known, seen by the engine acting for nobody."""
    return replace(ctx, actor=SYSTEM, roles=frozenset({ITSELF}))
