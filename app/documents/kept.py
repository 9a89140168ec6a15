"""What somebody types into a draft is kept at the server until it is saved: a closed page loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.core.canonical import canonical_json
from app.core.unit_of_work import Work
from app.documents.docx.frozen import freeze
from app.documents.models import Document, DraftInput

MAX_KEPT = 400_000  # signs of one person's unsaved typing


def unsaved(work: Work, document: Document) -> DraftInput | None:
    """What the actor typed into the draft and did not save."""
    return work.session.scalars(
        select(DraftInput).where(
            DraftInput.document_id == document.id, DraftInput.user_id == (work.actor.user_id or 0)
        )
    ).one_or_none()


def keep(work: Work, document: Document, changes: Mapping[str, Any]) -> None:
    """Keep what differs from the saved draft; nothing differs, nothing is kept."""
    row = unsaved(work, document)
    fields = {path: freeze(value) for path, value in changes.items()}
    if not fields or work.actor.user_id is None or not document.is_draft:
        forget(work, document)
        return
    if len(canonical_json(fields)) > MAX_KEPT:
        return
    if row is None:
        row = DraftInput(document_id=document.id, user_id=work.actor.user_id)
        work.session.add(row)
    row.fields, row.base_version, row.saved_at = fields, document.version, work.now


def forget(work: Work, document: Document) -> None:
    """The typing is saved, or the person has thrown it away."""
    row = unsaved(work, document)
    if row is not None:
        work.session.delete(row)
