"""Reading papers: one with all that hangs on it, lists, and a series of the journal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case
from app.core.errors import NotFound
from app.documents.models import (
    Document,
    DocumentCase,
    DocumentFile,
    DocumentSignature,
    NumberGap,
    Registration,
    Series,
)
from app.documents.numbering import clean_index
from app.documents.rules import DocumentKind, DocumentState

COPIES = ("paper", "registered")  # as printed, and with date and number
_WHOLE = (
    joinedload(Document.programme),
    joinedload(Document.executor),
    joinedload(Document.meeting),
    selectinload(Document.cases).joinedload(DocumentCase.case).joinedload(Case.school),
    selectinload(Document.signatures).joinedload(DocumentSignature.person),
    selectinload(Document.signatures).joinedload(DocumentSignature.file),
    selectinload(Document.files).joinedload(DocumentFile.file),
    selectinload(Document.lines),
)


def get_document(session: Session, document_id: int) -> Document:
    """The paper with cases, signatures and files. Raises NotFound when absent or hidden."""
    found = session.scalars(select(Document).options(*_WHOLE).where(Document.id == document_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_documents(
    session: Session, *, programme_id: int | None = None, case_id: int | None = None, kind: str = "",
    states: Sequence[str] = (), limit: int = 300,
) -> Sequence[Document]:  # fmt: skip
    """Visible papers, the newest first."""
    query = (
        select(Document)
        .options(*_WHOLE)
        .order_by(Document.created_at.desc(), Document.id.desc())
        .limit(limit)
    )
    if programme_id is not None:
        query = query.where(Document.programme_id == programme_id)
    if case_id is not None:
        query = query.where(
            Document.id.in_(select(DocumentCase.document_id).where(DocumentCase.case_id == case_id))
        )
    if kind:
        query = query.where(Document.kind == kind)
    if states:
        query = query.where(Document.state.in_([str(s) for s in states]))
    return session.scalars(query).all()


def unfinished_papers(session: Session) -> Sequence[Document]:
    """Visible papers that wait to be completed, signed or registered; a report waits for nobody."""
    states = [str(s) for s in (DocumentState.draft, DocumentState.to_sign, DocumentState.signed)]
    return session.scalars(
        select(Document)
        .options(*_WHOLE)
        .where(Document.state.in_(states), Document.kind != str(DocumentKind.report))
        .order_by(Document.created_at.desc(), Document.id.desc())
    ).all()


def file_of(document: Document, copy: str) -> DocumentFile | None:
    """The rendering to show: of the present revision, or the copy with the number that stands.

    A copy that bears an annulled number is kept, but is never given out as the paper's.
    """
    standing = document.revision
    if copy != "paper":  # a registered copy is numbered by the last line it bears
        standing = max((line.id for line in document.lines if line.annulled_at is None), default=0)
        standing = standing if document.number else 0
    return next((row for row in document.files if (row.copy, row.revision) == (copy, standing)), None)


def lines_of_document(session: Session, document_id: int) -> Sequence[Registration]:
    return session.scalars(
        select(Registration)
        .options(joinedload(Registration.series).joinedload(Series.organisation))
        .where(Registration.document_id == document_id)
        .order_by(Registration.id)
    ).all()


def standing_lines(session: Session, document_id: int) -> Sequence[Registration]:
    """The numbers the paper bears: its lines that were not annulled."""
    return session.scalars(
        select(Registration)
        .where(Registration.document_id == document_id, Registration.annulled_at.is_(None))
        .order_by(Registration.id)
    ).all()


def find_series(session: Session, organisation_id: int, kind: str, index: str, year: int) -> Series | None:
    return session.scalars(
        select(Series).where(
            Series.organisation_id == organisation_id, Series.kind == kind, Series.prefix == clean_index(index),
            Series.year == year,
        )
    ).one_or_none()  # fmt: skip


def series_of(session: Session, organisation_ids: Sequence[int]) -> Sequence[Series]:
    """The registers these organisations keep here, newest year first, orders before the rest."""
    return session.scalars(
        select(Series)
        .options(joinedload(Series.organisation))
        .where(Series.organisation_id.in_(organisation_ids), Series.kept_here)
        .order_by(Series.year.desc(), Series.kind, Series.prefix)
    ).all()


def noted_series(session: Session) -> Sequence[Series]:
    """Registers of schools whose numbers we only note: agreements bear one number of each school."""
    return session.scalars(
        select(Series)
        .options(joinedload(Series.organisation))
        .where(Series.kept_here.is_(False))
        .order_by(Series.year.desc(), Series.kind, Series.organisation_id)
    ).all()


def lines_of_series(session: Session, series_id: int) -> Sequence[Registration]:
    return session.scalars(
        select(Registration)
        .options(
            joinedload(Registration.document), joinedload(Registration.series), joinedload(Registration.scan)
        )
        .where(Registration.series_id == series_id)
    ).all()


def gaps_of_series(session: Session, series_id: int) -> Sequence[NumberGap]:
    return session.scalars(
        select(NumberGap).where(NumberGap.series_id == series_id).order_by(NumberGap.first)
    ).all()
