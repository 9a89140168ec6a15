"""Decides whether a step works and what happens then; knows neither database nor web.

`decide` answers with events, `evolve` applies one event, `fold` all: a case is always the fold of its events.
"""

from __future__ import annotations

from typing import Any

from app.engine import explaining, reasons, starting
from app.engine.actions import Action, Cast, Complete, ContentChanged, Fire, Open, Reopen, Settle
from app.engine.answers import Accepted, Reason, Refused, Told
from app.engine.asking import form_reasons
from app.engine.compiling import StepTest
from app.engine.context import Context
from app.engine.definition import Definition
from app.engine.elements import Form, Stage, Task, Transition
from app.engine.events import (
    CaseOpened,
    Event,
    Moved,
    TaskCompleted,
    TaskReopened,
)
from app.engine.evolution import evolve, fold
from app.engine.explaining import fire_reasons, outcome_of
from app.engine.fact_names import BUILT_IN_FACTS, RESUMING, facts_needed
from app.engine.late_answers import Finding, LateAcceptance, LateRefusal, accepted_late, refused_late
from app.engine.moves import arrived, next_tasks, opened
from app.engine.records import made
from app.engine.settling import next_step, settled
from app.engine.state import State
from app.engine.voting import (
    approval_opened,
    cast,
    content_changed,
    guard_reader,
    is_stale,
    not_working,
    opening,
    tally_of,
    voided,
    vote_reasons,
)
from app.engine.wording import is_blank

__all__ = [
    "BUILT_IN_FACTS",
    "decide",
    "evolve",
    "facts_needed",
    "fold",
    "go_on",
    "guard_reader",
    "is_stale",
    "reopen_reasons",
    "tally_of",
    "task_reasons",
    "vote_reasons",
]

Decision = Refused | Accepted
_TASK_DONE: Told = ("task_done", (), None)


def decide(
    definition: Definition, state: State | None, action: Action, ctx: Context, *, settle: bool = True
) -> Decision:
    """Whether the step works: all reasons against it at once, or the events, new state and effects.

    Reasons, events and the new state are made when they are read; nobody may change the context meanwhile.
    What the case then takes by itself follows in the same answer, unless it is told not to `settle`.
    """
    if definition.automatic and settle:  # few procedures have any: the others pay for this look only
        return settled(definition, decide(definition, state, action, ctx, settle=False), ctx, _one_step)
    if state is not None:
        if action.__class__ is Fire:  # asked for most: no further call than needed
            steps = definition.step_tests[state.stage]
            find: Finding
            try:
                test = steps[action.transition]
            except KeyError:  # it does not begin here
                find = fire_reasons
            else:
                opens = test.opens_alone
                if (
                    _works(definition, state, test, action, ctx)
                    if opens is None or action.fields
                    else opens(state, ctx, False)
                ):
                    moves = LateAcceptance()
                    moves.definition = definition
                    moves.before = state
                    moves.action = action
                    moves.ctx = ctx
                    moves._told = test.told
                    moves.make = _moved
                    return moves
                find = test.explains or fire_reasons
            stands = LateRefusal()
            stands.definition = definition
            stands.before = state
            stands.action = action
            stands.ctx = ctx
            stands.find = find
            return stands
        if isinstance(action, Complete):
            return _complete(definition, state, action, ctx)
        if isinstance(action, Cast):
            return cast(definition, state, action, ctx)
        if isinstance(action, Reopen):
            return _reopen(definition, state, action, ctx)
        if isinstance(action, ContentChanged):
            return content_changed(definition, state, ctx)
        if isinstance(action, Settle):
            return Accepted("nothing", (), state)
    if isinstance(action, Open):
        return _open(definition, state, ctx)
    return Refused((reasons.refusal("not_open"),))


def go_on(definition: Definition, state: State, ctx: Context) -> Accepted | None:
    """The next step the case takes by itself, and no more; None when it waits for somebody or something."""
    return next_step(definition, state, ctx, _one_step)


def _one_step(definition: Definition, state: State, action: Fire, ctx: Context) -> Decision:
    return decide(definition, state, action, ctx, settle=False)


# --- the actions


