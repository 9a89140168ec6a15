"""What several papers ask of the programme: its settings, whose control, the minutes and orders they rest on, a school
as a side of an agreement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from app.access.memberships import accounts_holding
from app.cases.models import Case, Programme
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentCase
from app.documents.people import card, organisation_card, position_of, signatory_card
from app.documents.rules import DocumentState
from app.schools.models import Organisation, OrganisationKind
from app.schools.queries import signatory_on

SIGNED = (DocumentState.signed, DocumentState.registered, DocumentState.in_force, DocumentState.changed)
REGISTERED = (DocumentState.registered, DocumentState.in_force, DocumentState.changed)
GROUP = (
    "координационной группы по реализации проекта адресной методической помощи общеобразовательным организациям "
    "с низкими образовательными результатами"
)


def setting(programme: Programme, name: str, default: Any = None) -> Any:
    """A value of the programme's settings, kept with its source [cfg]."""
    found = (programme.settings or {}).get(name)
    return found.get("value", default) if isinstance(found, dict) else (default if found is None else found)


def purpose(programme: Programme) -> str:
    """«В целях оказания …»: how an order of the programme begins."""
    return (
        "В целях оказания адресной методической помощи общеобразовательным организациям, имеющим низкие "
        "образовательные результаты обучающихся, в рамках реализации "
        + setting(programme, "title_gent", f"проекта «{programme.title}»")
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


def protocol_of(work: Work, cases: Sequence[Case], stage: str = "plan_approval") -> Document | None:
    """The signed minutes that cover these cases in the stage, the latest."""
    return work.session.scalars(
        select(Document)
        .join(DocumentCase, DocumentCase.document_id == Document.id)
        .where(
            Document.template == "protocol", Document.state.in_([str(s) for s in SIGNED]),
            Document.dated.is_not(None), DocumentCase.case_id.in_([case.id for case in cases]),
            DocumentCase.stage == stage,
        )
        .order_by(Document.dated.desc(), Document.id.desc())
    ).first()  # fmt: skip


def order_of(work: Work, case_id: int) -> Document | None:
    """The registered order that approved the plan of the case, the latest."""
    return work.session.scalars(
        select(Document)
        .join(DocumentCase, DocumentCase.document_id == Document.id)
        .where(
            Document.template == "order_plan", Document.state.in_([str(s) for s in REGISTERED]),
            DocumentCase.case_id == case_id,
        )
        .order_by(Document.dated.desc(), Document.id.desc())
    ).first()  # fmt: skip


def side(work: Work, school: Organisation | None) -> dict[str, Any] | None:
    if school is None or school.kind != OrganisationKind.school:
        return None
    director = signatory_card(work.session, school, work.today, with_office=False)
    position = signatory_on(work.session, school.id, work.today)
    return {
        **organisation_card(school), "number": None, "address": school.address, "phone": school.phone,
        "basis": (position.basis if position else "") or "Устава", "director": director,
    }  # fmt: skip
