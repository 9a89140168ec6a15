"""Row access, below Flask-AppBuilder: one policy per model, applied to every query of the session.

A policy is one condition in SQL; the object check asks the same condition for one key, so the list
and the object page can never disagree. No actor, or a model without a policy: no rows.
Statements that go around the ORM are not covered; a lint test forbids them in the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, event, false, inspect, select, true
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.access.reads import models_read_by
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


@lru_cache(maxsize=1024)
def _criterion(model: type[Base], actor: Actor | None) -> Any:
    """The condition as an option of a statement; it follows from what the actor holds and from nothing else."""
    return with_loader_criteria(
        model, condition(model, actor), include_aliases=True, propagate_to_loaders=False
    )


def _criteria(session: Session, models: frozenset[type[Base]]) -> list[Any]:
    actor: Actor | None = session.info.get("actor")
    if actor is not None and actor.is_system:
        return []
    # in one order, so that equal statements share their compiled form
    return [_criterion(model, actor) for model in sorted(models, key=lambda m: m.__name__)]


@event.listens_for(WorkSession, "do_orm_execute")
def _apply_policies(state: ORMExecuteState) -> None:
    # FAB's own ab_* tables are no heirs of Base, so logging in needs no actor.
    # A column load refreshes an object that has already passed its policy.
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    # what is loaded by selectin takes its parent's options along
    present = set(map(id, state.statement._with_options))
    options = [one for one in _criteria(state.session, models_read_by(state)) if id(one) not in present]
    if options:
        state.statement = state.statement.options(*options)


def as_system(session: Session) -> AbstractContextManager[None]:
    """Look past the actor's own rows; each use says in a comment why it must."""
    return as_actor(session, SYSTEM)


@contextmanager
def as_actor(session: Session, actor: Actor) -> Iterator[None]:
    """Look as somebody else would: what he may see, no more and no less."""
    before = session.info.get("actor")
    session.info["actor"] = actor
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
