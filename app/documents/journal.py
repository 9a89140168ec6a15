"""The journal of registration: numbers given under a lock or entered by hand, every gap explained.

How the counter of a series moves (nobody ever gets the same number, gaps are never re-used):

- the next number is the first above the counter that no line bears, annulled lines included;
- a number entered by hand raises the counter to itself; the numbers it leaps over become one row «не внесены»,
  because they were given on paper. A leap of more than FREE_LEAP numbers has to be confirmed by the person who
  enters it, and no number above LAST_BY_HAND is entered by hand;
- the counter goes back in one case only: the line that leapt is annulled as the last entry of its series and
  the clerk declares the leap itself a slip, so the numbers under it were given to nobody. The annulled number
  stays taken, its row stays to explain it (see `annulment`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.scopes import as_system
from app.access.substitutions import use
from app.audit import service as audit
from app.core.errors import Forbidden, Invalid
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents.models import NumberGap, Registration, Series
from app.documents.numbering import (
    FREE_LEAP,
    LAST_BY_HAND,
    GapReason,
    RegisterNumber,
    SeriesKey,
    next_number,
    parse_number,
)
from app.documents.queries import gaps_of_series
from app.documents.rules import PaperDates, date_warnings

AGAINST = frozenset({GapReason.reserved, GapReason.not_used})  # numbers nobody else may enter by hand


@dataclass(frozen=True)
class HandEntry:
    """A number that was given on paper, and why it is entered by hand."""

    number: str
    reason: str
    confirmed: bool = False  # a long leap over the counter is meant


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
    """Register under the next number of the locked series. Raises Invalid when the series is full."""
    return _add(work, series, next_free(work, series), line, None)


def next_free(work: Work, series: Series) -> RegisterNumber:
    """The number the next paper gets: the counter's, stepping over numbers annulled above it."""
    with as_system(work.session):  # whether a number is free does not depend on who asks
        above = work.session.scalars(
            select(Registration.number).where(
                Registration.series_id == series.id, Registration.number > series.counter
            )
        ).all()
    return next_number(series.counter, set(above))


def typed_number(series: Series, entry: HandEntry) -> RegisterNumber:
    """The number a person typed. Raises Invalid at `number` for what is none, at `reason` when it has none."""
    wrong = {} if entry.reason.strip() else {"reason": _("Say why the number is entered by hand.")}
    try:
        number = parse_number(entry.number, series.prefix)
    except Invalid as error:
        raise Invalid(fields={"number": error.message, **wrong}) from error
    if wrong:
        raise Invalid(fields=wrong)
    return number


def enter_by_hand(work: Work, series: Series, line: Line, entry: HandEntry) -> Registration:
    """Register under a number that was given on paper; numbers it leaps over are explained by one row.

    Raises Invalid for a number that is none, too long, taken, reserved, or given without a reason; at `leap`
    for one far above the counter that nobody confirmed.
    """
    number = typed_number(series, entry)
    for gap in gaps_of(work, series):
        if gap.first <= number.number <= gap.last and gap.reason in AGAINST:
            raise Invalid(
                fields={"number": _("This number is reserved or was given up; it is not used again.")}
            )
    first, last = series.counter + 1, number.number - 1  # what is leapt over
    if number.number > LAST_BY_HAND:
        told = _("A number entered by hand is %(last)s at most.", last=LAST_BY_HAND)
        raise Invalid(fields={"number": told})
    if number.number - series.counter > FREE_LEAP and not entry.confirmed:
        told = _("This number leaps over the numbers from %(first)s to %(last)s. Check it; confirm if it is right.",
                 first=first, last=last)  # fmt: skip
        raise Invalid(fields={"leap": told})
    if series.kept_here and first <= last:
        note_gap(work, series, first, last, GapReason.not_entered, entry.reason)
    return _add(work, series, number, line, entry)


def enter_reserved(work: Work, series: Series, line: Line, gap: NumberGap) -> Registration:
    """Register under the number that was kept for the paper; the reservation is used up."""
    row = _add(work, series, RegisterNumber(gap.first), line, None)
    audit.revise(work, gap, {"reason": GapReason.used.value}, "journal:use_reserved")
    return row


def note_number(work: Work, series: Series, line: Line, spelling: str) -> Registration:
    """Note under which number another organisation registered the paper in a journal of its own, as it writes it.

    Raises Invalid for what holds no number, or is noted there already.
    """
    spelling = " ".join(spelling.replace("№", " ").split())
    if not spelling:
        raise Invalid(fields={"number": _("Enter the number.")})
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
        same = select(Registration.id).where(
            Registration.series_id == series.id, Registration.number == number, Registration.suffix == suffix
        )
        if work.session.scalars(same).first() is not None:
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


def explain_gap(work: Work, series: Series, first: int, last: int, note: str) -> NumberGap:
    """Say why numbers have no line: the journal was kept on paper. Raises Forbidden, Invalid."""
    require_keeper(work, series)
    if not note.strip():
        raise Invalid(fields={"note": _("Say why.")})
    if not 1 <= first <= last <= series.counter:
        raise Invalid(
            fields={"first": _("Numbers from 1 to %(last)s can be explained.", last=series.counter)}
        )
    gap = note_gap(work, series, first, last, GapReason.not_entered, note)
    audit.record(work, "journal:explain", gap, data={"first": first, "last": last, "series": series.id})
    return gap


def require_keeper(work: Work, series: Series) -> None:
    """Raises Forbidden unless the actor is the clerk of the organisation whose journal it is."""
    if not work.actor.is_system and series.organisation_id not in work.actor.organisation_ids("clerk"):
        raise Forbidden
    use(work, "clerk", organisation_id=series.organisation_id)


def lines_of(work: Work, series: Series) -> Sequence[Registration]:
    return work.session.scalars(
        select(Registration)
        .where(Registration.series_id == series.id)
        .order_by(Registration.number, Registration.id)
    ).all()


def gaps_of(work: Work, series: Series) -> Sequence[NumberGap]:
    with as_system(work.session):  # whether a number is free does not depend on who asks
        return gaps_of_series(work.session, series.id)


def note_gap(work: Work, series: Series, first: int, last: int, reason: GapReason, note: str) -> NumberGap:
    """The one row that says why these numbers have no line."""
    gap = NumberGap(
        series_id=series.id, first=first, last=last, reason=reason.value, note=note.strip(), noted_at=work.now,
        noted_by=work.actor.user_id,
    )  # fmt: skip
    work.session.add(gap)
    return gap
