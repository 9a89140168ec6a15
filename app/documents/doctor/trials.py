"""Test papers of an uploaded template, printed in the limited child: real values, bare ones, odd signs, long tables."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from app.core.i18n import Text, _
from app.documents.doctor.examination import examine
from app.documents.doctor.fields import Shape
from app.documents.doctor.findings import ERROR, INFO, WARNING, Examination
from app.documents.docx.carried import pack
from app.documents.docx.compiled import compiled
from app.documents.docx.frozen import thaw
from app.documents.docx.gate import HostileFile, check_docx
from app.documents.docx.intake import MissingFields, RenderError
from app.documents.docx.rendering import render

Values = dict[str, Any]
_KEPT = {
    "gender",
    "state",
    "kind",
    "code",
    "id",
    "mode",
    "no",
    "party",
    "role",
}  # words the filters understand
_ODD = " & <проба> «кавычки» \"прямые\" 'одинарные' 100 %"
_LONG = " Длинный текст для проверки переноса строк и страниц."
ROWS = 60  # of each list in the long paper


def perform(template: bytes, task: Mapping[str, Any]) -> dict[str, Any]:
    """The whole examination: gate, reading, test papers. Raises HostileFile for what may not come in at all."""
    started = time.monotonic()
    check_docx(template)
    fields = Shape.from_json(task["fields"])
    found = examine(template, fields)
    trials = []
    fast = ""
    if not found.has_errors:
        samples = [(str(name), thaw(values)) for name, values in task["samples"]]
        for kind, name, values in papers(fields, samples):
            trials.append(_try(template, found, kind, name, values))
        if not samples:
            found.add(WARNING, "no_samples", _("There are no examples of this kind yet: no test paper was printed."),
                      todo=_("Look at the first paper printed with it with care."))  # fmt: skip
        fast = compiled(template).reason
        if fast:
            found.add(INFO, "slow", _("This template is printed the long way (%(reason)s).", reason=fast),
                      todo=_("It works; thousands of papers at once would take some twenty times longer."))  # fmt: skip
    return {
        "findings": [finding.as_json() for finding in found.sorted()],
        "trials": trials,
        "used": {name: len(places) for name, places in found.used.items()},
        "loops": found.loops[:60],
        "conditions": found.conditions,
        "tags": found.tags,
        "fast": not fast,
        "milliseconds": round((time.monotonic() - started) * 1000),
    }


def papers(fields: Shape, samples: list[tuple[str, Values]]) -> Iterator[tuple[str, str, Values]]:
    """Kind of trial, name of the example, values."""
    if not samples:
        return
    for name, values in samples[:8]:
        yield "real", name, values
    name, values = max(samples[:8], key=lambda one: len(repr(one[1])))
    yield "bare", name, _bare(fields, values)
    yield "odd", name, _odd(values)
    yield "long", name, _long(values)


LABELS: dict[str, Text] = {
    "real": _("Values of Penza"),
    "bare": _("Nothing that may be empty"),
    "odd": _("Odd signs in every text"),
    "long": _("Long texts and tables"),
}


def _try(template: bytes, found: Examination, kind: str, name: str, values: Values) -> dict[str, Any]:
    started = time.monotonic()
    size = 0
    try:
        data = render(template, values, check=True)
        check_docx(data)
        size = len(data)
    except MissingFields as missing:
        for path in missing.names:
            _tell_missing(found, path, kind)
    except HostileFile as hostile:
        found.add(
            ERROR,
            "hostile_paper",
            _("The printed paper would not be let in: %(reason)s", reason=hostile.reason),
        )
    except RenderError as error:
        if getattr(error, "detail", "") == "MemoryError":
            raise MemoryError from error
        found.add(ERROR, "trial", _("A test paper could not be printed (%(kind)s): %(error)s", kind=LABELS[kind],
                                    error=error.message),
                  todo=_("Check the tags of tables and rows: a repeated row begins and ends in rows of its own."),
                  )  # fmt: skip
    else:
        return _row(kind, name, True, started, size)
    return _row(kind, name, False, started, size)


def _row(kind: str, name: str, ok: bool, started: float, size: int) -> dict[str, Any]:
    milliseconds = round((time.monotonic() - started) * 1000, 1)
    return {"kind": kind, "name": name, "ok": ok, "milliseconds": milliseconds, "size": size,
            "label": pack(LABELS[kind])}  # fmt: skip


def _tell_missing(found: Examination, path: str, kind: str) -> None:
    # of a group that is not there the name of the field alone is known
    named = next((p for p in (*found.bare, *found.paths) if p == path or p.endswith(f".{path}")), path)
    top = named.partition(".")[0].partition("[")[0]
    tag = found.bare.get(named) or found.paths.get(named) or found.paths.get(top)
    path = named
    if kind == "bare":
        found.add(WARNING, "may_be_empty",
                  _("“%(name)s” may be empty; then this paper cannot be printed.", name=path), tag,
                  _("Ask before printing: {%% if %(name)s %%} … {%% endif %%}.", name=top))  # fmt: skip
    else:
        found.add(ERROR, "not_given", _("The system does not fill “%(name)s”.", name=path), tag,
                  _("Look for the right name in the dictionary of the fields of this kind."))  # fmt: skip


def _bare(fields: Shape, values: Values) -> Values:
    out = dict(values)
    for name, shape in fields.fields.items():
        if not shape.is_required:
            out[name] = [] if shape.kind == "list" else None
    return out


def _odd(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _odd(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_odd(inner, name) for inner in value]
    if isinstance(value, str) and value and name not in _KEPT and not name.endswith("gender"):
        return value + _ODD
    return value


def _long(value: Any, name: str = "", depth: int = 0) -> Any:
    if isinstance(value, dict):
        return {key: _long(inner, key, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        many = (value * ROWS)[: max(ROWS, len(value))] if depth < 3 and value else value
        return [_long(inner, name, depth + 1) for inner in many]
    if isinstance(value, str) and " " in value and name not in _KEPT and len(value) < 2_000:
        return value + _LONG * 6
    return value
