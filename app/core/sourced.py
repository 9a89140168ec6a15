"""Settings of a programme: each value may be kept with where it comes from, `{value, source}` [cfg]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def setting(settings: Mapping[str, Any] | None, name: str, default: Any = None) -> Any:
    """The value alone, without its source; the default where nothing is said."""
    found = (settings or {}).get(name)
    if isinstance(found, Mapping):
        found = found.get("value")
    return default if found is None else found
