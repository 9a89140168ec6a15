"""Forms of the results: a procedure with two years side by side, a risk, a list document, analysis, decision."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from app.core.i18n import _
from app.results.grounds import NoticeData, RiskData
from app.results.models import ListNotice, RiskChange
from app.results.procedures import ProcedureData, YearData
from app.results.queries import Row
from app.results.service import DecisionData
from app.results.texts import KINDS, LEVELS, OUTCOMES, SUBJECTS
from app.ui.forms import (
    AddForm,
    ChoiceField,
    DateField,
    LongTextField,
    NumberField,
    OneOfField,
    RoomForm,
    TextField,
    YesField,
)

_SIDES = ("before", "now")


class ProcedureForm(RoomForm):
    """`year` is the year of the programme; the year before stands beside it."""

    expected_version = HiddenField()
    kind = ChoiceField(_("Procedure"), required=True, choices=KINDS)
    subject = ChoiceField(_("Subject"), required=True, choices=SUBJECTS)
    grade = NumberField(_("Grade"), required=True, whole=True, minimum=1, maximum=12)
    participants_before = NumberField(_("Took part"), whole=True, minimum=0, maximum=100_000)
    below_before = NumberField(_("Of them below the threshold"), whole=True, minimum=0, maximum=100_000)
    absent_before = YesField(_("Not held this year"))
    biased_before = YesField(_("Officially marked: signs of biased results"))
    programme_grade_before = NumberField(
        _("Tested by the programme of grade"), whole=True, minimum=1, maximum=11,
        description=_("Only if it differs from the grade, as in autumn 2022"),
    )  # fmt: skip
    source_before = TextField(_("Source"), max_length=300)
    participants_now = NumberField(_("Took part"), whole=True, minimum=0, maximum=100_000)
    below_now = NumberField(_("Of them below the threshold"), whole=True, minimum=0, maximum=100_000)
    absent_now = YesField(_("Not held this year"))
    biased_now = YesField(_("Officially marked: signs of biased results"))
    programme_grade_now = NumberField(
        _("Tested by the programme of grade"), whole=True, minimum=1, maximum=11,
        description=_("Only if it differs from the grade, as in autumn 2022"),
    )  # fmt: skip
    source_now = TextField(_("Source"), max_length=300)

    def __init__(self, *args: Any, year: int, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        names = ("participants", "below", "absent", "biased", "programme_grade", "source")
        self.sections = [  # type: ignore[misc]
            (str(y), [f"{n}_{side}" for n in names]) for y, side in zip((year - 1, year), _SIDES, strict=True)
        ]
        if not fixed:
            self.sections.insert(0, (_("Procedure"), ["kind", "subject", "grade"]))

    def fill(self, row: Row) -> None:
        """Show what is entered."""
        procedure = row.procedure
        self.kind.data, self.subject.data, self.grade.data = (
            procedure.kind,
            procedure.subject,
            procedure.grade,
        )
        self.expected_version.data = row.version
        for side, figure in zip(_SIDES, (row.before, row.now), strict=True):
            if figure is None:
                continue
            self[f"participants_{side}"].data = figure.participants if figure.held else None
            self[f"below_{side}"].data = figure.below if figure.held else None
            self[f"absent_{side}"].data = not figure.held
            self[f"biased_{side}"].data = figure.biased
            self[f"programme_grade_{side}"].data = figure.programme_grade
            self[f"source_{side}"].data = figure.source

    def taken(self) -> ProcedureData:
        """A year left wholly empty is not entered."""
        years = []
        for year, side in zip((self.year - 1, self.year), _SIDES, strict=True):
            participants, below = self[f"participants_{side}"].data, self[f"below_{side}"].data
            absent = bool(self[f"absent_{side}"].data)
            if participants is None and below is None and not absent:
                continue
            years.append(YearData(
                year, participants, below, not absent, bool(self[f"biased_{side}"].data),
                self[f"source_{side}"].data or "", self[f"programme_grade_{side}"].data,
            ))  # fmt: skip
        return ProcedureData(
            self.kind.data or "", self.subject.data or "", int(self.grade.data or 0), tuple(years)
        )


class RiskForm(AddForm):
    expected_version = HiddenField()
    title = TextField(_("Risk factor"), required=True, max_length=300)
    before = ChoiceField(_("Significance before the support"), required=True, choices=LEVELS)
    after = ChoiceField(_("Significance after the support"), required=True, choices=LEVELS)
    note = LongTextField(_("What changed"), max_length=2000)

    def fill(self, risk: RiskChange) -> None:
        self.title.data, self.before.data, self.after.data = risk.title, risk.before, risk.after
        self.note.data, self.expected_version.data = risk.note, risk.version

    def taken(self) -> RiskData:
        return RiskData(
            self.title.data or "", self.before.data or "", self.after.data or "", self.note.data or ""
        )


class NoticeForm(AddForm):
    expected_version = HiddenField()
    included = OneOfField(
        _("What the document says"), required=True,
        choices=lambda: [("in", _("The school is on the list")), ("out", _("The school is not on the list"))],
    )  # fmt: skip
    year = NumberField(_("List of the year"), required=True, whole=True, minimum=2000, maximum=2200)
    number = TextField(_("Number of the document"), required=True, max_length=60)
    issued_on = DateField(_("Date of the document"), required=True)
    issuer = TextField(_("Who issued it"), required=True, max_length=300)
    note = LongTextField(_("Note"), max_length=2000)

    def fill(self, notice: ListNotice) -> None:
        self.included.data = "in" if notice.included else "out"
        for name in ("year", "number", "issued_on", "issuer", "note"):
            self[name].data = getattr(notice, name)
        self.expected_version.data = notice.version

    def taken(self) -> NoticeData:
        assert self.issued_on.data is not None  # noqa: S101 — required by the form
        return NoticeData(self.year.data or 0, self.included.data == "in", self.number.data or "",
                          self.issued_on.data, self.issuer.data or "", self.note.data or "")  # fmt: skip


class AnalysisForm(RoomForm):
    expected_version = HiddenField()
    analysis = LongTextField(
        _("Conclusions"), required=True, max_length=20_000, render_kw={"rows": 12},
        description=_("What changed in two years, why, what helped and what is left to do"),
    )  # fmt: skip


class DecisionForm(RoomForm):
    expected_version = HiddenField()
    outcome = OneOfField(_("Outcome"), required=True, choices=OUTCOMES)
    justification = LongTextField(
        _("Justification"), max_length=4000,
        description=_("Required when the outcome differs from the proposed one"),
    )  # fmt: skip

    def taken(self) -> DecisionData:
        return DecisionData(self.outcome.data or "", self.justification.data or "")
