"""Terms counted anew after the working calendar was changed: from the events, not from the terms themselves.

A term that was prolonged because the case stood still is counted again from its beginning, pause by pause:
the same history read with another calendar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.engine.compiling import STAYING
from app.engine.deadlines import Calendar, Term, add_working_days, prolong, working_days_between
from app.engine.definition import Definition
from app.engine.events import CaseOpened, Event, Migrated, Moved, TaskReopened, TermsRecounted, Undone
from app.engine.evolution import evolve, in_force
from app.engine.state import State

STAGE = ""
"""The key of the stage's own term among those of its tasks."""


def counted_anew(definition: Definition, events: Iterable[Event], calendar: Calendar) -> dict[str, Term]:
    """Every running term of the case as this calendar counts it: task → term, `STAGE` → the stage's own.

    Done tasks are left out, and those of another stage that a change of version has left open. A closed or
    terminated case has no running terms.
    """
    state: State | None = None
    terms: dict[str, Term] = {}
    former: dict[str, Term] = {}
    for event in events:
        definition = in_force(definition, event)
        before, state = state, evolve(definition, state, event)
        if isinstance(event, TermsRecounted):
            continue  # an answer to another calendar; this one is asked afresh
        if isinstance(event, Moved) and before is not None and _stays(definition, event):
            terms = _prolonged(before, terms, event, calendar)
            continue
        if isinstance(event, Undone):
            terms = former
            continue
        if isinstance(event, Migrated):
            names = {**event.tasks, STAGE: STAGE}
            former, terms = terms, {names[key]: term for key, term in terms.items() if key in names}
        if isinstance(event, CaseOpened | Moved):
            terms = {}
        terms.update(_given(event, calendar, terms if isinstance(event, Migrated) else {}))
    if state is None or state.status not in ("active", "suspended"):
        return {}
    running = {STAGE, *(task.id for task in definition.stages[state.stage].tasks)}
    return {key: term for key, term in terms.items() if key in running and _due(state, key) is not None}


def recount(
    definition: Definition,
    events: list[Event],
    calendar: Calendar,
    at: datetime,
    actor: str,
    only: Collection[str] | None = None,
) -> TermsRecounted | None:
    """The event that moves what this calendar moves, of all terms or of those in `only`; None when all stay."""
    state: State | None = None
    now = definition
    for event in events:
        now = in_force(now, event)
        state = evolve(now, state, event)
    if state is None:
        return None
    anew = counted_anew(definition, events, calendar)
    moved = {
        key: term for key, term in anew.items()
        if term.due != _due(state, key) and (only is None or key in only)
    }  # fmt: skip
    if not moved:
        return None
    return TermsRecounted(at=at, actor=actor, term=moved.pop(STAGE, None), terms=moved)


def running_again(events: Iterable[Event], after: State) -> set[str]:
    """Terms that run again, which no change of the calendar, and of a done task no pause, has moved meanwhile.

    Those of a terminated case and of a task that is done are nobody's until the case is reinstated, the task reopened.
    The others stay: a changed calendar moves them only when the administrator says so.
    """
    again: set[str] = set()
    for event in events:
        if isinstance(event, TaskReopened):
            again |= {event.task, *event.also}
        elif isinstance(event, Moved) and event.kind == "reopen":
            again |= {STAGE, *after.tasks}
    return again


def _stays(definition: Definition, event: Moved) -> bool:
    step = definition.transitions.get(event.transition)
    return event.kind in STAYING or step is None or step.target is None


def _given(event: Event, calendar: Calendar, running: Mapping[str, Term]) -> dict[str, Term]:
    """The terms an event set, counted with this calendar; one that prolongs a running one begins where that ends."""
    own: Any = getattr(event, "term", None)
    found: dict[str, Term] = {STAGE: own} if own is not None else {}
    found.update(getattr(event, "terms", None) or {})
    return {
        key: prolong(running[key].due, term.working_days, calendar)
        if term.is_prolonged and key in running
        else replace(
            add_working_days(term.start, term.working_days, calendar),
            begun_by=term.begun_by,
            is_prolonged=term.is_prolonged,
        )
        for key, term in found.items()
    }


def _prolonged(before: State, terms: dict[str, Term], event: Moved, calendar: Calendar) -> dict[str, Term]:
    """The terms after a pause: later by the working days the case stood still, also of a task that may be reopened."""
    if event.kind not in ("resume", "reopen") or before.paused_on is None:
        return terms
    days = working_days_between(before.paused_on, event.on, calendar)
    if days == 0:
        return terms
    return {key: prolong(term.due, days, calendar) for key, term in terms.items()}


def _due(state: State, key: str) -> date | None:
    """The day of a running term; None for a task that is done or has none."""
    if key == STAGE:
        return state.due
    standing = state.tasks.get(key)
    return standing.due if standing is not None and standing.status == "open" else None
