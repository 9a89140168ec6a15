"""Recommendations of a visit: written with it, followed until their fate is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.audit import service as audit
from app.cases.queries import lock_case
from app.cases.roles import require, require_running
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.curation.checks import check_version
from app.curation.journal import revise
from app.curation.models import Recommendation, Visit
from app.curation.queries import get_recommendation
from app.curation.rules import RecommendationStatus, matched


@dataclass(frozen=True)
class Advice:
    """One recommendation: what, who, until when."""

    text: str
    executor: str
    due: date


def write_recommendations(work: Work, visit: Visit, advice: Sequence[Advice]) -> None:
    """Make the visit's recommendations say what the form says; those whose fate is told are not dropped."""
    session = work.session
    rows = list(
        session.scalars(
            select(Recommendation)
            .where(Recommendation.visit_id == visit.id)
            .order_by(Recommendation.position)
        )
    )
    kept = matched([row.text for row in rows], [item.text.strip() for item in advice])
    for n, (item, place) in enumerate(zip(advice, kept, strict=True)):
        values = {
            "text": item.text.strip(),
            "executor": item.executor.strip(),
            "due": item.due,
            "position": n + 1,
        }
        if place is None:
            row = Recommendation(
                case_id=visit.case_id, visit_id=visit.id, status=RecommendationStatus.open.value, **values
            )
            session.add(row)
            audit.record(work, "recommendation:add", row, case_id=visit.case_id, values=values)
        else:
            revise(work, rows[place], values, "recommendation:edit", visit.case_id)
    for place, row in enumerate(rows):
        if place in kept:
            continue
        if row.status != RecommendationStatus.open:
            raise Invalid(_("A recommendation whose fate is told cannot be removed: %(text)s", text=row.text))
        values = {"text": row.text, "executor": row.executor, "due": row.due}
        audit.record(work, "recommendation:delete", row, case_id=visit.case_id, values=values)
        session.delete(row)
    session.flush()
    session.expire(visit, ["recommendations"])


def settle_recommendation(
    work: Work,
    case_id: int,
    recommendation_id: int,
    status: RecommendationStatus,
    note: str = "",
    expected_version: int | None = None,
) -> Recommendation:
    """Say what became of a recommendation; «no longer relevant» needs a reason."""
    case = lock_case(work.session, case_id)
    require(work, "curation.recommendation", case)
    require_running(case)
    row = get_recommendation(work.session, case_id, recommendation_id)
    check_version(row.version, expected_version)
    if status == RecommendationStatus.not_relevant and not note.strip():
        raise Invalid(fields={"note": _("Say why it is no longer relevant.")})
    changes = {
        "status": status.value,
        "status_note": note.strip(),
        "status_at": work.now,
        "status_by": work.actor.name,
    }
    if (row.status, row.status_note) != (status.value, note.strip()):
        revise(work, row, changes, "recommendation:status", case.id)
    return row
