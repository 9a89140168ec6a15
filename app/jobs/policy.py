"""Who sees the outbox: the administrator, who must find what is stuck."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from app.access.scopes import policy
from app.core.actor import Actor
from app.jobs.models import OutboxJob


@policy(OutboxJob)
def visible_jobs(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.has("admin") else false()
