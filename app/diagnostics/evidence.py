"""What the diagnosis proves: studies and risks (monitoring), analyses (analysis), what they recommend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import EvidenceSource, Exhibit
from app.core.unit_of_work import Work
from app.diagnostics.queries import analyses_of, profile_of, risks_of, studies_of
from app.diagnostics.rules import SIGNIFICANCE_LABELS, STUDIES, Significance, StudyKind, in_words


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """The four studies with their answers, the risk profile, the analysis and its recommendations."""
    return [*_studies(work, case), *_risks(work, case), *_analyses(work, case)]


def _studies(work: Work, case: Case) -> Iterator[Exhibit]:
    begun = studies_of(work.session, case.id)
    for kind in StudyKind:
        study = begun.get(kind)
        if study is None:
            continue
        rows = tuple(
            (str(question.label), _said(in_words(question, study.figures.get(question.name))))
            for question in STUDIES[kind].questions
            if study.figures.get(question.name) not in (None, "", [])
        )
        titles = (_("Question of the study"), _("Answer of the study"))
        notes = (study.reason,) if study.reason else ()
        yield Exhibit("monitoring", STUDIES[kind].title, titles, rows, notes)


def _risks(work: Work, case: Case) -> Iterator[Exhibit]:
    rows = tuple(
        (risk.factor.title,
         str(SIGNIFICANCE_LABELS[Significance(risk.significance)] if risk.is_actual else _("not actual")),
         risk.evidence,
         f"{risk.verified_name} {risk.verified_at:%d.%m.%Y}" if risk.verified_at else "—")
        for risk in risks_of(work.session, case.id)
    )  # fmt: skip
    if rows:
        titles = (_("Risk factor"), _("Significance"), _("From what it is seen"), _("Checked by"))
        yield Exhibit("monitoring", _("Risk profile"), titles, rows)


def _analyses(work: Work, case: Case) -> Iterator[Exhibit]:
    profile = profile_of(work.session, case.id)
    written = analyses_of(work.session, case.id)
    told = [(str(STUDIES[kind].title), written[kind]) for kind in StudyKind if kind in written]
    analysis = tuple((title, one.analysis) for title, one in told)
    notes = (profile.conclusion,) if profile and profile.conclusion else ()
    if analysis or notes:
        titles = (_("Study"), _("Analysis"))
        yield Exhibit("analysis", _("Analysis of the diagnosis"), titles, analysis, notes)
    advice = tuple((title, one.recommendations) for title, one in told if one.recommendations)
    if advice:
        titles = (_("Study"), _("Recommendations"))
        yield Exhibit("recommendations", _("Recommendations of the diagnosis"), titles, advice)


def _said(value: Any) -> str:
    return "—" if value is None else str(value).replace(".", ",") if isinstance(value, float) else str(value)


EVIDENCE: list[EvidenceSource] = [exhibits]
