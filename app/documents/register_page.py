"""The journal as a table a clerk knows from paper: lines and explained gaps in the order of the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.i18n import Text, _
from app.documents.models import Document, NumberGap, Registration, Series
from app.documents.numbering import GAP_LABELS, Gap, GapReason, RegisterNumber, holes, unexplained
from app.documents.queries import gaps_of_series, lines_of_series
from app.documents.rules import KIND_LABELS, STATE_LABELS, DocumentKind


@dataclass(frozen=True)
class Row:
    """A line of the journal, or (then `line` is None) numbers without one."""

    numbers: str
    position: int | None = None
    line: Registration | None = None
    mark: Text | str = ""
    text: Text | str = ""
    is_fault: bool = False


def title(series: Series) -> str:
    """«Приказы «-оп», 2025»."""
    kind = str(KIND_LABELS[DocumentKind(series.kind)])
    index = f" «{series.prefix}»" if series.prefix else ""
    return f"{kind[:1].upper()}{kind[1:]}{index}, {series.year}"


def rows(session: Session, series: Series) -> list[Row]:
    """All lines and gaps of the series, in the order of the numbers; a gap nobody explained is a fault."""
    lines, gaps = lines_of_series(session, series.id), gaps_of_series(session, series.id)
    taken = {line.number for line in lines}
    found: list[tuple[tuple[int, int, int, str], Row]] = []
    for line in lines:
        number = RegisterNumber(line.number, line.suffix)
        found.append((number.sort_key, Row(number.printed(series.prefix), line=line, mark=_mark(line))))
    covered = [(number, number) for number in sorted(taken)]
    for gap in gaps:  # as ranges: a leap is one row, however long
        for first, last in holes(
            covered, gap.first, gap.last
        ):  # a number of the range may have been entered later
            found.append(((first, -1, 0, ""), Row(_span(first, last), text=_told(gap))))
    explained = [Gap(gap.first, gap.last, GapReason(gap.reason)) for gap in gaps]
    for hole in unexplained(taken, explained, series.counter):
        row = Row(_span(hole.first, hole.last), text=_("missing without an explanation"), is_fault=True)
        found.append(((hole.first, -1, 0, ""), row))
    ordered = [row for _key, row in sorted(found, key=lambda pair: pair[0])]
    position = 0
    result = []
    for row in ordered:
        if row.line is not None:
            position += 1
            row = Row(row.numbers, position, row.line, row.mark, row.text)
        result.append(row)
    return result


@dataclass(frozen=True)
class Closing:
    """The last row of a year that is over: the last number and how many papers were registered."""

    year: int
    last: int
    count: int
    annulled: int

    @property
    def text(self) -> Text:
        return _("The journal for %(year)s is closed: last number %(last)s, papers registered: %(count)s, annulled: "
                 "%(annulled)s.", year=self.year, last=self.last, count=self.count, annulled=self.annulled)  # fmt: skip


def closing(series: Series, found: Sequence[Row], today: date) -> Closing | None:
    """The closing row; none while the year runs."""
    if series.year >= today.year:
        return None
    lines = [row.line for row in found if row.line is not None]
    annulled = sum(line.annulled_at is not None for line in lines)
    return Closing(series.year, series.counter, len(lines) - annulled, annulled)


def note_of(line: Registration) -> str:
    """The note with why the line was entered by hand and why its date is out of order."""
    by_hand = str(_("entered by hand: %(reason)s", reason=line.reason)) if line.by_hand else ""
    return "; ".join(filter(None, (line.note, by_hand, line.comment)))


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _told(gap: NumberGap) -> str:
    label = str(GAP_LABELS[GapReason(gap.reason)])
    if gap.holder:
        label += f" ({gap.holder})"
    if gap.until is not None and gap.reason == GapReason.reserved:
        label += " " + str(_("until %(day)s", day=f"{gap.until:%d.%m.%Y}"))
    return f"{label}. {gap.note}" if gap.note else label


def _mark(line: Registration) -> Text | str:
    if line.annulled_at is not None:
        return _("annulled: %(reason)s", reason=line.annulled_because)
    document: Document | None = line.document
    return STATE_LABELS[document.in_state] if document is not None else ""
