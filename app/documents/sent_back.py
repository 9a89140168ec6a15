"""Schools that have dropped out of an order on the plan before its registration: their plan went back, or their
support ended. A draft leaves them out; what was sent for signing is withdrawn to the draft, signed or not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select

from app.access.scopes import as_system
from app.cases.models import Case, CaseStatus, StageRound
from app.core.errors import Reason
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentCase
from app.documents.rules import NUMBERED, PLAN_ORDER
from app.documents.steps import note


def sent_back(work: Work, document: Document) -> list[DocumentCase]:
    """Cases of the order whose adopted plan was sent back since: it would approve what nobody adopted."""
    if document.template != PLAN_ORDER or document.in_state in NUMBERED:
        return []
    stay = and_(
        StageRound.case_id == DocumentCase.case_id,
        StageRound.stage == DocumentCase.stage,
        StageRound.round == DocumentCase.round,
    )
    query = (
        select(DocumentCase, Case, StageRound.left_by)
        .join(Case, Case.id == DocumentCase.case_id)
        .join(StageRound, stay)
        .where(DocumentCase.document_id == document.id)
        .order_by(DocumentCase.id)
    )
    with as_system(work.session):  # what a paper speaks about does not depend on who reads it
        rows = work.session.execute(query).all()
    out = {
        link.id: link
        for link, case, left_by in rows
        if case.status == CaseStatus.cancelled or (left_by and _is_return(work, case, left_by))
    }
    return list(out.values())


def names_of(gone: Sequence[DocumentCase]) -> str:
    return ", ".join(link.case.school.short_name for link in gone)


def to_take_back(work: Work, document: Document) -> list[DocumentCase]:
    """Cases for which an order that was sent for signing has to become a draft again; none when it goes on."""
    return [] if document.is_draft else sent_back(work, document)


def withdrawal(document: Document, gone: Sequence[DocumentCase]) -> Reason:
    """What is to be done about them, said to whoever works on all cases of the order."""
    told = _("The plan was sent back or the support has ended: %(names)s. Withdraw the order to the draft: it approves "
             "only plans the group has adopted.", names=names_of(gone))  # fmt: skip
    return Reason(told, f"/documents/{document.id}")


def why_taken_back(work: Work, document: Document) -> Reason | None:
    """Why an order that was sent for signing is neither registered nor signed now; None when it goes on."""
    gone = to_take_back(work, document)
    return withdrawal(document, gone) if gone else None


def leave_out(work: Work, document: Document) -> None:
    """Take them out of the draft; a draft about nobody else keeps them and waits (`drafting.send_to_sign`)."""
    gone = sent_back(work, document)
    if len(gone) == len(document.cases):
        return
    for link in gone:
        note(work, document, "document:uncover", only=link.case_id)
        document.cases.remove(link)
        work.session.delete(link)
    work.session.flush()


def _is_return(work: Work, case: Case, left_by: str) -> bool:
    definition = work.ports.definitions.of(work.session, case)
    steps = (
        one.transitions.get(left_by) for one in (definition, *definition.editions.values())
    )  # the stay may have ended by a former version
    return any(step is not None and step.kind == "return" for step in steps)
