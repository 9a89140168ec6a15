"""Who sees a paper: the authority of its programme all of them, a school those sent for signing that cover its case.

A report repeats what a page of the case says, so whoever sees the case sees it from the first printing.

The journal belongs to the clerk and the head of the organisation whose numbers it holds; whoever sees a
paper sees its line.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from app.access.roles import AUTHORITY
from app.access.scopes import policy
from app.cases.policy import of_own_programme, of_visible_case
from app.core.actor import Actor
from app.documents.batch_models import DocumentBatch, DocumentBatchRow
from app.documents.models import (
    Acknowledgement,
    Document,
    DocumentCase,
    DocumentFile,
    DocumentLink,
    DocumentSignature,
    DraftInput,
    Incoming,
    IncomingCase,
    NumberGap,
    Registration,
    Series,
)
from app.documents.rules import DocumentKind, DocumentState
from app.files.policy import also_visible

_documents, _cases = Document.__table__, DocumentCase.__table__
_files, _signatures = DocumentFile.__table__, DocumentSignature.__table__
_series, _lines = Series.__table__, Registration.__table__
_links, _addressees = DocumentLink.__table__, Acknowledgement.__table__
_incoming, _incoming_cases = Incoming.__table__, IncomingCase.__table__


@policy(Document)
def visible_documents(actor: Actor) -> ColumnElement[bool]:
    covered = select(_cases.c.document_id).where(of_visible_case(_cases.c.case_id, actor))
    is_out = or_(
        _documents.c.state != str(DocumentState.draft), _documents.c.kind == str(DocumentKind.report)
    )
    return or_(
        of_own_programme(_documents.c.programme_id, actor),
        and_(is_out, _documents.c.id.in_(covered)),
        _documents.c.id.in_(select(_addressees.c.document_id).where(_addressed_to(actor))),
    )


def _addressed_to(actor: Actor) -> ColumnElement[bool]:
    """A paper was sent to the actor's school, or to himself."""
    schools = sorted(actor.organisation_ids("director", "deputy", "curator"))
    own = _addressees.c.organisation_id.in_(schools)
    return or_(own, _addressees.c.person_id == actor.person_id) if actor.person_id else own


def _of_visible_document(document_id: ColumnElement[int], actor: Actor) -> ColumnElement[bool]:
    return document_id.in_(select(_documents.c.id).where(visible_documents(actor)))


@policy(DocumentCase)
def visible_document_cases(actor: Actor) -> ColumnElement[bool]:
    """A school does not learn from a paper which other cases there are."""
    return and_(_of_visible_document(_cases.c.document_id, actor), of_visible_case(_cases.c.case_id, actor))


@policy(DocumentFile)
def visible_document_files(actor: Actor) -> ColumnElement[bool]:
    return _of_visible_document(_files.c.document_id, actor)


@policy(DocumentSignature)
def visible_signatures(actor: Actor) -> ColumnElement[bool]:
    return _of_visible_document(_signatures.c.document_id, actor)


@policy(DocumentLink)
def visible_links(actor: Actor) -> ColumnElement[bool]:
    """Whoever sees one of the two papers learns that the other changed or cancelled it."""
    return or_(
        _of_visible_document(_links.c.document_id, actor), _of_visible_document(_links.c.target_id, actor)
    )


@policy(Acknowledgement)
def visible_acknowledgements(actor: Actor) -> ColumnElement[bool]:
    """The authority sees who has read its papers; a school its own line and no other's."""
    papers = select(_documents.c.id).where(of_own_programme(_documents.c.programme_id, actor))
    return or_(_addressees.c.document_id.in_(papers), _addressed_to(actor))


@policy(Incoming)
def visible_incoming(actor: Actor) -> ColumnElement[bool]:
    """The authority all of them, a school those about its case."""
    about = select(_incoming_cases.c.incoming_id).where(of_visible_case(_incoming_cases.c.case_id, actor))
    return or_(of_own_programme(_incoming.c.programme_id, actor), _incoming.c.id.in_(about))


@policy(IncomingCase)
def visible_incoming_cases(actor: Actor) -> ColumnElement[bool]:
    return of_visible_case(_incoming_cases.c.case_id, actor)


def _of_visible_incoming(line_id: ColumnElement[int], actor: Actor) -> ColumnElement[bool]:
    return line_id.in_(select(_incoming.c.registration_id).where(visible_incoming(actor)))


@policy(Series)
def visible_series(actor: Actor) -> ColumnElement[bool]:
    keepers = sorted(actor.organisation_ids("clerk", "head"))
    known = select(_lines.c.series_id).where(_known_line(actor))
    return or_(_series.c.organisation_id.in_(keepers), _series.c.id.in_(known))


@policy(Registration)
def visible_registrations(actor: Actor) -> ColumnElement[bool]:
    keepers = sorted(actor.organisation_ids("clerk", "head"))
    own = select(_series.c.id).where(_series.c.organisation_id.in_(keepers))
    return or_(_lines.c.series_id.in_(own), _known_line(actor))


def _known_line(actor: Actor) -> ColumnElement[bool]:
    return or_(_of_visible_document(_lines.c.document_id, actor), _of_visible_incoming(_lines.c.id, actor))


@policy(NumberGap)
def visible_gaps(actor: Actor) -> ColumnElement[bool]:
    if not actor.has(*AUTHORITY):
        return NumberGap.__table__.c.id.is_(None)
    keepers = sorted(actor.organisation_ids("clerk", "head"))
    own = select(_series.c.id).where(_series.c.organisation_id.in_(keepers))
    return NumberGap.__table__.c.series_id.in_(own)


@policy(DraftInput)
def visible_draft_inputs(actor: Actor) -> ColumnElement[bool]:
    """What is not saved yet is seen by nobody but who typed it."""
    inputs = DraftInput.__table__
    return and_(inputs.c.user_id == (actor.user_id or 0), _of_visible_document(inputs.c.document_id, actor))


@policy(DocumentBatch)
def visible_batches(actor: Actor) -> ColumnElement[bool]:
    """Papers made at once are the authority's work; a school sees the papers themselves."""
    return of_own_programme(DocumentBatch.__table__.c.programme_id, actor)


@policy(DocumentBatchRow)
def visible_batch_rows(actor: Actor) -> ColumnElement[bool]:
    batches = DocumentBatch.__table__
    return DocumentBatchRow.__table__.c.batch_id.in_(select(batches.c.id).where(visible_batches(actor)))


def files_of_documents(actor: Actor) -> ColumnElement[bool]:
    """Renderings, scans and the scans of hand-entered lines of papers the actor sees."""
    from app.files.models import StoredFile

    files = StoredFile.__table__
    return or_(
        files.c.id.in_(select(_files.c.file_id).where(_of_visible_document(_files.c.document_id, actor))),
        files.c.id.in_(
            select(_signatures.c.file_id).where(_of_visible_document(_signatures.c.document_id, actor))
        ),
        files.c.id.in_(select(_lines.c.scan_id).where(_known_line(actor))),
        files.c.id.in_(select(_addressees.c.scan_id).where(_addressed_to(actor))),
    )


also_visible(files_of_documents)
