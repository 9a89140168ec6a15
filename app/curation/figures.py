"""Numbers of the curation for the overview: one query per table for all cases of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from app.core.clock import local_date
from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.curation.models import Recommendation, Visit
from app.curation.queries import count_visits


def visits(work: Work, cases: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Planned visits made by the day, out of all that the agreement made by then plans; beside them those outside."""
    counts = count_visits(work.session, cases, on)
    return {case_id: Figure(count.made, count.planned, count.outside) for case_id, count in counts.items()}


def recommendations(work: Work, cases: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Recommendations closed by the day out of those given by then."""
    found: dict[int, list[int]] = {}
    query = (
        select(Recommendation.case_id, Recommendation.status, Recommendation.status_at)
        .join(Visit, Visit.id == Recommendation.visit_id)
        .where(Recommendation.case_id.in_(cases), Visit.withdrawn_at.is_(None), Visit.held_on <= on)
    )
    for case_id, status, status_at in work.session.execute(query):
        tally = found.setdefault(case_id, [0, 0])
        closed_on = local_date(status_at, work.ports.zone) if status_at else None
        tally[0] += status != "open" and (closed_on is None or closed_on <= on)
        tally[1] += 1
    return {case_id: Figure(closed, total) for case_id, (closed, total) in found.items()}


FIGURES: dict[str, FigureSource] = {"curation.visits": visits, "curation.recommendations": recommendations}
