"""Adding and correcting organisations, people and positions, with what searching, sorting and printing need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.core.errors import Invalid, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Organisation, Person, Position
from app.schools.name_forms import checked_position, person_proposal, position_proposal
from app.schools.rules import clean_forms, search_key, sort_key


@dataclass(frozen=True)
class OrganisationData:
    """An organisation as its form gives it; `forms` are those of the full name."""

    kind: str
    code: str
    full_name: str
    short_name: str
    gender: str
    address: str = ""
    phone: str = ""
    email: str = ""
    site: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonData:
    """A person as the form gives him; an empty case form is filled in by the system."""

    surname: str
    given: str
    patronymic: str
    gender: str
    phone: str = ""
    email: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PositionData:
    """A position held in an organisation from a day to a day."""

    organisation_id: int
    title: str
    since: date
    until: date | None = None
    is_signatory: bool = False
    is_acting: bool = False
    basis: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)


def add_organisation(
    work: Work,
    *,
    kind: str,
    code: str,
    full_name: str,
    short_name: str,
    gender: str = "neuter",
    **details: Any,
) -> Organisation:
    """A new authority, centre or school. Raises Invalid for a code that is taken."""
    _free_code(work, code, None)
    organisation = Organisation(
        kind=kind, code=code, full_name=full_name, short_name=short_name, gender=gender,
        sort_key=sort_key(short_name)[:120], search_key=search_key(short_name, full_name)[:600], **details,
    )  # fmt: skip
    work.session.add(organisation)
    audit.record(work, "organisation:add", organisation, data={"code": code})
    return organisation


def revise_organisation(
    work: Work, organisation: Organisation, data: OrganisationData, expected_version: int
) -> None:
    """Correct an organisation; the old values stay in the history. Raises Stale, Invalid."""
    _fresh(organisation, expected_version)
    _free_code(work, data.code, organisation.id)
    forms = _organisation_forms(work, data, organisation.forms or {})
    changes: dict[str, Any] = {
        "kind": data.kind, "code": data.code, "full_name": data.full_name, "short_name": data.short_name,
        "gender": data.gender, "address": data.address, "phone": data.phone, "email": data.email, "site": data.site,
        "forms": forms,
    }  # fmt: skip
    if forms != (organisation.forms or {}) and organisation.forms_checked_at:
        changes |= {"forms_checked_at": None, "forms_checked_by": None}
    audit.revise(work, organisation, changes, "organisation:edit")
    organisation.sort_key = sort_key(data.short_name)[:120]
    organisation.search_key = search_key(data.short_name, data.full_name)[:600]


def create_organisation(work: Work, data: OrganisationData) -> Organisation:
    """As `add_organisation`, from a form."""
    return add_organisation(
        work, kind=data.kind, code=data.code, full_name=data.full_name, short_name=data.short_name,
        gender=data.gender, address=data.address, phone=data.phone, email=data.email, site=data.site,
        forms=_organisation_forms(work, data, {}),
    )  # fmt: skip


def remove_organisation(work: Work, organisation: Organisation) -> None:
    """Delete an organisation entered by mistake. Raises Refusal when people work there."""
    if work.session.scalars(
        select(Position.id).where(Position.organisation_id == organisation.id).limit(1)
    ).first():
        raise Refusal([Reason(_("People hold positions in this organisation, so it cannot be deleted."))])
    audit.record(work, "organisation:delete", organisation, values={"name": organisation.full_name})
    work.session.delete(organisation)


def add_person(
    work: Work,
    *,
    surname: str,
    given: str,
    patronymic: str,
    gender: str,
    forms: dict[str, str],
    **details: Any,
) -> Person:
    """A new person with six case forms of the full name; unverified until somebody checks them."""
    person = Person(
        surname=surname, given=given, patronymic=patronymic, gender=gender, forms=forms,
        search_key=search_key(surname, given, patronymic), **details,
    )  # fmt: skip
    work.session.add(person)
    audit.record(work, "person:add", person)
    return person


def create_person(work: Work, data: PersonData) -> Person:
    """As `add_person`, from a form: case forms left empty are filled in."""
    return add_person(
        work, surname=data.surname, given=data.given, patronymic=data.patronymic, gender=data.gender,
        phone=data.phone, email=data.email, forms=_person_forms(work, data, {}),
    )  # fmt: skip


def revise_person(work: Work, person: Person, data: PersonData, expected_version: int) -> None:
    """Correct a person; old values stay in the history, changed case forms wait to be checked again.

    When the name changes and the case forms were left as they were, they are made anew.
    """
    _fresh(person, expected_version)
    stored: dict[str, str] = dict(person.forms or {})
    renamed = (person.surname, person.given, person.patronymic, person.gender) != (
        data.surname, data.given, data.patronymic, data.gender,
    )  # fmt: skip
    forms = _person_forms(work, data, {} if renamed else stored, outdated=stored if renamed else {})
    changes: dict[str, Any] = {
        "surname": data.surname, "given": data.given, "patronymic": data.patronymic, "gender": data.gender,
        "phone": data.phone, "email": data.email, "forms": forms,
    }  # fmt: skip
    if forms != stored and person.forms_checked_at:
        changes |= {"forms_checked_at": None, "forms_checked_by": None}
    audit.revise(work, person, changes, "person:edit")
    person.search_key = search_key(data.surname, data.given, data.patronymic)


def remove_person(work: Work, person: Person) -> None:
    """Delete a person entered by mistake. Raises Refusal when the person holds or held a position."""
    if work.session.scalars(select(Position.id).where(Position.person_id == person.id).limit(1)).first():
        raise Refusal(
            [Reason(_("This person holds a position. Delete the position first, if it is a mistake."))]
        )
    audit.record(work, "person:delete", person, values={"name": person.full_name})
    work.session.delete(person)


def appoint(
    work: Work, person: Person, organisation: Organisation, title: str, *, since: date, forms: dict[str, str],
    is_signatory: bool = False, is_acting: bool = False, basis: str = "", until: date | None = None,
) -> Position:  # fmt: skip
    """Give a person a position in an organisation from a day on."""
    position = Position(
        person_id=person.id, organisation_id=organisation.id, title=title, forms=forms, is_signatory=is_signatory,
        is_acting=is_acting, basis=basis, since=since, until=until, **checked_position(work, title, forms),
    )  # fmt: skip
    work.session.add(position)
    audit.record(work, "position:add", position)
    return position


def create_position(work: Work, person: Person, organisation: Organisation, data: PositionData) -> Position:
    """As `appoint`, from a form: case forms left empty are filled in."""
    _dates(data)
    return appoint(
        work, person, organisation, data.title, since=data.since, until=data.until, is_signatory=data.is_signatory,
        is_acting=data.is_acting, basis=data.basis, forms=_position_forms(work, data, {}),
    )  # fmt: skip


def revise_position(work: Work, position: Position, data: PositionData) -> None:
    """Correct or end a position; the old values stay in the history."""
    _dates(data)
    stored: dict[str, str] = dict(position.forms or {})
    renamed = position.title != data.title
    forms = _position_forms(work, data, {} if renamed else stored, outdated=stored if renamed else {})
    changes: dict[str, Any] = {
        "organisation_id": data.organisation_id, "title": data.title, "since": data.since, "until": data.until,
        "is_signatory": data.is_signatory, "is_acting": data.is_acting, "basis": data.basis, "forms": forms,
    }  # fmt: skip
    if forms != stored:
        nobody = {"forms_checked_at": None, "forms_checked_by": None}
        changes |= nobody | checked_position(work, data.title, forms)
    audit.revise(work, position, changes, "position:edit")


def remove_position(work: Work, position: Position) -> None:
    """Delete a position entered by mistake; one that has simply ended gets a last day instead."""
    audit.record(
        work, "position:delete", position, values={"title": position.title, "person": position.person_id}
    )
    work.session.delete(position)


def _fresh(thing: Person | Organisation, expected_version: int) -> None:
    if thing.version != expected_version:
        raise Stale


def _free_code(work: Work, code: str, own_id: int | None) -> None:
    found = work.session.scalars(select(Organisation.id).where(Organisation.code == code)).first()
    if found is not None and found != own_id:
        raise Invalid(fields={"code": _("Another organisation has this code.")})


def _dates(data: PositionData) -> None:
    if data.until is not None and data.until < data.since:
        raise Invalid(fields={"until": _("The last day is before the first one.")})


def _organisation_forms(work: Work, data: OrganisationData, stored: Mapping[str, Any]) -> dict[str, Any]:
    known = stored.get("full") or {}
    before = known if known.get("nomn") == data.full_name else {}
    guess = work.ports.prefill_organisation
    made = guess(data.full_name) if guess else {}
    full = _filled(data.forms, made, before, known if not before else {}) | {"nomn": data.full_name}
    return {**stored, "full": full, "short": {**stored.get("short", {}), "nomn": data.short_name}}


def _person_forms(
    work: Work, data: PersonData, stored: Mapping[str, str], outdated: Mapping[str, str] | None = None
) -> dict[str, str]:
    made = person_proposal(work, data.surname, data.given, data.patronymic, data.gender)
    return _filled(data.forms, made, stored, outdated or {})


def _position_forms(
    work: Work, data: PositionData, stored: Mapping[str, str], outdated: Mapping[str, str] | None = None
) -> dict[str, str]:
    return _filled(data.forms, position_proposal(work, data.title), stored, outdated or {})


def _filled(
    given: Mapping[str, str], made: Mapping[str, str], stored: Mapping[str, str], outdated: Mapping[str, str]
) -> dict[str, str]:
    """What a person typed, then what the card keeps; an emptied form and one of the old name are made anew."""
    typed = {name: text for name, text in clean_forms(given).items() if outdated.get(name) != text}
    kept = {name: text for name, text in stored.items() if name not in given}
    return {**made, **kept, **typed}
