"""Row access, below Flask-AppBuilder: one policy per model, applied to every query of the session.

A policy is one condition in SQL; the object check asks the same condition for one key, so the list
and the object page can never disagree. No actor, or a model without a policy: no rows.
Statements that go around the ORM are not covered; a lint test forbids them in the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, event, false, inspect, select, true
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible

from app.core.actor import SYSTEM, Actor
from app.core.db import Base, WorkSession
from app.core.errors import NotFound

Visible = Callable[[Actor], ColumnElement[bool]]
M = TypeVar("M", bound=Base)

_POLICIES: dict[type[Base], Visible] = {}


def policy(model: type[Base]) -> Callable[[Visible], Visible]:
    """Declare `visible(actor)` as the condition under which a row of `model` is shown."""

    def declare(visible: Visible) -> Visible:
        if model in _POLICIES:
            raise ValueError(f"{model.__name__} has two policies")
        _POLICIES[model] = visible
        return visible

    return declare


def policies() -> dict[type[Base], Visible]:
    return dict(_POLICIES)


def everyone(actor: Actor) -> ColumnElement[bool]:
    """Rows that any logged-in person may read: dictionaries, public facts about organisations."""
    return true()


def nobody(actor: Actor) -> ColumnElement[bool]:
    """Rows that only the system reads."""
    return false()


def condition(model: type[Base], actor: Actor | None) -> ColumnElement[bool]:
    if actor is None:
        return false()
    if actor.is_system:
        return true()
    visible = _POLICIES.get(model)
    return visible(actor) if visible else false()


@cache
def _reach(mapper: Mapper[Any]) -> frozenset[type[Base]]:
    """The model itself and every model its relationships lead to: all that loading it may read."""
    seen: set[Mapper[Any]] = set()
    ahead = [mapper]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead += [relationship.mapper for relationship in one.relationships]
    return frozenset(one.class_ for one in seen if issubclass(one.class_, Base))


def _mentioned(state: ORMExecuteState) -> frozenset[type[Base]]:
    """Every model whose rows the statement may read, in subqueries and joined loads too.

    Only mapped columns and tables are bound to criteria, and each carries its mapper as an annotation.
    """
    mappers: set[Mapper[Any]] = set(state.all_mappers)
    for element in visitors.iterate(cast(ExternallyTraversible, state.statement)):
        entity = element._annotations.get("parententity")
        if entity is not None:
            mappers.add(entity.mapper)
    return frozenset().union(*map(_reach, mappers))


def _criteria(session: Session, models: frozenset[type[Base]]) -> list[Any]:
    actor: Actor | None = session.info.get("actor")
    if actor is not None and actor.is_system:
        return []
    if session.info.get("criteria_for") != (actor,):
        session.info["criteria"], session.info["criteria_for"] = {}, (actor,)
    made: dict[type[Base], Any] = session.info["criteria"]
    for model in models - made.keys():
        made[model] = with_loader_criteria(
            model, condition(model, actor), include_aliases=True, propagate_to_loaders=False
        )
    # in one order, so that equal statements share their compiled form
    return [made[model] for model in sorted(models, key=lambda m: m.__name__)]


@event.listens_for(WorkSession, "do_orm_execute")
def _apply_policies(state: ORMExecuteState) -> None:
    # FAB's own ab_* tables are no heirs of Base, so logging in needs no actor.
    # A column load refreshes an object that has already passed its policy.
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    options = _criteria(state.session, _mentioned(state))
    if options:
        state.statement = state.statement.options(*options)


@contextmanager
def as_system(session: Session) -> Iterator[None]:
    """Look past the actor's own rows; each use says in a comment why it must."""
    before = session.info.get("actor")
    session.info["actor"] = SYSTEM
    try:
        yield
    finally:
        session.info["actor"] = before


def get_visible(session: Session, model: type[M], key: Any) -> M:
    """The row, if this actor may see it. Raises NotFound for an absent and for a hidden one alike."""
    column = inspect(model).primary_key[0]
    try:
        key = column.type.python_type(key)
    except (TypeError, ValueError) as error:
        raise NotFound from error
    if isinstance(key, int) and not -(2**63) <= key < 2**63:
        raise NotFound
    found = session.scalars(select(model).where(column == key)).one_or_none()
    if found is None:
        raise NotFound
    return found