def _open(definition: Definition, state: State | None, ctx: Context) -> Decision:
    if state is not None:
        return Refused((reasons.refusal("already_open"),))
    stage = definition.stages[definition.initial]
    term, terms = starting.at_once(stage, ctx, tuple(task.id for task in stage.tasks))
    opened = CaseOpened(
        at=ctx.now,
        actor=ctx.actor,
        definition=definition.code,
        definition_version=definition.version,
        definition_hash=definition.hash,
        stage=stage.id,
        term=term,
        terms=terms,
    )
    if definition.anchored:
        opened = starting.entering(definition, None, opened, ctx)
    return _accepted(definition, None, "opened", [opened, *opening(stage, ctx)], ctx)


def _complete(definition: Definition, state: State, action: Complete, ctx: Context) -> Decision:
    test = definition.task_tests[state.stage].get(action.task)
    if (
        test is not None
        and test.opens(state, ctx, test.reads_vote and is_stale(definition, state, ctx))
        and (action.task not in state.done or test.task.repeatable)
        and not ((test.asks or action.fields) and _answers(test.task, action, ctx)[0])
    ):
        return accepted_late(_TASK_DONE, _completed, definition, state, action, ctx)
    return refused_late(_complete_reasons, definition, state, action, ctx)


def _complete_reasons(definition: Definition, state: State, action: Complete, ctx: Context) -> list[Reason]:
    """Everything that stands against completing a task, its form included."""
    found = task_reasons(definition, state, action.task, ctx)
    task = definition.stages[state.stage].task(action.task)
    return found if task is None or not_working(state) else found + _answers(task, action, ctx)[0]


def _answers(task: Task, action: Complete, ctx: Context) -> tuple[list[Reason], dict[str, Any]]:
    """What is wrong with the answers to the task's form, and the answers; a task without a form asks nothing."""
    return form_reasons(task.form or Form(), action, ctx.today)


def _completed(
    definition: Definition, state: State, action: Complete, ctx: Context
) -> tuple[tuple[Event, ...], State]:
    """What follows from a task being done: the vote opens with the last of those it waits for."""
    stage = definition.stages[state.stage]
    task = stage.task(action.task)
    done = TaskCompleted(
        at=ctx.now, actor=ctx.actor, task=action.task, comment=action.comment,
        fields=_answers(task, action, ctx)[1] if task and task.form else {},
    )  # fmt: skip
    events: list[Event] = [done]
    after = evolve(definition, state, done)
    approval = stage.approval
    if state.approval is None and approval and action.task in approval.opens_after:
        others = (task for task in approval.opens_after if task != action.task)
        if all(state.is_done(task) for task in others):
            events.append(approval_opened(approval, ctx))
            after = evolve(definition, after, events[-1])
    if definition.anchored:
        after = starting.following(definition, events, after, ctx)
    return tuple(events), after


def task_reasons(definition: Definition, state: State, task_id: str, ctx: Context) -> list[Reason]:
    """Everything that stands against completing this task now but its form."""
    standing = not_working(state)
    if standing:
        return standing
    test = definition.task_tests[state.stage].get(task_id)
    if test is None:
        return [_elsewhere(definition, state, task_id, definition.task(task_id) is not None)]
    return explaining.of_task(definition, test)(definition, state, ctx)


def reopen_reasons(definition: Definition, state: State, task_id: str, ctx: Context) -> list[Reason]:
    """Everything that stands against doing a task again but the reason to be given for it."""
    standing = not_working(state)
    if standing:
        return standing
    stage = definition.stages[state.stage]
    task = stage.task(task_id)
    if task is None:
        return [_elsewhere(definition, state, task_id, definition.task(task_id) is not None)]
    found = [] if ctx.roles.intersection(task.roles) else [reasons.wrong_role(definition, task.roles)]
    if not state.is_done(task.id):
        found.append(reasons.refusal("task_not_done", task=task.titles))
    after = stage.approval.opens_after if stage.approval else ()
    if state.approval in ("passed", "failed") and set(_reopened_with(stage, task)) & set(after):
        found.append(reasons.refusal("approval_over"))
    return found


