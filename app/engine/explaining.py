"""Everything that stands against a step or a task, its form left out: prepared once, filled from the facts.

Made for a step when somebody first reads why it does not work. What no fact changes (wrong role, open task, a sentence
without names or figures) is one and the same reason ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from app.engine import reasons
from app.engine.actions import Fire
from app.engine.answers import Reason
from app.engine.asking import form_reasons
from app.engine.automatic import holders
from app.engine.compiling import (
    WORKS_WHEN,
    Explanation,
    Judge,
    StepTest,
    TaskExplanation,
    TaskTest,
    fact_and_number,
    is_plain,
    judge,
    only_fact,
    reads_vote,
)
from app.engine.context import Context
from app.engine.definition import Definition
from app.engine.elements import Guard, Transition
from app.engine.state import State
from app.engine.voting import guard_reader, is_stale, tally_of

# the fact of a guard; the test of a whole number and that number, if it compares with one; whether a value is right
# (None: it must be true); what is said of it
Part = tuple[str, Callable[[Any, Any], bool] | None, int, Judge | None, reasons.Teller]


def standing_reasons(definition: Definition, state: State, step: Transition) -> list[Reason]:
    """Why the case is not where this step begins."""
    if state.status not in WORKS_WHEN[step.kind]:
        return [reasons.refusal(f"case_{state.status}")]
    # A closed case is reopened into a stage; a terminated one goes on where it stood.
    if state.stage not in step.sources or (
        step.kind == "reopen" and (state.status == "closed") != bool(step.target)
    ):
        return [reasons.wrong_stage(definition, state.stage)]
    return []


def fire_reasons(definition: Definition, state: State, action: Fire, ctx: Context) -> list[Reason]:
    """Everything that stands against a transition, its form included."""
    test = definition.step_tests[state.stage].get(action.transition)
    if test is None or state.status not in test.works:
        step = definition.transitions.get(action.transition)
        if step is None:
            return [reasons.refusal("unknown_step", id=action.transition)]
        return standing_reasons(definition, state, step)
    found = of_step(definition, state.stage, test)(definition, state, None, ctx)
    return found + form_reasons(test.step.form, action, ctx.today)[0] if test.asks or action.fields else found


def of_step(definition: Definition, stage: str, test: StepTest) -> Explanation:
    """What stands against a transition from this stage: role, open tasks, guards; the outcome only after these.

    Asked with an action it says all that `fire_reasons` says.
    """
    if test.explains is not None:
        return test.explains
    step = test.step
    by = holders(step)
    no_role = reasons.refusal("automatic") if step.automatic else reasons.wrong_role(definition, by)
    tasks = definition.stages[stage].tasks if step.kind == "forward" else ()
    open_tasks = {task.id: reasons.open_task(definition, task) for task in tasks if not task.optional}
    required = frozenset(open_tasks)
    parts, guards_against = _of_facts(step.when), _of_any_guards(step.when)
    asks, works, outcome_from = test.asks, test.works, step.outcome_from
    first, alone, apart = next(iter(by), ""), len(by) < 2, frozenset(by).isdisjoint

    def against(definition: Definition, state: State, action: Fire | None, ctx: Context) -> list[Reason]:
        if action is not None and (asks or action.fields or state.status not in works):
            return fire_reasons(definition, state, action, ctx)
        roles = ctx.roles
        found: list[Reason] = []
        if first not in roles and (alone or apart(roles)):
            found.append(no_role)
        if required and not required <= state.done:
            for task_id, reason in open_tasks.items():
                if task_id not in state.done:
                    found.append(reason)  # a comprehension makes the state a cell in every call
        if parts is None:
            guards_against(found, definition, state, ctx, required)
        else:
            fact_of = ctx.facts.get
            for name, holds, number, judges, tell in parts:
                fact = fact_of(name)
                value = None if fact is None else fact.value
                if judges is None:
                    if value is not True:
                        found.append(tell(fact))
                elif not holds(value, number) if holds and type(value) is int else judges(value) is not True:
                    found.append(tell(fact))
        if outcome_from and not found and outcome_of(definition, step, ctx) is None:
            fact = ctx.facts.get(outcome_from)
            found.append(reasons.refusal("outcome_unknown", fact.link if fact else None))
        return found

    test.explains = against
    return against


def of_task(definition: Definition, test: TaskTest) -> TaskExplanation:
    """What stands against completing a task: role, that it is done already, guards."""
    if test.explains is not None:
        return test.explains
    task = test.task
    no_role = reasons.wrong_role(definition, task.roles)
    done_already = None if task.repeatable else reasons.refusal("task_done", task=task.titles)
    guards_against = _of_any_guards(task.when)
    apart = frozenset(task.roles).isdisjoint

    def against(definition: Definition, state: State, ctx: Context) -> list[Reason]:
        found = [no_role] if apart(ctx.roles) else []
        if done_already is not None and task.id in state.done:
            found.append(done_already)
        else:
            guards_against(found, definition, state, ctx)
        return found

    test.explains = against
    return against


def outcome_of(definition: Definition, step: Transition, ctx: Context) -> str | None:
    """How the case ends by this step, or None."""
    if step.outcome_from:
        fact = ctx.facts.get(step.outcome_from)
        value = None if fact is None else fact.value
        return value if isinstance(value, str) and value in definition.outcomes else None
    if step.outcome or step.target is None:
        return step.outcome
    return definition.stages[step.target].outcome


def _of_facts(guards: tuple[Guard, ...]) -> tuple[Part, ...] | None:
    """The guards when each reads one fact and nothing else."""
    parts = []
    for guard in guards:
        name = only_fact(guard.expression)
        if name is None:
            return None
        _name, _sign, holds, number = fact_and_number(guard.expression) or (name, "", None, 0)
        judges = None if is_plain(guard.expression) else judge(guard.expression)
        parts.append((name, holds, number, judges, reasons.teller(guard)))
    return tuple(parts)


class Adding(Protocol):
    """Adds to what is found; `told` are the tasks of which it says already that they are open."""

    def __call__(
        self,
        found: list[Reason],
        definition: Definition,
        state: State,
        ctx: Context,
        told: Collection[str] = (),
        /,
    ) -> None: ...


def _of_any_guards(guards: tuple[Guard, ...]) -> Adding:
    """Adds the sentences of guards of which one has several parts, or reads the vote or the round."""
    asks_the_vote = reads_vote(guards)

    def add(
        found: list[Reason], definition: Definition, state: State, ctx: Context, told: Collection[str] = ()
    ) -> None:
        stale = asks_the_vote and is_stale(definition, state, ctx)
        # Who has not voted is worth counting only when somebody asks.
        count = tally_of(definition, state, ctx) if asks_the_vote and state.approval == "open" else None
        read = guard_reader(state, ctx, stale)
        found += reasons.of_guards(guards, read, ctx.facts, definition, state, count, stale, told)

    return add
