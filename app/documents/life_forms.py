"""Forms of the further life of papers: what they do to others, filing, mailing, sheets, incoming papers."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField

from app.core.i18n import _
from app.documents.rules import INCOMING_LABELS
from app.ui.fields import Label
from app.ui.forms import (
    AddForm,
    ChoiceField,
    DateField,
    LongTextField,
    ManyField,
    NumberField,
    OneOfField,
    RoomForm,
    ScanField,
    TextField,
    YesField,
)


class LinkForm(RoomForm):
    """What this paper does to which earlier one."""

    kind = OneOfField(_("What this document does"), required=True)
    target = ChoiceField(_("To which document"), coerce=int, required=True)
    expected_version = HiddenField()


class ArchiveForm(RoomForm):
    file_index = TextField(
        _("File of the nomenclature"), required=True, max_length=60,
        description=_("Index of the file, for example 01-14"),
    )  # fmt: skip
    expected_version = HiddenField()


class MailForm(RoomForm):
    """To whom a registered paper goes."""

    organisations = ManyField(_("Schools"), coerce=int)
    people = ManyField(_("Employees"), coerce=int)
    due = DateField(_("To be read by"), description=_("Whoever has not read it by then is reminded."))
    expected_version = HiddenField()


class SheetForm(RoomForm):
    """The sheet of acknowledgement signed on paper."""

    reader = TextField(_("Who signed"), required=True, max_length=200)
    read_on = DateField(_("Date of acknowledgement"), required=True)
    scan = ScanField(_("Scan of the sheet"), required=True)


class IncomingForm(AddForm):
    """A paper of another organisation as it came."""

    kind = ChoiceField(
        _("Kind of the document"), required=True, choices={k.value: v for k, v in INCOMING_LABELS.items()}
    )
    sender = TextField(_("Sender"), required=True, max_length=300)
    sender_number = TextField(
        _("Number of the sender"), max_length=60, description=_("Leave it empty if it has none.")
    )
    sender_date = DateField(_("Date of the sender"))
    subject = LongTextField(_("Subject of the paper"), required=True, max_length=350, render_kw={"rows": 2})
    scan = ScanField(_("Scan"))
    cases = ManyField(_("Which cases it is about"), coerce=int)
    received_on = DateField(_("Received on"), required=True)
    way = OneOfField(_("Number"), required=True)
    number = TextField(_("Number on paper"), max_length=20)
    leap = YesField(_("The number is right: the numbers before it were given on paper"))
    reason = TextField(_("Why it is entered by hand"), max_length=500)
    comment = LongTextField(
        _("Comment"), max_length=1000, description=_("Needed when a date is out of order")
    )
    answer_days = NumberField(
        _("Answer within, working days"), whole=True, minimum=1, maximum=365,
        description=_("Counted from the day after its receipt by the working calendar."),
    )  # fmt: skip
    answer_due = DateField(_("or by a given day"), description=_("If the paper itself names the day."))
    executor = ChoiceField(_("Who answers"), coerce=int, blank=_("— the office —"))
    folder = TextField(_("File of the nomenclature"), max_length=60)
    note = TextField(_("Note"), max_length=500)

    @property
    def sections(self) -> Sequence[tuple[Label, Sequence[str]]]:  # type: ignore[override]
        """To confirm a leap is asked only when the number was found too long."""
        number = ["received_on", "way", "number", "reason", "comment"]
        if self.leap.data or self.leap.errors:
            number.insert(3, "leap")
        return (
            (
                _("The document"),
                ["kind", "sender", "sender_number", "sender_date", "subject", "scan", "cases"],
            ),
            (_("Our number"), number),
            (_("The answer"), ["answer_days", "answer_due", "executor"]),
            (_("Line of the journal"), ["folder", "note"]),
        )


class AnswerForm(RoomForm):
    document = ChoiceField(_("Document that answers"), coerce=int, blank=_("— it is not kept here —"))
    text = TextField(
        _("Number and date of the answer"),
        max_length=400,
        description=_("For example: ref. No. 14 of 03.02.2025"),
    )
    answered_on = DateField(_("Answered on"), required=True)
    expected_version = HiddenField()


class TermForm(RoomForm):
    due = DateField(_("New term"), description=_("Leave it empty if no answer is needed."))
    reason = LongTextField(_("Reason"), required=True, max_length=1000)
    expected_version = HiddenField()
