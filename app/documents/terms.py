"""How long an agreement lasts: its own last day, or the one an additional agreement in force has set."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.access.scopes import as_system
from app.cases.queries import get_case
from app.core.unit_of_work import Work
from app.documents.docx.frozen import thaw
from app.documents.models import Document, DocumentLink

PROLONG = "curation.agreement_prolonged"


def last_day(work: Work, document: Document) -> date | None:
    """The last day the agreement is in force; None when it names none."""
    ends = thaw(document.values).get("ends")
    changed_by = work.session.scalars(
        select(Document)
        .join(DocumentLink, DocumentLink.document_id == Document.id)
        .where(DocumentLink.target_id == document.id, DocumentLink.applied_at.is_not(None))
        .order_by(DocumentLink.applied_at, DocumentLink.id)
    ).all()
    for paper in changed_by:
        ends = thaw(paper.values).get("ends") or ends
    return ends if isinstance(ends, date) else None


def prolong(work: Work, document: Document) -> None:
    """An additional agreement took effect: curation counts with its last day, where it names one."""
    ends = thaw(document.values).get("ends")
    effect = work.ports.effects.get(PROLONG)
    if document.template != "agreement_extra" or not isinstance(ends, date) or effect is None:
        return
    with as_system(work.session):
        for link in document.cases:
            effect(work, get_case(work.session, link.case_id), {"until": ends})
