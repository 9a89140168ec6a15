"""Schools that have dropped out of the draft of an order on the plan: their plan went back, or their support ended."""

from __future__ import annotations

from sqlalchemy import and_, select

from app.access.scopes import as_system
from app.cases.models import Case, CaseStatus, StageRound
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentCase
from app.documents.rules import PLAN_ORDER
from app.documents.steps import note


def sent_back(work: Work, document: Document) -> list[DocumentCase]:
    """Cases of the draft whose adopted plan was sent back since: an order about them would approve what nobody adopted.

    None while it is no draft: what was sent for signing is withdrawn first.
    """
    if document.template != PLAN_ORDER or not document.is_draft:
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
