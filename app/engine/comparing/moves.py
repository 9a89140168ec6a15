"""How the rules differ by which cases of earlier versions move to this one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.engine.comparing.words import (
    Change,
    Pair,
    Pair2,
    join,
    many,
    of_tasks,
    same,
    say,
    stage_title,
    step_title,
    tasks_of,
    texts_of,
)
from app.engine.definition import Definition
from app.engine.elements import Migration

VOTES: dict[str, Pair] = {
    "keep": ("сохраняются", "are kept"),
    "void": ("аннулируются", "become void"),
    "refuse": ("перевод ждёт решения", "the move waits for the decision"),
}
TERMS: dict[str, Pair] = {
    "keep": ("сохраняются", "are kept"),
    "recount": ("пересчитываются", "are counted anew"),
}


def compare_moves(old: Definition, new: Definition) -> Iterator[Change]:
    """A rule that came or went, and what changed in one: successors, what is dropped or done again, votes, terms."""
    before = {rule.source: rule for rule in old.migrations}
    after = {rule.source: rule for rule in new.migrations}
    for number in before:
        if number not in after:
            text = join(_named(number), (": правило убрано", ": the rule is removed"))
            yield Change("removed", "migrations", texts_of(text))
    for number, rule in after.items():
        here = _named(number)
        if number not in before:
            text = join(here, (": добавлено правило", ": a rule is added"))
            yield Change("added", "migrations", texts_of(text))
        yield from _rule((old, new), here, before.get(number) or Migration(number), rule)
    both = [number for number in before if number in after]
    if both != [number for number in after if number in before]:
        text = ("Изменён порядок правил перевода случаев", "Another order of the rules by which cases move")
        yield Change("changed", "migrations", texts_of(text))


def _named(number: int) -> Pair:
    return f"Перевод случаев с версии {number}", f"Move of cases from version {number}"


def _rule(
    versions: tuple[Definition, Definition], here: Pair, was: Migration, now: Migration
) -> Iterator[Change]:
    old, new = versions
    for label, before, after in (
        ((": этапы", ": stages"), _stages(old, was.stages), _stages(new, now.stages)),
        ((": задачи", ": tasks"), _tasks(old, was.tasks), _tasks(new, now.tasks)),
        ((": переходы", ": transitions"), _steps(old, was.transitions), _steps(new, now.transitions)),
        ((": больше не нужны", ": needed no more"), of_tasks(old, was.drops), of_tasks(old, now.drops)),
        (
            (": выполняются заново", ": to be done again"),
            of_tasks(old, was.reopens),
            of_tasks(new, now.reopens),
        ),
    ):
        yield from many("migrations", join(here, label), before, after)
    for label, words, one, other in (
        ((": голоса", ": votes"), VOTES, was.votes, now.votes),
        ((": сроки", ": terms"), TERMS, was.terms, now.terms),
    ):
        if one != other:
            yield say("changed", "migrations", join(here, label), words[one], words[other])


def _stages(definition: Definition, successors: Mapping[str, str]) -> Pair2:
    return _pairs(successors, {name: stage_title(definition, name) for name in successors.values()})


def _tasks(definition: Definition, successors: Mapping[str, str]) -> Pair2:
    return _pairs(successors, {name: tasks_of(definition, (name,)) for name in successors.values()})


def _steps(definition: Definition, successors: Mapping[str, str]) -> Pair2:
    return _pairs(successors, {name: step_title(definition, name) for name in successors.values()})


def _pairs(successors: Mapping[str, str], titles: Mapping[str, Pair]) -> Pair2:
    """`old → «new»`: the old name is an id of a version that need not be at hand; in any order it means the same."""
    said = {
        f"{before}\0{after}": join(same(f"{before} → "), titles[after])
        for before, after in successors.items()
    }
    return tuple(sorted(said)), said.__getitem__
