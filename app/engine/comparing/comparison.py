"""How two versions of a procedure differ, in sentences of both languages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.engine.comparing.conditions import compare_effects, compare_guards
from app.engine.comparing.forms import compare_forms
from app.engine.comparing.moves import compare_moves
from app.engine.comparing.new import plain_stage, plain_step, plain_task
from app.engine.comparing.successors import renamed, replaced
from app.engine.comparing.terms import compare_due
from app.engine.comparing.votes import compare_votes
from app.engine.comparing.words import (
    FOUND,
    ITSELF,
    NO_ROOMS,
    PEOPLE,
    STEP_KINDS,
    Change,
    Pair,
    RoomNames,
    join,
    many,
    named,
    of_roles,
    of_stages,
    of_tasks,
    only,
    paper_of,
    roles_of,
    same,
    say,
    stage_title,
    stage_titles,
    texts_of,
    titles_or,
    value_of,
    words,
)
from app.engine.definition import Definition
from app.engine.elements import Stage, Task, Transition


def compare(old: Definition, new: Definition, names: RoomNames = NO_ROOMS) -> list[Change]:
    """Every difference, in the order of the newer version; empty when they are the same but for their numbers.

    What the newer version says took the place of something is compared with it; `names`: what the rooms call things.
    """
    told = list(replaced(old, new))
    moves = list(compare_moves(old, new))  # their names are those of the versions cases come from
    old = renamed(old, new)
    return [
        *told,
        *_plain(old, new),
        *_stages(old, new, names),
        *_transitions(old, new, names),
        *_order(old, new),
        *moves,
    ]


def _plain(old: Definition, new: Definition) -> Iterator[Change]:
    if old.code != new.code:
        yield say(
            "changed", "workflow", ("Код процедуры", "Code of the procedure"), same(old.code), same(new.code)
        )
    yield from words("workflow", ("Название процедуры", "Title of the procedure"), old.titles, new.titles)
    if old.initial != new.initial:
        was, now = stage_title(old, old.initial), stage_title(new, new.initial)
        yield say("changed", "initial", ("Начальный этап", "First stage"), was, now)
    for kind, before, after in (("role", old.roles, new.roles), ("outcome", old.outcomes, new.outcomes)):
        yield from _added_and_removed(kind, before, after)
        for key, one in after.items():
            if key in before:
                yield from words(f"{kind}s.{key}", named(kind, one.titles), before[key].titles, one.titles)
    for key, role in new.roles.items():
        if key in old.roles and old.roles[key].found != role.found:
            about = join(named("role", role.titles), (": где ищут", ": where people are looked for"))
            yield say("changed", f"roles.{key}", about, FOUND[old.roles[key].found], FOUND[role.found])


def _stages(old: Definition, new: Definition, names: RoomNames) -> Iterator[Change]:
    yield from _added_and_removed("stage", old.stages, new.stages)
    for key, stage in new.stages.items():
        if key in old.stages:
            yield from _stage(old, new, old.stages[key], stage, names)
        else:
            yield from _stage(old, new, plain_stage(stage), stage, names)


def _stage(old: Definition, new: Definition, was: Stage, now: Stage, names: RoomNames) -> Iterator[Change]:
    path = f"stages.{now.id}"
    here = named("stage", now.titles)
    yield from words(path, here, was.titles, now.titles)
    yield from compare_due(
        (old, new),
        path,
        (f"Срок этапа «{now.titles['ru']}»", f"Term of the stage “{now.titles['en']}”"),
        was.due,
        now.due,
        names.dates,
    )
    if was.outcome != now.outcome:
        about = join(here, (": исход", ": outcome"))
        yield say("changed", path, about, _end(old, was.outcome), _end(new, now.outcome))
    for key, label in (
        ("final", ("завершающий", "final")),
        ("page", ("страница", "page")),
    ):
        if getattr(was, key) != getattr(now, key):
            about = join(here, (f": {label[0]}", f": {label[1]}"))
            yield say("changed", path, about, value_of(getattr(was, key)), value_of(getattr(now, key)))
    before = {task.id: task for task in was.tasks}
    after = {task.id: task for task in now.tasks}
    for task in was.tasks:
        if task.id not in after:
            name = (f"убрана задача «{task.titles['ru']}»", f"the task “{task.titles['en']}” is removed")
            texts = (f"{here[0]}: {name[0]}", f"{here[1]}: {name[1]}")
            yield Change("removed", f"{path}.tasks.{task.id}", texts_of(texts))
    for task in now.tasks:
        if task.id in before:
            yield from _task(old, new, f"{path}.tasks.{task.id}", before[task.id], task, names)
        else:
            yield _task_added(new, now, task)
            yield from _task(old, new, f"{path}.tasks.{task.id}", plain_task(task), task, names)
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        text = join(here, (": изменён порядок задач", ": another order of the tasks"))
        yield Change("changed", f"{path}.tasks", texts_of(text))
    yield from compare_votes((old, new), path, here, was.approval, now.approval, names)


def _task_added(new: Definition, stage: Stage, task: Task) -> Change:
    must = ("необязательная", "an optional") if task.optional else ("обязательная", "a required")
    roles = roles_of(new, task.roles)
    return Change("added", f"stages.{stage.id}.tasks.{task.id}", texts_of((
        f"Этап «{stage.titles['ru']}»: добавлена {must[0]} задача «{task.titles['ru']}» ({roles[0]})",
        f"Stage “{stage.titles['en']}”: {must[1]} task “{task.titles['en']}” is added ({roles[1]})",
    )))  # fmt: skip


def _task(
    old: Definition, new: Definition, path: str, was: Task, now: Task, names: RoomNames
) -> Iterator[Change]:
    here: Pair = (f"Задача «{now.titles['ru']}»", f"Task “{now.titles['en']}”")
    yield from words(path, here, was.titles, now.titles)
    yield from compare_due((old, new), path, join(here, (": срок", ": term")), was.due, now.due, names.dates)
    if was.roles != now.roles:
        yield from many(
            path,
            join(here, (": выполняет", ": done by")),
            of_roles(old, was.roles),
            of_roles(new, now.roles),
        )
    for key, label in (
        ("optional", ("необязательная", "optional")),
        ("repeatable", ("можно повторять", "repeatable")),
        ("page", ("страница", "page")),
    ):
        if getattr(was, key) != getattr(now, key):
            about = join(here, (f": {label[0]}", f": {label[1]}"))
            yield say("changed", path, about, value_of(getattr(was, key)), value_of(getattr(now, key)))
    if was.document != now.document:
        about = join(here, (": нужен зарегистрированный документ", ": needs a registered paper"))
        yield say("changed", path, about, paper_of(was.document, names), paper_of(now.document, names))
    if was.reopens_with != now.reopens_with:
        about = join(here, (": открывается заново вместе с", ": reopened together with"))
        yield from many(path, about, of_tasks(old, was.reopens_with), of_tasks(new, now.reopens_with))
    yield from compare_guards(path, here, was.written, now.written)
    yield from compare_forms(path, here, was.form, now.form)


def _transitions(old: Definition, new: Definition, names: RoomNames) -> Iterator[Change]:
    for change in _added_and_removed("transition", old.transitions, new.transitions):
        come = new.transitions.get(change.path.partition(".")[2])
        yield change if come is None else _step_added(new, come)
    for key, step in new.transitions.items():
        yield from _step(old, new, old.transitions.get(key) or plain_step(step), step, names)


def _step_added(new: Definition, step: Transition) -> Change:
    name, kind = named("transition", step.titles), STEP_KINDS[step.kind]
    if step.kind == "reopen" and step.target is None:
        kind = ("отмена прекращения", "undoing a termination")
    working = {stage.id for stage in new.stages.values() if not stage.final}
    way = stage_titles(new, step.sources)
    if working <= set(step.sources):
        way = ("с любого этапа в работе", "from any stage under way")
    if step.target:
        way = join(way, same(" → "))
        way = join(way, stage_title(new, step.target))
    whose = ITSELF if step.automatic else roles_of(new, step.by)
    asked = ("; комментарий обязателен", "; a comment is required")
    texts = join(
        (
            f"{name[0]} добавлен: {kind[0]}, {way[0]}; выполняет ",
            f"{name[1]} is added: {kind[1]}, {way[1]}; taken ",
        ),
        whose if step.automatic else (whose[0], f"by {whose[1]}"),
    )
    if step.form.comment == "required":
        texts = join(texts, asked)
    return Change("added", f"transitions.{step.id}", texts_of(texts))


def _step(
    old: Definition, new: Definition, was: Transition, now: Transition, names: RoomNames
) -> Iterator[Change]:
    path, here = f"transitions.{now.id}", named("transition", now.titles)
    yield from words(path, here, was.titles, now.titles)
    if was.kind != now.kind:
        yield say(
            "changed", path, join(here, (": вид", ": kind")), STEP_KINDS[was.kind], STEP_KINDS[now.kind]
        )
    if was.target != now.target:
        to = (stage_titles(old, only(was.target)), stage_titles(new, only(now.target)))
        yield say("changed", path, join(here, (": на этап", ": to")), *to)
    if was.automatic != now.automatic:
        whose = [ITSELF if one.automatic else PEOPLE for one in (was, now)]
        yield say("changed", path, join(here, (": кто выполняет", ": taken")), *whose)
    ends = (was.outcome or was.outcome_from, now.outcome or now.outcome_from)
    if ends[0] != ends[1]:
        said = [_end(one, end) for one, end in zip((old, new), ends, strict=True)]
        yield say("changed", path, join(here, (": исход", ": outcome")), *said)
    for text, before, after in (
        ((": с этапов", ": from"), of_stages(old, was.sources), of_stages(new, now.sources)),
        ((": выполняет", ": taken by"), of_roles(old, was.by), of_roles(new, now.by)),
        ((": сохраняется", ": keeps"), of_tasks(old, was.keeps), of_tasks(new, now.keeps)),
        ((": аннулируется", ": voids"), of_tasks(old, was.voids), of_tasks(new, now.voids)),
    ):
        yield from many(path, join(here, text), before, after)
    yield from compare_guards(path, here, was.when, now.when)
    yield from compare_forms(path, here, was.form, now.form)
    yield from compare_effects(path, here, was.effects, now.effects, ("", ""), names)


def _end(definition: Definition, end: str | None) -> Pair:
    """The title of an outcome, or the fact that names it."""
    known = definition.outcomes.get(end or "")
    return titles_or(known.titles, known.id) if known else value_of(end)


def _order(old: Definition, new: Definition) -> Iterator[Change]:
    both = [stage for stage in old.stages if stage in new.stages]
    if both != [stage for stage in new.stages if stage in old.stages]:
        yield Change(
            "changed", "stages", texts_of(("Изменён порядок этапов", "The order of the stages has changed"))
        )


def _added_and_removed(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    gone, come = {
        "role": (("убрана", "is removed"), ("добавлена", "is added")),
        "stage": (("убран", "is removed"), ("добавлен", "is added")),
        "outcome": (("убран", "is removed"), ("добавлен", "is added")),
        "transition": (("убран", "is removed"), ("добавлен", "is added")),
    }[kind]
    for what, some, rest, verb in (("removed", old, new, gone), ("added", new, old, come)):
        for key, one in some.items():
            if key not in rest:
                name = named(kind, one.titles)
                texts = (f"{name[0]} {verb[0]}", f"{name[1]} {verb[1]}")
                yield Change(what, f"{kind}s.{key}", texts_of(texts))  # type: ignore[arg-type]
