"""Numbers of the results for the overview of all cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.cases.models import Case
from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.results.models import AssessmentFigure
from app.results.queries import settings_of
from app.results.rules import is_low


def low_procedures(work: Work, case_ids: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Low procedures of the programme's year out of those entered for it (as entered now, whatever the day)."""
    programmes = {
        case.id: case.programme
        for case in work.session.scalars(
            select(Case).options(joinedload(Case.programme)).where(Case.id.in_(list(case_ids)))
        )
    }
    found: dict[int, list[int]] = {}
    query = select(AssessmentFigure).where(
        AssessmentFigure.case_id.in_(list(case_ids)), AssessmentFigure.held
    )
    for row in work.session.scalars(query):
        programme = programmes.get(row.case_id)
        if programme is None or row.year != programme.year:
            continue
        tally = found.setdefault(row.case_id, [0, 0])
        tally[0] += is_low(row.count, settings_of(programme))
        tally[1] += 1
    return {case_id: Figure(low, total) for case_id, (low, total) in found.items()}


FIGURES: dict[str, FigureSource] = {"results.low": low_procedures}
