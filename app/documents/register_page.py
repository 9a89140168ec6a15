"""The journal as a table a clerk knows from paper: lines and explained gaps in the order of the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.core.i18n import Text, _, numbered
from app.documents.incoming import of_lines
from app.documents.links import marks_of
from app.documents.models import Document, Incoming, NumberGap, Registration, Series
from app.documents.numbering import GAP_LABELS, Gap, GapReason, RegisterNumber, holes, unexplained
from app.documents.queries import gaps_of_series, lines_of_series
from app.documents.rules import SERIES_LABELS, STATE_LABELS


@dataclass(frozen=True)
class Row:
    """A line of the journal, or (then `line` is None) numbers without one."""

    numbers: str
    position: int | None = None
    line: Registration | None = None
    mark: Text | str = ""
    text: Text | str = ""
    is_fault: bool = False
    incoming: Incoming | None = None


def title(series: Series) -> str:
    """«Приказы «-оп», 2025»."""
    kind = str(SERIES_LABELS[series.kind])
    index = f" {_('“%(name)s”', name=series.prefix)}" if series.prefix else ""
    whose = "" if series.kept_here else f" ({series.organisation.short_name})"
    return f"{kind[:1].upper()}{kind[1:]}{index}, {series.year}{whose}"


def rows(session: Session, series: Series) -> list[Row]:
    """All lines and gaps of the series, in the order of the numbers; a gap nobody explained is a fault."""
    lines, gaps = lines_of_series(session, series.id), gaps_of_series(session, series.id)
    papers = of_lines(session, [line.id for line in lines])
    marks = marks_of(session, [line.document_id for line in lines if line.document_id is not None])
    taken = {line.number for line in lines}
    found: list[tuple[tuple[int, int, int, str], Row]] = []
    for line in lines:
        key, written = _number(line, series)
        paper = papers.get(line.id)
        acts = [mark.text for mark in marks.get(line.document_id or 0, ()) if mark.is_applied]
        row = Row(written, line=line, mark=_mark(line, paper, acts), incoming=paper)
        found.append((key, row))
    covered = [(number, number) for number in sorted(taken)]
    for gap in gaps:  # as ranges: a leap is one row, however long
        for first, last in holes(
            covered, gap.first, gap.last
        ):  # a number of the range may have been entered later
            found.append(((first, -1, 0, ""), Row(str(Gap(first, last, None)), text=_told(gap))))
    explained = [Gap(gap.first, gap.last, GapReason(gap.reason)) for gap in gaps]
    for hole in unexplained(taken, explained, series.counter) if series.kept_here else ():
        row = Row(str(hole), text=_("missing without an explanation"), is_fault=True)
        found.append(((hole.first, -1, 0, ""), row))
    ordered = [row for _key, row in sorted(found, key=lambda pair: pair[0])]
    position = 0
    result = []
    for row in ordered:
        if row.line is not None:
            position += 1
            row = replace(row, position=position)
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


def _number(line: Registration, series: Series) -> tuple[tuple[int, int, int, str], str]:
    """Its place in the order and how it is written; another organisation's number as that one writes it."""
    if not series.kept_here:
        return (line.number, 0, 0, line.suffix), line.spelling or f"{line.number}{line.suffix}"
    number = RegisterNumber(line.number, line.suffix)
    return number.sort_key, number.printed(series.prefix)


def _told(gap: NumberGap) -> str:
    label = str(GAP_LABELS[GapReason(gap.reason)])
    if gap.holder:
        label += f" ({gap.holder})"
    if gap.until is not None and gap.reason == GapReason.reserved:
        label += " " + str(_("until %(day)s", day=f"{gap.until:%d.%m.%Y}"))
    return f"{label}. {gap.note}" if gap.note else label


def _mark(line: Registration, paper: Incoming | None, acts: Sequence[str]) -> Text | str:
    """Annulled by mistake; else where the paper stands, what another one did to it, its file."""
    if line.annulled_at is not None:
        return _("annulled: %(reason)s", reason=line.annulled_because)
    if paper is not None:
        return _answer(paper)
    document: Document | None = line.document
    if document is None:
        return ""
    state = str(STATE_LABELS[document.in_state])
    filed = str(_("File No. %(index)s", index=document.file_index)) if document.file_index else ""
    return "; ".join(filter(None, (state, *acts, filed)))


def _answer(paper: Incoming) -> Text | str:
    if paper.answered_on is not None:
        own = numbered(paper.answer_paper.number) if paper.answer_paper is not None else paper.answer
        return _("answered on %(day)s: %(answer)s", day=f"{paper.answered_on:%d.%m.%Y}", answer=own)
    if paper.answer_due is not None:
        return _("answer by %(day)s", day=f"{paper.answer_due:%d.%m.%Y}")
    return ""
