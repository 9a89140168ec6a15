"""Which facts a decision asks for: the rooms are asked for these alone."""

from __future__ import annotations

from app.engine import starting
from app.engine.automatic import onward
from app.engine.compiling import OF_THE_VOTE
from app.engine.definition import Definition, Stage
from app.engine.starting import RESUMING
from app.engine.state import Action, Cast, Complete, ContentChanged, Fire, State

# Facts the engine answers itself, from the state.
BUILT_IN_FACTS = frozenset({"approval.passed", "approval.failed", "stage.round"})


def facts_needed(
    definition: Definition, state: State | None, action: Action | None = None, *, settle: bool = True
) -> set[str]:
    """Facts `decide` asks for this action; without an action, those `offers` asks for the stage.

    Without `settle` those of the step alone, not of what the case then takes by itself.
    """
    if state is None:
        stage = definition.stages[definition.initial]
        bound = _bound(stage) if _opens_at_once(stage) else set()
        alone = definition.automatic_facts.get(stage.id, frozenset()) if settle else frozenset()
        return (bound | alone | _dates(definition, None, stage.id)) - BUILT_IN_FACTS
    stage = definition.stages[state.stage]
    needed: set[str] = set()
    if action is None or isinstance(action, Complete):
        for task in stage.tasks:
            if action is None or action.task == task.id:
                for guard in task.when:
                    needed.update(guard.expression.names())
    if action is None or isinstance(action, Fire):
        for step in definition.leaving[state.stage]:
            if action is None or action.transition == step.id:
                for guard in step.when:
                    needed.update(guard.expression.names())
                if step.outcome_from:
                    needed.add(step.outcome_from)
                if step.kind in RESUMING and step.target is None and state.approval is not None:
                    needed |= _bound(stage)
                if step.target and _opens_at_once(definition.stages[step.target], step.keeps):
                    needed |= _bound(definition.stages[step.target])
    binding = action is None or isinstance(action, Cast | ContentChanged) or bool(needed & OF_THE_VOTE)
    if not binding and isinstance(action, Complete) and stage.approval:
        binding = action.task in stage.approval.opens_after
    if binding:
        needed |= _bound(stage)
    if (definition.automatic or definition.anchored) and action is not None:
        taken = definition.transitions.get(action.transition) if isinstance(action, Fire) else None
        after = state.stage if taken is None or taken.target is None else taken.target
        if settle:
            needed |= definition.automatic_facts.get(after, frozenset())
        needed |= _dates(definition, state, after, action)
    return needed - BUILT_IN_FACTS


def _dates(definition: Definition, state: State | None, stage: str, action: Action | None = None) -> set[str]:
    """Dates the terms are counted from: here, where the action leads, and where the case then goes by itself."""
    if not definition.anchored:
        return set()
    needed = starting.facts_of(definition, state, action)
    for further in onward(definition, stage):
        needed |= starting.dates_of(definition.stages[further])
    return needed


def _bound(stage: Stage) -> set[str]:
    return {stage.approval.binds} if stage.approval and stage.approval.binds else set()


def _opens_at_once(stage: Stage, kept: tuple[str, ...] = ()) -> bool:
    return stage.approval is not None and set(stage.approval.opens_after) <= set(kept)
