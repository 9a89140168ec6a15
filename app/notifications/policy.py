"""A notice and a choice belong to one person; nobody else reads them, the administrator neither."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.access.scopes import policy
from app.core.actor import Actor
from app.notifications.models import NoticeChoice, NoticeMatter, Notification


@policy(Notification)
def own_notices(actor: Actor) -> ColumnElement[bool]:
    return Notification.__table__.c.user_id == actor.user_id


@policy(NoticeMatter)
def matters_of_own_notices(actor: Actor) -> ColumnElement[bool]:
    notices = Notification.__table__
    own = select(notices.c.id).where(notices.c.user_id == actor.user_id)
    return NoticeMatter.__table__.c.notification_id.in_(own)


@policy(NoticeChoice)
def own_choices(actor: Actor) -> ColumnElement[bool]:
    return NoticeChoice.__table__.c.user_id == actor.user_id
