"""Forms of the diagnosis; the four studies' forms are made from the questions of rules.STUDIES."""

from __future__ import annotations

from functools import cache
from typing import Any

from wtforms import HiddenField

from app.core.i18n import _
from app.diagnostics.models import RiskEntry, Study
from app.diagnostics.rules import (
    SIGNIFICANCE_LABELS,
    STUDIES,
    Answer,
    Question,
    Significance,
    StudyKind,
    StudyState,
)
from app.diagnostics.service import AnalysisInput, RiskInput, StudyInput, VerificationInput
from app.ui.forms import (
    AddForm,
    ChoiceField,
    FormField,
    LongTextField,
    NumberField,
    OneOfField,
    RoomForm,
    RowOf,
    RowsField,
    TextField,
)

STATES = [
    (StudyState.filled.value, _("There are data")),
    (StudyState.no_data.value, _("No data (give the reason)")),
]


def _field(question: Question) -> Any:
    hint = question.hint or ""
    match question.answer:
        case Answer.whole:
            return NumberField(question.label, whole=True, minimum=0, maximum=100_000, description=hint)
        case Answer.share:
            return NumberField(question.label, minimum=0, maximum=100, places=1, description=hint)
        case Answer.line:
            return TextField(question.label, description=hint)
        case Answer.text:
            return LongTextField(question.label, max_length=4000, description=hint, render_kw={"rows": 3})
    columns = {column.name: _field(column) for column in question.columns}
    row = type(f"{question.name.title()}Row", (RowOf,), columns)
    return RowsField(FormField(row), question.label, limit=60)


@cache
def study_form(kind: StudyKind) -> type[RoomForm]:
    """The form of one study. Answers are checked by the service, which alone knows what «no data» excuses."""
    questions = STUDIES[kind].questions
    fields: dict[str, Any] = {
        "state": OneOfField(_("Are there data"), choices=STATES, required=True),
        "reason": LongTextField(_("Why there are no data"), max_length=1000, render_kw={"rows": 2}),
        **{question.name: _field(question) for question in questions},
        "expected_version": HiddenField(),
    }
    figures = [q.name for q in questions if q.answer in (Answer.whole, Answer.share)]
    rest = [q.name for q in questions if q.name not in figures]
    sections = [(_("State of the study"), ["state", "reason"])]
    if figures:
        sections.append((_("Figures"), figures))
    sections.append((_("What was found"), rest))
    return type(f"{kind.value.title()}Form", (RoomForm,), {**fields, "sections": sections})


def study_data(study: Study | None) -> dict[str, Any]:
    """What the form is filled with."""
    if study is None:
        return {"state": StudyState.filled.value, "expected_version": "0"}
    return {
        **study.figures, "state": study.state, "reason": study.reason, "expected_version": str(study.version),
    }  # fmt: skip


def study_input(kind: StudyKind, form: RoomForm) -> StudyInput:
    values: dict[str, Any] = {}
    for question in STUDIES[kind].questions:
        bound: Any = form[question.name]
        values[question.name] = bound.filled() if question.answer is Answer.rows else bound.data
    fields: Any = form
    return StudyInput(values, StudyState(fields.state.data), fields.reason.data or "")


class AnalysisForm(RoomForm):
    analysis = LongTextField(_("Analysis"), required=True, render_kw={"rows": 6})
    recommendations = LongTextField(_("Recommendations"), required=True, render_kw={"rows": 6})
    expected_version = HiddenField()

    def input(self) -> AnalysisInput:
        return AnalysisInput(self.analysis.data or "", self.recommendations.data or "")


class ConclusionForm(RoomForm):
    conclusion = LongTextField(
        _("Conclusion"), required=True, render_kw={"rows": 8},
        description=_("The zones of difficulty and what the plan should begin with"),
    )  # fmt: skip
    expected_version = HiddenField()


class RiskForm(AddForm):
    """A line of the risk profile; the factor is fixed once the line exists."""

    factor = ChoiceField(_("Risk factor"), required=True)
    significance = OneOfField(_("Significance"), choices=SIGNIFICANCE_LABELS, required=True)
    is_actual = OneOfField(
        _("Is the risk actual"),
        choices=[("yes", _("Actual")), ("no", _("Not actual"))],
        required=True,
        default="yes",
    )
    evidence = LongTextField(
        _("From what it is seen"), required=True, max_length=4000, render_kw={"rows": 4},
        description=_("Figures and facts of the diagnosis; for a risk that is not actual, the reason"),
    )  # fmt: skip
    expected_version = HiddenField()

    def input(self) -> RiskInput:
        return RiskInput(
            self.factor.data or "", Significance(self.significance.data or ""), self.evidence.data or "",
            self.is_actual.data == "yes",
        )  # fmt: skip

    @staticmethod
    def filled_from(risk: RiskEntry) -> dict[str, Any]:
        return {
            "factor": risk.factor.code, "significance": risk.significance, "evidence": risk.evidence,
            "is_actual": "yes" if risk.is_actual else "no", "expected_version": str(risk.version),
        }  # fmt: skip


class VerifyForm(RoomForm):
    is_actual = OneOfField(
        _("Is the risk actual"), choices=[("yes", _("Confirmed: the risk is there")), ("no", _("Not actual"))],
        required=True,
    )  # fmt: skip
    significance = OneOfField(_("Significance"), choices=SIGNIFICANCE_LABELS, required=True)
    comment = LongTextField(
        _("What you saw"), required=True, max_length=2000, render_kw={"rows": 4},
        description=_("From the visit to the school: lessons, talks, documents"),
    )  # fmt: skip
    expected_version = HiddenField()

    def input(self) -> VerificationInput:
        return VerificationInput(
            self.comment.data or "", self.is_actual.data == "yes", Significance(self.significance.data or "")
        )
