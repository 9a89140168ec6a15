"""How conditions, and what a step sets off, differ between two versions."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.comparing.words import (
    Change,
    Pair,
    RoomNames,
    effect_of,
    join,
    same,
    say,
    texts_of,
    value_of,
    words,
    written,
)
from app.engine.elements import Effect, Guard


def compare_guards(path: str, here: Pair, was: tuple[Guard, ...], now: tuple[Guard, ...]) -> Iterator[Change]:
    """Changes of the conditions of a step or a task; `here` names it."""
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


def compare_effects(
    path: str, here: Pair, was: tuple[Effect, ...], now: tuple[Effect, ...], when: Pair, names: RoomNames
) -> Iterator[Change]:
    """Changes of what a step or a vote sets off; `here` names it."""
    before, after = [written(one) for one in was], [written(one) for one in now]
    for what, some, rest, ru, en in (
        ("removed", was, after, "убрано действие", "an effect is removed"),
        ("added", now, before, "добавлено действие", "an effect is added"),
    ):
        for one in some:
            if written(one) not in rest:
                said = effect_of(one, names)
                texts = join(here, (f": {ru}{when[0]}: {said[0]}", f": {en}{when[1]}: {said[1]}"))
                yield Change(what, path, texts_of(texts))  # type: ignore[arg-type]
    if before != after and {*before} == {*after}:
        told = (f": изменён порядок действий{when[0]}", f": another order of the effects{when[1]}")
        yield Change("changed", path, texts_of(join(here, told)))
