"""What a definition names inside itself must be there: stages, roles, tasks, outcomes; and no two share a name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Set

from app.engine.definition import Definition
from app.engine.elements import VOTES, Approval, Due, Stage, Task, Transition

Report = Callable[..., None]


def references(definition: Definition, report: Report) -> None:
    """Every name inside the definition that nothing answers to."""
    _stage(definition, "workflow.initial", definition.initial, report, path="initial")
    for stage in definition.stages.values():
        _of_stage(definition, stage, report)
    everywhere = {task.id for stage in definition.stages.values() for task in stage.tasks} | {VOTES}
    for step in definition.transitions.values():
        _of_step(definition, step, everywhere, report)


def own_names(definition: Definition, report: Report) -> None:
    """Tasks, approvals and transitions are called by id alone, so no two may share one."""
    seen: dict[str, str] = {}
    named: list[tuple[str, str]] = []
    for stage in definition.stages.values():
        named += [(task.id, f"stages.{stage.id}.tasks.{task.id}") for task in stage.tasks]
        if stage.approval:
            named.append((stage.approval.id, f"stages.{stage.id}.approval"))
    named += [(step, f"transitions.{step}") for step in definition.transitions]
    for element, path in named:
        if element in seen or element == VOTES:
            report("duplicate_id", path, id=element, first=seen.get(element, VOTES), second=path)
        seen.setdefault(element, path)


def _of_stage(definition: Definition, stage: Stage, report: Report) -> None:
    path = f"stages.{stage.id}"
    _outcome(definition, f"{path}.outcome", stage.outcome, report)
    _told_of(definition, f"{path}.due", stage.due, report)
    own = {task.id for task in stage.tasks}
    for task in stage.tasks:
        _of_task(definition, f"{path}.tasks.{task.id}", task, own, report)
    if stage.approval:
        _of_approval(definition, f"{path}.approval", stage.approval, own, report)


def _of_task(definition: Definition, path: str, task: Task, own: Set[str], report: Report) -> None:
    _roles(definition, f"{path}.roles", task.roles, report)
    _told_of(definition, f"{path}.due", task.due, report)
    _tasks(f"{path}.reopens_with", task.reopens_with, own - {task.id}, report)


def _of_approval(
    definition: Definition, path: str, approval: Approval, own: Collection[str], report: Report
) -> None:
    _roles(definition, f"{path}.voters", approval.voters, report)
    _roles(definition, f"{path}.veto", approval.veto, report)
    _roles(definition, f"{path}.tie", (approval.tie,) if approval.tie else (), report)
    _roles(definition, f"{path}.on_no_voters", (approval.fallback,) if approval.fallback else (), report)
    _tasks(f"{path}.opens_after", approval.opens_after, own, report)


def _of_step(definition: Definition, step: Transition, everywhere: Collection[str], report: Report) -> None:
    path = f"transitions.{step.id}"
    _roles(definition, f"{path}.by", step.by, report)
    for source in step.sources:
        _stage(definition, f"{path}.from", source, report)
    if step.target is not None:
        _stage(definition, f"{path}.to", step.target, report)
    _tasks(f"{path}.keeps", step.keeps, everywhere, report)
    _tasks(f"{path}.voids", step.voids, everywhere, report)
    _outcome(definition, f"{path}.outcome", step.outcome, report)


def _told_of(definition: Definition, where: str, due: Due | None, report: Report) -> None:
    if due and due.escalate:
        _roles(definition, f"{where}.escalate.to", due.escalate.to, report)


def _roles(definition: Definition, where: str, named: Collection[str], report: Report) -> None:
    for role in named:
        if role not in definition.roles:
            report("unknown_role", where, id=role, among=definition.roles)


def _tasks(where: str, named: Collection[str], among: Collection[str], report: Report) -> None:
    for task in named:
        if task not in among:
            report("unknown_task", where, id=task, among=among)


def _stage(definition: Definition, where: str, stage: str, report: Report, **words: str) -> None:
    if stage not in definition.stages:
        report("unknown_stage", where, id=stage, among=definition.stages, **words)


def _outcome(definition: Definition, where: str, outcome: str | None, report: Report) -> None:
    if outcome and outcome not in definition.outcomes:
        report("unknown_outcome", where, id=outcome, among=definition.outcomes)
