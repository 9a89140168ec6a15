"""Forms of the papers: the draft with every variable of its template, signatures, registration, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wtforms import HiddenField

from app.core.i18n import Text, _
from app.documents.docx.frozen import read
from app.documents.inputs import CASE_LABELS, Input, inputs
from app.documents.models import NumberGap
from app.documents.row_inputs import ROWS, rows_shown, rows_typed
from app.documents.templates import Template
from app.ui.fields import Label
from app.ui.forms import (
    AddForm,
    ChoiceField,
    DateField,
    FormField,
    LongTextField,
    ManyField,
    NumberField,
    OneOfField,
    RoomForm,
    RowOf,
    RowsField,
    ScanField,
    TextField,
    YesField,
)

NEXT, BY_HAND, RESERVED = "next", "by_hand", "reserved"


class PointRow(RowOf):
    """One point of an order."""

    executor = TextField(_("Who (dative)"), max_length=500)
    action = TextField(_("What to do"), max_length=1000)
    term = TextField(_("Term"), max_length=200)
    parts = LongTextField(_("Parts, one per line"))


class DraftForm(RoomForm):
    """The ancestor of the forms made for each template by `draft_form`."""

    expected_version = HiddenField()
    base = (
        HiddenField()
    )  # what was saved when the form was opened: a later save of another is not undone by it

    def changes(
        self, asked: Sequence[Input], values: Mapping[str, Any], people: Mapping[int, Any]
    ) -> dict[str, Any]:
        """What differs from the values shown: path → new value."""
        found: dict[str, Any] = {}
        for one in asked:
            new, old = _typed(one, self[one.name], people), read(values, one.path)
            if one.kind == "person":
                if office_key(new) != office_key(old):
                    found[one.path] = new or ""
            elif (new or None) != (old or None):
                found[one.path] = new if new is not None else ""
        changed_people = {one.path for one in asked if one.kind == "person" and one.path in found}
        # name forms shown for the person before belong to that person
        return {
            path: None if path.partition(".")[0] in changed_people - {path} else value
            for path, value in found.items()
        }


def office_key(value: Any) -> int:
    """What a person's place in the draft is chosen by: the position held, or −person when it is in no table.

    So it is with «и.о. …» by a substitution, and with a person named who holds no position now.
    """
    card = value if isinstance(value, Mapping) else {}
    return int(card.get("position_id") or -(card.get("id") or 0))


def draft_form(
    template: Template, values: Mapping[str, Any], people: Mapping[int, Any]
) -> tuple[DraftForm, list[Input]]:
    """A form with an input for each place of the draft, filled with what stands there now.

    `people`: the cards offered where a person is named, by `office_key`.
    """
    fields: dict[str, Any] = {}
    sections: list[tuple[Any, list[str]]] = []
    asked: list[Input] = []
    for field, places in inputs(template, values):
        title = f"{field.label}{' *' if field.required else ''}"
        if len(places) == 1 and places[0].label == field.label:  # one input needs no heading over its label
            places = [replace(places[0], label=title)]
            title = ""
        for one in places:
            fields[one.name] = _control(one, people)
            asked.append(one)
        if places:
            sections.append((title, [one.name for one in places]))
    made = type("TemplateForm", (DraftForm,), {**fields, "sections": sections})
    form: DraftForm = made(data={one.name: _shown(one, values) for one in asked})
    return form, asked


def _control(one: Input, people: Mapping[int, Any]) -> Any:
    hint = CASE_LABELS[one.case] if one.case else ""  # where it comes from stands under the whole variable
    match one.kind:
        case "day":
            return DateField(one.label, description=hint)
        case "whole":
            return NumberField(one.label, whole=True, minimum=0, maximum=1000)
        case "text":
            return LongTextField(one.label, description=hint, render_kw={"rows": 3})
        case "lines":
            return LongTextField(one.label, description=_("One per line"))
        case "person":
            choices = [(key, _named(card)) for key, card in people.items()]
            return ChoiceField(
                one.label, choices=choices, coerce=int, blank=_("— nobody —"), description=hint
            )
        case "points":
            return RowsField(FormField(PointRow), one.label)
        case kind if kind in ROWS:
            return RowsField(FormField(ROWS[kind]), one.label)
        case _:
            return TextField(one.label, max_length=1000, description=hint)


def _named(card: Mapping[str, Any]) -> str:
    name = " ".join(filter(None, (card["surname"], card["given"], card["patronymic"])))
    return ", ".join(filter(None, (name, card["position"]["title"])))


def _shown(one: Input, values: Mapping[str, Any]) -> Any:
    value = read(values, one.path)
    if one.kind == "lines":
        return "\n".join(value or ())
    if one.kind == "points":
        return [{**point, "parts": "\n".join(point.get("parts") or ())} for point in value or ()]
    if one.kind in ROWS:
        return rows_shown(value)
    if one.kind == "person":
        return office_key(value) or None
    return value


def _typed(one: Input, field: Any, people: Mapping[int, Any]) -> Any:
    if one.kind == "lines":
        return _split(field.data)
    if one.kind == "points":
        return [
            {"executor": row["executor"] or "", "action": row["action"] or "", "term": row["term"] or None,
             "parts": _split(row["parts"])}
            for row in field.filled()
        ]  # fmt: skip
    if one.kind in ROWS:
        return rows_typed(one.kind, field.filled())
    if one.kind == "person":
        return people.get(field.data) if field.data else None
    return field.data


def _split(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _proof() -> ScanField:
    return ScanField(
        _("Scan of the signed paper, or a detached signature file"), required=True,
        types=("pdf", "jpg", "jpeg", "png", "sig", "p7s"),
    )  # fmt: skip


class SignForm(RoomForm):
    roles = ManyField(_("Whose signatures stand on it"), required=True)
    signed_on = DateField(_("Date of the signature"), required=True)
    proof = _proof()
    expected_version = HiddenField()


class ReportScanForm(RoomForm):
    """The scan of a report signed on paper."""

    signed_on = DateField(_("Date of the signature"), required=True)
    proof = _proof()
    expected_version = HiddenField()


class RegisterForm(RoomForm):
    """Registration in a journal kept here."""

    dated = DateField(_("Date of the document"), required=True)
    way = OneOfField(_("Number"), required=True)
    number = TextField(_("Number on paper"), max_length=20, description=_("For example 12-оп or 45/1"))
    leap = YesField(_("The number is right: the numbers before it were given on paper"))
    reason = TextField(_("Why it is entered by hand"), max_length=500)
    reservation = ChoiceField(_("Reserved number"), coerce=int)
    comment = LongTextField(
        _("Comment"), max_length=1000, description=_("Needed when a date is out of order")
    )
    sheets = TextField(_("Sheets and appendices"), max_length=40, description=_("For example 2/1"))
    mailing = TextField(_("Distribution"), max_length=200)
    folder = TextField(
        _("File of the nomenclature"), max_length=60, description=_("Index of the file by the nomenclature")
    )
    note = TextField(_("Note"), max_length=500)
    expected_version = HiddenField()

    @property
    def sections(self) -> Sequence[tuple[Label, Sequence[str]]]:  # type: ignore[override]
        """What is asked: a reserved number when there is one, to confirm a leap when it was found too long."""
        number = ["dated", "way", "reservation", "number", "leap", "reason", "comment"]
        if len(self.reservation.choices) < 2:  # nothing but «not chosen»
            number.remove("reservation")
        if not (self.leap.data or self.leap.errors):
            number.remove("leap")
        return (
            (_("Number and date"), number),
            (_("Line of the journal"), ["sheets", "mailing", "folder", "note"]),
        )

    def offer(self, number: str, kept: Sequence[NumberGap]) -> None:
        """Set the ways to a number: the next one (empty: there is none), by hand, one of those kept."""
        ways = [(NEXT, _("the next one: %(number)s", number=number))] if number else []
        ways.append((BY_HAND, _("by hand: it was given on paper")))
        if kept:
            ways.append((RESERVED, _("a reserved one: it was kept for this document")))
        self.way.offer(ways)
        self.reservation.offer([(gap.id, _kept(gap)) for gap in kept])


def _kept(gap: NumberGap) -> Text:
    return _("%(number)s: %(purpose)s (%(holder)s, until %(day)s)", number=gap.first, purpose=gap.note,
             holder=gap.holder, day=f"{gap.until:%d.%m.%Y}" if gap.until else "–")  # fmt: skip


class AgreementRegisterForm(RoomForm):
    """The numbers both schools gave in journals of their own."""

    dated = DateField(_("Date of the agreement"), required=True)
    curator_number = TextField(_("Number of the curator school"), max_length=20, required=True)
    supported_number = TextField(_("Number of the supported school"), max_length=20, required=True)
    comment = LongTextField(
        _("Comment"), max_length=1000, description=_("Needed when a date is out of order")
    )
    expected_version = HiddenField()


class ReasonForm(RoomForm):
    reason = LongTextField(_("Reason"), required=True, max_length=1000)
    expected_version = HiddenField()


class AnnulForm(ReasonForm):
    """Why a line is annulled; `was_slip` is offered when its number can be taken back."""

    was_slip = YesField(_("The number itself was mistyped: the numbers it leapt over were given to nobody"))


class GapForm(RoomForm):
    first = NumberField(_("From number"), required=True, whole=True, minimum=1)
    last = NumberField(_("To number"), required=True, whole=True, minimum=1)
    note = LongTextField(_("Why there is no line"), required=True, max_length=500)


class ReserveForm(AddForm):
    purpose = TextField(_("What the number is kept for"), required=True, max_length=500)
    holder = TextField(_("Held for"), max_length=200)
    until = DateField(
        _("Until"), required=True, description=_("If it is not used by then, the journal says “not used”.")
    )
