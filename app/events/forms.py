"""Forms of events, participation and teachers' cards."""

from __future__ import annotations

from wtforms import HiddenField

from app.core.i18n import _
from app.events.rules import EVENT_KINDS
from app.ui.forms import (
    AddForm,
    ChoiceField,
    DateField,
    FormField,
    LongTextField,
    ManyField,
    NumberField,
    RoomForm,
    RowOf,
    RowsField,
    ScanField,
    TextField,
    YesField,
)


class EventForm(AddForm):
    expected_version = HiddenField()
    kind = ChoiceField(_("Kind of event"), choices=EVENT_KINDS, required=True)
    title = TextField(_("Name of the event"), required=True, max_length=300)
    series = TextField(
        _("Series of events"),
        max_length=300,
        description=_("For meetings of one standing seminar: its common name."),
    )
    starts = DateField(_("Day"), required=True)
    ends = DateField(_("Last day"), description=_("If the event is a period."))
    place = TextField(_("Place"), max_length=300)
    organiser = TextField(_("Organiser"), max_length=300)
    topic = LongTextField(_("Topic"), max_length=2000)
    link = TextField(_("Link to the page of the event"), max_length=500)
    invited = ManyField(_("Invited schools"), coerce=int)
    sections = [
        (_("Event"), ["kind", "title", "series", "topic"]),
        (_("When and where"), ["starts", "ends", "place", "organiser", "link"]),
        (_("For whom"), ["invited"]),
    ]


class CardRow(RowOf):
    name = TextField(_("Surname and initials"), required=True, max_length=120)
    subject = TextField(_("Subject"), required=True, max_length=120)


class ParticipationForm(RoomForm):
    expected_version = HiddenField()
    teachers = NumberField(
        _("How many teachers took part"), required=True, whole=True, minimum=0, maximum=500
    )
    teacher_ids = ManyField(_("Teachers of the school"), coerce=int)
    new_teachers = RowsField(FormField(CardRow), _("Teachers without a card yet"), limit=30)
    note = LongTextField(_("Note"), max_length=2000)
    evidence_link = TextField(
        _("Link to the evidence"), max_length=500, description=_("News on the school's site, a photo report.")
    )
    scan = ScanField(_("Evidence as a file"))


class TeacherForm(RoomForm):
    expected_version = HiddenField()
    name = TextField(_("Surname and initials"), required=True, max_length=120)
    subject = TextField(_("Subject"), required=True, max_length=120)
    deficits = LongTextField(
        _("Deficits"), max_length=2000, description=_("What the teacher would like to learn.")
    )
    training_until = DateField(_("Further training counts until"))
    is_archived = YesField(_("No longer works here"))


class ReasonForm(RoomForm):
    expected_version = HiddenField()
    reason = LongTextField(_("Reason"), required=True, max_length=2000)
