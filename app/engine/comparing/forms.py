"""How the questions of a form differ between two versions."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.comparing.words import NONE, YES, Change, Pair, Pair2, join, many, say, titles_or, words
from app.engine.elements import Field, Form

COMMENTS: dict[str, Pair] = {
    "none": ("не спрашивается", "is not asked for"),
    "optional": ("по желанию", "optional"),
    "required": ("обязателен", "required"),
}
KINDS: dict[str, Pair] = {
    "choice": ("выбор", "a choice"),
    "text": ("текст", "text"),
    "number": ("число", "a number"),
    "date": ("дата", "a date"),
    "bool": ("да или нет", "yes or no"),
}
DAYS: dict[str | None, Pair] = {None: NONE, "today": ("дня ответа", "the day of the answer")}


def compare_forms(path: str, here: Pair, was: Form | None, now: Form | None) -> Iterator[Change]:
    """Every question that came, went or changed, and whether a comment is asked for."""
    old, new = was or Form(), now or Form()
    if old.comment != new.comment:
        about = join(here, (": комментарий", ": comment"))
        yield say("changed", path, about, COMMENTS[old.comment], COMMENTS[new.comment])
    before, after = {one.id: one for one in old.fields}, {one.id: one for one in new.fields}
    yield from many(path, join(here, (": вопросы", ": questions")), _named(before), _named(after))
    for key, field in after.items():
        if key in before:
            yield from _field(path, join(here, _question(field)), before[key], field)


def _field(path: str, here: Pair, was: Field, now: Field) -> Iterator[Change]:
    for label, before, after in (
        ((": вид ответа", ": kind of answer"), KINDS[was.kind], KINDS[now.kind]),
        ((": обязательный", ": required"), YES[was.required], YES[now.required]),
        ((": не раньше", ": not before"), DAYS[was.not_before], DAYS[now.not_before]),
        ((": не позже", ": not after"), DAYS[was.not_after], DAYS[now.not_after]),
    ):
        if before != after:
            yield say("changed", path, join(here, label), before, after)
    yield from many(path, join(here, (": ответы", ": answers")), _choices(was), _choices(now))
    yield from words(path, here, was.titles, now.titles)
    answers = {one.id: one.titles for one in was.choices}
    for one in now.choices:
        label = f": ответ «{one.titles['ru']}»", f": answer “{one.titles['en']}”"
        yield from words(path, join(here, label), answers.get(one.id, one.titles), one.titles)


def _question(field: Field) -> Pair:
    return f": вопрос «{field.titles['ru']}»", f": question “{field.titles['en']}”"


def _named(fields: dict[str, Field]) -> Pair2:
    return tuple(fields), lambda key: titles_or(fields[key].titles, key)


def _choices(field: Field) -> Pair2:
    titles = {one.id: one.titles for one in field.choices}
    return tuple(titles), lambda key: titles_or(titles[key], key)
