"""Values of facts worth trying against the guards of a procedure: those written there, and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice, product

from app.engine.checking.names import facts_named, guards_of
from app.engine.checking.terms import dates_named
from app.engine.definition import Definition
from app.engine.elements import Guard
from app.engine.guards import Compares, Literal, OneOf, Value
from app.engine.machine import BUILT_IN_FACTS

TRIED_VALUES = 20_000
# days a term may be counted from: before the first step of a trial, and after many
DAYS = (date(2025, 1, 6), date(2025, 1, 22), date(2025, 3, 3))


def values_of(definition: Definition) -> dict[str, list[Value]]:
    """Values worth trying for each fact: those written in the guards and their neighbours, yes and no."""
    found: dict[str, list[Value]] = {name: [] for _, name in facts_named(definition)}
    for _, guard in guards_of(definition):
        for atom in guard.expression.atoms():
            for name in atom.operands():
                found[name] += values_for(atom)
    for _, name in dates_named(definition):
        found[name] += DAYS
    for stage in definition.stages.values():
        if stage.approval and stage.approval.binds:
            found[stage.approval.binds] = ["first", "second"]
    for step in definition.transitions.values():
        if step.outcome_from:
            found[step.outcome_from] = [*definition.outcomes, *found[step.outcome_from]]
    return {name: values or [True, False] for name, values in found.items() if name not in BUILT_IN_FACTS}


def values_for(atom: object) -> list[Value]:
    if isinstance(atom, OneOf):
        return [choice.value for choice in atom.choices] + ["something else"]
    if isinstance(atom, Compares):
        values: list[Value] = []
        for side in (atom.left, atom.right):
            if isinstance(side, Literal):
                values += _near(side.value)
        return values or [0, 1, 2]
    return [True, False]


def _near(value: Value) -> Iterable[Value]:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return [value, not value if isinstance(value, bool) else "something else"]
    if isinstance(value, date):
        return [value, value + timedelta(days=1), value - timedelta(days=1)]
    return [value, value + 1, value - 1]


def holding(guard: Guard, known: dict[str, Value], values: dict[str, list[Value]]) -> dict[str, Value]:
    """Values of the guard's facts with which it holds, those already known first; {} when none is found."""
    names = [name for name in guard.expression.names() if name in values]
    tries = [[known[name], *(v for v in values[name] if v != known[name])] for name in names]
    for combination in islice(product(*tries), TRIED_VALUES):
        chosen = dict(zip(names, combination, strict=True))
        if guard.expression.truth(chosen.get) is True:
            return chosen
    return {}
