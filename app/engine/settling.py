"""After a step the case takes what it takes by itself, one step after another, until it waits for somebody."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.automatic import ITSELF, SYSTEM
from app.engine.definition import Definition
from app.engine.state import Accepted, Context, Fire, Refused, State, replace

Decision = Accepted | Refused
Take = Callable[[Definition, State, Fire, Context], Decision]


class EndlessProcedure(RuntimeError):
    """Automatic steps follow one another without end; a definition that passes the check cannot do that."""


def settled(
    definition: Definition,
    result: Decision,
    ctx: Context,
    take: Take,
) -> Decision:
    """What was accepted, and every step the case then takes by itself. Raises EndlessProcedure.

    `take` decides one step and no more.
    """
    if isinstance(result, Refused):
        return result
    events, state, effects, what = result.events, result.state, result.effects, result.what
    alone = by_itself(ctx)
    for _ in range(len(definition.stages) + 1):
        taken = _next(definition, state, alone, take)
        if taken is None:
            return Accepted(what, events, state, effects, result.tally)
        events, state, effects = (*events, *taken.events), taken.state, (*effects, *taken.effects)
        what = taken.what if what == "nothing" else what
    raise EndlessProcedure(f"{definition.code} v{definition.version} runs in a circle at «{state.stage}»")


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
