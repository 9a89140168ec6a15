"""From an account to an actor: the roles held today, read once per request."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.models import Membership
from app.access.scopes import as_system
from app.access.substitutions import held_for_others
from app.core.actor import Actor, Held


def actor_for(session: Session, user_id: int, name: str, today: date) -> Actor:
    """The actor behind an account on `today`; a role or a substitution outside its dates gives nothing, and neither
    does a closed account: what it had asked for is not done in its name any more."""
    account = session.get(User, user_id)
    if account is None or not account.active:
        return Actor(user_id, name)
    with as_system(session):  # who one is must be known before anything can be scoped
        rows = session.scalars(
            select(Membership)
            .where(Membership.user_id == user_id, Membership.valid_on(today))
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
    session: Session, roles: str | Collection[str], today: date, offices: int | Collection[int] | None = None
) -> list[Membership]:
    """The memberships of a role, or of several, valid on `today`, in these organisations or anywhere, oldest first.

    Always the holders of the office, absent or not: a substitution makes nobody a member of the group. Who acts
    for them says `substitutions.acting_for`.
    """
    wanted = [roles] if isinstance(roles, str) else list(roles)
    query = select(Membership).where(Membership.role.in_(wanted), Membership.valid_on(today))
    if offices is not None:
        places = [offices] if isinstance(offices, int) else list(offices)
        query = query.where(Membership.organisation_id.in_(places))
    with as_system(session):  # the group's composition decides about votes, whoever asks
        return list(session.scalars(query.order_by(Membership.id)))
