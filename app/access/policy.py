"""Who sees memberships, substitutions: the administrator all, everyone his own; a head substitutions too."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true

from app.access.models import AccountLanguage, LoginGuard, LoginSession, Membership, SentForm, Substitution
from app.access.scopes import nobody, policy
from app.core.actor import Actor


@policy(Membership)
def visible_memberships(actor: Actor) -> ColumnElement[bool]:
    if actor.has("admin"):
        return true()
    return Membership.__table__.c.user_id == actor.user_id


@policy(Substitution)
def visible_substitutions(actor: Actor) -> ColumnElement[bool]:
    if actor.has("admin", "head"):
        return true()
    rows = Substitution.__table__.c
    return or_(rows.absent_user_id == actor.user_id, rows.substitute_user_id == actor.user_id)


@policy(AccountLanguage)
def visible_languages(actor: Actor) -> ColumnElement[bool]:
    return AccountLanguage.__table__.c.user_id == (actor.user_id or 0)


@policy(SentForm)
def visible_sent_forms(actor: Actor) -> ColumnElement[bool]:
    return SentForm.__table__.c.user_id == (actor.user_id or 0)


policy(LoginSession)(nobody)
policy(LoginGuard)(nobody)
