"""What the diagnosis proves: studies and risks (monitoring), analyses (analysis), what they recommend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.cases.models import Case
from app.core.i18n import Text, _
from app.core.ports import EvidenceSource, Exhibit
from app.core.unit_of_work import Work
from app.diagnostics.queries import analyses_of, profile_of, risks_of, studies_of
from app.diagnostics.rules import SIGNIFICANCE_LABELS, STUDIES, Significance, StudyKind, in_words


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """The four studies with their answers, the risk profile, the analysis and its recommendations."""
    session, found = work.session, []
    begun, analyses = studies_of(session, case.id), analyses_of(session, case.id)
    for kind in StudyKind:
        study = begun.get(kind)
        if study is None:
            continue
        rows = tuple(
            (str(question.label), _said(in_words(question, study.figures.get(question.name))))
            for question in STUDIES[kind].questions
            if study.figures.get(question.name) not in (None, "", [])
        )
        notes = (study.reason,) if study.reason else ()
        found.append(
            Exhibit(
                "monitoring",
                STUDIES[kind].title,
                (_("Question of the study"), _("Answer of the study")),
                rows,
                notes,
            )
        )
    risks = risks_of(session, case.id)
    if risks:
        profile_rows = tuple(
            (r.factor.title,
             str(SIGNIFICANCE_LABELS[Significance(r.significance)] if r.is_actual else _("not actual")), r.evidence,
             f"{r.verified_name} {r.verified_at:%d.%m.%Y}" if r.verified_at else "—")
            for r in risks
        )  # fmt: skip
        titles: tuple[Text, ...] = (
            _("Risk factor"),
            _("Significance"),
            _("From what it is seen"),
            _("Checked by"),
        )
        found.append(Exhibit("monitoring", _("Risk profile"), titles, profile_rows))
    profile = profile_of(session, case.id)
    told = tuple(
        (str(STUDIES[kind].title), analyses[kind].analysis) for kind in StudyKind if kind in analyses
    )
    if told or (profile and profile.conclusion):
        notes = (profile.conclusion,) if profile and profile.conclusion else ()
        found.append(
            Exhibit("analysis", _("Analysis of the diagnosis"), (_("Study"), _("Analysis")), told, notes)
        )
    advice = tuple(
        (str(STUDIES[kind].title), analyses[kind].recommendations)
        for kind in StudyKind
        if kind in analyses and analyses[kind].recommendations
    )
    if advice:
        columns = (_("Study"), _("Recommendations"))
        found.append(Exhibit("recommendations", _("Recommendations of the diagnosis"), columns, advice))
    return found


def _said(value: Any) -> str:
    return "—" if value is None else str(value).replace(".", ",") if isinstance(value, float) else str(value)


EVIDENCE: list[EvidenceSource] = [exhibits]
