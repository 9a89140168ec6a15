"""What the pages show of a paper's further life: other papers, addressees, filing; of a case: incoming papers."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.cases.models import Case
from app.cases.roles import may_in_programme
from app.cases.terms import calendar_of
from app.core.i18n import Text, _, numbered
from app.core.unit_of_work import Work
from app.documents import acknowledgement, incoming, links
from app.documents.docx.frozen import thaw
from app.documents.models import Acknowledgement, Document
from app.documents.queries import list_documents
from app.documents.rules import (
    INCOMING_LABELS,
    LINKS_OF,
    NUMBERED,
    PURPOSES,
    SIGNERS,
    STATE_LABELS,
    DocumentKind,
    DocumentState,
    Move,
    missing_signers,
    next_state,
)
from app.documents.signers import ROLE_LABELS
from app.documents.unread import SENT
from app.engine.deadlines import days_left
from app.ui.paging import paged

SHOWN = 50  # addressees of one page


def context(work: Work, document: Document) -> dict[str, Any]:
    """The cards of the document's page that follow its registration."""
    readers = acknowledgement.addressees(work, document.id)
    open_lines = [row for row in readers if row.read_at is None and not row.is_released]
    mine = next((row for row in open_lines if acknowledgement.capacity_of(work, row)), None)
    office = may_in_programme(work, "documents.draft", document.programme)
    clerk = may_in_programme(work, "documents.register", document.programme)
    state, kind = document.in_state, document.of_kind
    return {
        "marks": links.marks_of(work.session, [document.id]).get(document.id, []),
        "may_link": office and bool(LINKS_OF.get(kind)) and state not in NUMBERED,
        "readers": readers, "readers_shown": paged(sorted(readers, key=_is_over), SHOWN, "readers"),
        "mine": mine if state in SENT else None,
        "capacity": acknowledgement.capacity_of(work, mine) if mine else "",
        "may_mail": clerk and state in SENT and kind != DocumentKind.report,
        "may_archive": clerk and next_state(kind, state, Move.archive) is not None,
        "may_compare": office and not document.is_draft,
        "before": STATE_LABELS[DocumentState(document.archived_from)] if document.archived_from else None,
        "purpose": PURPOSES[kind],
    }  # fmt: skip


def _is_over(row: Acknowledgement) -> bool:
    """Of a long list those come first who are still waited for."""
    return row.read_at is not None or row.is_released


def step_note(document: Document, state: DocumentState) -> Text | str:
    """What a step of the way says of this very paper: signatures given, the number, the term, the file."""
    if document.is_draft:
        return ""
    match state:
        case DocumentState.to_sign if len(SIGNERS[document.of_kind]) > 1:
            return _("signatures: %(done)s of %(all)s", done=len(document.signatures),
                     all=len(SIGNERS[document.of_kind]))  # fmt: skip
        case DocumentState.registered if document.number:
            return str(numbered(document.number))
        case DocumentState.in_force if document.kind == DocumentKind.agreement:
            ends = thaw(document.values).get("ends")
            return _("until %(day)s", day=f"{ends:%d.%m.%Y}") if isinstance(ends, date) else ""
        case DocumentState.archived if document.file_index:
            return _("File No. %(index)s", index=document.file_index)
    return ""


def of_case(work: Work, case: Case) -> dict[str, Any]:
    """Papers of the case that wait for signatures, with who has to give them, and incoming papers about it."""
    rows = incoming.list_incoming(work, case_id=case.id)
    waiting = [
        {"document": paper, "who": _who(paper), "purpose": PURPOSES[paper.of_kind]}
        for paper in list_documents(work.session, case_id=case.id, states=[str(DocumentState.to_sign)])
    ]
    return {
        "to_sign": waiting, "incoming": rows, "incoming_kinds": INCOMING_LABELS, "incoming_left": left_of(work, rows),
        "may_receive": may_in_programme(work, "documents.incoming", case.programme),
    }  # fmt: skip


def left_of(work: Work, rows: Any) -> dict[int, int]:
    """Working days left to answer, by the key of the incoming paper."""
    calendar = calendar_of(work)
    return {row.id: days_left(work.today, row.answer_due, calendar) for row in rows if row.is_open}


def _who(document: Document) -> str:
    lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
    return str(_("No signature: %(role)s", role="; ".join(str(ROLE_LABELS[role]) for role in lacking)))
