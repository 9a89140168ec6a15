"""The dictionary of one kind of paper: every name a template may print, down to «curator.director.forms.gent».

Three sources make it: the fields of the manifest, the shape of values of real papers, and what the edition that
comes with Opora prints (the system fills all of that).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from app.documents.language.names import CASES

_DEPTH = 8


@dataclass
class Shape:
    """What stands under a name: a text, a date, a yes or no, a list of something, a group of further names."""

    kind: str = "any"  # any | text | number | date | bool | list | group
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    label: str = ""
    type: str = ""
    is_required: bool = False

    def merge(self, other: Shape) -> None:
        """Learn what another example shows."""
        if self.kind == "any":
            self.kind = other.kind
        elif other.kind not in (self.kind, "any") and not {"group", "list"} & {self.kind, other.kind}:
            self.kind = "text"
        for name, shape in other.fields.items():
            self.fields.setdefault(name, Shape()).merge(shape)
        if other.item is not None:
            if self.item is None:
                self.item = Shape()
            self.item.merge(other.item)

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"kind": self.kind}
        if self.fields:
            out["fields"] = {name: shape.as_json() for name, shape in self.fields.items()}
        if self.item is not None:
            out["item"] = self.item.as_json()
        if self.label:
            out |= {"label": self.label, "type": self.type, "required": self.is_required}
        return out

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Shape:
        return Shape(
            data["kind"], {n: Shape.from_json(s) for n, s in data.get("fields", {}).items()},
            Shape.from_json(data["item"]) if data.get("item") else None, data.get("label", ""),
            data.get("type", ""), bool(data.get("required")),
        )  # fmt: skip

    def paths(self, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Shape]]:
        """Every dotted name below, a list's things as «points[]»."""
        if depth > _DEPTH:
            return
        for name, shape in self.fields.items():
            path = f"{prefix}.{name}" if prefix else name
            yield path, shape
            yield from shape.paths(path, depth + 1)
            if shape.item is not None:
                yield from shape.item.paths(f"{path}[]", depth + 1)

    def nearest(self, name: str) -> str:
        """The name most like a mistyped one."""
        by_small = {known.lower(): known for known in self.fields}
        close = get_close_matches(name.lower(), by_small, 1, 0.6)
        return by_small[close[0]] if close else ""


# What Jinja itself gives inside {% for %}.
LOOP = Shape(
    "group",
    {name: Shape("number") for name in ("index", "index0", "length", "revindex")}
    | {name: Shape("bool") for name in ("first", "last")},
)


def _group(*texts: str, **further: Shape) -> Shape:
    return Shape("group", {name: Shape("text") for name in texts} | further)


def _forms() -> Shape:
    return _group(*CASES)


def _person() -> Shape:
    place = _group("title", forms=_forms())
    return _group("surname", "given", "patronymic", "gender", "phone", forms=_forms(), position=place)


def _organisation() -> Shape:
    return _group("full_name", "short_name", "gender", forms=_forms())


def of_type(name: str) -> Shape:
    """What a type of the manifest holds at least."""
    if name == "person":
        return _person()
    if name in ("organisation", "school"):
        shape = _organisation()
        if name == "school":
            shape.merge(_group("number", "address", "phone", "basis", director=_person()))
        return shape
    if name == "programme":
        return _group("title", "title_gent")
    if name == "reference":
        return _group("number", date=Shape("date"))
    plain = {"str": "text", "int": "number", "date": "date", "bool": "bool", "list": "list"}
    return Shape(plain.get(name, "any"), item=Shape() if name == "list" else None)


def of_value(value: Any, depth: int = 0) -> Shape:
    """The shape of an example."""
    if depth > _DEPTH or value is None:
        return Shape()
    if isinstance(value, bool):
        return Shape("bool")
    if isinstance(value, int):
        return Shape("number")
    if isinstance(value, date):
        return Shape("date")
    if isinstance(value, Mapping):
        return Shape("group", {str(name): of_value(inner, depth + 1) for name, inner in value.items()})
    if isinstance(value, (list, tuple)):
        item = Shape()
        for one in value:
            item.merge(of_value(one, depth + 1))
        return Shape("list", item=item)
    return Shape("text")


def dictionary(fields: Iterable[Any], samples: Iterable[Mapping[str, Any]]) -> Shape:
    """The dictionary of a kind from its fields and examples of its values."""
    top = Shape("group")
    for one in fields:
        shape = of_type(one.type)
        shape.label, shape.type, shape.is_required = one.labels["ru"], one.type, one.required
        top.fields[one.name] = shape
    for sample in samples:
        for name, value in sample.items():
            if name in top.fields:  # values a room gives and no field announces are not for templates
                top.fields[name].merge(of_value(value))
    return top
