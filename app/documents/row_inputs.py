"""Lists of a draft that are typed row by row: what an order changes, members of a group, a commission, carriers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.core.i18n import Text, _
from app.documents.language.names import NBSP, initials
from app.ui.forms import ChoiceField, LongTextField, RowOf, TextField

# What an amendment does; the place stands in the case the words of the order ask for.
ACTIONS: dict[str, Text] = {
    "restate": _("word anew: “point 3”"),
    "insert": _("add: “with point 4.1”"),
    "replace": _("replace words: “in point 3”"),
    "remove": _("leave out: “point 5”"),
}


class AmendmentRow(RowOf):
    """One change of an order or an agreement."""

    action = ChoiceField(_("What is done"), choices=ACTIONS, required=True)
    place = TextField(_("Where, in the case of the example"), max_length=300, required=True)
    words = TextField(_("Words that are replaced"), max_length=500)
    text = LongTextField(_("New words, or the point as it will read, with its number"), max_length=4000)

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the usual: new words for all but leaving out, the old ones where words are replaced."""
        is_right = super().validate(extra_validators)
        action = self["action"].data
        lacking = [
            ("text", _("Write the new words."), action not in (None, "remove")),
            ("words", _("Write the words that are replaced."), action == "replace"),
        ]
        for name, told, is_needed in lacking:
            if is_needed and not (self[name].data or "").strip():
                self[name].errors = [*self[name].errors, str(told)]
                is_right = False
        return is_right


class MemberRow(RowOf):
    """One person of a group or a commission."""

    name = TextField(_("Surname, given name, patronymic"), max_length=200, required=True)
    position = TextField(_("Position and organisation"), max_length=300, required=True)
    role = TextField(_("Role; empty for a plain member"), max_length=200)


class CarrierRow(RowOf):
    """One thing on paper that was destroyed."""

    title = TextField(_("What it was"), max_length=300, required=True)
    sheets = TextField(_("Number of sheets"), max_length=20, required=True)


ROWS: Mapping[str, type[RowOf]] = {
    "amendments": AmendmentRow, "composition": MemberRow, "commission": MemberRow, "carriers": CarrierRow,
}  # fmt: skip
LINES = frozenset({"risks", "decisions", "subjects", "categories"})  # one per line


def rows_shown(value: Any) -> list[dict[str, Any]]:
    """The rows as the form shows them."""
    return [dict(row) for row in value or ()]


def rows_typed(kind: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows as the paper prints them."""
    return [_TYPED.get(kind, _plain)(row) for row in rows]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value or "").strip() for name, value in row.items()}


def _amendment(row: Mapping[str, Any]) -> dict[str, Any]:
    clean = _plain(row)
    for name in ("text", "words"):  # « » come from the template
        if clean[name].startswith("«") and clean[name].endswith("»") and clean[name].count("«") == 1:
            clean[name] = clean[name][1:-1]
    return clean


def _member(row: Mapping[str, Any]) -> dict[str, Any]:
    """With «И.О. Фамилия» for the place of the signature."""
    clean = _plain(row)
    surname, _space, rest = clean["name"].partition(" ")
    given, _space, patronymic = rest.partition(" ")
    letters = initials({"given": given, "patronymic": patronymic})
    return {**clean, "short": NBSP.join(filter(None, (letters, surname)))}


_TYPED: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "amendments": _amendment, "composition": _member, "commission": _member,
}  # fmt: skip
