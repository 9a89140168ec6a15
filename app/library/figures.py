"""Numbers of the publications for the overview of all cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.library.models import Publication


def publications(work: Work, case_ids: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Links that open out of those published by `on` (a link without a date counts always)."""
    found: dict[int, list[int]] = {}
    for row in work.session.scalars(select(Publication).where(Publication.case_id.in_(list(case_ids)))):
        if row.case_id is None or (row.published_on and row.published_on > on):
            continue
        tally = found.setdefault(row.case_id, [0, 0])
        tally[0] += row.alive == "yes"
        tally[1] += 1
    return {case_id: Figure(alive, total) for case_id, (alive, total) in found.items()}


FIGURES: dict[str, FigureSource] = {"library.publications": publications}
