"""How the differences of two versions are told: names of things, lists, and the sentence of a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.engine.anchors import DateNames
from app.engine.definition import Definition
from app.engine.elements import Approval, Effect, Portion, Titles
from app.engine.wording import plural, quoted

What = Literal["added", "removed", "changed", "words"]
Pair = tuple[str, str]  # Russian, English
LANGUAGES = ("ru", "en")
NONE: Pair = ("нет", "none")
TITLE: Pair = (": название", ": title")
GROUND: Pair = (": основание", ": ground")
OTHER_LANGUAGE: Pair = (" (на другом языке)", " (in the other language)")
Pair2 = tuple[tuple[str, ...], Callable[[str], Pair]]

KINDS: dict[str, Pair] = {
    "role": ("Роль", "Role"),
    "outcome": ("Исход", "Outcome"),
    "stage": ("Этап", "Stage"),
    "transition": ("Переход", "Transition"),
}
FOUND: dict[str, Pair] = {
    "authority": ("в органе управления образованием", "in the authority"),
    "group": ("в координационной группе", "in the coordination group"),
    "curator_school": ("в школе-кураторе", "in the curator school"),
    "supported_school": ("в поддерживаемой школе", "in the supported school"),
}
STEP_KINDS: dict[str, Pair] = {
    "forward": ("вперёд", "forward"),
    "return": ("возврат", "return"),
    "skip": ("пропуск", "skip"),
    "cancel": ("прекращение", "cancel"),
    "suspend": ("приостановка", "suspend"),
    "resume": ("возобновление", "resume"),
    "reopen": ("возвращение из завершённых", "reopen"),
}
ITSELF: Pair = ("случай сам, автоматически", "by itself, automatically")
PEOPLE: Pair = ("люди", "by people")
YES: dict[bool, Pair] = {True: ("да", "yes"), False: ("нет", "no")}


@dataclass(frozen=True)
class RoomNames:
    """What the rooms call what a procedure names by its code: dates (in the genitive) and papers."""

    dates: DateNames = field(default_factory=dict)
    papers: Mapping[str, Titles] = field(default_factory=dict)


NO_ROOMS = RoomNames()


@dataclass(frozen=True)
class Change:
    """One difference: what kind, about which element, and the sentence."""

    what: What
    path: str
    texts: Mapping[str, str]

    @property
    def structural(self) -> bool:
        """Whether it changes how a case runs, not only what is read."""
        return self.what != "words"


def many(path: str, about: Pair, was: Pair2, now: Pair2) -> Iterator[Change]:
    """What came to a list and what went; each side is its keys and how one is called."""
    come = [now[1](key) for key in now[0] if key not in was[0]]
    gone = [was[1](key) for key in was[0] if key not in now[0]]
    if not come and not gone:
        if was[0] != now[0]:  # it enters the hash: the same in another order is another version
            yield Change("changed", path, texts_of(join(about, (": изменён порядок", ": another order"))))
        return
    said = [join((": добавлено — ", ": added: "), listed(come))] if come else []
    if gone:
        said.append(
            join(
                (": убрано — " if not come else "; убрано — ", ": removed: " if not come else "; removed: "),
                listed(gone),
            )
        )
    texts = about
    for one in said:
        texts = join(texts, one)
    yield Change("changed", path, texts_of(texts))


def say(what: What, path: str, about: Pair, was: Pair, now: Pair) -> Change:
    return Change(what, path, texts_of(join(about, (f": {was[0]} → {now[0]}", f": {was[1]} → {now[1]}"))))


def words(path: str, about: Pair, was: Titles, now: Titles, label: Pair = TITLE) -> Iterator[Change]:
    """Other words for people; what is said in one language only (a citation) is read in it by everybody."""
    if dict(was) == dict(now):
        return
    texts = {}
    for number, language in enumerate(LANGUAGES):
        before, after = (words.get(language) or words.get("ru", "") for words in (was, now))
        said = [quoted(one, language) if one else NONE[number] for one in (before, after)]
        change = f": {said[0]} → {said[1]}" if before != after else OTHER_LANGUAGE[number]
        texts[language] = f"{about[number]}{label[number]}{change}"
    yield Change("words", path, texts)


def texts_of(pair: Pair) -> dict[str, str]:
    return dict(zip(LANGUAGES, pair, strict=True))


def join(left: Pair, right: Pair) -> Pair:
    return left[0] + right[0], left[1] + right[1]


def same(text: str) -> Pair:
    return text, text


def named(kind: str, titles: Titles) -> Pair:
    return f"{KINDS[kind][0]} «{titles['ru']}»", f"{KINDS[kind][1]} “{titles['en']}”"


def value_of(value: object) -> Pair:
    if isinstance(value, bool):
        return YES[value]
    return NONE if value is None else same(str(value))


def only(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def listed(pairs: list[Pair]) -> Pair:
    return (", ".join(one[0] for one in pairs), ", ".join(one[1] for one in pairs)) if pairs else NONE


def titles_or(titles: Titles | None, key: str) -> Pair:
    return (titles["ru"], titles["en"]) if titles else same(key)


def roles_of(definition: Definition, roles: tuple[str, ...]) -> Pair:
    return listed(
        [titles_or(r.titles if (r := definition.roles.get(role)) else None, role) for role in roles]
    )


def tasks_of(definition: Definition, tasks: tuple[str, ...]) -> Pair:
    votes: Pair = ("голоса", "votes")
    return listed(
        [
            votes if task == "votes" else titles_or(t.titles if (t := definition.task(task)) else None, task)
            for task in tasks
        ]
    )


def stage_title(definition: Definition, stage: str) -> Pair:
    found = definition.stages.get(stage)
    return titles_or(found.titles if found else None, stage)


def step_title(definition: Definition, step: str) -> Pair:
    found = definition.transitions.get(step)
    return titles_or(found.titles if found else None, step)


def stage_titles(definition: Definition, stages: tuple[str, ...]) -> Pair:
    return listed([stage_title(definition, stage) for stage in stages])


def of_roles(definition: Definition, roles: tuple[str, ...]) -> Pair2:
    return roles, lambda role: roles_of(definition, (role,))


def of_tasks(definition: Definition, tasks: tuple[str, ...]) -> Pair2:
    return tasks, lambda task: tasks_of(definition, (task,))


def of_stages(definition: Definition, stages: tuple[str, ...]) -> Pair2:
    return stages, lambda stage: stage_title(definition, stage)


def portion(portion: Portion) -> Pair:
    if portion.kind == "count":
        return f"не меньше {portion.count}", f"at least {portion.count}"
    if portion.kind == "share":
        share = f"{portion.numerator}/{portion.denominator}"
        return f"не меньше {share}", f"at least {share}"
    return "больше половины", "more than half"


def majority(approval: Approval) -> Pair:
    """How many must be for a decision."""
    return portion(approval.majority) if approval.majority else ("больше, чем против", "more than against")


def fallback(definition: Definition, approval: Approval) -> Pair:
    if approval.fallback is None:
        return "отказ", "refused"
    return roles_of(definition, (approval.fallback,))


def working_days(number: int) -> Pair:
    """«21 рабочий день»."""
    ru = plural("ru", number, "рабочий день", "рабочих дня", "рабочих дней")
    return ru, plural("en", number, "working day", "working days")


def paper_of(code: str | None, names: RoomNames) -> Pair:
    """The title of a paper; its code where the rooms have no such paper."""
    titles = names.papers.get(code or "")
    return (f"«{titles['ru']}»", f"“{titles['en']}”") if titles else value_of(code)


def written(effect: Effect) -> str:
    return " ".join([effect.name, *(f"{key}={value}" for key, value in effect.params.items())])


def effect_of(effect: Effect, names: RoomNames) -> Pair:
    """`documents.draft «Протокол заседания»`, other parameters as they are written."""
    told = same(effect.name)
    for key, value in effect.params.items():
        known = key == "template" and value in names.papers
        told = join(told, join(same(" "), paper_of(value, names) if known else same(f"{key}={value}")))
    return told
