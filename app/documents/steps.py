"""What every step of a paper shares: the row lock, the move from state to state, the line in the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.access.scopes import get_visible
from app.audit import service as audit
from app.core.errors import Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document
from app.documents.rules import Move, next_state


def locked(work: Work, document_id: int, expected_version: int | None) -> Document:
    """The paper under a row lock, unless it has moved on since the person looked."""
    get_visible(work.session, Document, document_id)
    document = work.session.scalars(
        select(Document)
        .where(Document.id == document_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if expected_version is not None and document.version != expected_version:
        raise Stale
    return document


def must_be_draft(document: Document) -> None:
    if not document.is_draft:
        raise Refusal([Reason(_("The paper was sent for signing: its text no longer changes."))])


def move(document: Document, move: Move) -> None:
    state = next_state(document.of_kind, document.in_state, move)
    if state is None:
        raise Refusal([Reason(_("The paper has moved on; this step is not possible any more."))])
    document.state = state.value


def note(
    work: Work, document: Document, tag: str, *, data: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None, only: int | None = None,
) -> None:  # fmt: skip
    """The act in the history of every case the paper covers; `only` names a single one."""
    data = {"template": document.template, **(data or {})}
    if not document.cases and only is None:  # an order about the group, an act: no case tells of it
        audit.record(work, tag, document, stream=f"document:{document.id}", data=data, values=values)
    # in one order, so that two papers about the same cases never wait for each other
    for case_id in sorted(link.case_id for link in document.cases if only in (None, link.case_id)):
        audit.record(work, tag, document, case_id=case_id, data=data, values=values)
