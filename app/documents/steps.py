"""What every step of a paper shares: the row lock, the move from state to state, the line in the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import inspect, select

from app.access.scopes import get_visible
from app.audit import service as audit
from app.core.db import Base
from app.core.errors import NotFound, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document
from app.documents.rules import DocumentState, Move, next_state

M = TypeVar("M", bound=Base)


def lock_visible(work: Work, model: type[M], key: int) -> M:
    """The row read again under its lock, if the actor may see it. Raises NotFound."""
    get_visible(work.session, model, key)
    row = work.session.scalars(
        select(model)
        .where(inspect(model).primary_key[0] == key)
        .with_for_update(of=model)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def locked(work: Work, document_id: int, expected_version: int | None) -> Document:
    """The paper under a row lock, unless it has moved on since the person looked."""
    document = lock_visible(work, Document, document_id)
    if expected_version is not None and document.version != expected_version:
        raise Stale
    return document


def must_be_draft(document: Document) -> None:
    if reason := why_fixed(document):
        raise Refusal([reason])


def why_fixed(document: Document) -> Reason | None:
    """Why the text of the paper does not change any more; None while it is a draft."""
    if document.is_draft:
        return None
    return Reason(_("The paper was sent for signing: its text no longer changes."))


_MOVED_ON = _("The paper has moved on; this step is not possible any more.")
_ASKED = {
    Move.sign: (DocumentState.to_sign, _("Only a paper sent for signing is signed.")),
    Move.register: (DocumentState.signed, _("Only a signed paper is registered.")),
}


def why_not(document: Document, move: Move) -> Reason | None:
    """Why the paper as it stands does not take this step; None when it does."""
    if move in _ASKED:
        state, told = _ASKED[move]
        return None if document.in_state == state else Reason(told)
    return Reason(_MOVED_ON) if next_state(document.of_kind, document.in_state, move) is None else None


def move(document: Document, move: Move) -> None:
    state = next_state(document.of_kind, document.in_state, move)
    if state is None:
        raise Refusal([Reason(_MOVED_ON)])
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
