"""Sentences in the reader's language.

A message id is the English sentence itself; each room keeps its Russian beside its code in
`translations/ru.po`, and all catalogues are merged in memory at start, so a room stays one folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = ("ru", "en")
_locale: ContextVar[str] = ContextVar("locale", default="ru")
_ROOMS = Path(__file__).resolve().parents[1]


def current_locale() -> str:
    return _locale.get()


def set_locale(locale: str) -> None:
    """Make `locale` the language of this thread or request; unknown ones fall back to Russian."""
    _locale.set(locale if locale in LOCALES else "ru")


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    token = _locale.set(locale if locale in LOCALES else "ru")
    try:
        yield
    finally:
        _locale.reset(token)


def catalogue_files(locale: str) -> list[Path]:
    return sorted(_ROOMS.glob(f"*/translations/{locale}.po")) + sorted(
        _ROOMS.glob(f"*/translations/*_{locale}.po")
    )


@cache
def _messages(locale: str) -> dict[str, str | tuple[str, ...]]:
    messages: dict[str, str | tuple[str, ...]] = {}
    for path in catalogue_files(locale):
        with path.open("rb") as handle:
            catalogue: Catalog = read_po(handle, locale=locale)
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
            forms = message.string if isinstance(message.string, str) else tuple(message.string or ())
            if forms and all(forms):
                messages[key] = forms
    return messages


def _plural_ru(n: int) -> int:
    n = abs(n)
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


def gettext(msgid: str, locale: str | None = None) -> str:
    """The sentence in `locale` (the reader's by default); the message id itself when none is known."""
    locale = locale or current_locale()
    if locale == "en":
        return msgid
    found = _messages(locale).get(msgid, msgid)
    return found if isinstance(found, str) else found[0]


def ngettext(singular: str, plural: str, n: int, locale: str | None = None) -> str:
    locale = locale or current_locale()
    if locale == "en":
        return singular if n == 1 else plural
    found = _messages(locale).get(singular)
    if isinstance(found, tuple):
        return found[min(_plural_ru(n), len(found) - 1)]
    return singular if n == 1 else plural


class Text:
    """A sentence that is translated when it is printed, not when it is written."""

    __slots__ = ("msgid", "n", "params", "plural")

    def __init__(
        self,
        msgid: str,
        params: dict[str, Any] | None = None,
        plural: str | None = None,
        n: int | None = None,
    ) -> None:
        self.msgid, self.params, self.plural, self.n = msgid, params or {}, plural, n

    def in_(self, locale: str) -> str:
        with in_locale(locale):
            return str(self)

    def __str__(self) -> str:
        if self.plural is not None and self.n is not None:
            sentence = ngettext(self.msgid, self.plural, self.n)
        else:
            sentence = gettext(self.msgid)
        return sentence % {k: str(v) for k, v in self.params.items()} if self.params else sentence

    def __repr__(self) -> str:
        return f"Text({self.msgid!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Text):
            return (self.msgid, self.params, self.n) == (other.msgid, other.params, other.n)
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self.msgid, self.n))

    def __mod__(self, params: dict[str, Any]) -> str:
        # WTForms fills its own placeholders (%(min)d …) into our sentences.
        return str(self) % params

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)


@dataclass(frozen=True)
class Inflected:
    """Russian words in the form a Russian sentence needs; within a sentence of another language as they are written."""

    ru: str
    other: str

    def __str__(self) -> str:
        return self.ru if current_locale() == "ru" else self.other


def _(msgid: str, **params: Any) -> Text:
    """Mark a sentence for translation and bind its parameters."""
    return Text(msgid, params)


def numbered(number: object) -> Text:
    """«№ 4» to a Russian reader, “No. 4” to an English one."""
    return _("No. %(number)s", number=number)


def n_(singular: str, plural: str, n: int, **params: Any) -> Text:
    """As `_`, for a sentence that depends on a number: 1 выезд, 2 выезда, 5 выездов."""
    return Text(singular, {"n": n, **params}, plural, n)
