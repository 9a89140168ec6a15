"""Sentences of the procedure filled with names, figures and the right plural, in Russian and English.

Placeholders: {names} (joined items), {count} (how many items), {value} (the fact's value) and
{count:мероприятия|мероприятий|мероприятий}, which prints the number with the form that agrees with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isfinite

NBSP = "\u00a0"
PLACEHOLDER = r"\{([^{}]*)\}"
PLACEHOLDERS = ("names", "count", "value")
# One, few, many — or the two English forms.
FORMS = {"ru": 3, "en": 2}
# What a name stands between in each language.
QUOTES = {"ru": ("«", "»"), "en": ("“", "”")}
YES_NO = {"ru": {True: "да", False: "нет"}, "en": {True: "yes", False: "no"}}


def is_blank(text: str) -> bool:
    """Whether there is nothing to read: spaces, and signs nobody sees (U+200B), are no words."""
    return not any(sign.isprintable() and not sign.isspace() for sign in text)


def plural(language: str, count: int, *forms: str) -> str:
    """The number with the form that agrees: 1 выезд, 2 выезда, 5 выездов, 21 выезд."""
    if language == "en":
        form = forms[0] if count == 1 else forms[-1]
    elif 11 <= abs(count) % 100 <= 14:
        form = forms[2]
    else:
        form = forms[0] if abs(count) % 10 == 1 else forms[1] if 2 <= abs(count) % 10 <= 4 else forms[2]
    return f"{count}{NBSP}{form}"


def quoted(text: str, language: str) -> str:
    """The name between the quotation marks of the language."""
    opens, closes = QUOTES[language]
    return f"{opens}{text}{closes}"


def inner(text: object) -> str:
    """What will stand between quotation marks: its own « » become „ “."""
    return str(text).replace("«", "„").replace("»", "“")


def printed(value: object, language: str) -> str:
    """A fact's value as people write it."""
    if value is None:
        return "неизвестно" if language == "ru" else "unknown"
    if isinstance(value, bool):
        return YES_NO[language][value]
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, float | Decimal) and isfinite(value):
        plain = f"{Decimal(repr(value) if isinstance(value, float) else value):f}"
        return plain.replace(".", ",") if language == "ru" else plain
    return str(value)


def unknown_placeholders(text: str, language: str) -> list[str]:
    """Placeholders of the text that nobody would fill."""
    wrong = []
    for inner in re.findall(PLACEHOLDER, text):
        name, colon, forms = inner.partition(":")
        fits = name in PLACEHOLDERS and (
            not colon or (name == "count" and len(forms.split("|")) == FORMS[language])
        )
        if not fits:
            wrong.append("{" + inner + "}")
    return wrong


# the fact's value, how many items, and these in a row → the sentence; or the sentence in both languages
Filling = Callable[[object, int, str], str]
BothFilling = Callable[[object, int, str], dict[str, str]]
NUMBERS_KNOWN = 32


def fill(text: str, language: str, value: object, items: tuple[str, ...]) -> str:
    """The sentence with its placeholders filled; without names the tail «: {names}» falls away."""
    return _filling(*_apart(text, bool(items)), language)(value, len(items), ", ".join(items))


def both(titles: Mapping[str, str], value: object = None, items: tuple[str, ...] = ()) -> dict[str, str]:
    """A pair of texts filled in both languages."""
    return both_filling(titles["ru"], titles["en"], bool(items))(value, len(items), ", ".join(items))


def is_constant(text: str) -> bool:
    """Whether the sentence is the same for every fact that names nothing."""
    return "{" not in _without_names(text)


def asks_for_names(text: str) -> bool:
    """Whether the sentence needs names in its middle, where they do not fall away with the tail."""
    return "{names" in _without_names(text)


def asks_for_count(text: str) -> bool:
    """Whether the sentence says how many names there are."""
    return "{count" in text


@lru_cache(maxsize=4096)
def both_filling(russian: str, english: str, has_items: bool) -> BothFilling:
    """What fills this pair of sentences: they are taken apart once."""
    (ru_words, ru_said), (en_words, en_said) = _apart(russian, has_items), _apart(english, has_items)
    ru_any, en_any = _filling(ru_words, ru_said, "ru"), _filling(en_words, en_said, "en")
    if _is_number_and_names(ru_said) and _is_number_and_names(en_said):  # what most sentences are
        ru_begun, en_begun = _begun(ru_words, ru_said[0], "ru"), _begun(en_words, en_said[0], "en")
        ru_tail, en_tail = ru_words[2], en_words[2]
        if not (ru_tail or en_tail):
            return lambda value, count, names: (
                {"ru": ru_begun[count] + names, "en": en_begun[count] + names}
                if count < NUMBERS_KNOWN
                else {"ru": ru_any(value, count, names), "en": en_any(value, count, names)}
            )

        def said(value: object, count: int, names: str) -> dict[str, str]:
            if count < NUMBERS_KNOWN:
                return {"ru": ru_begun[count] + names + ru_tail, "en": en_begun[count] + names + en_tail}
            return {"ru": ru_any(value, count, names), "en": en_any(value, count, names)}

        return said
    return lambda value, count, names: {"ru": ru_any(value, count, names), "en": en_any(value, count, names)}


def _without_names(text: str) -> str:
    return text.replace(": {names}", "").replace(" ({names})", "")


@lru_cache(maxsize=4096)
def _apart(text: str, has_items: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words around the placeholders, one more than these, and the placeholders."""
    pieces = re.split(PLACEHOLDER, text if has_items else _without_names(text))
    return tuple(pieces[::2]), tuple(pieces[1::2])


def _begun(words: tuple[str, ...], number: str, language: str) -> tuple[str, ...]:
    """The words before the names for each count of them below NUMBERS_KNOWN."""
    said = _placeholder(number, language)
    return tuple(f"{words[0]}{said(None, count, '')}{words[1]}" for count in range(NUMBERS_KNOWN))


def _is_number_and_names(said: tuple[str, ...]) -> bool:
    return len(said) == 2 and said[0].startswith("count") and said[1] == "names"


@lru_cache(maxsize=4096)
def _filling(words: tuple[str, ...], said: tuple[str, ...], language: str) -> Filling:
    head, *rest = words
    if not said:
        return lambda value, count, names: head
    if said == ("names",):
        (tail,) = rest
        return lambda value, count, names: f"{head}{names}{tail}"
    parts = tuple(_placeholder(inner, language) for inner in said)

    def whole(value: object, count: int, names: str) -> str:
        text = head
        for part, word in zip(parts, rest, strict=True):
            text += part(value, count, names) + word
        return text

    return whole


def _placeholder(inner: str, language: str) -> Filling:
    name, _, forms = inner.partition(":")
    if name == "names":
        return lambda value, count, names: names
    if name == "value":
        return lambda value, count, names: printed(value, language)
    if name == "count" and forms:
        return lambda value, count, names: plural(language, count, *forms.split("|"))
    return lambda value, count, names: str(count) if name else ""
