"""What the page of a batch shows: how far it is, its papers, those that need somebody first, and its ZIP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import case, func, select

from app.audit import service as audit
from app.cases.roles import may_in_programme, require_in_programme
from app.core.errors import NotFound, Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents.batch_models import (
    FAILED,
    INCOMPLETE,
    MADE,
    PRINTED,
    REFUSED,
    WAITING,
    DocumentBatch,
    DocumentBatchRow,
)
from app.documents.docx.carried import unpack
from app.documents.models import Document, DocumentFile
from app.documents.printing import PAPER
from app.documents.proofing import Unverified
from app.documents.templates import registry
from app.files.models import StoredFile

ROWS = 100  # on one page
LATEST = 5

STATES: dict[str, tuple[Text, str, str]] = {  # state → word, colour, icon
    WAITING: (_("waits for its turn"), "", "clock"),
    MADE: (_("being printed"), "info", "printer"),
    PRINTED: (_("printed"), "ok", "check"),
    INCOMPLETE: (_("incomplete"), "warn", "triangle-alert"),
    REFUSED: (_("not made"), "bad", "triangle-alert"),
    FAILED: (_("not printed"), "bad", "triangle-alert"),
}


@dataclass(frozen=True)
class Line:
    """A row of the batch as it is read now."""

    name: str
    document_id: int | None
    state: str
    lacking: list[str]
    reasons: list[Reason]
    unchecked: list[Unverified]


@dataclass
class BatchState:
    """How far a batch is; `lines` are one page of it, those that need somebody first."""

    batch: DocumentBatch
    title: str
    counts: dict[str, int]
    lines: list[Line] = field(default_factory=list)
    page: int = 1

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Papers of which something has become, be it a refusal."""
        return self.total - self.counts.get(WAITING, 0) - self.counts.get(MADE, 0)

    @property
    def printed(self) -> int:
        return self.counts.get(PRINTED, 0)

    @property
    def troubled(self) -> int:
        return self.done - self.printed

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ROWS))


def get_batch(work: Work, key: int) -> DocumentBatch:
    """The batch. Raises NotFound, Forbidden for whoever makes no papers."""
    found = work.session.scalars(select(DocumentBatch).where(DocumentBatch.id == key)).one_or_none()
    if found is None:
        raise NotFound
    require_in_programme(work, "documents.draft", found.programme)
    return found


def state_of(work: Work, found: DocumentBatch, page: int | None = None) -> BatchState:
    """How far the batch is, with the rows of a page when one is named."""
    rows = work.session.execute(
        select(DocumentBatchRow.state, func.count())
        .where(DocumentBatchRow.batch_id == found.id)
        .group_by(DocumentBatchRow.state)
    )
    title = registry().on(found.template, found.created_at.date()).title
    state = BatchState(found, str(title), {str(row[0]): int(row[1]) for row in rows})
    if page is not None:
        state.page = min(max(1, page), state.pages)
        state.lines = _lines(work, found, state.page)
    return state


def latest(work: Work, programme_id: int) -> list[BatchState]:
    """The last batches of a programme, the newest first."""
    query = (
        select(DocumentBatch)
        .where(DocumentBatch.programme_id == programme_id)
        .order_by(DocumentBatch.id.desc())
        .limit(LATEST)
    )
    found = work.session.scalars(query).all()
    return [state_of(work, one) for one in found if may_in_programme(work, "documents.draft", one.programme)]


def files(work: Work, found: DocumentBatch) -> list[tuple[str, Callable[[], bytes]]]:
    """Title and reader of every paper that was printed; each taken home is written down in its history.

    Raises Refusal when there is none.
    """
    rows = work.session.execute(
        select(Document.id, Document.title, StoredFile.sha256)
        .join(DocumentBatchRow, DocumentBatchRow.document_id == Document.id)
        .join(
            DocumentFile,
            (DocumentFile.document_id == Document.id)
            & (DocumentFile.copy == PAPER)
            & (DocumentFile.revision == Document.revision),
        )
        .join(StoredFile, StoredFile.id == DocumentFile.file_id)
        .where(DocumentBatchRow.batch_id == found.id)
        .order_by(Document.id)
    ).all()
    if not rows:
        raise Refusal([Reason(_("None of these documents is complete yet."))])
    for key, _title, _sha256 in rows:
        about = (Document.__tablename__, key)
        audit.record(work, "document:download", about, stream=f"document:{key}", data={"copy": "zip"})
    return [(title, partial(work.ports.storage.get, sha256)) for _key, title, sha256 in rows]


def _lines(work: Work, found: DocumentBatch, page: int) -> list[Line]:
    first = case(
        (DocumentBatchRow.state.in_((FAILED, REFUSED)), 0), (DocumentBatchRow.state == INCOMPLETE, 1), else_=2
    )
    rows = work.session.scalars(
        select(DocumentBatchRow)
        .where(DocumentBatchRow.batch_id == found.id)
        .order_by(first, DocumentBatchRow.id)
        .limit(ROWS)
        .offset((page - 1) * ROWS)
    )
    return [
        Line(
            row.name, row.document_id, row.state, list(row.told.get("lacking", ())),
            [Reason(unpack(text), link) for text, link in row.told.get("reasons", ())],
            [Unverified(kind, key, name) for kind, key, name in row.told.get("unchecked", ())],
        )
        for row in rows
    ]  # fmt: skip
