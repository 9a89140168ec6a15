"""What may be printed into a paper: plain values only; refusals name what is missing or may not be printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.core.errors import OporaError
from app.core.i18n import _

MAX_TEXT = 20_000  # signs in one value
MAX_VALUES = 50_000  # values in one paper
MAX_DEPTH = 8
MAX_NUMBER = 10**15

Plain = dict[str, Any] | list[Any] | str | int | date | bool | None


class RenderError(OporaError):
    """A paper that could not be made."""

    status = 422


class MissingFields(RenderError):
    """Values the template prints and nobody has given; all of them at once, in `names`."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(names))
        super().__init__(_("The paper lacks: %(names)s", names=", ".join(self.names)))


class ValueRefused(RenderError):
    """A value that may not stand in a paper; `name` says which."""

    def __init__(self, name: str, reason: object) -> None:
        self.name = name
        self.reason = reason
        super().__init__(_("The value %(name)s is refused: %(reason)s", name=name, reason=reason))


class TemplateMistake(RenderError):
    """A template that uses what templates may not use, or is not a readable document."""

    def __init__(self, detail: object) -> None:
        self.detail = detail
        super().__init__(_("The template is refused: %(detail)s", detail=detail))


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Control signs but line break and tab, halves of pairs, separators of lines; what reorders text unseen; no signs.
_BAD_SIGN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe-\U0010ffff]"
)  # beyond U+FFFF most are good: naming the two bad ones of each plane here would slow all texts down


def _bad_sign(text: str) -> str | None:
    for found in _BAD_SIGN.finditer(text):
        code = ord(found[0])
        if code <= 0xFFFF or code & 0xFFFE == 0xFFFE:
            return f"U+{code:04X}"
    return None


def is_plain(values: Any) -> bool:
    """Whether the values may be printed as they are: plain and clean throughout, within all bounds.

    Much quicker than `Intake`, which says what is wrong where. It copies nothing: a paper changes no value.
    """
    if type(values) is not dict:
        return False
    level: list[Any] = [values]
    texts: list[str] = []
    count = 1
    for _depth in range(MAX_DEPTH + 1):
        deeper: list[Any] = []
        for container in level:
            if type(container) is dict:
                if not _KNOWN.issuperset(container) and not _are_names(container):
                    return False
                items: Iterable[Any] = container.values()
            else:
                items = container
            count += len(container)
            kinds = {*map(type, items)}
            if kinds <= _ONLY_TEXT:
                texts += items
                continue
            if kinds <= _ONLY_CONTAINERS:
                deeper += items
                continue
            for item in items:
                kind = type(item)
                if kind is str:
                    texts.append(item)
                elif kind is dict or kind is list:
                    deeper.append(item)
                elif kind is int:
                    if not -MAX_NUMBER <= item <= MAX_NUMBER:
                        return False
                elif item is not None and kind is not bool and kind is not date:
                    return False
        if count > MAX_VALUES:
            return False
        if not deeper:
            longest = max(map(len, texts), default=0)
            if longest > MAX_TEXT:
                return False
            text = "".join(texts)
            return text.isprintable() or _bad_sign(text) is None  # all that prints is good, and quicker found
        level = deeper
    return False


_ONLY_TEXT: frozenset[type] = frozenset({str})
_ONLY_CONTAINERS: frozenset[type] = frozenset({dict, list})
_KNOWN: set[str] = set()  # names of fields met before


def _are_names(container: dict[Any, Any]) -> bool:
    if any(type(key) is not str or not _NAME.fullmatch(key) for key in container):
        return False
    if len(_KNOWN) < 10_000:
        _KNOWN.update(container)
    return True


class Intake:
    """Copies values into plain dicts and lists of our own and remembers where each of them stands."""

    def __init__(self) -> None:
        self.count = 0
        self.paths: dict[int, str] = {}
        self.kept: list[Any] = []  # keeps the containers alive, so that id() stays theirs

    def take(self, value: Any, name: str, depth: int = 0) -> Plain:
        """The value as a plain copy. Raises ValueRefused with the name of what may not be printed."""
        self.count += 1
        if self.count > MAX_VALUES:
            raise ValueRefused(name, _("more than %(n)s values", n=MAX_VALUES))
        if depth > MAX_DEPTH:
            raise ValueRefused(name, _("nested too deeply"))
        kind = type(value)
        if kind is str:
            if len(value) > MAX_TEXT:
                raise ValueRefused(name, _("longer than %(n)s signs", n=MAX_TEXT))
            sign = _bad_sign(value)
            if sign:
                raise ValueRefused(name, _("it holds the control sign %(sign)s", sign=sign))
            return str(value)
        if kind is int:
            if abs(value) > MAX_NUMBER:
                raise ValueRefused(name, _("the number is too large"))
            return int(value)
        if value is None or kind is bool or kind is date:
            return value
        if isinstance(value, Mapping):
            return self._take_mapping(value, name, depth)
        if kind in (list, tuple):
            rows: list[Any] = []
            self._remember(rows, name)
            rows.extend(self.take(item, f"{name}[{no}]", depth + 1) for no, item in enumerate(value, start=1))
            return rows
        raise ValueRefused(name, _("values of the kind %(kind)s are not printed", kind=kind.__name__))

    def _take_mapping(self, value: Mapping[Any, Any], name: str, depth: int) -> dict[str, Any]:
        inner: dict[str, Any] = {}
        self._remember(inner, name)
        for key, item in value.items():
            where = f"{name}.{key}" if name else str(key)
            if type(key) is not str or not _NAME.fullmatch(key):
                raise ValueRefused(where, _("not a name of a field"))
            inner[key] = self.take(item, where, depth + 1)
        return inner

    def _remember(self, container: Any, name: str) -> None:
        self.paths[id(container)] = name
        self.kept.append(container)
