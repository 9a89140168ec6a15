"""Who sees memberships: the administrator all of them, everyone his own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from app.access.models import LoginGuard, LoginSession, Membership
from app.access.scopes import nobody, policy
from app.core.actor import Actor


@policy(Membership)
def visible_memberships(actor: Actor) -> ColumnElement[bool]:
    if actor.has("admin"):
        return true()
    return Membership.__table__.c.user_id == actor.user_id


policy(LoginSession)(nobody)
policy(LoginGuard)(nobody)
