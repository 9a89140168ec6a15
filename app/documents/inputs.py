"""Which places of a draft a person may type into: every variable of the template, taken apart into its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.i18n import Text, _
from app.documents.row_inputs import LINES, ROWS
from app.documents.templates import Field, Template

CASE_LABELS: dict[str, Text] = {
    "nomn": _("nominative: who? what?"),
    "gent": _("genitive: of whom? of what?"),
    "datv": _("dative: to whom? to what?"),
    "accs": _("accusative: whom? what?"),
    "ablt": _("instrumental: by whom? by what?"),
    "loct": _("prepositional: about whom? about what?"),
}
SOURCE_LABELS: dict[str, Text] = {
    "case": _("from the case"),
    "programme": _("from the programme"),
    "authority": _("from the card of the authority"),
    "meeting": _("from the meeting"),
    "plan": _("from the plans of the cases"),
    "register": _("from the journal of registration"),
    "person": _("from the cards of people"),
    "typed": _("proposed by the system, typed by you"),
}
LONG = frozenset({"heading", "preamble", "processor", "method", "reason"})


@dataclass(frozen=True)
class Input:
    """One place to type: a dotted path into the values, the kind of control, what it asks."""

    path: str
    kind: str  # line | text | day | whole | person | points | lines, or a list of ROWS
    label: Text | str
    case: str = ""

    @property
    def name(self) -> str:
        return self.path.replace(".", "__")


def inputs(template: Template, values: Mapping[str, Any]) -> list[tuple[Field, list[Input]]]:
    """The inputs of every field, field by field; a field without inputs is made elsewhere."""
    return [(field, list(_inputs(field, values.get(field.name)))) for field in template.fields]


def labels_of(template: Template, values: Mapping[str, Any], paths: Iterable[str]) -> list[tuple[str, str]]:
    """Each path with what the form calls it, «Исполнитель и телефон: Телефон»; in the order of the form."""
    left, found = dict.fromkeys(paths), []
    for field, places in inputs(template, values):
        for path in [path for path in left if path.partition(".")[0] == field.name]:
            del left[path]
            place = next((one for one in places if one.path == path), None)
            words = [field.label]
            if place is not None and str(place.label) != field.label:
                words.append(str(place.label))
            if place is not None and place.case:
                words.append(str(CASE_LABELS[place.case]))
            found.append((path, ": ".join([words[0], ", ".join(words[1:])]) if words[1:] else words[0]))
    return found


def _inputs(field: Field, value: Any) -> Iterator[Input]:
    name = field.name
    match field.type:
        case "str" if field.source != "register":
            yield Input(name, "text" if name in LONG else "line", field.label)
        case "date" if field.source == "typed":
            yield Input(name, "day", field.label)
        case "int" if field.source == "typed":
            yield Input(name, "whole", field.label)
        case "organisation":
            yield Input(f"{name}.full_name", "text", _("Full name"), "nomn")
            yield from _forms(f"{name}.forms", field, kind="text")
        case "programme":
            yield Input(f"{name}.title_gent", "line", _("Title"), "gent")
        case "group":
            for case in field.cases:
                yield Input(f"{name}.forms.{case}", "text", _("Title"), case)
        case "plan" if value:
            yield Input(f"{name}.title", "text", _("Title"), "nomn")
            yield Input(f"{name}.forms.accs", "text", _("Title"), "accs")
        case "person" if field.source == "person":
            yield Input(name, "person", field.label)
            if name == "executor":
                yield Input(f"{name}.phone", "line", _("Phone"))
            if value:
                yield from _forms(f"{name}.forms", field, _("Surname, given name, patronymic"))
                yield from _forms(f"{name}.position.forms", field, _("Position"))
        case "school" if value:
            yield Input(f"{name}.full_name", "text", _("Full name"), "nomn")
            yield Input(f"{name}.address", "line", _("Address"))
            yield Input(f"{name}.phone", "line", _("Phone"))
            yield Input(f"{name}.basis", "line", _("Acts on the basis of"), "gent")
            if value.get("director"):
                yield Input(f"{name}.director.forms.gent", "line", _("Director"), "gent")
                yield Input(
                    f"{name}.director.position.forms.gent", "line", _("Position of the director"), "gent"
                )
        case "list" if name == "points":
            yield Input(name, "points", field.label)
        case "list" if name in LINES:
            yield Input(name, "lines", field.label)
        case "list" if name in ROWS:
            yield Input(name, name, field.label)
        case _:
            return


def _forms(path: str, field: Field, label: Text | None = None, kind: str = "line") -> Iterator[Input]:
    for case in field.cases:
        if case != "nomn":
            yield Input(f"{path}.{case}", kind, label or _("Full name"), case)
