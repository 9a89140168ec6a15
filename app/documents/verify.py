"""Proof that the journal and the files hold: numbers unique, every gap explained, every hash true."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.ports import Storage
from app.documents.frozen import digest
from app.documents.models import Document, NumberGap, Registration, Series
from app.documents.numbering import Gap, GapReason, unexplained
from app.documents.rules import DocumentState, missing_signers
from app.files.models import StoredFile

_NUMBERED = frozenset({DocumentState.registered, DocumentState.in_force, DocumentState.changed})
_UNSIGNED = frozenset({DocumentState.draft, DocumentState.to_sign})


def findings(session: Session, storage: Storage | None = None, *, read_files: bool = True) -> Iterator[str]:
    """One sentence per fault; none when the journal is whole. With `storage` the files are read as well."""
    yield from _journal(session)
    yield from _papers(session, storage)
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
        if document.in_state in _NUMBERED:
            lines = session.scalars(
                select(Registration).options(joinedload(Registration.series))
                .where(Registration.document_id == document.id, Registration.annulled_at.is_(None))
                .order_by(Registration.id)
            ).all()  # fmt: skip
            printed = ", ".join(r.spelling or f"{r.number}{r.suffix}{r.series.prefix}" for r in lines)
            if printed != document.number or any(line.dated != document.dated for line in lines):
                yield f"{name}: is numbered {document.number or '–'}, the journal says {printed or 'nothing'}"


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
