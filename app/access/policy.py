"""Who sees memberships: the administrator all, everyone his own. Substitutions: see cases.policy."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from app.access.models import AccountLanguage, LoginAddress, LoginGuard, LoginSession, Membership, SentForm
from app.access.scopes import nobody, policy
from app.core.actor import Actor


@policy(Membership)
def visible_memberships(actor: Actor) -> ColumnElement[bool]:
    if actor.has("admin"):
        return true()
    return Membership.__table__.c.user_id == actor.user_id


@policy(AccountLanguage)
def visible_languages(actor: Actor) -> ColumnElement[bool]:
    return AccountLanguage.__table__.c.user_id == (actor.user_id or 0)


@policy(SentForm)
def visible_sent_forms(actor: Actor) -> ColumnElement[bool]:
    return SentForm.__table__.c.user_id == (actor.user_id or 0)


policy(LoginSession)(nobody)
policy(LoginGuard)(nobody)
policy(LoginAddress)(nobody)
