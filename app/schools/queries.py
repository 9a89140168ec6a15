"""Looking up schools, people and who signs for an organisation on a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.schools.models import Organisation, Person, Position


def organisations(session: Session, kind: str | None = None) -> Sequence[Organisation]:
    """Organisations by name, numbers in names sorted as numbers."""
    query = select(Organisation).order_by(Organisation.sort_key)
    if kind:
        query = query.where(Organisation.kind == kind)
    return session.scalars(query).all()


def positions_on(session: Session, organisation_id: int, day: date) -> Sequence[Position]:
    """Who works there on `day`, signatories first."""
    return session.scalars(
        select(Position)
        .options(joinedload(Position.person), joinedload(Position.organisation))
        .where(
            Position.organisation_id == organisation_id,
            Position.since <= day,
            or_(Position.until.is_(None), Position.until >= day),
        )
        .order_by(Position.is_signatory.desc(), Position.is_acting.desc(), Position.id)
    ).all()


def signatory_on(session: Session, organisation_id: int, day: date) -> Position | None:
    """The person who signs for the organisation on `day`: an acting head, if one was appointed, comes first."""
    return next((p for p in positions_on(session, organisation_id, day) if p.is_signatory), None)


def people(session: Session) -> Sequence[Person]:
    return session.scalars(select(Person).order_by(Person.search_key)).all()
