"""A notice and a choice belong to one person; nobody else reads them, the administrator neither."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from app.access.scopes import policy
from app.core.actor import Actor
from app.notifications.models import NoticeChoice, Notification


@policy(Notification)
def own_notices(actor: Actor) -> ColumnElement[bool]:
    return Notification.__table__.c.user_id == actor.user_id


@policy(NoticeChoice)
def own_choices(actor: Actor) -> ColumnElement[bool]:
    return NoticeChoice.__table__.c.user_id == actor.user_id
