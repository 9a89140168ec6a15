"""Proof that the journal and the files hold: numbers unique, every gap explained, every hash true."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.ports import Storage
from app.documents.comparison import comparisons
from app.documents.docx.frozen import digest
from app.documents.models import (
    Acknowledgement,
    Document,
    DocumentFile,
    DocumentLink,
    Incoming,
    NumberGap,
    Registration,
    Series,
)
from app.documents.numbering import Gap, GapReason, unexplained
from app.documents.rules import INCOMING, NUMBERED, DocumentState, LinkKind, missing_signers
from app.files.models import StoredFile

REPRINTED = 40  # papers printed once more by each proof, the latest; `reprint=None` prints all of them
_UNSIGNED = frozenset({DocumentState.draft, DocumentState.to_sign})


def findings(
    session: Session, storage: Storage | None = None, *, read_files: bool = True,
    reprint: int | None = REPRINTED,
) -> Iterator[str]:  # fmt: skip
    """One sentence per fault; none when the journal is whole. With `storage` the files are read as well."""
    yield from _journal(session)
    yield from _papers(session, storage)
    yield from _links(session)
    yield from _incoming(session)
    if storage is not None:
        yield from _reprints(session, storage, reprint)
    if storage is not None and read_files:
        yield from _files(session, storage)


def _journal(session: Session) -> Iterator[str]:
    for series in session.scalars(
        select(Series).options(joinedload(Series.organisation)).order_by(Series.id)
    ):
        name = f"journal {series.organisation.code} {series.kind} {series.prefix} {series.year}"
        lines = session.scalars(select(Registration).where(Registration.series_id == series.id)).all()
        explained = [
            Gap(gap.first, gap.last, GapReason(gap.reason))
            for gap in session.scalars(select(NumberGap).where(NumberGap.series_id == series.id))
        ]
        for (number, suffix), times in Counter((line.number, line.suffix) for line in lines).items():
            if times > 1:
                yield f"{name}: number {number}{suffix} stands {times} times"
        slips = {gap.first for gap in explained if gap.reason == GapReason.annulled}  # above the counter
        reached = [line.number for line in lines if line.annulled_at is None or line.number not in slips]
        reached += [gap.last for gap in explained if gap.reason != GapReason.annulled]
        highest = max(reached, default=0)
        if highest != series.counter:
            yield f"{name}: the counter says {series.counter}, the highest number is {highest}"
        if series.kept_here:
            for hole in unexplained([line.number for line in lines], explained, series.counter):
                yield f"{name}: number {hole} is missing without an explanation"
        for line in lines:
            if line.dated.year != series.year:
                yield f"{name}: number {line.number}{line.suffix} is dated {line.dated:%d.%m.%Y}"


def _papers(session: Session, storage: Storage | None) -> Iterator[str]:
    query = select(Document).options(selectinload(Document.signatures)).order_by(Document.id)
    for document in session.scalars(query):
        name = f"document {document.id} ({document.template})"
        if document.state != DocumentState.draft and digest(document.values) != document.values_hash:
            yield f"{name}: the values printed for signing were altered"
        if document.in_state not in _UNSIGNED:
            lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
            if lacking:
                yield f"{name}: counts as signed without {', '.join(lacking)}"
        if storage is not None and not storage.exists(document.template_hash):
            yield f"{name}: the template it is printed with is not in the storage"
        if document.in_state in NUMBERED and document.number:
            lines = session.scalars(
                select(Registration).options(joinedload(Registration.series))
                .where(Registration.document_id == document.id, Registration.annulled_at.is_(None))
                .order_by(Registration.id)
            ).all()  # fmt: skip
            printed = ", ".join(r.spelling or f"{r.number}{r.suffix}{r.series.prefix}" for r in lines)
            if printed != document.number or any(line.dated != document.dated for line in lines):
                yield f"{name}: is numbered {document.number or '–'}, the journal says {printed or 'nothing'}"


def _links(session: Session) -> Iterator[str]:
    """A change or cancellation stands on both papers; a reading names who and when."""
    for link in session.scalars(
        select(DocumentLink).options(joinedload(DocumentLink.target), joinedload(DocumentLink.document))
    ):
        kind = LinkKind(link.kind)
        after = {
            "changes": DocumentState.changed, "cancels": DocumentState.cancelled, "repeals": DocumentState.repealed,
        }[kind.value]  # fmt: skip
        reached = {link.target.state, link.target.archived_from}
        closed = {str(DocumentState.cancelled), str(DocumentState.repealed)}
        if link.applied_at is not None and not reached & ({str(after)} | closed):
            acted = f"document {link.document_id} {kind.value} it"
            yield f"document {link.target_id}: {acted}, yet it is {link.target.state}"
        if link.applied_at is not None and link.document.in_state not in NUMBERED:
            yield f"document {link.document_id}: {kind.value} document {link.target_id} without being registered"
    for row in session.scalars(select(Acknowledgement).where(Acknowledgement.read_at.is_not(None))):
        if not row.reader or row.read_on is None or (row.on_paper and row.scan_id is None):
            yield f"document {row.document_id}: read by {row.addressee}, but not by whom, when or on which sheet"


def _incoming(session: Session) -> Iterator[str]:
    known = set(session.scalars(select(Incoming.registration_id)).all())
    query = (
        select(Registration.id)
        .join(Series, Series.id == Registration.series_id)
        .where(Series.kind == INCOMING)
    )
    for line in sorted(set(session.scalars(query).all()) - known):
        yield f"journal: line {line} of the incoming papers has no paper"


def _reprints(session: Session, storage: Storage, limit: int | None) -> Iterator[str]:
    """Papers printed once more from their frozen values; each says what was printed then."""
    query = (
        select(Document)
        .options(selectinload(Document.files).joinedload(DocumentFile.file), selectinload(Document.lines))
        .where(Document.state != DocumentState.draft.value)
        .order_by(Document.id.desc())
        .limit(limit)
    )
    for document in session.scalars(query):
        for found in comparisons(session, storage, document):
            if not found.is_good:
                parts = f" ({', '.join(found.parts)})" if found.parts else ""
                yield f"document {document.id} ({document.template}): {found.copy} printed again {found.verdict}{parts}"


def _files(session: Session, storage: Storage) -> Iterator[str]:
    for stored in session.scalars(select(StoredFile).order_by(StoredFile.id)):
        try:
            data = storage.get(stored.sha256)
        except FileNotFoundError:
            yield f"file {stored.id}: {stored.sha256} is not in the storage"
        except Exception as error:  # altered bytes, an unreadable disk: each is a finding, not the end
            yield f"file {stored.id}: {stored.sha256} cannot be read ({type(error).__name__})"
        else:
            if hashlib.sha256(data).hexdigest() != stored.sha256 or len(data) != stored.size:
                yield f"file {stored.id}: the content is not {stored.sha256}"
