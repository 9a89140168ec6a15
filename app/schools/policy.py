"""Who sees organisations and people.

What an organisation is called is public. Staff of the authority and the administrator see all people;
a school sees its own people, those of the authority and the centre, and those of its pair.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from app.access.roles import AUTHORITY
from app.access.scopes import everyone, policy
from app.core.actor import Actor
from app.schools.models import Organisation, Person, Position, RememberedForm

policy(Organisation)(everyone)

_partners: list[Callable[[Actor], Select[tuple[int]]]] = []


def plug_partners(source: Callable[[Actor], Select[tuple[int]]]) -> None:
    """Plug in which organisations stand in a pair with the actor's own (the room of cases knows)."""
    _partners[:] = [source]


@policy(Position)
def visible_positions(actor: Actor) -> ColumnElement[bool]:
    if actor.has("admin", *AUTHORITY):
        return true()
    positions, organisations = Position.__table__, Organisation.__table__
    offices = select(organisations.c.id).where(organisations.c.kind.in_(("authority", "centre")))
    conditions = [
        positions.c.organisation_id.in_(sorted(actor.organisation_ids())),
        positions.c.organisation_id.in_(offices),
    ]
    conditions += [positions.c.organisation_id.in_(source(actor)) for source in _partners]
    return or_(*conditions)


@policy(Person)
def visible_persons(actor: Actor) -> ColumnElement[bool]:
    if actor.has("admin", *AUTHORITY):
        return true()
    persons, positions = Person.__table__, Position.__table__
    seen = select(positions.c.person_id).where(visible_positions(actor))
    return or_(persons.c.id == actor.person_id, persons.c.id.in_(seen))


@policy(RememberedForm)
def visible_remembered(actor: Actor) -> ColumnElement[bool]:
    """The dictionary is read by those who keep the cards of people."""
    return true() if actor.has("admin", *AUTHORITY) else false()