def _reopen(definition: Definition, state: State, action: Reopen, ctx: Context) -> Decision:
    found = reopen_reasons(definition, state, action.task, ctx)
    stage = definition.stages[state.stage]
    task = stage.task(action.task)
    if task is None or not_working(state):
        return Refused(tuple(found))
    if is_blank(action.comment):
        found.append(reasons.refusal("comment_required", items=("comment",)))
    if found:
        return Refused(tuple(found))
    others = tuple(task_id for task_id in _reopened_with(stage, task)[1:] if state.is_done(task_id))
    event = TaskReopened(at=ctx.now, actor=ctx.actor, task=task.id, also=others, comment=action.comment)
    return _accepted(definition, state, "task_reopened", [event], ctx)


def _reopened_with(stage: Stage, task: Task) -> list[str]:
    """The task and those that are open again with it; one of them may take a further one along."""
    also = [task.id]
    for _ in stage.tasks:
        also += [t.id for t in stage.tasks if t.id not in also and set(t.reopens_with) & set(also)]
    return also


def _works(definition: Definition, state: State, test: StepTest, action: Fire, ctx: Context) -> bool:
    """Whether a transition works that depends on a vote, on the outcome or on what is written in its form."""
    step = test.step
    return (
        test.opens(state, ctx, test.reads_vote and is_stale(definition, state, ctx))
        and not (step.outcome_from and outcome_of(definition, step, ctx) is None)
        and not form_reasons(step.form, action, ctx.today)[0]
    )


def _moved(
    definition: Definition, state: State, action: Fire, ctx: Context
) -> tuple[tuple[Event, ...], State]:
    """What follows from a transition: the move, and a vote that waits for nothing."""
    test = definition.step_tests[state.stage][action.transition]
    step, target, stays = test.step, test.target, test.stays
    anchored = bool(definition.anchored)
    events: list[Event] = []
    if anchored and step.kind == "resume":  # what happened before the pause is prolonged by it
        state = starting.following(definition, events, state, ctx)
    number = state.round if stays else state.rounds.get(target.id, 0) + 1
    if stays:
        term, terms = starting.prolonged(definition, state, step, ctx)
    else:
        tasks = next_tasks(state, test)
        fresh = test.enters if state.done.isdisjoint(test.enters) else opened(tasks, test)
        term, terms = starting.at_once(target, ctx, fresh)
    moved = made(Moved, {
        "at": ctx.now,
        "actor": ctx.actor,
        "transition": step.id,
        "kind": step.kind,
        "source": state.stage,
        "target": target.id,
        "round": number,
        "on": ctx.today,
        "term": term,
        "terms": terms,
        "outcome": outcome_of(definition, step, ctx),
        "comment": action.comment,
        "fields": form_reasons(step.form, action, ctx.today)[1] if step.form.fields else {},
    })  # fmt: skip
    told = starting.told(state, step, ctx) if anchored else ctx
    if anchored and not stays:
        moved = starting.entering(definition, state, moved, told)
    events.append(moved)
    after = evolve(definition, state, moved) if stays else arrived(state, test, moved, tasks)
    more: list[Event] = []
    if not stays and after.approval is None and after.status == "active":
        more = opening(target, ctx, after)
    elif stays and step.kind in RESUMING:  # nobody voted anew while the case stood still
        more = voided(definition, after, ctx)
    for event in more:
        after = evolve(definition, after, event)
    events += more
    if anchored:
        after = starting.following(definition, events, after, told, paused_on=state.paused_on)
    return tuple(events), after


def step_reasons(definition: Definition, state: State, step: Transition, ctx: Context) -> list[Reason]:
    """Everything that stands against this step but its form: role, open tasks, guards, the outcome."""
    test = definition.step_tests[state.stage][step.id]
    return explaining.of_step(definition, state.stage, test)(definition, state, None, ctx)


# --- parts


def _accepted(
    definition: Definition, state: State | None, what: str, events: list[Event], ctx: Context
) -> Accepted:
    after = state
    for event in events:
        after = evolve(definition, after, event)
    if after is None:
        raise ValueError("nothing happened to a case that is not open")
    if definition.anchored:
        after = starting.following(definition, events, after, ctx)
    return Accepted(what, tuple(events), after)


def _elsewhere(definition: Definition, state: State, step_id: str, exists: bool) -> Reason:
    if exists:
        return reasons.wrong_stage(definition, state.stage)
    return reasons.refusal("unknown_step", id=step_id)
