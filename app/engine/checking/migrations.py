"""What is said about moving cases here names what there is, and leaves out nothing a case may stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.engine.definition import Definition
from app.engine.elements import Migration, Stage

Report = Callable[..., None]


def check_migrations(definition: Definition, earlier: Mapping[int, Definition], report: Report) -> None:
    """Report what a migration names in vain, and what of an earlier version it has no place for."""
    seen: set[int] = set()
    for number, rule in enumerate(definition.migrations):
        path = f"migrations.{number}"
        if rule.source >= definition.version:
            report("migration_version", f"{path}.from", value=rule.source)
        elif earlier and rule.source not in earlier:
            report("migration_unknown", f"{path}.from", "warning", value=rule.source)  # no case stands in it
        if rule.source in seen:
            report("migration_twice", f"{path}.from", value=rule.source)
        seen.add(rule.source)
        _leads_here(definition, path, rule, report)
        if rule.source in earlier:
            old = earlier[rule.source]
            _comes_from(old, path, rule, report)
            for stage in old.stages.values():
                if not stage.final:
                    _has_a_place(definition, old, stage, path, rule, report)


def _leads_here(definition: Definition, path: str, rule: Migration, report: Report) -> None:
    tasks = _tasks_of(definition)
    for before, after in rule.stages.items():
        if after not in definition.stages:
            report("unknown_stage", f"{path}.stages.{before}", id=after, among=definition.stages)
    for before, after in rule.tasks.items():
        if after not in tasks:
            report("unknown_task", f"{path}.tasks.{before}", id=after, among=tasks)
    for before, after in rule.transitions.items():
        if after not in definition.transitions:
            where = f"{path}.transitions.{before}"
            report("unknown_transition", where, id=after, among=definition.transitions)
    for task in rule.reopens:
        if task not in tasks:
            report("unknown_task", f"{path}.reopens", id=task, among=tasks)


def _comes_from(old: Definition, path: str, rule: Migration, report: Report) -> None:
    tasks = _tasks_of(old)
    for stage in rule.stages:
        if stage not in old.stages:
            report("unknown_stage", f"{path}.stages.{stage}", id=stage, among=old.stages)
    for task in rule.tasks:
        if task not in tasks:
            report("unknown_task", f"{path}.tasks.{task}", id=task, among=tasks)
    for step in rule.transitions:
        if step not in old.transitions:
            report("unknown_transition", f"{path}.transitions.{step}", id=step, among=old.transitions)
    for task in rule.drops:
        if task not in tasks:
            report("unknown_task", f"{path}.drops", id=task, among=tasks)


def _has_a_place(
    definition: Definition, old: Definition, stage: Stage, path: str, rule: Migration, report: Report
) -> None:
    """A case that stands in this stage, with these tasks and terms, has where to go with them."""
    successor = definition.stages.get(rule.stages.get(stage.id, stage.id))
    if successor is None:
        if stage.id not in rule.stages:
            report("unmapped_stage", path, value=old.version, id=stage.id)
        return
    if stage.due and not successor.due:
        report("term_lost", path, "warning", value=old.version, id=stage.id)
    known = _tasks_of(definition)
    for task in stage.tasks:
        if task.id in rule.drops:
            continue
        name = rule.tasks.get(task.id, task.id)
        if name not in known and task.id not in rule.tasks:
            report("unmapped_task", path, value=old.version, id=task.id)
        after = definition.task(name)
        if task.due and after and not after.due:
            report("term_lost", path, "warning", value=old.version, id=task.id)


def _tasks_of(definition: Definition) -> set[str]:
    return {task.id for stage in definition.stages.values() for task in stage.tasks}
