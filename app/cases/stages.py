"""What a stage is to the rooms, told by what its procedure says of it: another municipality calls its stages otherwise.

A stage is that of the plan when its vote is bound to the plan (`binds`), and so on; never because of its id.
"""

from __future__ import annotations

from app.engine.definition import Definition
from app.engine.elements import Task
from app.engine.state import State

PLAN = "plans.content_hash"
RESULTS = "results.content_hash"


def deciding_on(definition: Definition, content: str) -> frozenset[str]:
    """Stages in which the group votes on this content, also under the ids other versions gave them.

    Where no vote is bound to it, those whose page is the room's; empty where the procedure knows neither.
    """
    versions = (definition, *definition.editions.values())
    bound = {
        stage.id
        for one in versions
        for stage in one.stages.values()
        if stage.approval and stage.approval.binds == content
    }
    if bound:
        return frozenset(bound)
    page = content.partition(".")[0]
    return frozenset(stage.id for one in versions for stage in one.stages.values() if stage.page == page)


def leaving_asks(definition: Definition, fact: str) -> frozenset[str]:
    """Stages from which a step onward asks for this fact."""
    return frozenset(
        stage
        for stage in definition.stages
        for step in definition.leaving[stage]
        if step.kind in ("forward", "skip") and any(fact in guard.expression.names() for guard in step.when)
    )


def is_before(definition: Definition, stage: str, others: frozenset[str]) -> bool:
    """Whether one of these stages is still ahead of this one, which is none of them."""
    return stage not in others and not definition.ahead.get(stage, frozenset()).isdisjoint(others)


def is_behind(definition: Definition, stage: str, others: frozenset[str]) -> bool:
    """Whether the way to this stage has led through one of these; never where the procedure has none of them."""
    return bool(others) and stage not in others and not is_before(definition, stage, others)


def is_before_agreement(definition: Definition, stage: str) -> bool:
    """Whether the curator school may still be exchanged: no step from this stage waits for the agreement yet."""
    agreement = leaving_asks(definition, "curation.agreement_in_force")
    return not agreement or is_before(definition, stage, agreement)


def tasks_of_page(definition: Definition, stage: str, page: str) -> list[Task]:
    """Tasks of a stage that are done on the page of a room; one with questions of its own is closed by its form."""
    there = definition.stages.get(stage)
    return [task for task in there.tasks if task.page == page and task.form is None] if there else []


def submitting(definition: Definition, stage: str, content: str) -> frozenset[str]:
    """Tasks with which this content is put to the vote of the stage."""
    there = definition.stages.get(stage)
    if there is None or there.approval is None or stage not in deciding_on(definition, content):
        return frozenset()
    return frozenset(there.approval.opens_after)


def is_passed_over(definition: Definition, state: State, stage: str) -> bool:
    """Whether the case went past this earlier stage: never entered it, or left a required task of it undone."""
    if stage not in state.rounds:
        return True
    standing = ((task, state.tasks.get(task.id)) for task in definition.stages[stage].tasks)
    return any(not task.optional and one is not None and one.status == "not_needed" for task, one in standing)
