"""Values of a paper as JSON keeps them and back: dates survive, and equal values have one hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.canonical import canonical_json

_DAY = "$date"


def freeze(value: Any) -> Any:
    """The value with dates as `{"$date": "2025-01-22"}` and tuples as lists."""
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Mapping):
        return {str(key): freeze(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [freeze(item) for item in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def thaw(value: Any) -> Any:
    """The inverse of `freeze`."""
    if isinstance(value, Mapping):
        if set(value) == {_DAY}:
            return date.fromisoformat(value[_DAY])
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thaw(item) for item in value]
    return value


def digest(frozen: Any, *more: str) -> str:
    """The SHA-256 of frozen values (and of what else decides the paper, such as the template's hash)."""
    return hashlib.sha256("\n".join((canonical_json(frozen), *more)).encode()).hexdigest()


def read(values: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path («curator.director.forms.gent»); None where nothing stands."""
    here: Any = values
    for step in path.split("."):
        if not isinstance(here, Mapping):
            return None
        here = here.get(step)
    return here


def put(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `values` with the value at a dotted path replaced."""
    head, _sep, rest = path.partition(".")
    inner = values.get(head)
    if rest:
        value = put(inner if isinstance(inner, Mapping) else {}, rest, value)
    return {**values, head: value}


def changed(old: Any, new: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Dotted path → (old, new) of every frozen value that differs; a list that grew or shrank is told whole."""
    if old == new:
        return {}
    pairs: list[tuple[str, Any, Any]] = []
    if _is_group(old) and _is_group(new):
        pairs = [(key, old.get(key), new.get(key)) for key in sorted({*old, *new})]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(str(no), was, now) for no, (was, now) in enumerate(zip(old, new, strict=True))]
    if not pairs:
        return {path: (old, new)}
    found: dict[str, tuple[Any, Any]] = {}
    for key, was, now in pairs:
        found |= changed(was, now, f"{path}.{key}" if path else key)
    return found


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) != {_DAY}


def overlay(values: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the sources say, with what a person typed laid over it (shorter paths first)."""
    result = dict(values)
    for path in sorted(typed, key=lambda p: (p.count("."), p)):
        result = put(result, path, typed[path])
    return result
