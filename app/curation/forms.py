"""Forms of curation: the agreement, one side's number and signature, a visit, answers to a report."""

from __future__ import annotations

from wtforms import HiddenField

from app.core.i18n import _
from app.curation.rules import RECOMMENDATION_STATUSES, VISIT_GROUNDS, VISIT_MODES
from app.ui.forms import (
    AddForm,
    DateField,
    FormField,
    LongTextField,
    NumberField,
    OneOfField,
    RoomForm,
    RowOf,
    RowsField,
    ScanField,
    TextField,
)

PHOTO_MEGABYTES = 10


class AgreementForm(RoomForm):
    expected_version = HiddenField()
    dated = DateField(_("Date of the agreement"), required=True)
    place = TextField(_("Place"), required=True, max_length=200)
    since = DateField(_("In force from"), required=True)
    until = DateField(_("In force until"), required=True)
    visits_planned = NumberField(_("Planned visits"), required=True, whole=True, minimum=1, maximum=50)
    date_comment = LongTextField(
        _("Comment on the date"),
        max_length=1000,
        description=_("Needed only when the agreement is dated before the order."),
    )


class SideForm(RoomForm):
    """What one school does: its own journal number, its signature, the scan."""

    expected_version = HiddenField()
    number = TextField(_("Number in your journal"), max_length=40, description=_("For example 14 or 7/2025."))
    registered_on = DateField(_("Registered on"))
    signed_on = DateField(_("Signed on"))
    signed_by = TextField(
        _("Signed by"), max_length=200, description=_("Leave empty if your director signed the paper.")
    )
    scan = ScanField(_("Scan of the signed agreement"))


class CorrectionForm(SideForm):
    """What the office mends about one side of an agreement in force, and why."""

    reason = LongTextField(_("Why it is corrected"), required=True, max_length=2000)
    sections = [
        (_("As it stands on the paper"), ["number", "registered_on", "signed_on", "signed_by", "scan"]),
        (_("Reason"), ["reason"]),
    ]


class ScanForm(RoomForm):
    expected_version = HiddenField()
    scan = ScanField(_("Scan of the signed agreement"), required=True)


class ReasonForm(RoomForm):
    expected_version = HiddenField()
    reason = LongTextField(_("Reason"), required=True, max_length=2000)


class TerminateForm(RoomForm):
    expected_version = HiddenField()
    ended_on = DateField(_("Ended on"), required=True)
    reason = LongTextField(_("Reason"), required=True, max_length=2000)


class LessonRow(RowOf):
    grade = TextField(_("Class"), required=True, max_length=20)
    subject = TextField(_("Subject"), required=True, max_length=120)
    teacher = TextField(_("Teacher (surname and initials)"), required=True, max_length=120)
    finding = LongTextField(_("Seen at the lesson"), max_length=2000)


class AdviceRow(RowOf):
    text = LongTextField(_("Recommendation"), required=True, max_length=2000)
    executor = TextField(_("Executor"), required=True, max_length=200)
    due = DateField(_("Term"), required=True)


class VisitForm(AddForm):
    """One column, in the order of a visit: when, who, why, what was seen, what to do."""

    expected_version = HiddenField()
    held_on = DateField(_("Date of the visit"), required=True)
    held_until = DateField(_("Last day"), description=_("If the visit took several days."))
    mode = OneOfField(_("How"), choices=VISIT_MODES, required=True, default="in_person")
    ground = OneOfField(_("Ground"), choices=VISIT_GROUNDS, required=True, default="agreement")
    ground_comment = LongTextField(
        _("Comment on the ground"),
        max_length=1000,
        description=_("Needed only when the agreement was not in force on the day of the visit."),
    )
    curator_people = LongTextField(_("From the curator school"), required=True, max_length=2000)
    school_people = LongTextField(_("From the supported school"), max_length=2000)
    purpose = LongTextField(_("Purpose"), required=True, max_length=2000)
    plan_item = TextField(_("Measure of the plan"), max_length=300, description=_("Number and name."))
    risk = TextField(_("Risk"), max_length=300)
    lessons = RowsField(FormField(LessonRow), _("Lessons seen"), limit=40)
    findings = LongTextField(_("Findings"), required=True)
    recommendations = RowsField(FormField(AdviceRow), _("Recommendations"), limit=40)
    photo = ScanField(_("Photo or scan"), megabytes=PHOTO_MEGABYTES)
    sections = [
        (_("When and on what ground"), ["held_on", "held_until", "mode", "ground", "ground_comment"]),
        (_("Who took part"), ["curator_people", "school_people"]),
        (_("Purpose"), ["purpose", "plan_item", "risk"]),
        (_("Lessons and findings"), ["lessons", "findings", "photo"]),
        (_("What to do next"), ["recommendations"]),
    ]


class AnswerForm(AddForm):
    """The director's answer to a report."""

    expected_version = HiddenField()
    text = LongTextField(_("Comment or objections"), max_length=5000)


class AdditionForm(AnswerForm):
    """What the curator adds to a report that is locked."""

    text = LongTextField(_("Addition"), max_length=5000)


class FateForm(RoomForm):
    expected_version = HiddenField()
    fate = OneOfField(_("Status"), choices=RECOMMENDATION_STATUSES, required=True)
    note = LongTextField(_("Note"), max_length=2000)
