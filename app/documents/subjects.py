"""How a history names a paper it tells of: the incoming document with its number, the order with its title."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import has_request_context, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.i18n import _, numbered
from app.core.ports import Subject
from app.core.unit_of_work import Work
from app.documents.models import Document, Incoming


def number_and_day(paper: Document) -> str:
    """«№ 12-оп от 22.01.2025», “No. 12-оп of 22.01.2025”; empty for a paper without a number."""
    if not paper.number:
        return ""
    if paper.dated is None:
        return str(numbered(paper.number))
    return str(_("No. %(number)s of %(day)s", number=paper.number, day=f"{paper.dated:%d.%m.%Y}"))


def documents(work: Work, keys: Sequence[int]) -> Mapping[int, Subject]:
    """Papers of these keys the reader may see; the others stay unnamed."""
    rows = work.session.scalars(select(Document).where(Document.id.in_(keys))).all()
    return {
        row.id: Subject(
            _("No. %(number)s: %(title)s", number=row.number, title=row.title) if row.number else row.title,
            url_for("DocumentView.show", document_id=row.id) if has_request_context() else "",
        )
        for row in rows
    }


def incoming(work: Work, keys: Sequence[int]) -> Mapping[int, Subject]:
    """Incoming papers of these keys the reader may see: number, day, sender, what it is about."""
    query = select(Incoming).options(joinedload(Incoming.registration)).where(Incoming.id.in_(keys))
    return {
        row.id: Subject(
            _("Incoming No. %(number)s of %(day)s, %(sender)s: %(subject)s",
              number=f"{row.registration.number}{row.registration.suffix}", day=f"{row.registration.dated:%d.%m.%Y}",
              sender=row.sender, subject=row.subject),
            url_for("IncomingView.show", incoming_id=row.id) if has_request_context() else "",
        )
        for row in work.session.scalars(query).all()
    }  # fmt: skip


SUBJECTS: dict[str, Callable[[Work, Sequence[int]], Mapping[int, Subject]]] = {
    Document.__tablename__: documents,
    Incoming.__tablename__: incoming,
}
