"""Numbers of the publications for the overview of all cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from app.access.scopes import as_system
from app.audit.models import AuditRecord
from app.core.clock import local_date
from app.core.ports import Figure, FigureSource
from app.core.unit_of_work import Work
from app.library.models import Publication


def publications(work: Work, case_ids: Sequence[int], on: date) -> Mapping[int, Figure]:
    """Links that open out of those published by `on` (a link without a date counts from its entry)."""
    rows = work.session.scalars(select(Publication).where(Publication.case_id.in_(list(case_ids)))).all()
    entered = _entered(work, [row.id for row in rows if row.published_on is None]) if on < work.today else {}
    found: dict[int, list[int]] = {}
    for row in rows:
        known = row.published_on or entered.get(row.id)
        if row.case_id is None or (known and known > on):
            continue
        tally = found.setdefault(row.case_id, [0, 0])
        tally[0] += row.alive == "yes"
        tally[1] += 1
    return {case_id: Figure(alive, total) for case_id, (alive, total) in found.items()}


def _entered(work: Work, publications: Sequence[int]) -> dict[int, date]:
    """The day each publication was entered, as the journal has it."""
    if not publications:
        return {}
    query = (
        select(AuditRecord.subject_id, func.min(AuditRecord.at))
        .where(AuditRecord.tag == "publication:add", AuditRecord.subject_id.in_(publications))
        .group_by(AuditRecord.subject_id)
    )
    with as_system(work.session):  # days only, of publications the reader sees
        return {key: local_date(at, work.ports.zone) for key, at in work.session.execute(query) if key}


FIGURES: dict[str, FigureSource] = {"library.publications": publications}
