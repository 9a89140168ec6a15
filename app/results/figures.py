"""Numbers of the results for the overview of all cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from app.cases.models import Case, Programme
from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.results.models import AssessmentFigure
from app.results.queries import settings_of
from app.results.rules import is_low


def low_procedures(work: Work, case_ids: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Low procedures of the programme's year out of those entered for it (as entered now, whatever the day)."""
    of_case = select(Case.id, Case.programme_id).where(Case.id.in_(list(case_ids)))
    programme_of = {row.id: row.programme_id for row in work.session.execute(of_case)}
    known = select(Programme).where(Programme.id.in_(set(programme_of.values())))
    years = {one.id: (one.year, settings_of(one)) for one in work.session.scalars(known)}
    found: dict[int, list[int]] = {}
    query = select(AssessmentFigure).where(
        AssessmentFigure.case_id.in_(list(case_ids)), AssessmentFigure.held
    )
    for row in work.session.scalars(query):
        year, settings = years.get(programme_of.get(row.case_id, 0), (None, None))
        if settings is None or row.year != year:
            continue
        tally = found.setdefault(row.case_id, [0, 0])
        tally[0] += is_low(row.count, settings)
        tally[1] += 1
    return {case_id: Figure(low, total) for case_id, (low, total) in found.items()}


FIGURES: dict[str, FigureSource] = {"results.low": low_procedures}
