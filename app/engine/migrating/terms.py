"""Terms of a case that moves to another version: which stay, are counted anew, begin, wait or are lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from app.engine import anchors, starting
from app.engine.context import Context
from app.engine.deadlines import STAGE, Calendar, Term, add_working_days, prolong
from app.engine.definition import Definition
from app.engine.elements import Due, Migration, Titles
from app.engine.events import Migrated
from app.engine.migrating.notes import Note, note
from app.engine.segments import migrated
from app.engine.state import State, TaskState


def moved_terms(
    old: Definition,
    new: Definition,
    state: State,
    ctx: Context,
    rule: Migration,
    event: Migrated,
    tasks: Mapping[str, TaskState],
) -> tuple[Migrated, tuple[Note, ...], tuple[str, ...]]:
    """Terms that are counted anew or begin, what is told of them, and those that are lost."""
    back = {after: before for before, after in event.tasks.items()}
    former = old.stages[state.stage]
    target = new.stages[event.target]
    after = migrated(new, state, event)
    instead = anchors.VERSION_WITH_VOTE if state.approval is not None else None
    terms: dict[str, Term] = {}
    lost: list[str] = []
    told: list[Note] = []

    def one(
        key: str, titles: Titles, due: date | None, term: Term | None, was: Due | None, now: Due | None
    ) -> None:
        if now is None:
            if due is not None:
                lost.append(key)
                told.append(note("term_lost", titles, id=key))
            return
        was = anchors.since_renamed(was, event.tasks)
        if due is None:
            begins = _beginning(new, now, after, ctx, instead)
            if begins is not None:
                terms[key] = begins
                told.append(note("term_added", titles, id=key, new=f"{begins.due:%d.%m.%Y}"))
            elif was is None or was.since != now.since:
                told.append(_waits(new, now, titles, key, ctx))
        elif was is not None and was.since != now.since and rule.terms == "recount":
            if term is not None and term.is_prolonged:
                return  # a pause has moved it: it keeps its day
            begins = _beginning(new, now, after, ctx, instead, is_running=True)
            if begins is None:  # what it is counted from is still to come
                lost.append(key)
                told.append(_waits(new, now, titles, key, ctx))
            elif begins.due != due:
                terms[key] = begins
                told.append(
                    note("term_moved", titles, id=key, old=f"{due:%d.%m.%Y}", new=f"{begins.due:%d.%m.%Y}")
                )
        elif was is not None and was.since == now.since and not anchors.stands(now.since, after):
            lost.append(key)  # the move takes back what it was counted from
            told.append(_waits(new, now, titles, key, ctx))
        elif rule.terms == "recount" and was is not None and was.working_days != now.working_days:
            moved = _recounted(due, term, was, now, ctx.calendar)
            if moved is not None and moved.due != due:
                terms[key] = moved
                told.append(
                    note("term_moved", titles, id=key, old=f"{due:%d.%m.%Y}", new=f"{moved.due:%d.%m.%Y}")
                )

    one(STAGE, target.titles, state.due, state.term, former.due, target.due)
    for task in target.tasks:
        standing = tasks[task.id]
        if standing.status == "open":
            before = former.task(back.get(task.id, task.id))
            one(task.id, task.titles, standing.due, standing.term, before.due if before else None, task.due)
    return (
        replace(event, term=terms.pop(STAGE, None), terms=terms, lost=tuple(lost)),
        tuple(told),
        tuple(lost),
    )


def _beginning(
    new: Definition,
    now: Due,
    after: State,
    ctx: Context,
    instead: anchors.Pair | None,
    *,
    is_running: bool = False,
) -> Term | None:
    """The term of the new version from its event, None while that is to come.

    One that is new and counted from entering the stage begins with the move, not in the past. While the case stands
    still a term is counted from the day it stopped at the latest: the rest of the pause is added when it goes on.
    """
    if now.since == anchors.ENTERED and not is_running:
        return add_working_days(after.paused_on or ctx.today, now.working_days, ctx.calendar)
    found = anchors.anchor(new, now.since, after, ctx, instead=instead)
    if found is None or (after.paused_on is not None and found.day > after.paused_on):
        return None
    return starting.counted(now, found, ctx)


def _waits(new: Definition, now: Due, titles: Titles, key: str, ctx: Context) -> Note:
    fact = ctx.facts.get(now.since)
    return note("term_waits", titles, id=key, **anchors.until(new, now.since, fact.until if fact else None))


def _recounted(due: date, term: Term | None, was: Due, now: Due, calendar: Calendar) -> Term | None:
    """The same beginning with another number of days; a term moved by a pause is moved once more, never back."""
    if term is not None and not term.is_prolonged:
        return replace(add_working_days(term.start, now.working_days, calendar), begun_by=term.begun_by)
    more = now.working_days - was.working_days
    return prolong(due, more, calendar) if more > 0 else None
