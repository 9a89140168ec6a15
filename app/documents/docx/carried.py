"""Sentences that travel: from a limited child process, and kept in a row to be read in any language later."""

from __future__ import annotations

from typing import Any

from app.core.i18n import Text


def pack(sentence: object) -> Any:
    """A sentence as plain JSON."""
    if isinstance(sentence, Text):
        params = {name: pack(value) for name, value in sentence.params.items()}
        packed: dict[str, Any] = {"text": sentence.msgid, "with": params}
        if sentence.plural is not None:
            packed |= {"plural": sentence.plural, "n": sentence.n}
        return packed
    if sentence is None or isinstance(sentence, (bool, int)):
        return sentence
    return str(sentence)


def unpack(packed: Any) -> Any:
    """The inverse of `pack`; a child that sends anything else gets its spelling printed, no more."""
    if isinstance(packed, dict) and isinstance(packed.get("text"), str):
        given = packed.get("with")
        params = {str(k): unpack(v) for k, v in given.items()} if isinstance(given, dict) else {}
        n = packed.get("n")
        return Text(packed["text"], params, packed.get("plural"), n if isinstance(n, int) else None)
    if packed is None or isinstance(packed, (str, bool, int)):
        return packed
    return str(packed)[:400]
