"""Finds what a scenario names and the procedure does not have: steps, tasks, facts, people, stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.engine.actions import Complete, Fire, Reopen
from app.engine.checking.names import facts_named
from app.engine.definition import Definition
from app.engine.findings import Finding, finding
from app.engine.trials.reading import Person, Place, Scenario, Step


def unknown_names(
    definition: Definition, scenario: Scenario, inherited: Mapping[str, Person]
) -> list[Finding]:
    """Everything a scenario names must exist in the definition."""
    found: list[Finding] = []
    facts = {name for _, name in facts_named(definition)}
    people = {**inherited, **scenario.people}
    for person in people.values():
        for role in person.roles:
            if role not in definition.roles:
                found.append(
                    finding("unknown_role", scenario.place, path=person.id, id=role, among=definition.roles)
                )
    for name in scenario.facts:
        if name not in facts:
            found.append(finding("fact_unasked", scenario.place, path=scenario.id, id=name, among=facts))
    for step in scenario.steps:
        for name in step.facts:
            if name not in facts:
                found.append(
                    finding("fact_unasked", step.places[name], path=scenario.id, id=name, among=facts)
                )
        if step.by is not None and step.by not in people and step.by not in definition.roles:
            found.append(
                finding("unknown_person", step.places["by"], id=step.by, among=[*people, *definition.roles])
            )
        found += _named(definition, scenario.id, step)
    return found


def _named(definition: Definition, path: str, step: Step) -> list[Finding]:
    """The elements a step acts on or expects."""
    tasks = {task.id for stage in definition.stages.values() for task in stage.tasks}
    wrong: list[tuple[str, Place, str]] = []
    action = step.action
    if isinstance(action, Fire) and action.transition not in definition.transitions:
        wrong.append(("unknown_transition", step.places["fire"], action.transition))
    if isinstance(action, Complete | Reopen) and action.task not in tasks:
        key = "complete" if isinstance(action, Complete) else "reopen"
        wrong.append(("unknown_task", step.places[key], action.task))
    for one in step.expect:
        if one.key == "stage" and one.wanted not in definition.stages:
            wrong.append(("unknown_stage", one.place, str(one.wanted)))
        if one.key == "outcome" and one.wanted is not None and one.wanted not in definition.outcomes:
            wrong.append(("unknown_outcome", one.place, str(one.wanted)))
        if one.key in ("tasks", "task_due", "task_due_in"):
            wrong += [("unknown_task", one.place, task) for task in one.wanted if task not in tasks]
    among: dict[str, Iterable[str]] = {
        "unknown_transition": definition.transitions,
        "unknown_task": tasks,
        "unknown_stage": definition.stages,
        "unknown_outcome": definition.outcomes,
    }
    return [finding(code, place, path=path, id=ident, among=among[code]) for code, place, ident in wrong]
