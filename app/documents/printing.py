"""Printing papers in a worker: each revision once, the registered copy once; equal values give an equal file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.scopes import as_system
from app.core.i18n import in_locale
from app.core.unit_of_work import Work
from app.documents.docx.frozen import put, thaw
from app.documents.docx.pool import shared
from app.documents.docx.process import RenderStopped
from app.documents.docx.rendering import RenderError, render
from app.documents.models import Document, DocumentFile, Registration
from app.documents.queries import standing_lines
from app.documents.rules import DocumentKind, DocumentState
from app.documents.templates import edition_of
from app.files.service import keep
from app.jobs import outbox

JOB = "documents.render"
PAPER, REGISTERED = "paper", "registered"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


_by_another: ContextVar[bool] = ContextVar("printed_by_another", default=False)


@contextmanager
def printed_by_another() -> Iterator[None]:
    """Within the block a draft that is filled asks for no printing: whoever opened the block has promised it."""
    token = _by_another.set(True)
    try:
        yield
    finally:
        _by_another.reset(token)


def request_paper(work: Work, document: Document) -> None:
    """Have the present revision printed after the commit."""
    if _by_another.get():
        return
    _request(work, document, PAPER, document.revision)


def request_copy(work: Work, document: Document, rows: Sequence[Registration]) -> None:
    """Have the registered copy printed: the same frozen values with date and number."""
    _request(work, document, REGISTERED, max(row.id for row in rows))


def _request(work: Work, document: Document, copy: str, revision: int) -> None:
    payload = {"document": document.id, "copy": copy, "revision": revision}
    outbox.enqueue(work, JOB, f"{document.id}:{copy}:{revision}", payload)


def try_paper(work: Work, document: Document) -> None:
    """Print and throw away. Raises RenderError with the names of what is missing or refused."""
    render(work.ports.storage.get(document.template_hash), thaw(document.values))


def print_document(work: Work, payload: Mapping[str, Any]) -> None:
    """The outbox handler: print one revision or registered copy; what is overtaken or printed already is left."""
    document = work.session.scalars(select(Document).where(Document.id == payload["document"])).one()
    copy, revision = str(payload["copy"]), int(payload["revision"])
    if copy == PAPER and revision != document.revision:
        return  # edited since: a later job prints the newer revision
    if copy == REGISTERED and _is_annulled(work, revision):
        return  # its number does not stand any more
    done = select(DocumentFile.id).where(
        DocumentFile.document_id == document.id, DocumentFile.copy == copy, DocumentFile.revision == revision
    )
    if work.session.scalars(done).first() is not None:
        return
    values = thaw(document.values)
    if copy == REGISTERED:
        values = with_number(work, document, values)
    error: RenderError | None = None
    data = b""
    try:
        data = shared().render(work.ports.storage.get(document.template_hash), values)
    except RenderStopped as stopped:
        if stopped.why == "lost":
            raise  # of the machine, not of the paper: a later try may do
        error = stopped
    except RenderError as refused:
        error = refused  # a draft may lack things; its page says which
    enter(work, document, copy, revision, error or data)


def enter(
    work: Work, document: Document, copy: str, revision: int, made: bytes | RenderError,
    row: DocumentFile | None = None,
) -> None:  # fmt: skip
    """Write down what became of a printing, its file or why there is none; `row`: of an earlier one that failed."""
    if row is None:
        row = DocumentFile(document_id=document.id, copy=copy, revision=revision, file_id=None)
    row.trouble, row.rendered_at = "", work.now
    if isinstance(made, RenderError):
        with in_locale("ru"):
            row.trouble = str(made)[:400]
    else:
        stored = keep(work, made, file_name(document, copy), MEDIA_TYPE, programme_id=document.programme_id)
        work.session.flush()
        row.file_id = stored.id
    work.session.add(row)


def _is_annulled(work: Work, line_id: int) -> bool:
    with as_system(work.session):
        query = select(Registration.id).where(
            Registration.id == line_id, Registration.annulled_at.is_not(None)
        )
        return work.session.scalars(query).first() is not None


def with_number(work: Work, document: Document, values: dict[str, Any]) -> dict[str, Any]:
    """The frozen values with the date and number of registration printed where the paper had blanks."""
    with as_system(work.session):  # both schools' numbers stand on one paper
        return numbered(work.session, document, values)


def numbered(session: Session, document: Document, values: dict[str, Any]) -> dict[str, Any]:
    """As `with_number`, for whoever may look at every line."""
    if document.kind == DocumentKind.agreement:
        for row in standing_lines(session, document.id):
            values = put(values, f"{row.party}.number", row.spelling)
        return {**values, "date": document.dated}
    if document.kind == DocumentKind.protocol:
        return {**values, "number": document.number}
    return {**values, "date": document.dated, "number": document.number}


def file_name(document: Document, copy: str) -> str:
    """«Приказ об утверждении плана № 12-оп от 22.01.2025.docx»."""
    if document.kind == DocumentKind.report:
        return document.title.replace("/", "-") + ".docx"
    name = edition_of(document).titles["ru"]
    if copy == REGISTERED and document.dated:
        name += f" № {document.number} от {document.dated:%d.%m.%Y}"
    elif document.state == DocumentState.draft:
        name += " (проект)"
    return name.replace("/", "-").replace(", ", " и ") + ".docx"


HANDLERS = {JOB: print_document}
