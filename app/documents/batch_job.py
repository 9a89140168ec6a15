"""Hundreds of papers made and printed by workers: part by part, on every core, with a result per row.

A part is one job of the outbox, short enough for its lease, that promises the next one. Each draft is a unit of
work of the person who asked; the printed files of a part are entered in one. What a killed worker had not
committed is done again by the next, what it had is left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.memberships import actor_for
from app.access.scopes import as_system
from app.cases.models import Programme
from app.cases.roles import require_in_programme
from app.core.actor import SYSTEM, Actor
from app.core.errors import Busy, Invalid, NotFound, OporaError, Reason
from app.core.i18n import _, in_locale
from app.core.unit_of_work import Runtime, Work
from app.documents import batch, proofing
from app.documents.batch_models import (
    FAILED,
    INCOMPLETE,
    MADE,
    PRINTED,
    REFUSED,
    TO_DO,
    WAITING,
    DocumentBatch,
    DocumentBatchRow,
)
from app.documents.docx.carried import pack
from app.documents.docx.frozen import thaw
from app.documents.docx.pool import RenderPool, shared
from app.documents.docx.process import RenderStopped
from app.documents.docx.rendering import RenderError
from app.documents.models import Document, DocumentFile
from app.documents.printing import PAPER, enter, printed_by_another
from app.documents.templates import Template, edition_of, registry
from app.documents.values import missing
from app.jobs import outbox
from app.jobs.execution import looking, place

JOB = "documents.batch"
FROM = 21  # papers; fewer are made while one waits
MOST = 3_000
PART = 50  # papers of one job
MAKING, PRINTING = 6.0, 8.0  # seconds of a job after which the rest is left to the next: its lease is 30

log = structlog.get_logger(__name__)


def begin(
    work: Work, kind: Template, programme: Programme, cases: Sequence[tuple[int, str]]
) -> DocumentBatch:
    """Promise a paper for each of the cases, (key, school). Raises Forbidden, Invalid when they are too many."""
    require_in_programme(work, "documents.draft", programme)
    if len(cases) > MOST:
        raise Invalid(fields={"cases": _("At most %(n)s cases at once.", n=MOST)})
    found = DocumentBatch(
        programme_id=programme.id, template=kind.code, author_id=work.actor.user_id, author=work.actor.name,
        created_at=work.now, finished_at=None,
    )  # fmt: skip
    work.session.add(found)
    work.session.flush()
    work.session.add_all(
        DocumentBatchRow(
            batch_id=found.id, case_id=key, name=school[:400], state=WAITING, is_new=False, told={}
        )
        for key, school in cases
    )
    work.session.flush()
    outbox.enqueue(work, JOB, f"{found.id}:0", {"batch": found.id, "part": 0})
    return found


class BatchPress:
    """The handler of one part: first makes and prints, then promises the next part or notes the end."""

    def __init__(self, pool: RenderPool | None = None) -> None:
        self._pool = pool

    def outside(self, runtime: Runtime, payload: Mapping[str, Any]) -> None:
        """Make the drafts of a part and print them, each step committed by itself."""
        key = int(payload["batch"])
        with looking(runtime) as session:
            found = session.scalars(select(DocumentBatch).where(DocumentBatch.id == key)).one()
            todo = _rows(session, key, TO_DO)
            today = runtime.read(SYSTEM).today
            author = (
                SYSTEM
                if found.author_id is None
                else actor_for(session, found.author_id, found.author, today)
            )
            asked = _Asked(found.template, found.programme_id, author)
        until = time.monotonic() + MAKING
        for row_id in [row.id for row in todo if row.state == WAITING]:
            _make(runtime, asked, row_id)
            if time.monotonic() > until:
                break
        self._print(runtime, key)

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        """Promise the next part, or note that the batch is finished."""
        key, part = int(payload["batch"]), int(payload["part"])
        if _rows(work.session, key, TO_DO, limit=1):
            outbox.enqueue(work, JOB, f"{key}:{part + 1}", {"batch": key, "part": part + 1})
            return
        found = work.session.scalars(select(DocumentBatch).where(DocumentBatch.id == key)).one()
        found.finished_at = found.finished_at or work.now

    def _print(self, runtime: Runtime, key: int) -> None:
        with looking(runtime) as session:
            papers = list(_papers(session, key))
        until = time.monotonic() + PRINTING
        done: list[tuple[_Paper, bytes | RenderError | None]] = [
            (one, None) for one in papers if one.is_there
        ]
        pool = self._pool or shared()
        for template in dict.fromkeys(one.template for one in papers if not one.is_there):
            group = [one for one in papers if one.template == template and not one.is_there]
            content = runtime.ports.storage.get(template)
            for paper, error, data in _printed(pool, content, group, until):
                if error is not None and not isinstance(error, RenderError):
                    raise error
                if data is not None:
                    runtime.ports.storage.put(
                        data
                    )  # slow, so before the write begins; twice is as good as once
                done.append((paper, error if error is not None else data))
        with runtime.work(SYSTEM) as work:
            for paper, outcome in done:
                _enter(work, paper, outcome)


@dataclass(frozen=True)
class _Asked:
    template: str
    programme_id: int
    author: Actor


@dataclass(frozen=True)
class _Paper:
    """What is printed, read before the printing: a revision that is overtaken meanwhile is left."""

    row_id: int
    document_id: int
    revision: int
    template: str
    values: dict[str, Any]
    is_there: bool


def _rows(session: Session, key: int, states: Sequence[str], limit: int = PART) -> Sequence[DocumentBatchRow]:
    return session.scalars(
        select(DocumentBatchRow)
        .where(DocumentBatchRow.batch_id == key, DocumentBatchRow.state.in_(states))
        .order_by(DocumentBatchRow.id)
        .limit(limit)
    ).all()


def _locked(work: Work, row_id: int) -> DocumentBatchRow:
    with as_system(work.session):
        return work.session.scalars(
            select(DocumentBatchRow).where(DocumentBatchRow.id == row_id).with_for_update()
        ).one()


def _make(runtime: Runtime, asked: _Asked, row_id: int) -> None:
    """The draft of one row, in the name of the person who asked; a refusal is its row's and nobody else's."""
    try:
        with runtime.work(asked.author) as work, in_locale("ru"):
            row = _locked(work, row_id)
            if row.state != WAITING:
                return  # another worker has made it
            kind = registry().on(asked.template, work.today)
            if not batch.is_one_each(work, kind):
                raise NotFound
            with printed_by_another():
                document, is_new = batch.begun(work, kind, asked.programme_id, (row.case_id,))
            told = _look(work, document)
            row.document_id, row.name, row.is_new = document.id, document.title, is_new
            row.state, row.told = INCOMPLETE if "lacking" in told else MADE, told
    except (Busy, DBAPIError):
        raise  # nothing is wrong with the paper: the job is tried again
    except Exception as error:
        # Whatever is wrong with one paper concerns its row only; the others must go on.
        if not isinstance(error, OporaError):
            log.error("batch.row_failed", row=row_id, error=place(error))
        reasons = (
            batch.why_not(error)
            if isinstance(error, OporaError)
            else [Reason(_("The document could not be made; the administrator finds the cause in the log."))]
        )
        with runtime.work(SYSTEM) as work:
            row = _locked(work, row_id)
            if row.state == WAITING:
                row.state = REFUSED if isinstance(error, OporaError) else FAILED
                row.told = {"reasons": _packed(reasons)}


def _look(work: Work, document: Document) -> dict[str, Any]:
    """What the draft lacks and whose case forms nobody has checked."""
    told: dict[str, Any] = {}
    if document.is_draft:
        values = thaw(document.values)
        template = edition_of(document)
        if lacking := [one.label for one in missing(template, values)]:
            told["lacking"] = lacking
        if cards := dict.fromkeys(proofing.unverified_cards(work, values).values()):
            told["unchecked"] = [[one.kind, one.key, one.name] for one in cards]
    return told


def _papers(session: Session, key: int) -> Iterator[_Paper]:
    rows = {row.document_id: row for row in _rows(session, key, (MADE,))}
    documents = session.scalars(select(Document).where(Document.id.in_(rows))).all()
    files = session.scalars(
        select(DocumentFile).where(
            DocumentFile.document_id.in_(rows), DocumentFile.copy == PAPER, DocumentFile.file_id.is_not(None)
        )
    )
    there = {(file.document_id, file.revision) for file in files}
    for document in sorted(documents, key=lambda one: rows[one.id].id):
        yield _Paper(
            rows[document.id].id, document.id, document.revision, document.template_hash, thaw(document.values),
            (document.id, document.revision) in there,
        )  # fmt: skip


def _printed(
    pool: RenderPool, content: bytes, group: Sequence[_Paper], until: float
) -> Iterator[tuple[_Paper, Exception | None, bytes | None]]:
    """The papers as they come, until the time is over; one lost with its child is tried once more at the end."""
    lost: list[_Paper] = []
    if time.monotonic() > until:
        return
    for paper, result in zip(group, pool.render_many(content, [one.values for one in group]), strict=False):
        if isinstance(result.error, RenderStopped) and result.error.why == "lost":
            lost.append(paper)  # of the machine perhaps, not of the paper
        else:
            yield paper, result.error, result.data
        if time.monotonic() > until:
            break
    for paper in lost:  # only now: the children of the run above are free again
        result = next(iter(pool.render_many(content, [paper.values], workers=1)))
        yield paper, result.error, result.data


def _enter(work: Work, paper: _Paper, outcome: bytes | RenderError | None) -> None:
    row = _locked(work, paper.row_id)
    if row.state != MADE:
        return
    document = work.session.scalars(select(Document).where(Document.id == paper.document_id)).one()
    if outcome is not None and document.revision != paper.revision:
        return  # edited since: the next part prints it as it stands then
    file = work.session.scalars(
        select(DocumentFile).where(
            DocumentFile.document_id == document.id, DocumentFile.copy == PAPER,
            DocumentFile.revision == paper.revision,
        )
    ).first()  # fmt: skip
    if outcome is not None and (file is None or file.file_id is None):
        enter(work, document, PAPER, paper.revision, outcome, file)
    if isinstance(outcome, RenderError):
        row.state = FAILED
        row.told = {
            **row.told,
            "reasons": _packed([Reason(outcome.message, f"/documents/{document.id}/edit")]),
        }
    else:
        row.state = PRINTED


def _packed(reasons: Sequence[Reason]) -> list[Any]:
    return [[pack(one.text), one.link] for one in reasons]


HANDLERS = {JOB: BatchPress()}
