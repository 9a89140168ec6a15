"""What the calendar does to papers every night: terms begin and end, reservations nobody used are closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.documents.docx.frozen import thaw
from app.documents.models import Document, NumberGap
from app.documents.numbering import GapReason
from app.documents.registering import enforce
from app.documents.rules import STANDING, DocumentKind, DocumentState, Move, next_state
from app.documents.steps import move, note
from app.documents.terms import last_day
from app.documents.unread import PART, READING, remind, tell_part

TERMS, RESERVATIONS = "documents.terms", "journal.reservations"


def keep_terms(work: Work, _params: Mapping[str, Any]) -> None:
    """Put agreements into force on the first day of their term and end them after the last."""
    query = (
        select(Document)
        .where(
            Document.kind == DocumentKind.agreement.value,
            Document.state.in_([state.value for state in STANDING]),
        )
        .order_by(Document.id)
        .with_for_update(of=Document)
    )
    for document in work.session.scalars(query).all():
        values = thaw(document.values)
        if document.in_state == DocumentState.registered and _came(values.get("starts"), work.today):
            enforce(work, document)
        if (until := last_day(work, document)) is not None and until < work.today:
            _expire(work, document)


def expire_reservations(work: Work, _params: Mapping[str, Any]) -> None:
    """Numbers kept until a day that has passed become «не использован»: their rows stay, they are never given again."""
    query = (
        select(NumberGap)
        .where(NumberGap.reason == GapReason.reserved.value, NumberGap.until < work.today)
        .order_by(NumberGap.id)
        .with_for_update()
    )
    for gap in work.session.scalars(query).all():
        gap.reason = GapReason.not_used.value
        audit.record(work, "journal:not_used", gap, data={"number": gap.first, "series": gap.series_id})


def remind_readers(work: Work, _params: Mapping[str, Any]) -> None:
    """Remind addressees who have not read a paper the day before its term ends, and every day after."""
    remind(work)


def _came(starts: Any, today: date) -> bool:
    return not isinstance(starts, date) or starts <= today


def _expire(work: Work, document: Document) -> None:
    if next_state(document.of_kind, document.in_state, Move.expire) is not None:
        move(document, Move.expire)
        note(work, document, "document:expire")


HANDLERS: dict[str, JobHandler] = {
    TERMS: keep_terms,
    RESERVATIONS: expire_reservations,
    READING: remind_readers,
    PART: tell_part,
}
