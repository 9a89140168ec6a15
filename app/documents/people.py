"""People as papers print them: name forms, position with its office, «и.о. начальника …», who signs on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.documents.language.names import CASES, acting_position
from app.schools.models import Organisation, OrganisationKind, Person, Position
from app.schools.queries import signatory_on

Card = dict[str, Any]


def card(person: Person, position: Position | None, *, with_office: bool = True) -> Card:
    """A person as the templates read him; `id` lets the draft form find him again."""
    return {
        "id": person.id, "surname": person.surname, "given": person.given, "patronymic": person.patronymic,
        "gender": person.gender, "forms": dict(person.forms or {}), "phone": person.phone,
        "position_id": position.id if position else None,
        "position": _position(position, with_office) if position else {"title": "", "forms": {}},
    }  # fmt: skip


def _position(position: Position, with_office: bool) -> Card:
    forms = {case: form for case, form in (position.forms or {}).items() if case in CASES and form}
    title = position.title
    if position.is_acting and forms.get("gent") and not title.lower().startswith(("и.о.", "врио")):
        forms = acting_position(title, forms)
        title = forms["nomn"]
    office = position.organisation
    # «директор» alone does not say of what; «начальник Управления» does
    of = office.short_name
    if office.kind == OrganisationKind.authority:
        of = (office.forms or {}).get("full", {}).get("gent", "")
    if with_office and of and of.split()[0][:8].lower() not in title.lower():
        title = f"{title} {of}"
        forms = {case: f"{form} {of}" for case, form in forms.items()}
    return {"title": title, "forms": forms}


def title_of(position: Position) -> str:
    """The position in words as on that day: «и.о. начальника Управления»."""
    return str(_position(position, with_office=False)["title"])


def position_of(session: Session, person_id: int, day: date, offices: Sequence[int] = ()) -> Position | None:
    """The position a person holds on `day`, one in `offices` first."""
    return _positions_of(session, [person_id], day, offices).get(person_id)


def _positions_of(
    session: Session, person_ids: Sequence[int], day: date, offices: Sequence[int]
) -> dict[int, Position]:
    rows = session.scalars(
        select(Position)
        .options(joinedload(Position.person), joinedload(Position.organisation))
        .where(
            Position.person_id.in_(person_ids), Position.since <= day,
            or_(Position.until.is_(None), Position.until >= day),
        )
    )  # fmt: skip
    # the first of each person is written last and stays
    ordered = sorted(rows, key=lambda p: (p.organisation_id not in offices, p.id), reverse=True)
    return {position.person_id: position for position in ordered}


def person_card(
    session: Session, person_id: int | None, day: date, offices: Sequence[int] = ()
) -> Card | None:
    """The card of a person by key; None when there is none."""
    return next(iter(person_cards(session, [person_id], day, offices)), None)


def person_cards(
    session: Session, person_ids: Iterable[int | None], day: date, offices: Sequence[int] = ()
) -> list[Card]:
    """The cards of these people in their order, without keys that nobody has; all read at once."""
    wanted = [person_id for person_id in person_ids if person_id is not None]
    if not wanted:
        return []
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(wanted)))}
    positions = _positions_of(session, wanted, day, offices)
    return [card(people[key], positions.get(key)) for key in wanted if key in people]


def signatory_card(
    session: Session, organisation: Organisation, day: date, *, with_office: bool = True
) -> Card | None:
    """Who signs for the organisation on `day`: the head, or the acting head appointed for that day."""
    position = signatory_on(session, organisation.id, day)
    return card(position.person, position, with_office=with_office) if position else None


def organisation_card(organisation: Organisation) -> Card:
    return {
        "organisation_id": organisation.id,
        "full_name": organisation.full_name, "short_name": organisation.short_name, "gender": organisation.gender,
        "forms": dict((organisation.forms or {}).get("full", {})),
    }  # fmt: skip


def staff(session: Session, offices: Sequence[int], day: date) -> Sequence[Position]:
    """Who can be named in a paper: everybody with a position in these offices on `day`, by name."""
    return session.scalars(
        select(Position)
        .join(Person, Person.id == Position.person_id)
        .options(joinedload(Position.person), joinedload(Position.organisation))
        .where(
            Position.organisation_id.in_(offices), Position.since <= day,
            or_(Position.until.is_(None), Position.until >= day),
        )
        .order_by(Person.search_key, Position.id)
    ).all()  # fmt: skip
