"""What a test process works out once, as a running system does: statements, templates and addresses made ready.

Each test has an engine and an application of its own, and each of them would compile the same hundreds of
statements, templates and addresses again. What they execute, against which database, and how often, stays as it is.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from werkzeug.routing import Rule


class _Statements(dict[tuple[Any, ...], Any]):
    """Compiled statements by the name of the dialect: all engines of one database product speak the same."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


class _Templates(BytecodeCache):
    """Compiled templates by the hash of their source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_STATEMENTS, _TEMPLATES = _Statements(), _Templates()


def share_statements() -> None:
    """From here on every connection of this process takes its statements from one store."""

    def connected(connection: Connection) -> None:
        connection.execution_options(compiled_cache=_STATEMENTS)

    event.listen(Engine, "engine_connect", connected)


def share_addresses() -> None:
    """From here on werkzeug makes the function that writes an address once: four fifths of a start of the application.

    The function is bound to its rule afterwards and asks that one's converters, so equal rules may share it.
    """
    compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    compile_anew = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:  # they are written into the function
            return compile_anew(rule, append_unknown)
        key = (rule.rule, append_unknown, *rule._trace)
        if key not in compiled:
            compiled[key] = compile_anew(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]


def share_templates(app: Flask) -> Flask:
    """The application, which compiles no template another one has compiled."""
    app.jinja_env.bytecode_cache = _TEMPLATES
    return app


def keep_what_is_loaded() -> None:
    """Modules and collected tests never become garbage: looking through them again took a tenth of the time."""
    gc.collect()
    gc.freeze()
