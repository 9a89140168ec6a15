"""Numbers kept for papers to come: for whom and until when, and the paper that gets its number at last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from app.access.scopes import as_system
from app.audit import service as audit
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.journal import lock_series, next_free, note_gap, require_keeper
from app.documents.models import NumberGap, Series
from app.documents.numbering import GapReason, SeriesKey


def reserve(
    work: Work, series: Series, purpose: str, holder: str = "", until: date | None = None
) -> NumberGap:
    """Keep the next number for a paper to come, for `holder` (the actor) until a day (the end of its year).

    It is never given to another paper; not used by then, it becomes «не использован». Raises Forbidden,
    Invalid at `purpose`, `until`.
    """
    require_keeper(work, series)
    if not purpose.strip():
        raise Invalid(fields={"purpose": _("Say what the number is kept for.")})
    last = date(series.year, 12, 31)
    until = until or last
    if not min(work.today, last) <= until <= last:
        raise Invalid(fields={"until": _("A day from today to the end of the year of the journal.")})
    locked = lock_series(work, SeriesKey(series.organisation_id, series.kind, series.prefix, series.year))
    number = next_free(work, locked).number
    locked.counter = number
    gap = note_gap(work, locked, number, number, GapReason.reserved, purpose)
    gap.holder, gap.until = (holder.strip() or work.actor.name)[:200], until
    work.session.flush()
    audit.record(work, "journal:reserve", gap, data={"number": number, "series": locked.id})
    return gap


def live(work: Work, series: Series) -> Sequence[NumberGap]:
    """Reservations of the series that still hold today, by their numbers."""
    with as_system(work.session):  # whoever may register in this series may use what is kept in it
        return work.session.scalars(
            select(NumberGap)
            .where(
                NumberGap.series_id == series.id, NumberGap.reason == GapReason.reserved.value,
                NumberGap.until >= work.today,
            )
            .order_by(NumberGap.first)
        ).all()  # fmt: skip


def chosen(work: Work, series: Series, reservation_id: int | None) -> NumberGap:
    """The live reservation of the locked series under this key, under a row lock.

    Raises Invalid at `reservation` when it is of another series or year, is used up, or its day has passed.
    """
    with as_system(work.session):
        found = work.session.scalars(
            select(NumberGap)
            .where(NumberGap.id == reservation_id, NumberGap.series_id == series.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
    if found is None or found.reason != GapReason.reserved or (found.until and found.until < work.today):
        raise Invalid(
            fields={"reservation": _("Choose a number that is reserved in this journal for this year.")}
        )
    return found
