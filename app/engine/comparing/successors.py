"""What took the place of what between two versions: told once, then compared under one name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.engine.anchors import since_renamed
from app.engine.comparing.words import Change, Pair, texts_of
from app.engine.definition import Definition
from app.engine.elements import Stage, Titles
from app.engine.migrating.notes import titles_of


def replaced(old: Definition, new: Definition) -> Iterator[Change]:
    """Stages, tasks and steps whose id has changed: cases are mapped, titles are told below."""
    rule = new.migration_from(old.version)
    if rule is None:
        return
    for before, after in rule.stages.items():
        if before in old.stages and before not in new.stages and after in new.stages:
            was, now = old.stages[before].titles, new.stages[after].titles
            text: Pair = (
                f"Этап «{was['ru']}» заменён этапом «{now['ru']}»",
                f"The stage “{was['en']}” is replaced by “{now['en']}”",
            )
            if dict(was) == dict(now):
                text = _renamed(("Этап", "The stage"), was, before, after)
            yield Change("changed", f"stages.{after}", texts_of(text))
    for before, after in rule.tasks.items():
        one, other = old.task(before), new.task(after)
        if one is not None and other is not None and new.task(before) is None:
            text = (
                f"Задача «{one.titles['ru']}» заменена задачей «{other.titles['ru']}»",
                f"The task “{one.titles['en']}” is replaced by “{other.titles['en']}”",
            )
            if dict(one.titles) == dict(other.titles):
                text = _renamed(("Задача", "The task"), one.titles, before, after)
            yield Change("changed", f"tasks.{after}", texts_of(text))
    for before, after in rule.transitions.items():
        if before in old.transitions and before not in new.transitions and after in new.transitions:
            was, now = old.transitions[before].titles, new.transitions[after].titles
            text = (
                f"Переход «{was['ru']}» заменён переходом «{now['ru']}»",
                f"The transition “{was['en']}” is replaced by “{now['en']}”",
            )
            if dict(was) == dict(now):
                text = _renamed(("Переход", "The transition"), was, before, after)
            yield Change("changed", f"transitions.{after}", texts_of(text))


def _renamed(what: Pair, titles: Titles, before: str, after: str) -> Pair:
    """Nothing but the code is new."""
    ru, en = what
    return f"{ru} «{titles['ru']}»: код {before} → {after}", f"{en} “{titles['en']}”: id {before} → {after}"


def renamed(old: Definition, new: Definition) -> Definition:
    """The older version with the ids of the newer one, where that says what became of what."""
    rule = new.migration_from(old.version)
    if rule is None:
        return old
    # What the newer version still has under its own id is compared with itself, wherever its cases go (a split).
    stages = {
        a: b for a, b in rule.stages.items()
        if a in old.stages and a not in new.stages and b in new.stages and b not in old.stages
    }  # fmt: skip
    tasks = {
        a: b for a, b in rule.tasks.items()
        if old.task(a) and new.task(a) is None and new.task(b) and old.task(b) is None
    }  # fmt: skip

    ways = {
        a: b for a, b in rule.transitions.items()
        if a in old.transitions and a not in new.transitions and b in new.transitions and b not in old.transitions
    }  # fmt: skip

    near_stages = _nearest(stages, lambda one: old.stages[one].titles, lambda one: new.stages[one].titles)
    near_tasks = _nearest(tasks, lambda one: titles_of(old, one), lambda one: titles_of(new, one))
    near_ways = _nearest(
        ways, lambda one: old.transitions[one].titles, lambda one: new.transitions[one].titles
    )

    def named(names: tuple[str, ...], by: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(by.get(name, name) for name in names))

    found: dict[str, Stage] = {}
    for key, stage in old.stages.items():
        approval = stage.approval
        if approval is not None:
            approval = replace(approval, opens_after=named(approval.opens_after, tasks))
        own = tuple(
            replace(
                task,
                id=tasks.get(task.id, task.id),
                reopens_with=named(task.reopens_with, tasks),
                due=since_renamed(task.due, tasks),
                titles=_told(tasks.get(task.id), new.task) or task.titles,
            )
            for task in stage.tasks
            if task.id not in tasks or near_tasks[tasks[task.id]] == task.id
        )
        name = stages.get(key, key)
        if name in found:  # of several that became one the new stage has the tasks and the vote of all
            own = (*found[name].tasks, *own)
            approval = approval or found[name].approval
            stage = stage if near_stages[name] == key else found[name]
        titles = _told(stages.get(key), new.stages.get) or stage.titles
        found[name] = replace(
            stage, id=name, titles=titles, tasks=own, approval=approval,
            due=since_renamed(stage.due, tasks),
        )  # fmt: skip
    steps = {
        ways.get(key, key): replace(
            step,
            id=ways.get(key, key),
            titles=_told(ways.get(key), new.transitions.get) or step.titles,
            sources=named(step.sources, stages),
            target=stages.get(step.target, step.target) if step.target else None,
            keeps=named(step.keeps, tasks),
            voids=named(step.voids, tasks),
        )
        for key, step in old.transitions.items()
        if key not in ways or near_ways[ways[key]] == key
    }
    return replace(old, initial=stages.get(old.initial, old.initial), stages=found, transitions=steps)


def _nearest(
    successors: Mapping[str, str], was: Callable[[str], Titles], now: Callable[[str], Titles]
) -> dict[str, str]:
    """What each successor is compared with: of several that became one, that of its own title, else the first."""
    found: dict[str, str] = {}
    for before, after in successors.items():
        if after not in found or (dict(was(before)) == dict(now(after)) != dict(was(found[after]))):
            found[after] = before
    return found


def _told(key: str | None, find: Callable[[str], Any]) -> Titles | None:
    """The new title of what was replaced: that it is another one has been told already."""
    return find(key).titles if key else None
