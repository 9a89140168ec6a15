"""How the questions of a form differ between two versions."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.comparison_words import (
    NONE,
    YES,
    Change,
    Pair,
    Pair2,
    join,
    many,
    say,
    texts_of,
    titles_or,
)
from app.engine.definition import Field, Form

COMMENTS: dict[str, Pair] = {
    "none": ("не спрашивается", "is not asked for"),
    "optional": ("по желанию", "optional"),
    "required": ("обязателен", "required"),
}
KINDS: dict[str, Pair] = {
    "choice": ("выбор", "a choice"),
    "text": ("текст", "text"),
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
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        texts = join(here, (": изменён порядок вопросов", ": the order of the questions has changed"))
        yield Change("changed", path, texts_of(texts))
    if any(_texts_differ(before[key], after[key]) for key in both):
        yield Change(
            "words", path, texts_of(join(here, (": исправлены тексты формы", ": texts of the form")))
        )


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


def _question(field: Field) -> Pair:
    return f": вопрос «{field.titles['ru']}»", f": question “{field.titles['en']}”"


def _named(fields: dict[str, Field]) -> Pair2:
    return tuple(fields), lambda key: titles_or(fields[key].titles, key)


def _choices(field: Field) -> Pair2:
    titles = {one.id: one.titles for one in field.choices}
    return tuple(titles), lambda key: titles_or(titles[key], key)


def _texts_differ(was: Field, now: Field) -> bool:
    """Whether the question, or an answer that both have, is worded otherwise."""
    said = [{one.id: dict(one.titles) for one in field.choices} for field in (was, now)]
    return dict(was.titles) != dict(now.titles) or any(
        said[0][key] != said[1][key] for key in said[0].keys() & said[1].keys()
    )
