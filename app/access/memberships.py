"""From an account to an actor: the roles held today, read once per request."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.access.models import Membership
from app.access.scopes import as_system
from app.access.substitutions import held_for_others
from app.core.actor import Actor, Held


def actor_for(session: Session, user_id: int, name: str, today: date) -> Actor:
    """The actor behind an account on `today`; a role or a substitution outside its dates gives nothing."""
    with as_system(session):  # who one is must be known before anything can be scoped
        rows = session.scalars(
            select(Membership)
            .where(
                Membership.user_id == user_id,
                Membership.since <= today,
                or_(Membership.until.is_(None), Membership.until >= today),
            )
            .order_by(Membership.id)
        ).all()
    return Actor(
        user_id=user_id,
        name=name,
        person_id=next((row.person_id for row in rows if row.person_id), None),
        memberships=tuple(Held(row.role, row.organisation_id) for row in rows)
        + held_for_others(session, user_id, today),
    )


def accounts_holding(
    session: Session, role: str, today: date, organisation_id: int | None = None
) -> list[Membership]:
    """The memberships of `role` valid on `today`, in one organisation or anywhere, oldest first.

    Always the holders of the office, absent or not: a substitution makes nobody a member of the group. Who acts
    for them says `substitutions.acting_for`.
    """
    query = select(Membership).where(
        Membership.role == role,
        Membership.since <= today,
        or_(Membership.until.is_(None), Membership.until >= today),
    )
    if organisation_id is not None:
        query = query.where(Membership.organisation_id == organisation_id)
    with as_system(session):  # the group's composition decides about votes, whoever asks
        return list(session.scalars(query.order_by(Membership.id)))
