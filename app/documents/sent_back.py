"""Schools that have dropped out of an order on the plan before its registration: their plan went back, or their
support ended. A draft leaves them out; what was sent for signing is withdrawn to the draft, signed or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.access.scopes import as_system
from app.cases.adopted import is_sent_back
from app.cases.models import Case, CaseStatus, StageRound
from app.core.asked_once import asked_once
from app.core.errors import Reason
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentCase, DocumentLink
from app.documents.rules import NUMBERED, PLAN_CHANGE, PLAN_ORDER
from app.documents.steps import note

Stay = tuple[DocumentCase, Case, StageRound]


def sent_back(work: Work, document: Document) -> list[DocumentCase]:
    """Cases of the order whose adopted plan was sent back since: it would approve what nobody adopted."""
    if not _is_open_order(document):
        return []
    with as_system(work.session):  # what a paper speaks about does not depend on who reads it
        gone = [
            link
            for link, case, stay in _stays(work.session, document.id)
            if case.status == CaseStatus.cancelled
            or is_sent_back(work.ports.definitions.of(work.session, case), stay)
        ]
        if gone and document.template == PLAN_CHANGE:
            anew = {link.id for link in approving(work, document)}
            gone = [link for link in gone if link.id in anew]
    return gone


def look_at_stays(work: Work, documents: Iterable[Document]) -> None:
    """Read at once what `sent_back` asks about each of these papers."""
    session, orders = work.session, [one.id for one in documents if _is_open_order(one)]
    with as_system(session):  # as there
        _stays.look_ahead(session, orders, lambda some: _stays_of(session, some))


def _is_open_order(document: Document) -> bool:
    return document.template in (PLAN_ORDER, PLAN_CHANGE) and document.in_state not in NUMBERED


@asked_once
def _stays(session: Session, document_id: int) -> Sequence[Stay]:
    """The cases of an order, each with its stay whose plan the order is about."""
    return _stays_of(session, [document_id])[document_id]


def _stays_of(session: Session, document_ids: Sequence[int]) -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = {key: [] for key in document_ids}
    stay = and_(
        StageRound.case_id == DocumentCase.case_id,
        StageRound.stage == DocumentCase.stage,
        StageRound.round == DocumentCase.round,
    )
    query = (
        select(DocumentCase, Case, StageRound)
        .join(Case, Case.id == DocumentCase.case_id)
        .join(StageRound, stay)
        .where(DocumentCase.document_id.in_(document_ids))
        .order_by(DocumentCase.id)
    )
    for link, case, one in session.execute(query):
        found[link.document_id].append((link, case, one))
    return found


def approving(work: Work, document: Document) -> list[DocumentCase]:
    """Cases whose plan the order approves: all of them, of a change those whose plan was adopted since the order it
    changes. The others stand in its appendix with the plan they have.
    """
    links = work.session.scalars(select(DocumentCase).where(DocumentCase.document_id == document.id)).all()
    if document.template != PLAN_CHANGE:
        return list(links)
    before = _approved(work, document)
    return [
        link
        for link in links
        if link.case_id in before
        and link.stage == before[link.case_id][0]
        and link.round > before[link.case_id][1]
    ]


def _approved(work: Work, document: Document) -> dict[int, tuple[str, int]]:
    """The stays the changed order approved the plans of, by case."""
    target = select(DocumentLink.target_id).where(DocumentLink.document_id == document.id)
    links = work.session.scalars(select(DocumentCase).where(DocumentCase.document_id.in_(target)))
    return {link.case_id: (link.stage, link.round) for link in links}


def _ended(work: Work, document: Document) -> list[DocumentCase]:
    """Cases in the appendix of a change whose support was terminated, whichever plan of theirs stands there."""
    if document.template != PLAN_CHANGE:
        return []
    of_it = (DocumentCase.document_id == document.id, Case.status == CaseStatus.cancelled)
    with as_system(work.session):  # as in `sent_back`
        links = work.session.scalars(
            select(DocumentCase).join(Case, Case.id == DocumentCase.case_id).where(*of_it)
        )
        return list(links)


def goes_on(work: Work, document: Document, gone: Sequence[DocumentCase]) -> bool:
    """Whether the order approves the plan of anybody else."""
    return len(gone) < len(approving(work, document))


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
    """Take them out of the draft; a draft about nobody else keeps them and waits (`drafting.send_to_sign`). Of a change
    they stay in the appendix with the plan they had before, unless their support has ended.
    """
    gone, ended = sent_back(work, document), _ended(work, document)
    if not (gone or ended) or not goes_on(work, document, gone):
        return
    before = _approved(work, document) if document.template == PLAN_CHANGE else {}
    for link in dict.fromkeys([*gone, *ended]):
        if link.case_id in before and link not in ended:
            link.stage, link.round = before[link.case_id]
            continue
        note(work, document, "document:uncover", only=link.case_id)
        document.cases.remove(link)
        work.session.delete(link)
    work.session.flush()
