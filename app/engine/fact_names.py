"""Which facts a decision asks for: the rooms are asked for these alone."""

from __future__ import annotations

from app.engine import starting
from app.engine.actions import Action, Cast, Complete, ContentChanged, Fire
from app.engine.automatic import onward
from app.engine.compiling import OF_THE_VOTE
from app.engine.definition import Definition
from app.engine.elements import Stage
from app.engine.starting import RESUMING
from app.engine.state import State

# Facts the engine answers itself, from the state.
BUILT_IN_FACTS = frozenset({"approval.passed", "approval.failed", "stage.round"})


def facts_needed(
    definition: Definition, state: State | None, action: Action | None = None, *, settle: bool = True
) -> set[str]:
    """Facts `decide` asks for this action; without an action, those `offers` asks for the stage.

    Without `settle` those of the step alone, not of what the case then takes by itself.
    """
    if state is None:
        return _to_begin(definition, settle) - BUILT_IN_FACTS
    stage = definition.stages[state.stage]
    needed: set[str] = set()
    if action is None or isinstance(action, Complete):
        needed |= _of_tasks(stage, action)
    if action is None or isinstance(action, Fire):
        needed |= _of_steps(definition, state, action)
    if _touches_the_vote(stage, action, needed):
        needed |= _bound(stage)
    if action is not None and (definition.automatic or definition.anchored):
        needed |= _of_what_follows(definition, state, action, settle)
    return needed - BUILT_IN_FACTS


def _to_begin(definition: Definition, settle: bool) -> set[str]:
    stage = definition.stages[definition.initial]
    needed = _dates(definition, None, stage.id)
    if _opens_at_once(stage):
        needed |= _bound(stage)
    if settle:
        needed |= definition.automatic_facts.get(stage.id, frozenset())
    return needed


def _of_tasks(stage: Stage, action: Complete | None) -> set[str]:
    tasks = [task for task in stage.tasks if action is None or action.task == task.id]
    return {name for task in tasks for guard in task.when for name in guard.expression.names()}


def _of_steps(definition: Definition, state: State, action: Fire | None) -> set[str]:
    """What the guards of the steps ask, what an outcome is taken from, and the content of a vote they open."""
    stage = definition.stages[state.stage]
    needed: set[str] = set()
    for step in definition.leaving[state.stage]:
        if action is not None and action.transition != step.id:
            continue
        for guard in step.when:
            needed.update(guard.expression.names())
        if step.outcome_from:
            needed.add(step.outcome_from)
        if step.kind in RESUMING and step.target is None and state.approval is not None:
            needed |= _bound(stage)
        if step.target and _opens_at_once(definition.stages[step.target], step.keeps):
            needed |= _bound(definition.stages[step.target])
    return needed


def _touches_the_vote(stage: Stage, action: Action | None, needed: set[str]) -> bool:
    """Whether the vote is asked about, given, or opened: then it matters what it is bound to."""
    if action is None or isinstance(action, Cast | ContentChanged) or needed & OF_THE_VOTE:
        return True
    return (
        isinstance(action, Complete)
        and stage.approval is not None
        and action.task in stage.approval.opens_after
    )


def _of_what_follows(definition: Definition, state: State, action: Action, settle: bool) -> set[str]:
    """What the steps ask that the case then takes by itself, and the dates its new terms are counted from."""
    taken = definition.transitions.get(action.transition) if isinstance(action, Fire) else None
    after = state.stage if taken is None or taken.target is None else taken.target
    needed = _dates(definition, state, after, action)
    if settle:
        needed |= definition.automatic_facts.get(after, frozenset())
    return needed


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
