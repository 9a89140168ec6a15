"""What the papers say about a case: minutes signed, order registered, when, the agreement's paper, any other paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.core.asked_once import asked_once
from app.core.facts import day, text, yes_no
from app.core.i18n import _, numbered
from app.core.ports import DateWords, Fact, FactSource, LookAhead
from app.documents.models import Document, DocumentCase
from app.documents.rules import (
    PLAN_CHANGE,
    PLAN_ORDER,
    STANDING,
    STATE_LABELS,
    DocumentKind,
    DocumentState,
    missing_signers,
)
from app.documents.signers import ROLE_LABELS
from app.documents.templates import Template, registry
from app.documents.texts import Within
from app.engine.papers import REGISTERED

PAGE = "documents"
_ORDERS = (PLAN_ORDER, PLAN_CHANGE)
_REGISTERED = frozenset({*STANDING, DocumentState.archived})
_SIGNED = _REGISTERED | {DocumentState.signed}


def _latest(session: Session, case_id: int, template: str, *, this_round: bool) -> Document | None:
    """The latest paper of the template that covers the case (in its present stage and round, if so asked)."""
    return next(iter(_papers(session, case_id, template, this_round=this_round)), None)


def _papers(session: Session, case_id: int, *templates: str, this_round: bool) -> Sequence[Document]:
    """The papers of the templates that cover the case, the latest first."""
    return [
        link.document
        for link in _covering(session, case_id, templates)
        if not this_round or (link.stage, link.round) == (link.case.stage, link.case.round)
    ]


@asked_once
def _covering(session: Session, case_id: int, templates: tuple[str, ...]) -> Sequence[DocumentCase]:
    """What papers of the templates say of the case, the latest first."""
    return _covering_all(session, [case_id], templates)[case_id]


def _covering_all(
    session: Session, case_ids: Sequence[int], templates: tuple[str, ...]
) -> dict[int, list[DocumentCase]]:
    found: dict[int, list[DocumentCase]] = {case_id: [] for case_id in case_ids}
    query = (
        select(DocumentCase)
        .join(DocumentCase.document)
        .options(
            contains_eager(DocumentCase.document).selectinload(Document.signatures),
            joinedload(DocumentCase.case),
        )
        .where(DocumentCase.case_id.in_(case_ids), Document.template.in_(templates))
        .order_by(Document.id.desc())
    )
    for link in session.scalars(query):
        found[link.case_id].append(link)
    return found


def look_at_papers(*templates: str) -> LookAhead:
    """What reads at once what facts about papers of these templates are asked about each of many cases."""

    def look_ahead(session: Session, case_ids: Sequence[int]) -> None:
        _covering.look_ahead(
            session, case_ids, lambda some: _covering_all(session, some, templates), templates
        )

    return look_ahead


def protocol_signed(session: Session, case_id: int) -> Fact:
    """Chair and secretary have signed the minutes of the present round; items name who has not."""
    document = _latest(session, case_id, "protocol", this_round=True)
    if document is None:
        return Fact(False, link=PAGE)
    if document.in_state in _SIGNED:
        return Fact(True, link=PAGE)
    lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
    return Fact(False, items=tuple(str(ROLE_LABELS[role]) for role in lacking), link=PAGE)


def order_registered(session: Session, case_id: int) -> Fact:
    """The order on the plan of the present round is registered; items say at which step it stands."""
    document = _order_on_plan(session, case_id)
    if document is None:
        return Fact(False, link=PAGE)
    if document.in_state in _REGISTERED:
        return Fact(True, items=(str(numbered(document.number)),), link=PAGE)
    return Fact(False, items=(str(STATE_LABELS[document.in_state]),), link=PAGE)


def order_date(session: Session, case_id: int) -> Fact:
    """The date of the registered order that approved the plan."""
    order = _registered_order(session, case_id)
    return Fact(order.document.dated if order else None, link=PAGE)


def order_number(session: Session, case_id: int) -> Fact:
    """«12-оп»."""
    order = _registered_order(session, case_id)
    return Fact(order.document.number if order else None, link=PAGE)


def order_plan_registered_on(session: Session, case_id: int) -> Fact:
    """The day the order on the plan as it was adopted last was registered; items name its number.

    That of a former round does not count, nor does a change of the plan of other schools under the same order.
    """
    approved = _registered_order(session, case_id)
    if approved is None:
        return Fact(None, link=PAGE)
    changes = (
        anew
        for anew in _registered_orders(session, case_id, PLAN_CHANGE)
        if anew.stage == approved.stage and anew.round > approved.round
    )
    link = next(changes, approved)
    if link.stage == link.case.stage and link.round != link.case.round:
        return Fact(None, link=PAGE)
    document = link.document
    return Fact(document.dated, items=(str(numbered(document.number)),), link=PAGE)


def agreement_registered(session: Session, case_id: int) -> Fact:
    """The printed agreement bears both numbers."""
    document = _latest(session, case_id, "agreement", this_round=False)
    return Fact(document is not None and document.in_state in _REGISTERED, link=PAGE)


def paper_for(session: Session, case_id: int, template: str) -> Document | None:
    """The paper a task of the case means by `document: template`, wherever it stands.

    One of an earlier round does not count, but an agreement lives as long as it is in force.
    """
    if template == PLAN_ORDER:
        return _order_on_plan(session, case_id)
    is_agreement = registry().of(template, "").kind is DocumentKind.agreement
    return _latest(session, case_id, template, this_round=not is_agreement)


def paper_registered(session: Session, case_id: int, template: str) -> Fact:
    """The case has this paper, registered (a report: signed); otherwise the sentence says where it stands."""
    kind, document = registry().of(template, ""), paper_for(session, case_id, template)
    enough = _SIGNED if kind.kind is DocumentKind.report else _REGISTERED
    if document is not None and document.in_state in enough:
        return Fact(True, items=(str(numbered(document.number)),) if document.number else (), link=PAGE)
    paper = _Title(registry().of(document.template, "") if document else kind)
    if document is None:
        told = _("The paper “%(paper)s” has not been drawn up", paper=paper)
    elif kind.kind is DocumentKind.report:
        told = _("The paper “%(paper)s” is not signed: attach its scan", paper=paper)
    else:
        stands = Within(STATE_LABELS[document.in_state])
        told = _("The paper “%(paper)s” is not registered yet (now: %(state)s)", paper=paper, state=stands)
    return Fact(False, link=PAGE, text=told)


@dataclass(frozen=True)
class _Title:
    """The name of a kind of paper in the language of whoever reads the sentence."""

    kind: Template

    def __str__(self) -> str:
        return self.kind.title


def _order_on_plan(session: Session, case_id: int) -> Document | None:
    """The order of the present round: the one that approves the plan, or changes it where an earlier one stands.

    One that is registered stays so, though another school's plan is then changed under it.
    """
    papers = _papers(session, case_id, *_ORDERS, this_round=True)
    approving, change = (
        next((one for one in papers if one.template == template), None) for template in _ORDERS
    )
    if change is None or (approving is not None and approving.in_state in _REGISTERED):
        return approving
    # where the order was cancelled or annulled since, a change of nothing approves nothing
    return change if _registered_order(session, case_id) else approving


def _registered_order(session: Session, case_id: int) -> DocumentCase | None:
    """The order that approved the plan, the latest."""
    return next(iter(_registered_orders(session, case_id, PLAN_ORDER)), None)


def _registered_orders(session: Session, case_id: int, template: str) -> Sequence[DocumentCase]:
    """What the registered orders of the template say of the case, the latest first."""
    found = (
        link
        for link in _covering(session, case_id, _ORDERS)
        if link.document.template == template and link.document.in_state in _REGISTERED
    )
    return sorted(found, key=lambda link: (link.document.dated or date.min, link.document.id), reverse=True)


FACTS: dict[str, FactSource] = {
    "documents.protocol_signed": yes_no(protocol_signed),
    "documents.order_registered": yes_no(order_registered),
    "documents.order_date": day(order_date),
    "documents.order_number": text(order_number),
    "documents.order_plan_registered_on": day(order_plan_registered_on),
    "documents.agreement_registered": yes_no(agreement_registered),
    # what a task's `document` asks for: every kind of paper that is drawn up for a case
    **{
        REGISTERED + code: yes_no(partial(paper_registered, template=code))
        for code in registry().codes
        if registry().of(code, "").is_of_a_case
    },
}

# what reads at once what a fact is asked about each of many cases
AHEAD: dict[str, LookAhead] = {
    "documents.protocol_signed": look_at_papers("protocol"),
    "documents.order_registered": look_at_papers(*_ORDERS),
    "documents.order_date": look_at_papers(*_ORDERS),
    "documents.order_number": look_at_papers(*_ORDERS),
    "documents.order_plan_registered_on": look_at_papers(*_ORDERS),
    "documents.agreement_registered": look_at_papers("agreement"),
}

# registering is what is left to be done about an order: whoever signs the minutes has no part in it
MENDED_BY = {"documents.order_registered": "documents.register"}

_ORDER = DateWords(_("the order"), _("the order on the plan is registered"))
DATES: dict[str, DateWords] = {
    "documents.order_date": _ORDER,
    "documents.order_plan_registered_on": _ORDER,
}
