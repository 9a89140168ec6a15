"""Which models a statement of the ORM may read: those it names, and those its relationships join to it.

Where SQLAlchemy does not say what an option joins, everything that can be reached counts: a condition too many costs
time, one too few would show rows of others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy.orm import Load, LoaderCriteriaOption, Mapper, ORMExecuteState, RelationshipProperty
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible

from app.core.db import Base

# Ways of loading a relationship with a statement of its own, which comes by here in its turn.
_APART = frozenset({"select", "selectin", "raise", "raise_on_sql", "write_only", "dynamic"})
Way = tuple[Any, ...]  # mapper, relationship, mapper, relationship, …


def models_read_by(state: ORMExecuteState) -> frozenset[type[Base]]:
    """Every model whose rows the statement may read, in subqueries and joined loads too.

    Only mapped columns and tables are bound to criteria, and each carries its mapper as an annotation.
    """
    mappers: set[Mapper[Any]] = set(state.all_mappers)
    for element in visitors.iterate(cast(ExternallyTraversible, state.statement)):
        entity = element._annotations.get("parententity")
        if entity is not None:
            mappers.add(entity.mapper)
    joined = _joined(state.statement._with_options, mappers)
    reached = mappers if joined is None else mappers | joined
    return frozenset().union(*(_reach(mapper, all_ways=joined is None) for mapper in reached))


@cache
def _reach(mapper: Mapper[Any], *, all_ways: bool) -> frozenset[type[Base]]:
    """The model itself and every model its relationships join to by themselves, or lead to at all."""
    seen: set[Mapper[Any]] = set()
    ahead = [mapper]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead += [link.mapper for link in one.relationships if all_ways or link.lazy not in _APART]
    return frozenset(one.class_ for one in seen if issubclass(one.class_, Base))


def _joined(options: Sequence[Any], mentioned: Collection[Mapper[Any]]) -> set[Mapper[Any]] | None:
    """The mappers whose rows the options may join to those mentioned; None when that cannot be told from them."""
    joins: dict[Way, bool] = {}
    for option in options:
        if isinstance(option, LoaderCriteriaOption):
            continue
        if not isinstance(option, Load):
            return None
        for element in option.context:
            if element.is_token_strategy or element.is_class_strategy:
                return None
            way = element.path.path
            if not isinstance(way[-1], RelationshipProperty):  # the mapper it leads to, or one of its columns
                way = way[:-1]
            kind, how = element.strategy[0] if element.strategy else (None, None)
            joins[way] = joins.get(way, False) or kind != "lazy" or how not in _APART
    found: set[Mapper[Any]] = set()
    for way in joins:
        begun = False  # at a model the statement mentions
        for number, step in enumerate(way, start=1):
            if not isinstance(step, RelationshipProperty):
                begun = begun or getattr(step, "mapper", None) in mentioned
            elif begun and joins.get(way[:number], True):
                found.add(step.mapper)
            else:
                begun = False
    return found
