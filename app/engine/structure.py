"""What of a definition enters its hash: whatever decides how a case runs, and no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from app.engine.guards import Expression

if TYPE_CHECKING:
    from app.engine.definition import Definition

# A field made of human words: it stays out of the hash.
WORDS = {"words": True}
# A field the format was given later: without it a version keeps the hash it always had.
LATER = {"later": True}


def hash_of(definition: Definition) -> str:
    """The hash of a version's structure, in hexadecimal digits."""
    # Imported here: whoever only decides needs neither.
    import hashlib
    import json

    structure = {
        "code": definition.code,
        "version": definition.version,
        "initial": definition.initial,
        "roles": structure_of(definition.roles),
        "outcomes": structure_of(definition.outcomes),
        "stages": structure_of(definition.stages),
        "order": list(definition.stages),  # the order says which stage is earlier
        "transitions": structure_of(definition.transitions),
    }
    if definition.migrations:  # a version without them has the hash it always had
        structure["migrations"] = structure_of(definition.migrations)
    text = json.dumps(structure, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def structure_of(value: Any) -> Any:
    """What of a value decides how a case runs, ready for JSON: everything but words."""
    if isinstance(value, Expression):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: structure_of(getattr(value, f.name))
            for f in fields(value)
            if not (
                f.metadata.get("words") or (f.metadata.get("later") and _unsaid(f, getattr(value, f.name)))
            )
        }
    if isinstance(value, Mapping):
        return {key: structure_of(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [structure_of(item) for item in value]
    return value


def _unsaid(field: Field[Any], value: Any) -> bool:
    """Whether the field is as in a file that does not name it."""
    return bool(value == (field.default if field.default_factory is MISSING else field.default_factory()))
