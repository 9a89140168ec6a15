"""Begins terms that wait for their event: in the step that brings it, or at night when nobody acts.

A term that has begun stands until its round ends or its event is taken back; it is not counted again because a
room corrected a date. While a case stands still only what happened before the pause begins: that term is then
prolonged like every other. What happened during the pause counts from the day the case goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace as changed
from datetime import date
from typing import TypeVar

from app.engine import anchors
from app.engine.actions import Action, Fire
from app.engine.anchors import Anchor, Pair
from app.engine.context import Context
from app.engine.deadlines import STAGE, Term, add_working_days, prolong, working_days_between
from app.engine.definition import Definition
from app.engine.elements import Due, Stage, Transition
from app.engine.events import CaseOpened, Event, Moved, TaskReopened, TermsStarted
from app.engine.evolution import evolve
from app.engine.state import State

# Steps after which a case that stood still goes on.
RESUMING = ("resume", "reopen")
Begins = TypeVar("Begins", CaseOpened, Moved)


def due_terms(
    definition: Definition,
    state: State,
    ctx: Context,
    *,
    paused_on: date | None = None,
    instead: Pair | None = None,
) -> dict[str, Term]:
    """Terms of the present stage that wait and whose event has happened, `STAGE` for its own.

    `paused_on`: the case goes on today after it stood still since then; `instead` as for `anchors.anchor`.
    """
    if state.status not in ("active", "suspended"):
        return {}
    found: dict[str, Term] = {}
    for key, due in anchors.pending(definition.stages[state.stage], state).items():
        anchor = anchors.anchor(definition, due.since, state, ctx, instead=instead)
        if anchor is None or (state.paused_on is not None and anchor.day > state.paused_on):
            continue
        if paused_on is not None and paused_on < anchor.day <= ctx.today:
            anchor = _after_pause(anchor, ctx.today)
        found[key] = _after(counted(due, anchor, ctx), anchor, paused_on, ctx)
    return found


def _after(term: Term, anchor: Anchor, paused_on: date | None, ctx: Context) -> Term:
    """A term that begins when the case goes on, from an event before it stood still: later by the pause."""
    if paused_on is None or anchor.day > paused_on:
        return term
    days = working_days_between(paused_on, ctx.today, ctx.calendar)
    return prolong(term.due, days, ctx.calendar) if days else term


def counted(due: Due, anchor: Anchor, ctx: Context) -> Term:
    """The term from this event on; one from entering the stage names only its day."""
    term = add_working_days(anchor.day, due.working_days, ctx.calendar)
    return changed(term, begun_by=anchor.words) if all(anchor.words) else term


def started(
    definition: Definition,
    state: State,
    ctx: Context,
    *,
    paused_on: date | None = None,
    instead: Pair | None = None,
) -> TermsStarted | None:
    """The event that begins every term whose event has happened; None when none does."""
    if state.stage not in definition.anchored:
        return None
    terms = due_terms(definition, state, ctx, paused_on=paused_on, instead=instead)
    if not terms:
        return None
    return TermsStarted(at=ctx.now, actor=ctx.actor, term=terms.pop(STAGE, None), terms=terms)


def following(
    definition: Definition, events: list[Event], after: State, ctx: Context, *, paused_on: date | None = None
) -> State:
    """Add to the events of a step the terms that begin with it; the state after all of them."""
    instead = anchors.TAKEN_BACK if events and isinstance(events[-1], TaskReopened) else None
    begins = started(definition, after, ctx, paused_on=paused_on, instead=instead)
    if begins is None:
        return after
    events.append(begins)
    return evolve(definition, after, begins)


def entering(definition: Definition, before: State | None, event: Begins, ctx: Context) -> Begins:
    """The event that begins a round, with the terms whose event lies before it."""
    after = evolve(definition, before, event)
    if after.stage not in definition.anchored:
        return event
    terms = due_terms(definition, after, ctx, instead=anchors.ROUND_WITH_VOTE)
    own = terms.pop(STAGE, event.term)
    return changed(event, term=own, terms={**event.terms, **terms})


def told(state: State, step: Transition, ctx: Context) -> Context:
    """What is known of the stage the step leads to; nothing yet when the case has been there before.

    Rooms were asked in the stage that is left: of the target they tell its former round.
    """
    return changed(ctx, facts={}) if is_again(state, step) else ctx


def is_again(state: State, step: Transition) -> bool:
    """Whether the step leads to a stage the case has been in before."""
    return step.target is not None and step.target in state.rounds


def at_once(stage: Stage, ctx: Context, tasks: Sequence[str]) -> tuple[Term | None, dict[str, Term]]:
    """Terms of a stage entered today and of these of its tasks, as far as they are counted from that."""
    own = _today(stage.due, ctx)
    return own, {
        task.id: term
        for task in stage.tasks
        if task.id in tasks and (term := _today(task.due, ctx)) is not None
    }


def prolonged(
    definition: Definition, state: State, step: Transition, ctx: Context
) -> tuple[Term | None, dict[str, Term]]:
    """Terms moved later by the working days the case stood still; nothing for other steps that stay."""
    if step.kind not in RESUMING or state.paused_on is None:
        return None, {}
    days = working_days_between(state.paused_on, ctx.today, ctx.calendar)
    if days == 0:
        return None, {}
    term = prolong(state.due, days, ctx.calendar) if state.due else None
    terms = {}
    for task in definition.stages[state.stage].tasks:
        standing = state.tasks.get(task.id)
        if standing and standing.status == "open" and standing.due:
            terms[task.id] = prolong(standing.due, days, ctx.calendar)
    return term, terms


def facts_of(definition: Definition, state: State | None, action: Action | None = None) -> set[str]:
    """Dates of rooms the terms ask for that wait here, and those of the stage a step leads to."""
    if state is None:
        return dates_of(definition.stages[definition.initial])
    needed = _dates(anchors.pending(definition.stages[state.stage], state).values())
    step = definition.transitions.get(action.transition) if isinstance(action, Fire) else None
    if step is not None and step.target and not is_again(state, step):
        needed |= dates_of(definition.stages[step.target])
    return needed


def dates_of(stage: Stage) -> set[str]:
    """Dates of rooms the terms of a stage are counted from."""
    return _dates(due for _, due in anchors.rules_of(stage))


def _today(due: Due | None, ctx: Context) -> Term | None:
    if due is None or due.since != anchors.ENTERED:
        return None
    return add_working_days(ctx.today, due.working_days, ctx.calendar)


def _dates(dues: Iterable[Due]) -> set[str]:
    return {fact for due in dues if (fact := anchors.fact_of(due.since))}


def _after_pause(anchor: Anchor, today: date) -> Anchor:
    """The event fell into the pause: the case could not be worked on before today."""
    ru, en = anchor.words
    return Anchor(
        today,
        (
            f"возобновления случая ({today:%d.%m.%Y}): на приостановку пришёлся день {ru}",
            f"the resumption of the case ({today:%d.%m.%Y}), for it stood still on the day of this: {en}",
        ),
    )
