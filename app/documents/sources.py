"""What several papers ask of the programme: its purpose, whose control, the minutes and orders they rest on, a school
as a side of an agreement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.access.memberships import accounts_holding
from app.cases.models import Case, Programme
from app.cases.stages import PLAN, deciding_on
from app.core.sourced import setting
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentCase
from app.documents.people import card, organisation_card, position_of
from app.documents.rules import PLAN_ORDER, STANDING, DocumentState
from app.schools.models import Organisation, OrganisationKind
from app.schools.queries import signatory_on

GROUP = (
    "координационной группы по реализации проекта адресной методической помощи общеобразовательным организациям "
    "с низкими образовательными результатами"
)


def purpose(programme: Programme) -> str:
    """«В целях оказания …»: how an order of the programme begins."""
    return (
        "В целях оказания адресной методической помощи общеобразовательным организациям, имеющим низкие "
        "образовательные результаты обучающихся, в рамках реализации "
        + setting(programme.settings, "title_gent", f"проекта «{programme.title}»")
    )


def controller(work: Work, programme: Programme, day: date) -> dict[str, Any] | None:
    """The chair of the group, when he works for the authority; otherwise whoever signs keeps the control himself.

    So does an acting head who is the chair: nobody lays the control on himself in the third person.
    """
    signer = signatory_on(work.session, programme.authority_id, day)
    for membership in accounts_holding(work.session, "chair", work.today, programme.authority_id):
        if membership.person_id is None:
            continue
        position = position_of(work.session, membership.person_id, day, (programme.authority_id,))
        signs = signer is not None and signer.person_id == membership.person_id
        if position is not None and not position.is_signatory and not signs:
            return card(position.person, position)
    return None


def protocol_of(work: Work, cases: Sequence[Case], content: str = PLAN) -> Document | None:
    """The signed minutes that cover these cases where this content was voted on, the latest."""
    definitions = work.ports.definitions
    stages = {stage for case in cases for stage in deciding_on(definitions.of(work.session, case), content)}
    signed = _latest("protocol", (DocumentState.signed, *STANDING), [case.id for case in cases])
    return work.session.scalars(
        signed.where(Document.dated.is_not(None), DocumentCase.stage.in_(stages))
    ).first()


def order_of(work: Work, case_id: int) -> Document | None:
    """The registered order that approved the plan of the case, the latest."""
    return work.session.scalars(_latest(PLAN_ORDER, STANDING, [case_id])).first()


def _latest(template: str, states: Sequence[DocumentState], case_ids: Sequence[int]) -> Select[Document]:
    """The papers of the template about these cases, the latest first."""
    return (
        select(Document)
        .join(DocumentCase, DocumentCase.document_id == Document.id)
        .where(
            Document.template == template, Document.state.in_([str(state) for state in states]),
            DocumentCase.case_id.in_(case_ids),
        )
        .order_by(Document.dated.desc(), Document.id.desc())
        .limit(1)
    )  # fmt: skip


def side(work: Work, school: Organisation | None) -> dict[str, Any] | None:
    """A school as a side of an agreement, with whoever signs for it today."""
    if school is None or school.kind != OrganisationKind.school:
        return None
    position = signatory_on(work.session, school.id, work.today)
    return {
        **organisation_card(school), "number": None, "address": school.address, "phone": school.phone,
        "basis": (position.basis if position else "") or "Устава",
        "director": card(position.person, position, with_office=False) if position else None,
    }  # fmt: skip
