"""Who reads the journal: the administrator its records (ids and tags), people of a case what happened in it.

The condition for a case's records is set by the room of cases, which knows who sees a case.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, false, or_, select

from app.access.scopes import nobody, policy
from app.audit.models import AuditDetail, AuditHead, AuditRecord
from app.core.actor import Actor

_of_cases: list[Callable[[ColumnElement[int | None], Actor], ColumnElement[bool]]] = []


def scope_by_case(condition: Callable[[ColumnElement[int | None], Actor], ColumnElement[bool]]) -> None:
    """Plug in who sees a case: `condition(case_id column, actor)`."""
    _of_cases[:] = [condition]


@policy(AuditRecord)
def visible_records(actor: Actor) -> ColumnElement[bool]:
    records = AuditRecord.__table__
    own = records.c.actor_id == actor.user_id
    return (
        or_(own, *(condition(records.c.case_id, actor) for condition in _of_cases)) if _of_cases else false()
    )


@policy(AuditDetail)
def visible_details(actor: Actor) -> ColumnElement[bool]:
    records, details = AuditRecord.__table__, AuditDetail.__table__
    return details.c.record_id.in_(select(records.c.id).where(visible_records(actor)))


policy(AuditHead)(nobody)
