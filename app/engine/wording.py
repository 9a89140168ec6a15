"""Sentences of the procedure filled with names, figures and the right plural, in Russian and English.

Placeholders: {names} (joined items), {count} (how many items), {value} (the fact's value) and
{count:мероприятия|мероприятий|мероприятий}, which prints the number with the form that agrees with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

NBSP = "\u00a0"
PLACEHOLDER = r"\{([^{}]*)\}"
PLACEHOLDERS = ("names", "count", "value")
# One, few, many — or the two English forms.
FORMS = {"ru": 3, "en": 2}
YES_NO = {"ru": {True: "да", False: "нет"}, "en": {True: "yes", False: "no"}}


def plural(language: str, count: int, *forms: str) -> str:
    """The number with the form that agrees: 1 выезд, 2 выезда, 5 выездов, 21 выезд."""
    if language == "en":
        form = forms[0] if count == 1 else forms[-1]
    elif 11 <= abs(count) % 100 <= 14:
        form = forms[2]
    else:
        form = forms[0] if abs(count) % 10 == 1 else forms[1] if 2 <= abs(count) % 10 <= 4 else forms[2]
    return f"{count}{NBSP}{form}"


def printed(value: object, language: str) -> str:
    """A fact's value as people write it."""
    if value is None:
        return "неизвестно" if language == "ru" else "unknown"
    if isinstance(value, bool):
        return YES_NO[language][value]
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
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


def fill(text: str, language: str, value: object, items: tuple[str, ...]) -> str:
    """The sentence with its placeholders filled; without names the tail «: {names}» falls away."""
    if not items:
        text = text.replace(": {names}", "").replace(" ({names})", "")
    if "{" not in text:
        return text

    said = []
    for literal, name, forms in _parts(text):
        said.append(literal)
        if name == "names":
            said.append(", ".join(items))
        elif name == "value":
            said.append(printed(value, language))
        elif name:  # count
            said.append(plural(language, len(items), *forms) if forms else str(len(items)))
    return "".join(said)


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The sentence taken apart once: the words before a placeholder, its name, its plural forms."""
    parts, position = [], 0
    for match in re.finditer(PLACEHOLDER, text):
        name, _, forms = match.group(1).partition(":")
        parts.append((text[position : match.start()], name, tuple(forms.split("|")) if forms else ()))
        position = match.end()
    return (*parts, (text[position:], "", ()))


def both(titles: Mapping[str, str], value: object = None, items: tuple[str, ...] = ()) -> dict[str, str]:
    """A pair of texts filled in both languages."""
    return {language: fill(titles[language], language, value, items) for language in ("ru", "en")}
