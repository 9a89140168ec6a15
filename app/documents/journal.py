"""The journal of registration: numbers given under a lock, entered by hand, reserved, annulled, every gap explained."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.scopes import as_system, get_visible
from app.audit import service as audit
from app.core.errors import Forbidden, Invalid, Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents.models import Document, NumberGap, Registration, Series
from app.documents.numbering import (
    GapReason,
    RegisterNumber,
    SeriesKey,
    next_number,
    parse_number,
)
from app.documents.rules import DocumentState, PaperDates, date_warnings

AGAINST = frozenset({GapReason.reserved, GapReason.not_used})  # numbers nobody else may enter by hand


@dataclass(frozen=True)
class HandEntry:
    """A number that was given on paper, and why it is entered by hand."""

    number: str
    reason: str


@dataclass(frozen=True)
class Line:
    """What a line of the journal says besides its number."""

    dated: date
    title: str
    signed_by: str = ""
    executor: str = ""
    sheets: str = ""
    mailing: str = ""
    folder: str = ""
    note: str = ""
    comment: str = ""
    document_id: int | None = None
    party: str = ""
    spelling: str = ""
    scan_id: int | None = None


def lock_series(work: Work, key: SeriesKey, *, kept_here: bool = True) -> Series:
    """The series under a row lock, made on its first use: until the commit nobody else takes a number of it."""
    query = (
        select(Series)
        .where(
            Series.organisation_id == key.organisation_id, Series.kind == key.kind, Series.prefix == key.index,
            Series.year == key.year,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )  # fmt: skip
    with as_system(work.session):  # the counter of a school's own journal is nobody's row to look at
        found = work.session.scalars(query).one_or_none()
        if found is None:
            try:
                with work.session.begin_nested():  # two first writers: one inserts, the other finds the row
                    work.session.add(
                        Series(organisation_id=key.organisation_id, kind=key.kind, prefix=key.index, year=key.year,
                               counter=0, kept_here=kept_here)
                    )  # fmt: skip
            except IntegrityError:
                pass
            found = work.session.scalars(query).one()
        return found


def enter_next(work: Work, series: Series, line: Line) -> Registration:
    """Register under the next number of the locked series."""
    return _add(work, series, next_number(series.counter), line, None)


def enter_by_hand(work: Work, series: Series, line: Line, entry: HandEntry) -> Registration:
    """Register under a number that was given on paper; numbers it leaps over are explained by one row.

    Raises Invalid for a number that is none, is taken, reserved, or given without a reason.
    """
    if not entry.reason.strip():
        raise Invalid(fields={"reason": _("Say why the number is entered by hand.")})
    try:
        number = parse_number(entry.number, series.prefix)
    except Invalid as error:
        raise Invalid(fields={"number": error.message}) from error
    for gap in gaps_of(work, series):
        if gap.first <= number.number <= gap.last and gap.reason in AGAINST:
            raise Invalid(
                fields={"number": _("This number is reserved or was given up; it is not used again.")}
            )
    skipped = range(series.counter + 1, number.number)
    if series.kept_here and skipped:
        _explain(work, series, skipped[0], skipped[-1], GapReason.not_entered, entry.reason)
    return _add(work, series, number, line, entry)


def note_number(work: Work, series: Series, line: Line, spelling: str) -> Registration:
    """Note under which number another organisation registered the paper in a journal of its own, as it writes it.

    Raises Invalid for what holds no number, or is noted there already.
    """
    spelling = " ".join(spelling.replace("№", " ").split())
    found = re.search(r"\d{1,9}", spelling)
    if found is None or len(spelling) > 20:
        raise Invalid(fields={"number": _("“%(text)s” is not a number of this journal.", text=spelling[:40])})
    rest = (spelling[: found.start()] + spelling[found.end() :]).strip()
    entry = HandEntry(spelling, str(_("the journal of the organisation itself")))
    return _store(work, series, int(found.group()), rest, replace(line, spelling=spelling), entry)


def _add(
    work: Work, series: Series, number: RegisterNumber, line: Line, entry: HandEntry | None
) -> Registration:
    return _store(work, series, number.number, number.suffix, line, entry)


def _store(
    work: Work, series: Series, number: int, suffix: str, line: Line, entry: HandEntry | None
) -> Registration:  # fmt: skip
    with as_system(work.session):  # uniqueness holds over all lines, seen or not
        if any((row.number, row.suffix) == (number, suffix) for row in lines_of(work, series)):
            taken = line.spelling or f"{number}{suffix}{series.prefix}"
            raise Invalid(fields={"number": _("Number %(number)s is taken in this journal.", number=taken)})
        row = Registration(
            series_id=series.id, number=number, suffix=suffix, by_hand=entry is not None,
            reason=entry.reason.strip() if entry else "", registered_at=work.now, registered_by=work.actor.user_id,
            **vars(line),
        )  # fmt: skip
        series.counter = max(series.counter, number)  # never goes back, gaps are never re-used
        work.session.add(row)
        work.session.flush()  # the database has the last word on uniqueness
    return row


def neighbours(work: Work, series: Series, number: RegisterNumber) -> tuple[date | None, date | None]:
    """Dates of the nearest lower and higher lines that stand, in a journal whose order is ours."""
    if not series.kept_here:
        return None, None
    with as_system(work.session):
        lines = [row for row in lines_of(work, series) if row.annulled_at is None]
    by_number = sorted((RegisterNumber(row.number, row.suffix).sort_key, row.dated) for row in lines)
    lower = [day for key, day in by_number if key < number.sort_key]
    higher = [day for key, day in by_number if key > number.sort_key]
    return (lower[-1] if lower else None), (higher[0] if higher else None)


def warnings(
    work: Work, series: Series, number: RegisterNumber | None, dated: date, *, signed: date | None = None,
    ground: date | None = None, starts: date | None = None, ends: date | None = None,
) -> list[Text]:  # fmt: skip
    """What is odd about a date before it is registered; each needs a comment, none is a block."""
    before, after = neighbours(work, series, number) if number else (None, None)
    return date_warnings(
        PaperDates(dated=dated, signed=signed, registered=work.today, starts=starts, ends=ends, ground=ground,
                   previous_in_series=before, next_in_series=after)
    )  # fmt: skip


def require_comment(found: Sequence[Text], comment: str) -> None:
    """Raises Invalid at `comment` with every warning, when there are warnings and nobody explained them."""
    if found and not comment.strip():
        told = " ".join(str(text) for text in found)
        raise Invalid(
            fields={"comment": _("%(warnings)s Explain in a comment how this came about.", warnings=told)}
        )


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
    number = next_number(locked.counter).number
    locked.counter = number
    gap = _explain(work, locked, number, number, GapReason.reserved, purpose)
    gap.holder, gap.until = (holder.strip() or work.actor.name)[:200], until
    work.session.flush()
    audit.record(work, "journal:reserve", gap, data={"number": number, "series": locked.id})
    return gap


def explain_gap(work: Work, series: Series, first: int, last: int, note: str) -> NumberGap:
    """Say why numbers have no line: the journal was kept on paper. Raises Forbidden, Invalid."""
    require_keeper(work, series)
    if not note.strip():
        raise Invalid(fields={"note": _("Say why.")})
    if not 1 <= first <= last <= series.counter:
        raise Invalid(
            fields={"first": _("Numbers from 1 to %(last)s can be explained.", last=series.counter)}
        )
    gap = _explain(work, series, first, last, GapReason.not_entered, note)
    audit.record(work, "journal:explain", gap, data={"first": first, "last": last, "series": series.id})
    return gap


def annul(work: Work, registration_id: int, reason: str) -> Registration:
    """Mark a line as registered by mistake: it stays visible, the number is spent, the paper is only signed again.

    Raises NotFound, Forbidden, Invalid without a reason, Refusal when it is annulled already.
    """
    row = get_visible(work.session, Registration, registration_id)
    series = lock_series(
        work, SeriesKey(row.series.organisation_id, row.series.kind, row.series.prefix, row.series.year)
    )
    require_keeper(work, series)
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    if row.annulled_at is not None:
        raise Refusal([Reason(_("This line is annulled already."))])
    changes: Mapping[str, Any] = {
        "annulled_at": work.now, "annulled_by": work.actor.user_id, "annulled_because": reason.strip(),
    }  # fmt: skip
    audit.revise(work, row, changes, "journal:annul")
    if row.document_id is not None:
        document = work.session.scalars(select(Document).where(Document.id == row.document_id)).one()
        document.state, document.number, document.registered_at = DocumentState.signed.value, "", None
        if document.kind == "order":
            document.dated = None
    return row


def require_keeper(work: Work, series: Series) -> None:
    """Raises Forbidden unless the actor is the clerk of the organisation whose journal it is."""
    if not work.actor.is_system and series.organisation_id not in work.actor.organisation_ids("clerk"):
        raise Forbidden


def lines_of(work: Work, series: Series) -> Sequence[Registration]:
    return work.session.scalars(
        select(Registration)
        .where(Registration.series_id == series.id)
        .order_by(Registration.number, Registration.id)
    ).all()


def gaps_of(work: Work, series: Series) -> Sequence[NumberGap]:
    with as_system(work.session):  # whether a number is free does not depend on who asks
        return work.session.scalars(
            select(NumberGap).where(NumberGap.series_id == series.id).order_by(NumberGap.first)
        ).all()


def _explain(work: Work, series: Series, first: int, last: int, reason: GapReason, note: str) -> NumberGap:
    gap = NumberGap(
        series_id=series.id, first=first, last=last, reason=reason.value, note=note.strip(), noted_at=work.now,
        noted_by=work.actor.user_id,
    )  # fmt: skip
    work.session.add(gap)
    return gap
