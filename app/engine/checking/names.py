"""Whatever a definition names outside itself must be there: facts, effects, papers, pages, roles people can hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from app.engine.checking.terms import dates_named
from app.engine.definition import Definition
from app.engine.elements import Guard
from app.engine.fact_names import BUILT_IN_FACTS
from app.engine.papers import REGISTERED

Report = Callable[..., None]


def names_in_reach(
    definition: Definition,
    report: Report,
    facts: Collection[str] | None,
    effects: Collection[str] | None,
    templates: Collection[str] | None,
    pages: Collection[str] | None,
    roles: Mapping[str, str] | None,
) -> None:
    """Every name that nobody answers to; a set that is None is not checked against."""
    for path, fact in facts_named(definition):
        if fact in BUILT_IN_FACTS or facts is None or fact in facts:
            continue
        if fact.startswith(REGISTERED):
            papers = [one.removeprefix(REGISTERED) for one in facts if one.startswith(REGISTERED)]
            report("not_a_case_paper", path, id=fact.removeprefix(REGISTERED), among=papers)
        else:
            report("unknown_fact", path, id=fact, among=[*facts, *BUILT_IN_FACTS])
    for path, effect, params in effects_named(definition):
        if effects is not None and effect not in effects:
            report("unknown_effect", path, id=effect, among=effects)
        template = params.get("template")
        if template is not None and templates is not None and template not in templates:
            report("unknown_template", path, id=template, among=templates)
    for path, page in pages_named(definition):
        if pages is not None and page not in pages:
            report("unknown_page", path, id=page, among=pages)
    for role in definition.roles.values() if roles is not None else ():
        if roles is not None and role.id not in roles:
            report("role_unheld", f"roles.{role.id}", id=role.id, allowed=", ".join(roles))
        elif roles is not None and roles[role.id] != role.found:
            report(
                "role_found", f"roles.{role.id}.found", id=role.id, value=role.found, wanted=roles[role.id]
            )


def guards_of(definition: Definition) -> Iterator[tuple[str, Guard]]:
    """Every guard with its path."""
    for stage in definition.stages.values():
        for task in stage.tasks:
            for number, guard in enumerate(task.when):
                yield f"stages.{stage.id}.tasks.{task.id}.when.{number}", guard
    for step in definition.transitions.values():
        for number, guard in enumerate(step.when):
            yield f"transitions.{step.id}.when.{number}", guard


def facts_named(definition: Definition) -> Iterator[tuple[str, str]]:
    """Every fact the definition asks for, with the path of the place."""
    for path, guard in guards_of(definition):
        for name in guard.expression.names():
            yield f"{path}.if", name
    for stage in definition.stages.values():
        if stage.approval and stage.approval.binds:
            yield f"stages.{stage.id}.approval.binds", stage.approval.binds
    for step in definition.transitions.values():
        if step.outcome_from:
            yield f"transitions.{step.id}.outcome_from", step.outcome_from
    yield from dates_named(definition)


def effects_named(definition: Definition) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every effect with its path and parameters."""
    for stage in definition.stages.values():
        if stage.approval:
            for key, effects in (("on_pass", stage.approval.on_pass), ("on_fail", stage.approval.on_fail)):
                for number, effect in enumerate(effects):
                    yield f"stages.{stage.id}.approval.{key}.{number}", effect.name, dict(effect.params)
    for step in definition.transitions.values():
        for number, effect in enumerate(step.effects):
            yield f"transitions.{step.id}.effects.{number}", effect.name, dict(effect.params)


def pages_named(definition: Definition) -> Iterator[tuple[str, str]]:
    """Every page a stage, a task or a guard sends people to."""
    for stage in definition.stages.values():
        if stage.page:
            yield f"stages.{stage.id}.page", stage.page
        for task in stage.tasks:
            if task.page:
                yield f"stages.{stage.id}.tasks.{task.id}.page", task.page
    for path, guard in guards_of(definition):
        if guard.link:
            yield f"{path}.link", guard.link
