"""A definition made ready for deciding: per stage and step, what must hold, as plain tests in a fixed order.

Nothing is evaluated as code: a condition becomes nested functions. The tests only say whether a step works;
the sentences come from `explaining`, and only when somebody reads them. That both always agree is tested on random
histories (tests/unit/engine/test_compiling.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
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
    from app.engine.actions import Fire
    from app.engine.answers import Reason, Told
    from app.engine.context import Context, FactValue
    from app.engine.definition import Definition
    from app.engine.elements import Form, Guard, Stage, Task, Transition
    from app.engine.state import State

Facts = Mapping[str, "FactValue"]
Test = Callable[["State", Facts, bool], Truth]
Reading = Callable[["State", Facts, bool], Value]
Gate = Callable[["State", "Context", bool], bool]
Judge = Callable[[Value], Truth]
# what stands against a step (without an action: its form left out) or a task: made by `explaining` when first asked for
Explanation = Callable[["Definition", "State", "Fire | None", "Context"], "list[Reason]"]
TaskExplanation = Callable[["Definition", "State", "Context"], "list[Reason]"]
# a fact, a sign and its test, a whole number
Figure = tuple[str, str, Callable[[Any, Any], bool], int]

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
# Kinds that leave the case in its stage; the others name a target.
STAYING = frozenset({"cancel", "suspend", "resume"})


class StepTest:
    """What must hold for one transition from one stage; what a person writes in its form is asked apart."""

    __slots__ = (
        "asks",
        "enters",
        "explains",
        "goes_on",
        "leaves",
        "opens",
        "opens_alone",
        "reads_vote",
        "redone",
        "stays",
        "step",
        "target",
        "told",
        "works",
    )  # fmt: skip

    def __init__(self, definition: Definition, stage: Stage, step: Transition) -> None:
        self.step = step
        self.works = WORKS_WHEN[step.kind]
        if step.kind == "reopen":  # a closed case is reopened into a stage, a terminated one where it stood
            self.works = frozenset({"closed" if step.target else "cancelled"})
        needed = [task.id for task in stage.tasks if not task.optional] if step.kind == "forward" else []
        self.opens = gate(self.works, holders(step), frozenset(needed), step.when)
        self.reads_vote = reads_vote(step.when)
        self.asks = _asks(step.form)
        # the gate of a step before which nothing else stands
        alone = not (self.reads_vote or self.asks or step.outcome_from)
        self.opens_alone: Gate | None = self.opens if alone else None
        self.told: Told = ("moved", step.effects, None)
        self.explains: Explanation | None = None
        # tasks of the stage it leaves, those that going back does again, those of the stage it enters
        self.target = target = definition.stages.get(
            step.target or stage.id, stage
        )  # `checks` tells of a missing one
        self.stays = step.kind in STAYING or step.target is None
        self.goes_on = step.kind in ("forward", "skip")
        self.leaves = tuple(task.id for task in stage.tasks)
        self.redone = tuple(
            task.id
            for again in definition.stages.values()
            if again is target or again.id in definition.ahead[target.id]
            for task in again.tasks
            if task.id not in step.keeps
        )
        self.enters = tuple(task.id for task in target.tasks)


class TaskTest:
    """What must hold for completing one task of one stage; what a person writes in its form is asked apart."""

    __slots__ = ("asks", "explains", "opens", "reads_vote", "task")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.asks = task.form is not None and _asks(task.form)
        self.opens = gate(frozenset({"active"}), task.roles, frozenset(), task.when)
        self.reads_vote = reads_vote(task.when)
        self.explains: TaskExplanation | None = None


def _asks(form: Form) -> bool:
    """Whether the form may stand in the way."""
    return form.comment == "required" or bool(form.fields)


def step_tests(definition: Definition) -> dict[str, dict[str, StepTest]]:
    """Stage → step that may leave it → its test."""
    return {
        stage.id: {step.id: StepTest(definition, stage, step) for step in definition.leaving[stage.id]}
        for stage in definition.stages.values()
    }


def task_tests(definition: Definition) -> dict[str, dict[str, TaskTest]]:
    """Stage → task of it → its test."""
    return {
        stage.id: {task.id: TaskTest(task) for task in stage.tasks} for stage in definition.stages.values()
    }


def gate(
    works: frozenset[str], by: Collection[str], required: frozenset[str], guards: tuple[Guard, ...]
) -> Gate:
    """Whether a case of one of these statuses, these tasks done, lets a holder of one of these roles pass.

    Every guard must be true; unknown is not true.
    """
    holding: list[str] = []
    least: list[Any] = []
    tests: list[Test] = []
    for expression in (guard.expression for guard in guards):
        figure = fact_and_number(expression)
        if is_plain(expression):
            holding.append(str(expression))
        elif (
            figure is not None and figure[1] == ">=" and not least
        ):  # «at least so many»: most are asked for so
            least = [figure[0], figure[3]]
        else:
            tests.append(_test(expression))
    facts_that_hold, others = tuple(holding), tuple(tests)
    counted, number = least or ("", 0)  # a loop over one figure costs as much as the figure
    first, alone, apart = next(iter(by), ""), len(by) < 2, frozenset(by).isdisjoint

    def opens(state: State, ctx: Context, stale: bool) -> bool:
        roles = ctx.roles
        if first not in roles and (alone or apart(roles)):
            return False
        if state.status not in works:
            return False
        if required and not required <= state.done:
            return False
        facts = ctx.facts
        try:
            for name in facts_that_hold:
                if facts[name].value is not True:
                    return False
            if counted:
                value = facts[counted].value
                if value < number if type(value) is int else compare(value, ">=", number) is not True:
                    return False
        except KeyError:  # nobody knows
            return False
        if others:
            for test in others:  # a generator costs more than the tests
                if test(state, facts, stale) is not True:
                    return False
        return True

    return opens


# ── conditions ────────────────────────────────────────────────────────────────────────────────────

# what is void as soon as what was voted on has changed
OF_THE_VOTE = frozenset({"approval.passed", "approval.failed"})
_BUILT_IN: Mapping[str, Reading] = {
    "approval.passed": lambda state, facts, stale: state.approval == "passed" and not stale,
    "approval.failed": lambda state, facts, stale: state.approval == "failed" and not stale,
    "stage.round": lambda state, facts, stale: state.round,
}


def reads_vote(guards: tuple[Guard, ...]) -> bool:
    """Whether one of the conditions asks how the group has decided."""
    return any(not OF_THE_VOTE.isdisjoint(guard.expression.names()) for guard in guards)


def is_plain(expression: Expression) -> bool:
    """Whether the condition is one yes/no fact of a room."""
    return isinstance(expression, Holds) and _fact(expression.operand) is not None


def only_fact(expression: Expression) -> str | None:
    """The fact of a room that a condition without and/or/not reads, if it reads one and nothing else."""
    if not isinstance(expression, Atom) or len(expression.operands()) != 1:
        return None
    return expression.operands()[0] if expression.operands()[0] not in _BUILT_IN else None


def judge(expression: Expression) -> Judge:
    """Whether a condition on an `only_fact` holds for a value of it."""
    return lambda value: expression.truth(lambda name: value)


def _fact(operand: Name | Literal) -> str | None:
    return operand.name if isinstance(operand, Name) and operand.name not in _BUILT_IN else None


def fact_and_number(expression: Expression) -> Figure | None:
    """The parts of a condition that compares a fact of a room with a whole number."""
    if not isinstance(expression, Compares) or not isinstance(expression.right, Literal):
        return None
    name, number = _fact(expression.left), expression.right.value
    return (name, expression.sign, _SIGNS[expression.sign], number) if name and type(number) is int else None


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
