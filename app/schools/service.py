"""Adding organisations and people, with what searching, sorting and printing need."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.audit import service as audit
from app.core.unit_of_work import Work
from app.schools.models import Organisation, Person, Position
from app.schools.rules import search_key, sort_key


def add_organisation(
    work: Work, *, kind: str, code: str, full_name: str, short_name: str, gender: str = "neuter", **details: Any
) -> Organisation:
    """A new authority, centre or school."""
    organisation = Organisation(
        kind=kind, code=code, full_name=full_name, short_name=short_name, gender=gender,
        sort_key=sort_key(short_name), search_key=search_key(short_name, full_name), **details,
    )  # fmt: skip
    work.session.add(organisation)
    audit.record(work, "organisation:add", organisation, data={"code": code})
    return organisation


def add_person(
    work: Work, *, surname: str, given: str, patronymic: str, gender: str, forms: dict[str, str], **details: Any
) -> Person:
    """A new person with six case forms of the full name; unverified until somebody checks them."""
    person = Person(
        surname=surname, given=given, patronymic=patronymic, gender=gender, forms=forms,
        search_key=search_key(surname, given, patronymic), **details,
    )  # fmt: skip
    work.session.add(person)
    audit.record(work, "person:add", person)
    return person


def appoint(
    work: Work, person: Person, organisation: Organisation, title: str, *, since: date, forms: dict[str, str],
    is_signatory: bool = False, is_acting: bool = False, basis: str = "", until: date | None = None,
) -> Position:  # fmt: skip
    """Give a person a position in an organisation from a day on."""
    position = Position(
        person_id=person.id, organisation_id=organisation.id, title=title, forms=forms, is_signatory=is_signatory,
        is_acting=is_acting, basis=basis, since=since, until=until,
    )  # fmt: skip
    work.session.add(position)
    audit.record(work, "position:add", position)
    return position
