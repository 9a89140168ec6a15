"""What the diagnosis tells the engine about a case, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from app.core.facts import number, yes_no
from app.core.i18n import _
from app.core.ports import Fact, FactSource
from app.diagnostics.queries import analyses_of, content, risk_choices, risks_of, studies_of
from app.diagnostics.rules import STUDIES, StudyKind, StudyState

PAGE = "diagnostics"


def studies_complete(session: Session, case_id: int) -> Fact:
    """True if and only if each of the four studies is filled in or marked «no data» with a reason."""
    begun = studies_of(session, case_id)
    missing = tuple(_within(kind) for kind in StudyKind if kind not in begun)
    return Fact(not missing, items=missing, link=PAGE)


def analysis_written(session: Session, case_id: int) -> Fact:
    """True if and only if every filled study has an analysis and recommendations; unknown before there are any."""
    begun, written = studies_of(session, case_id), analyses_of(session, case_id)
    filled = [kind for kind in StudyKind if kind in begun and begun[kind].state == StudyState.filled]
    if not begun:
        return Fact(None, link=PAGE)
    missing = tuple(
        _within(kind)
        for kind in filled
        if kind not in written or not (written[kind].analysis and written[kind].recommendations)
    )
    return Fact(not missing, items=missing, link=PAGE)


def _within(kind: StudyKind) -> str:
    """What the study is called inside a sentence: «teaching of Russian and mathematics»."""
    title = str(STUDIES[kind].title)
    return title[:1].lower() + title[1:]


def risks_verified(session: Session, case_id: int) -> Fact:
    """True if and only if the curator has checked every line of the profile; unknown while it is empty."""
    risks = risks_of(session, case_id)
    if not risks:
        return Fact(None, link=PAGE)
    waiting = tuple(
        str(_("“%(name)s”", name=risk.factor.title)) for risk in risks if risk.verified_at is None
    )
    return Fact(not waiting, items=waiting, link=PAGE)


def actual_risks(session: Session, case_id: int) -> Fact:
    """How many risks of the profile are actual."""
    return Fact(sum(risk.is_actual for risk in risks_of(session, case_id)), link=PAGE)


FACTS: dict[str, FactSource] = {
    "diagnostics.studies_complete": yes_no(studies_complete),
    "diagnostics.analysis_written": yes_no(analysis_written),
    "diagnostics.risks_verified": yes_no(risks_verified),
    "diagnostics.actual_risks": number(actual_risks),
}

# What is read on the page before a task is closed there.
CONTENTS: dict[str, Callable[[Session, int], Any]] = {PAGE: content}

# Lists offered to the forms of other rooms.
CHOICES: dict[str, Callable[[Session, int], list[tuple[str, str]]]] = {"risks": risk_choices}
