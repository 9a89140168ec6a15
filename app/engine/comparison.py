"""How two versions of a procedure differ, in sentences of both languages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.engine.anchors import NO_NAMES, DateNames
from app.engine.comparison_forms import compare_forms
from app.engine.comparison_moves import compare_moves
from app.engine.comparison_new import plain_stage, plain_step, plain_task, plain_vote
from app.engine.comparison_successors import renamed, replaced
from app.engine.comparison_terms import compare_due
from app.engine.comparison_words import (
    FOUND,
    GROUND,
    ITSELF,
    PEOPLE,
    STEP_KINDS,
    YES,
    Change,
    Pair,
    effect_of,
    fallback,
    join,
    majority,
    many,
    named,
    of_roles,
    of_stages,
    of_tasks,
    only,
    portion,
    roles_of,
    same,
    say,
    stage_title,
    stage_titles,
    texts_of,
    value_of,
    words,
)
from app.engine.definition import (
    Approval,
    Definition,
    Effect,
    Guard,
    Stage,
    Task,
    Transition,
)
from app.engine.structure import structure_of


def compare(old: Definition, new: Definition, dates: DateNames = NO_NAMES) -> list[Change]:
    """Every difference, in the order of the newer version; empty when they are the same but for their numbers.

    What the newer version says took the place of something is compared with it; `dates` names the rooms' dates.
    """
    told = list(replaced(old, new))
    moves = list(compare_moves(old, new))  # their names are those of the versions cases come from
    old = renamed(old, new)
    return [
        *told,
        *_plain(old, new),
        *_stages(old, new, dates),
        *_transitions(old, new),
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


def _stages(old: Definition, new: Definition, dates: DateNames) -> Iterator[Change]:
    yield from _added_and_removed("stage", old.stages, new.stages)
    for key, stage in new.stages.items():
        if key in old.stages:
            yield from _stage(old, new, old.stages[key], stage, dates)
        else:
            yield from _stage(old, new, plain_stage(stage), stage, dates)


def _stage(old: Definition, new: Definition, was: Stage, now: Stage, dates: DateNames) -> Iterator[Change]:
    path = f"stages.{now.id}"
    here = named("stage", now.titles)
    yield from words(path, here, was.titles, now.titles)
    yield from compare_due(
        (old, new),
        path,
        (f"Срок этапа «{now.titles['ru']}»", f"Term of the stage “{now.titles['en']}”"),
        was.due,
        now.due,
        dates,
    )
    for key, label in (
        ("final", ("завершающий", "final")),
        ("outcome", ("исход", "outcome")),
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
            yield from _task(old, new, f"{path}.tasks.{task.id}", before[task.id], task, dates)
        else:
            yield _task_added(new, now, task)
            yield from _task(old, new, f"{path}.tasks.{task.id}", plain_task(task), task, dates)
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        text = join(here, (": изменён порядок задач", ": another order of the tasks"))
        yield Change("changed", f"{path}.tasks", texts_of(text))
    yield from _approvals(old, new, path, here, was.approval, now.approval)


def _task_added(new: Definition, stage: Stage, task: Task) -> Change:
    must = ("необязательная", "an optional") if task.optional else ("обязательная", "a required")
    roles = roles_of(new, task.roles)
    return Change("added", f"stages.{stage.id}.tasks.{task.id}", texts_of((
        f"Этап «{stage.titles['ru']}»: добавлена {must[0]} задача «{task.titles['ru']}» ({roles[0]})",
        f"Stage “{stage.titles['en']}”: {must[1]} task “{task.titles['en']}” is added ({roles[1]})",
    )))  # fmt: skip


def _task(
    old: Definition, new: Definition, path: str, was: Task, now: Task, dates: DateNames
) -> Iterator[Change]:
    here: Pair = (f"Задача «{now.titles['ru']}»", f"Task “{now.titles['en']}”")
    yield from words(path, here, was.titles, now.titles)
    yield from compare_due((old, new), path, join(here, (": срок", ": term")), was.due, now.due, dates)
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
        ("document", ("нужен зарегистрированный документ", "needs a registered paper")),
        ("page", ("страница", "page")),
    ):
        if getattr(was, key) != getattr(now, key):
            about = join(here, (f": {label[0]}", f": {label[1]}"))
            yield say("changed", path, about, value_of(getattr(was, key)), value_of(getattr(now, key)))
    if was.reopens_with != now.reopens_with:
        about = join(here, (": открывается заново вместе с", ": reopened together with"))
        yield from many(path, about, of_tasks(old, was.reopens_with), of_tasks(new, now.reopens_with))
    yield from _guards(path, here, was.written, now.written)
    yield from compare_forms(path, here, was.form, now.form)


def _approvals(
    old: Definition, new: Definition, path: str, here: Pair, was: Approval | None, now: Approval | None
) -> Iterator[Change]:
    where = f"{path}.approval"
    if was is None or now is None:
        yield from _vote_itself(where, here, was, now)
    if now is None:
        return
    was = was or plain_vote(now)
    vote: Pair = (f"Голосование «{now.titles['ru']}»", f"Vote “{now.titles['en']}”")
    yield from words(where, vote, was.titles, now.titles)
    yield from words(where, vote, was.source, now.source, GROUND)
    if was.id != now.id:
        yield say("changed", where, join(vote, (": код", ": id")), same(was.id), same(now.id))
    # compared by what enters the hash: another title of a role is told where the role is
    said: tuple[tuple[Pair, bool, Pair, Pair], ...] = (
        (
            (": кворум", ": quorum"),
            structure_of(was.quorum) != structure_of(now.quorum),
            portion(was.quorum),
            portion(now.quorum),
        ),
        (
            (": для решения — голосов «за»", ": votes “for” needed to adopt"),
            structure_of(was.majority) != structure_of(now.majority),
            majority(was),
            majority(now),
        ),
        (
            (": при равенстве решает", ": a tie is decided by"),
            was.tie != now.tie,
            roles_of(old, only(was.tie)),
            roles_of(new, only(now.tie)),
        ),
        (
            (": автор не голосует", ": the author does not vote"),
            was.four_eyes != now.four_eyes,
            YES[was.four_eyes],
            YES[now.four_eyes],
        ),
        (
            (": голос привязан к", ": a vote is bound to"),
            was.binds != now.binds,
            value_of(was.binds),
            value_of(now.binds),
        ),
        (
            (": если голосовать некому", ": when nobody may vote"),
            was.on_no_voters != now.on_no_voters,
            fallback(old, was),
            fallback(new, now),
        ),
    )
    for label, differs, before, after in said:
        if differs:
            yield say("changed", where, join(vote, label), before, after)
    for text, before_, after_ in (
        ((": голосуют", ": voters"), of_roles(old, was.voters), of_roles(new, now.voters)),
        ((": право вето", ": veto"), of_roles(old, was.veto), of_roles(new, now.veto)),
        (
            (": открывается после", ": opens after"),
            of_tasks(old, was.opens_after),
            of_tasks(new, now.opens_after),
        ),
    ):
        yield from many(where, join(vote, text), before_, after_)
    yield from _effects(where, vote, was.on_pass, now.on_pass, (" при принятии", " when it passes"))
    yield from _effects(where, vote, was.on_fail, now.on_fail, (" при отклонении", " when it fails"))


def _vote_itself(where: str, here: Pair, was: Approval | None, now: Approval | None) -> Iterator[Change]:
    if now is not None:
        name: Pair = (f" «{now.titles['ru']}»", f" “{now.titles['en']}”")
        texts = (f"{here[0]}: добавлено голосование{name[0]}", f"{here[1]}: a vote is added,{name[1]}")
        yield Change("added", where, texts_of(texts))
    elif was is not None:
        name = (f" «{was.titles['ru']}»", f" “{was.titles['en']}”")
        texts = (f"{here[0]}: убрано голосование{name[0]}", f"{here[1]}: the vote{name[1]} is removed")
        yield Change("removed", where, texts_of(texts))


def _transitions(old: Definition, new: Definition) -> Iterator[Change]:
    yield from _added_and_removed("transition", old.transitions, new.transitions)
    for key, step in new.transitions.items():
        yield from _step(old, new, old.transitions.get(key) or plain_step(step), step)


def _step(old: Definition, new: Definition, was: Transition, now: Transition) -> Iterator[Change]:
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
        yield say("changed", path, join(here, (": исход", ": outcome")), value_of(ends[0]), value_of(ends[1]))
    for text, before, after in (
        ((": с этапов", ": from"), of_stages(old, was.sources), of_stages(new, now.sources)),
        ((": выполняет", ": taken by"), of_roles(old, was.by), of_roles(new, now.by)),
        ((": сохраняется", ": keeps"), of_tasks(old, was.keeps), of_tasks(new, now.keeps)),
        ((": аннулируется", ": voids"), of_tasks(old, was.voids), of_tasks(new, now.voids)),
    ):
        yield from many(path, join(here, text), before, after)
    yield from _guards(path, here, was.when, now.when)
    yield from compare_forms(path, here, was.form, now.form)
    yield from _effects(path, here, was.effects, now.effects, ("", ""))


def _guards(path: str, here: Pair, was: tuple[Guard, ...], now: tuple[Guard, ...]) -> Iterator[Change]:
    before = {guard.id: guard for guard in was}
    after = {guard.id: guard for guard in now}
    for key, guard in before.items():
        if key not in after:
            text = (
                f": убрано условие «{guard.text['ru']}»",
                f": the condition “{guard.text['en']}” is removed",
            )
            yield Change("removed", f"{path}.when", texts_of(join(here, text)))
    for key, guard in after.items():
        if key not in before:
            text = (
                f": добавлено условие «{guard.text['ru']}»",
                f": the condition “{guard.text['en']}” is added",
            )
            yield Change("added", f"{path}.when", texts_of(join(here, text)))
            continue
        former = before[key]
        if str(former.expression) != str(guard.expression):
            label = (f": условие «{key}»", f": the condition “{key}”")
            yield say(
                "changed",
                f"{path}.when",
                join(here, label),
                same(str(former.expression)),
                same(str(guard.expression)),
            )
        if former.link != guard.link:
            label = (f": страница условия «{key}»", f": the page of the condition “{key}”")
            yield say(
                "changed", f"{path}.when", join(here, label), value_of(former.link), value_of(guard.link)
            )
        label = (": исправлен текст отказа", ": the sentence of the refusal")
        yield from words(f"{path}.when", join(here, label), former.text, guard.text, ("", ""))
        label = (": исправлен текст на случай, когда данных нет", ": the sentence for what is not known")
        yield from words(
            f"{path}.when", join(here, label), former.unknown or {}, guard.unknown or {}, ("", "")
        )
    if before.keys() == after.keys() and [*before] != [*after]:
        text = (": изменён порядок условий", ": another order of the conditions")
        yield Change("changed", f"{path}.when", texts_of(join(here, text)))


def _effects(
    path: str, here: Pair, was: tuple[Effect, ...], now: tuple[Effect, ...], when: Pair
) -> Iterator[Change]:
    before, after = [effect_of(one) for one in was], [effect_of(one) for one in now]
    for what, some, rest, ru, en in (
        ("removed", before, after, "убрано действие", "an effect is removed"),
        ("added", after, before, "добавлено действие", "an effect is added"),
    ):
        for one in some:
            if one not in rest:
                texts = join(here, (f": {ru}{when[0]}: {one}", f": {en}{when[1]}: {one}"))
                yield Change(what, path, texts_of(texts))  # type: ignore[arg-type]
    if before != after and {*before} == {*after}:
        told = (f": изменён порядок действий{when[0]}", f": another order of the effects{when[1]}")
        yield Change("changed", path, texts_of(join(here, told)))


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
