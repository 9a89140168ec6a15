"""A definition made ready for deciding: per stage and step, what must hold, as plain tests in a fixed order.

Nothing is evaluated as code: a condition becomes nested functions. The tests only say whether a step works;
the sentences come from `reasons`, and only when somebody reads them. That both always agree is tested on random
histories (tests/unit/engine/test_compiling.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from app.engine.automatic import holders
from app.engine.guards import (
    Atom,
    Compares,
    Expression,
    Holds,
    Joined,
    Literal,
    Name,
    Not,
    OneOf,
    Truth,
    Value,
    compare,
)

if TYPE_CHECKING:
    from app.engine.definition import Definition, Form, Guard, Stage, Task, Transition
    from app.engine.state import Context, FactValue, State

Facts = Mapping[str, "FactValue"]
Test = Callable[["State", Facts, bool], Truth]
Reading = Callable[["State", Facts, bool], Value]
Gate = Callable[["State", "Context", bool], bool]

# In which states of the case a kind of transition works.
WORKS_WHEN: Mapping[str, frozenset[str]] = {
    "forward": frozenset({"active"}),
    "skip": frozenset({"active"}),
    "return": frozenset({"active"}),
    "suspend": frozenset({"active"}),
    "resume": frozenset({"suspended"}),
    "cancel": frozenset({"active", "suspended"}),
    "reopen": frozenset({"closed", "cancelled"}),
}


class StepTest:
    """What must hold for one transition from one stage; what a person writes in its form is asked apart."""

    __slots__ = ("is_plain", "opens", "reads_vote", "step")

    def __init__(self, stage: Stage, step: Transition) -> None:
        self.step = step
        works = WORKS_WHEN[step.kind]
        if step.kind == "reopen":  # a closed case is reopened into a stage, a terminated one where it stood
            works = frozenset({"closed" if step.target else "cancelled"})
        needed = [task.id for task in stage.tasks if not task.optional] if step.kind == "forward" else []
        self.opens = gate(works, frozenset(holders(step)), frozenset(needed), step.when)
        self.reads_vote = any("approval.passed" in guard.expression.names() for guard in step.when)
        # nothing but the gate stands before it
        self.is_plain = not (self.reads_vote or _asks(step.form) or step.outcome_from)


class TaskTest:
    """What must hold for completing one task of one stage; what a person writes in its form is asked apart."""

    __slots__ = ("asks", "opens", "task")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.asks = task.form is not None and _asks(task.form)
        self.opens = gate(frozenset({"active"}), frozenset(task.roles), frozenset(), task.when)


def _asks(form: Form) -> bool:
    """Whether the form may stand in the way."""
    return form.comment == "required" or bool(form.fields)


def step_tests(definition: Definition) -> dict[str, dict[str, StepTest]]:
    """Stage → step that may leave it → its test."""
    return {
        stage.id: {step.id: StepTest(stage, step) for step in definition.leaving[stage.id]}
        for stage in definition.stages.values()
    }


def task_tests(definition: Definition) -> dict[str, dict[str, TaskTest]]:
    """Stage → task of it → its test."""
    return {
        stage.id: {task.id: TaskTest(task) for task in stage.tasks} for stage in definition.stages.values()
    }


def gate(
    works: frozenset[str], by: frozenset[str], required: frozenset[str], guards: tuple[Guard, ...]
) -> Gate:
    """Whether a case of one of these statuses, these tasks done, lets a holder of one of these roles pass.

    Every guard must be true; unknown is not true.
    """
    apart = by.isdisjoint
    plain = tuple(str(guard.expression) for guard in guards if _is_plain(guard.expression))
    tests = tuple(_test(guard.expression) for guard in guards if not _is_plain(guard.expression))

    def opens(state: State, ctx: Context, stale: bool) -> bool:
        if state.status not in works or apart(ctx.roles) or not required <= state.done:
            return False
        facts = ctx.facts
        try:
            for name in plain:
                if facts[name].value is not True:
                    return False
        except KeyError:  # nobody knows
            return False
        for test in tests:  # noqa: SIM110  # a generator costs more than the tests
            if test(state, facts, stale) is not True:
                return False
        return True

    return opens


# ── conditions ────────────────────────────────────────────────────────────────────────────────────

_BUILT_IN: Mapping[str, Reading] = {
    "approval.passed": lambda state, facts, stale: state.approval == "passed" and not stale,
    "approval.failed": lambda state, facts, stale: state.approval == "failed",
    "stage.round": lambda state, facts, stale: state.round,
}


def _is_plain(expression: Expression) -> bool:
    """Whether the condition is one yes/no fact of a room."""
    return (
        isinstance(expression, Holds)
        and isinstance(expression.operand, Name)
        and expression.operand.name not in _BUILT_IN
    )


def _test(expression: Expression) -> Test:
    if isinstance(expression, Joined):
        return _joined(expression.word == "or", tuple(_test(part) for part in expression.parts))
    if isinstance(expression, Not):
        return _opposite(_test(expression.inner))
    return _atom(cast(Atom, expression))


def _joined(absorbing: bool, parts: tuple[Test, ...]) -> Test:
    def truth(state: State, facts: Facts, stale: bool) -> Truth:
        unknown = False
        for part in parts:
            value = part(state, facts, stale)
            if value is absorbing:
                return absorbing
            unknown = unknown or value is None
        return None if unknown else not absorbing

    return truth


def _opposite(inner: Test) -> Test:
    def truth(state: State, facts: Facts, stale: bool) -> Truth:
        value = inner(state, facts, stale)
        return None if value is None else not value

    return truth


def _atom(atom: Atom) -> Test:
    if isinstance(atom, Compares):
        left, sign, right = _operand(atom.left), atom.sign, _operand(atom.right)
        if isinstance(atom.left, Name) and isinstance(atom.right, Literal) and type(atom.right.value) is int:
            return _number(left, sign, atom.right.value)
        return lambda state, facts, stale: compare(
            left(state, facts, stale), sign, right(state, facts, stale)
        )
    if isinstance(atom, OneOf):
        operand, choices = _operand(atom.operand), tuple(choice.value for choice in atom.choices)
        if all(type(choice) is str for choice in choices):
            return _among(operand, frozenset(choices))

        def among(state: State, facts: Facts, stale: bool) -> Truth:
            value = operand(state, facts, stale)
            if value is None:
                return None
            results = [compare(value, "=", choice) for choice in choices]
            return True if True in results else None if None in results else False

        return among
    whether = _operand(cast(Holds, atom).operand)

    def holds(state: State, facts: Facts, stale: bool) -> Truth:
        value = whether(state, facts, stale)
        return value if isinstance(value, bool) else None

    return holds


_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def _number(operand: Reading, sign: str, number: int) -> Test:
    """A fact against a whole number; anything but a whole number goes the general way."""
    holds = _SIGNS[sign]

    def truth(state: State, facts: Facts, stale: bool) -> Truth:
        value = operand(state, facts, stale)
        return holds(value, number) if type(value) is int else compare(value, sign, number)

    return truth


def _among(operand: Reading, choices: frozenset[Value]) -> Test:
    """A fact among texts; a value of another kind compares with none of them."""

    def truth(state: State, facts: Facts, stale: bool) -> Truth:
        value = operand(state, facts, stale)
        return value in choices if type(value) is str else None

    return truth


def _operand(operand: Name | Literal) -> Reading:
    if isinstance(operand, Literal):
        value = operand.value
        return lambda state, facts, stale: value
    name = operand.name
    built_in = _BUILT_IN.get(name)
    if built_in is not None:
        return built_in

    def read(state: State, facts: Facts, stale: bool) -> bool | int | float | str | date | Any | None:
        fact = facts.get(name)
        return None if fact is None else fact.value

    return read
