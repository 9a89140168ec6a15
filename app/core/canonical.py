"""One spelling of JSON per value: what is hashed must be spelt the same everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


_canonical = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_jsonable, check_circular=False
).encode  # made once: a step asks for several


def canonical_json(data: Any) -> str:
    """One spelling per value, so that equal data give equal hashes on both databases."""
    return _canonical(data)
