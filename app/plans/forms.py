"""Forms of the plan: a measure, and the report on its execution."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import HiddenField

from app.core.i18n import _
from app.plans.execution import ReportInput, Upload
from app.plans.models import PlanItem
from app.plans.rules import DIRECTION_LABELS, LEVEL_LABELS, RECURRENCE_LABELS, Direction, Level, ReportStatus
from app.plans.service import ItemInput
from app.plans.terms import Recurrence, parse_term
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
)


class ItemForm(AddForm):
    """A measure of the plan. A draft may have gaps; the page says what is missing before it can be submitted."""

    number = NumberField(_("No."), whole=True, minimum=1, maximum=999, description=_("Empty: at the end"))
    direction = ChoiceField(_("Direction"), choices=DIRECTION_LABELS)
    action = LongTextField(_("Measure"), required=True, max_length=2000, render_kw={"rows": 3})
    level = OneOfField(_("Level"), choices=LEVEL_LABELS, required=True, default=Level.municipal.value)
    term = TextField(
        _("Term, as in the paper"), max_length=200,
        description=_("For example: до 15.02.2025, I квартал, ежемесячно, январь – сентябрь, в течение года"),
    )  # fmt: skip
    recurrence = ChoiceField(
        _("Repeats"), choices=RECURRENCE_LABELS, blank=_("as the term says"), coerce=str,
        description=_("A repeated measure falls due in every period"),
    )  # fmt: skip
    starts = DateField(_("First day"), description=_("Only if the term is not understood from its text"))
    ends = DateField(_("Last day"))
    owner_id = ChoiceField(_("Responsible person"), coerce=int, blank=_("— named in words —"))
    owner = TextField(
        _("Responsible, in words"), max_length=300, description=_("A person, an office or several")
    )
    participants = TextField(_("Participants"), max_length=300)
    expected_result = LongTextField(_("Expected result, document"), max_length=2000, render_kw={"rows": 2})
    indicator = TextField(_("Indicator"), max_length=300)
    risk_code = ChoiceField(_("Risk from the profile"), blank=_("— named in words —"))
    risk = TextField(_("Risk, in words"), max_length=300)
    expected_version = HiddenField()
    sections = [
        (_("What is done"), ["action", "direction", "number", "level"]),
        (_("When"), ["term", "recurrence", "starts", "ends"]),
        (_("Who"), ["owner_id", "owner", "participants"]),
        (_("What for"), ["expected_result", "indicator", "risk_code", "risk"]),
    ]

    def input(self) -> ItemInput:
        return ItemInput(
            action=self.action.data or "", term=self.term.data or "",
            direction=Direction(self.direction.data) if self.direction.data else "",
            owner=self.owner.data or "", owner_id=self.owner_id.data,
            expected_result=self.expected_result.data or "", indicator=self.indicator.data or "",
            participants=self.participants.data or "", risk=self.risk.data or "", risk_code=self.risk_code.data or "",
            level=Level(self.level.data or ""), starts=self.starts.data, ends=self.ends.data,
            recurrence=Recurrence(self.recurrence.data) if self.recurrence.data else None,
            number=None if self.number.data is None else int(self.number.data),
        )  # fmt: skip


def item_data(item: PlanItem, starts: date, ends: date) -> dict[str, Any]:
    """What the form is filled with. Dates that follow from the text are left out, so that they follow a new text."""
    understood = parse_term(item.term, starts, ends)
    follows = understood is not None and understood == item.span
    return {
        "number": item.number, "direction": item.direction or None, "action": item.action, "level": item.level,
        "term": item.term, "starts": None if follows else item.starts, "ends": None if follows else item.ends,
        "recurrence": None if follows or item.span is None else item.recurrence,
        "owner_id": item.owner_id, "owner": item.owner, "participants": item.participants,
        "expected_result": item.expected_result, "indicator": item.indicator, "risk_code": item.risk_code or None,
        "risk": "" if item.risk_code else item.risk, "expected_version": str(item.version),
    }  # fmt: skip


REPORTS = [
    (ReportStatus.done.value, _("Done")),
    (ReportStatus.not_done.value, _("Not done")),
    (ReportStatus.moved.value, _("To be moved to another day")),
]


class ReportForm(RoomForm):
    """What became of a measure, for one or several of its days."""

    occurrences = ManyField(_("Which terms the report is about"), required=True)
    became = OneOfField(_("What became of it"), choices=REPORTS, required=True)
    done_on = DateField(_("Done on"))
    evidence = LongTextField(
        _("What proves it"), max_length=2000, render_kw={"rows": 3},
        description=_("For example: protocol No. 3 of 14.03.2025, 12 teachers took part"),
    )  # fmt: skip
    link = TextField(_("Link"), max_length=500, render_kw={"inputmode": "url"})
    upload = ScanField(_("File"))
    file_id = ChoiceField(_("Or a file already kept in this case"), coerce=int, blank=_("— none —"))
    reason = LongTextField(_("Reason"), max_length=2000, render_kw={"rows": 3})
    moved_to = DateField(_("New day"), description=_("Counts as not done until the new day is approved"))
    expected_version = HiddenField()
    sections = [
        ("", ["occurrences", "became"]),
        (_("If it is done"), ["done_on", "link", "evidence", "upload", "file_id"]),
        (_("If it is not done or moved"), ["reason", "moved_to"]),
    ]

    def input(self) -> ReportInput:
        upload = self.upload.data
        return ReportInput(
            status=ReportStatus(self.became.data or ""), done_on=self.done_on.data, evidence=self.evidence.data or "",
            link=self.link.data or "", upload=Upload(upload.filename, upload.read()) if upload else None,
            file_id=self.file_id.data, reason=self.reason.data or "", moved_to=self.moved_to.data,
            occurrences=tuple(date.fromisoformat(day) for day in self.occurrences.data or ()),
        )  # fmt: skip


class RefuseMoveForm(RoomForm):
    """Why the new term is refused; the school reads it beside the measure."""

    reason = LongTextField(_("Reason"), required=True, max_length=2000, render_kw={"rows": 3})
    expected_version = HiddenField()
