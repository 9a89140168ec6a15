"""What papers take from this room: the agreement its parties, numbers, date and term; a report its visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.cases.models import Case
from app.core.ports import ValueSource
from app.core.unit_of_work import Work
from app.curation.models import Agreement
from app.curation.queries import current_agreement
from app.curation.reports import visit_values
from app.curation.rules import Side
from app.curation.service import default_visits
from app.schools.models import Organisation, Position
from app.schools.queries import signatory_on

# document_templates/manifest.yaml names the sides by what they are to each other
NAMES = {Side.curator: "curator", Side.school: "supported"}


def agreement_values(work: Work, cases: Sequence[Case], subject: str = "") -> Mapping[str, Any]:
    """Fields of the template `agreement` for the pair it is about; a number is empty until it is entered."""
    if not cases:
        return {}
    case = cases[0]
    agreement = current_agreement(work.session, case.id)
    values: dict[str, Any] = {
        "visits": agreement.visits_planned if agreement else default_visits(case.programme),
        "starts": agreement.since if agreement else case.programme.starts,
        "ends": agreement.until if agreement else case.programme.ends,
    }
    day = agreement.dated if agreement else work.today
    if agreement is not None:
        values["date"], values["place"] = agreement.dated, agreement.place
    for side, name in NAMES.items():
        organisation = case.curator if side == Side.curator else case.school
        if organisation is not None:
            values[name] = party(work, organisation, day, _number(agreement, side))
    return values


def party(work: Work, organisation: Organisation, day: date, number: str | None) -> dict[str, Any]:
    """A school as a side of the agreement: «… в лице директора …, действующей на основании Устава»."""
    position = signatory_on(work.session, organisation.id, day)
    return {
        "organisation_id": organisation.id,
        "full_name": organisation.full_name,
        "short_name": organisation.short_name,
        "gender": organisation.gender,
        "forms": dict(organisation.forms.get("full", {})),
        "number": number,
        "address": organisation.address,
        "phone": organisation.phone,
        "basis": (position.basis if position else "") or "Устава",
        "director": signatory(position) if position else None,
    }


def signatory(position: Position) -> dict[str, Any]:
    """A director with the case forms of name and position."""
    person = position.person
    return {
        "id": person.id,
        "position_id": position.id,
        "surname": person.surname,
        "given": person.given,
        "patronymic": person.patronymic,
        "gender": person.gender,
        "forms": dict(person.forms),
        "phone": person.phone,
        "position": {"title": position.title, "forms": dict(position.forms)},
    }


def _number(agreement: Agreement | None, side: Side) -> str | None:
    return agreement.side(side).number if agreement else None


VALUES: dict[str, ValueSource] = {"agreement": agreement_values, "visit_report": visit_values}
