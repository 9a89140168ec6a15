"""Reading a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import NotFound
from app.diagnostics.models import DiagnosisProfile, RiskEntry, RiskFactor, Study, StudyAnalysis
from app.diagnostics.rules import DEFAULT_EDITION, Significance, StudyKind

_WEIGHT = {Significance.high: 0, Significance.medium: 1, Significance.low: 2}


def profile_of(session: Session, case_id: int) -> DiagnosisProfile | None:
    return session.scalars(select(DiagnosisProfile).where(DiagnosisProfile.case_id == case_id)).one_or_none()


def edition_of(session: Session, case_id: int) -> str:
    """The edition of the risk dictionary the case is made with."""
    profile = profile_of(session, case_id)
    return profile.edition if profile else DEFAULT_EDITION


def studies_of(session: Session, case_id: int) -> dict[str, Study]:
    """The studies begun so far, by kind."""
    return {s.kind: s for s in session.scalars(select(Study).where(Study.case_id == case_id))}


def study_of(session: Session, case_id: int, kind: StudyKind) -> Study | None:
    return session.scalars(
        select(Study).where(Study.case_id == case_id, Study.kind == kind.value)
    ).one_or_none()


def analyses_of(session: Session, case_id: int) -> dict[str, StudyAnalysis]:
    """The methodist's analyses written so far, by kind of study."""
    return {a.kind: a for a in session.scalars(select(StudyAnalysis).where(StudyAnalysis.case_id == case_id))}


def analysis_of(session: Session, case_id: int, kind: StudyKind) -> StudyAnalysis | None:
    query = select(StudyAnalysis).where(StudyAnalysis.case_id == case_id, StudyAnalysis.kind == kind.value)
    return session.scalars(query).one_or_none()


def factors(session: Session, edition: str) -> Sequence[RiskFactor]:
    query = select(RiskFactor).where(RiskFactor.edition == edition).order_by(RiskFactor.position)
    return session.scalars(query).all()


def risks_of(session: Session, case_id: int) -> list[RiskEntry]:
    """The risk profile: actual risks first, the more significant before the less."""
    query = select(RiskEntry).options(joinedload(RiskEntry.factor)).where(RiskEntry.case_id == case_id)
    return sorted(
        session.scalars(query),
        key=lambda r: (not r.is_actual, _WEIGHT[Significance(r.significance)], r.factor.position),
    )


def risk_of(session: Session, case_id: int, risk_id: int) -> RiskEntry:
    """One line of the case's risk profile. Raises NotFound for another case's."""
    query = (
        select(RiskEntry)
        .options(joinedload(RiskEntry.factor))
        .where(RiskEntry.id == risk_id, RiskEntry.case_id == case_id)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def risk_choices(session: Session, case_id: int) -> list[tuple[str, str]]:
    """(code, title) of the actual risks of a case, for the rooms that link something to a risk."""
    return [(r.factor.code, r.factor.title) for r in risks_of(session, case_id) if r.is_actual]


def content(session: Session, case_id: int) -> list[Any]:
    """What is read on the page of the diagnosis, as plain values: studies, analyses, conclusion and risks."""
    profile = profile_of(session, case_id)
    studies, analyses = studies_of(session, case_id), analyses_of(session, case_id)
    return [
        profile.conclusion if profile else "",
        [[kind, studies[kind].state, studies[kind].reason, studies[kind].figures] for kind in sorted(studies)],
        [[kind, analyses[kind].analysis, analyses[kind].recommendations] for kind in sorted(analyses)],
        [[*row.values(), risk.verified_comment] for row, risk in
         zip(profile_rows(session, case_id), risks_of(session, case_id), strict=True)],
    ]  # fmt: skip


def profile_rows(session: Session, case_id: int) -> list[dict[str, Any]]:
    """The risk profile as plain rows, for comparing it with a later one and for papers."""
    return [
        {"code": r.factor.code, "title": r.factor.title, "significance": r.significance, "is_actual": r.is_actual,
         "evidence": r.evidence, "is_verified": r.verified_at is not None}
        for r in risks_of(session, case_id)
    ]  # fmt: skip
