"""What waits for a person among the papers: drafts to complete, papers to sign, papers to register."""

from __future__ import annotations

from flask import has_request_context, url_for

from app.cases.roles import may_in_programme
from app.core.errors import Reason
from app.core.i18n import Text, _
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.documents.frozen import thaw
from app.documents.models import Document
from app.documents.queries import list_documents
from app.documents.rules import DocumentKind, DocumentState, missing_signers
from app.documents.signers import ROLE_LABELS
from app.documents.templates import registry
from app.documents.values import missing

# who completes a draft: the minutes are the secretary's, everything else the clerk's
DRAFTER = {DocumentKind.protocol: "secretary"}


def document_queue(work: Work) -> list[QueueItem]:
    """Papers whose next step is the actor's."""
    waiting = list_documents(work.session, states=["draft", "to_sign", "signed"])
    papers = [
        document for document in waiting if document.kind != DocumentKind.report
    ]  # a report waits for nobody
    return [item for document in papers if (item := _item(work, document)) is not None]


def _item(work: Work, document: Document) -> QueueItem | None:
    title: Text
    reasons: tuple[Reason, ...] = ()
    in_curation = document.kind == DocumentKind.agreement and "curation" in work.ports.pages
    match document.in_state:
        case DocumentState.draft if work.actor.has(DRAFTER.get(document.of_kind, "clerk")):
            template = registry().of(document.template, document.template_hash)
            reasons = tuple(
                Reason(_("Fill in: %(label)s", label=f.label))
                for f in missing(template, thaw(document.values))
            )
            title = _("Complete the draft: %(title)s", title=document.title)
        case DocumentState.to_sign if not in_curation and _signs(work, document):
            lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
            reasons = tuple(Reason(_("No signature: %(role)s", role=ROLE_LABELS[role])) for role in lacking)
            title = _("Have it signed: %(title)s", title=document.title)
        case DocumentState.signed if not in_curation and may_in_programme(
            work, "documents.register", document.programme
        ):
            title = _("Register: %(title)s", title=document.title)
        case _:
            return None
    return QueueItem(
        title=title, where=_where(document), link=_link(document), since=document.sent_at or document.created_at,
        case_id=document.cases[0].case_id if len(document.cases) == 1 else None, missing=reasons, kind="document",
    )  # fmt: skip


def _signs(work: Work, document: Document) -> bool:
    """Whoever notes the signature, and the head whose signature an order waits for."""
    if document.kind == DocumentKind.order:
        return work.actor.has("clerk", "head")
    if document.kind == DocumentKind.protocol:
        return work.actor.has("secretary", "chair")
    return work.actor.has("clerk")


def _where(document: Document) -> str:
    return ", ".join(link.case.school.short_name for link in document.cases) or str(document.programme)


def _link(document: Document) -> str:
    if has_request_context():
        return url_for("DocumentView.show", document_id=document.id)
    return f"/documents/{document.id}"


QUEUES: list[QueueSource] = [document_queue]
