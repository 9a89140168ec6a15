"""Steps the case takes by itself: which may follow where, and what they ask; `settling` takes them.

A step that is `automatic` belongs to nobody: it is taken as soon as the case stands in its source, its tasks are
done and every guard is true (unknown is not true). The definition knows once and for all where such steps leave a
stage; a procedure without them pays for one look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.engine.definition import Definition
    from app.engine.elements import Transition

# As whom the engine acts, and the part it plays then: not an id, so no person and no role can be called so.
SYSTEM = "system"
ITSELF = "(automatic)"
KINDS = frozenset({"forward", "skip"})


def holders(step: Transition) -> tuple[str, ...]:
    """Who may take the step: the roles it names, or the engine alone."""
    return (ITSELF,) if step.automatic else step.by


def leaving_alone(definition: Definition) -> dict[str, tuple[Transition, ...]]:
    """Stage → automatic steps that may leave it, in the order of the file; stages without any are left out."""
    found = {
        stage: tuple(step for step in steps if step.automatic) for stage, steps in definition.leaving.items()
    }
    return {stage: steps for stage, steps in found.items() if steps}


def facts_alone(definition: Definition) -> dict[str, frozenset[str]]:
    """Stage → facts asked by the automatic steps that may be taken from it one after another."""
    found = {}
    for start in definition.automatic:
        names: set[str] = set()
        for here in (start, *onward(definition, start)):
            for step in definition.automatic.get(here, ()):
                names |= _asked(definition, here, step)
        found[start] = frozenset(names)
    return found


def onward(definition: Definition, start: str) -> list[str]:
    """Stages the case may come to from this one by automatic steps alone, one after another."""
    seen, front = [start], [start]
    while front:
        for step in definition.automatic.get(front.pop(), ()):
            if step.target and step.target not in seen:
                seen.append(step.target)
                front.append(step.target)
    return seen[1:]


def _asked(definition: Definition, source: str, step: Transition) -> set[str]:
    """Facts of one step: its guards, how the case ends, and the content a vote before or after it is about."""
    names = {name for guard in step.when for name in guard.expression.names()}
    if step.outcome_from:
        names.add(step.outcome_from)
    voting = [source] if names & {"approval.passed", "approval.failed"} else []
    for stage in (*voting, *((step.target,) if step.target else ())):
        approval = definition.stages[stage].approval if stage in definition.stages else None
        if approval and approval.binds:
            names.add(approval.binds)
    return names


def is_alone(data: Mapping[str, object]) -> bool:
    """Whether a stored event is a step the case took by itself."""
    return data.get("type") == "moved" and data.get("actor") == SYSTEM
