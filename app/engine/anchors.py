"""From which event a term is counted: the vocabulary of `since`, the day of the event, and how both are told.

`entered` and `opened` are known when a stage begins; another task, the vote and a date a room knows come later:
until then the term has not begun and there is no day. Pure: the day of an event follows from state and context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.engine.context import Context
from app.engine.deadlines import STAGE
from app.engine.records import replace
from app.engine.state import State, TaskState

if TYPE_CHECKING:
    from app.engine.definition import Definition
    from app.engine.elements import Due, Stage

ENTERED, OPENED, VOTE_OPENED, VOTE_PASSED = "entered", "opened", "vote_opened", "vote_passed"
WORDS = (ENTERED, OPENED, VOTE_OPENED, VOTE_PASSED)
VOTES = (VOTE_OPENED, VOTE_PASSED)
_ID = r"[a-z][a-z0-9_]{0,59}"
DONE = re.compile(rf"done:({_ID})\Z")
FACT = re.compile(rf"{_ID}\.{_ID}\Z")
# what an author may write, for the sentence that refuses anything else
FORMS = (*WORDS, "done:<task>", "<room>.<fact>")
# A day outside is a slip of the pen: no term is counted from it.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
Pair = tuple[str, str]
DateNames = Mapping[str, Pair]  # what a room's date is the date of, in the genitive: «приказа»
NO_NAMES: DateNames = MappingProxyType({})
EVENTS: Mapping[str, Pair] = {
    ENTERED: ("начала этапа", "the day the stage is entered"),
    OPENED: ("открытия случая", "the opening of the case"),
    VOTE_OPENED: ("открытия голосования", "the day the vote opened"),
    VOTE_PASSED: ("одобрения голосованием", "the day the vote passed"),
}
# What a term from the vote is counted from when the vote was there before: nobody keeps its days.
ROUND_WITH_VOTE: Pair = (
    "начала круга, в который перешло голосование",
    "the beginning of the round the vote was kept in",
)
TAKEN_BACK: Pair = (
    "возвращения задачи после голосования",
    "the day the task was taken back after the vote",
)
VERSION_WITH_VOTE: Pair = (
    "перевода случая, в котором уже шло голосование, на новый порядок",
    "the move of the case, with its vote, to the new procedure",
)


@dataclass(frozen=True)
class Anchor:
    """The event a term is counted from: its day, and what it is in the genitive, in Russian and English."""

    day: date
    words: Pair


def is_written(since: str) -> bool:
    """Whether this is one of the events a term may be counted from."""
    return since in WORDS or DONE.match(since) is not None or FACT.match(since) is not None


def task_of(since: str) -> str | None:
    """The task whose completion the term is counted from, or None."""
    found = DONE.match(since)
    return found.group(1) if found else None


def fact_of(since: str) -> str | None:
    """The fact whose date the term is counted from, or None."""
    return since if FACT.match(since) else None


def rules_of(stage: Stage) -> Iterator[tuple[str, Due]]:
    """Terms of a stage that are not counted from entering it: `STAGE` or the task → the rule."""
    if stage.due and stage.due.since != ENTERED:
        yield STAGE, stage.due
    for task in stage.tasks:
        if task.due and task.due.since != ENTERED:
            yield task.id, task.due


def since_renamed(due: Due | None, tasks: Mapping[str, str]) -> Due | None:
    """The rule with the new id of the task it is counted from, where that has one."""
    task_id = task_of(due.since) if due else None
    successor = tasks.get(task_id) if task_id else None
    return replace(due, since=f"done:{successor}") if due and successor else due


def is_pending(due: Due | None, day: date | None) -> bool:
    """Whether there is a term that has not begun."""
    return due is not None and due.since != ENTERED and day is None


def pending(stage: Stage, state: State) -> dict[str, Due]:
    """Terms of the present stage that have not begun: `STAGE` or an open task → the rule."""
    found: dict[str, Due] = {}
    for key, due in rules_of(stage):
        if key == STAGE:
            if state.due is None:
                found[key] = due
            continue
        standing = state.tasks.get(key)
        if standing is not None and standing.status == "open" and standing.due is None:
            found[key] = due
    return found


def waits(stage: Stage, task_id: str) -> bool:
    """Whether the term of this task is counted from another event than entering the stage."""
    return any(key == task_id for key, _ in rules_of(stage))


def due_when_reopened(stage: Stage, task_id: str, standing: TaskState) -> date | None:
    """The day of a task that is open again: one that was taken back while it was done is to begin anew."""
    return standing.due if standing.term is not None or not waits(stage, task_id) else None


def stands(since: str, state: State) -> bool:
    """Whether the event, as far as the state alone can say, has happened: of a room's fact it cannot."""
    if since == VOTE_OPENED:
        return state.approval is not None
    if since == VOTE_PASSED:
        return state.approval == "passed"
    task = task_of(since)
    return task is None or state.is_done(task)


def anchor(
    definition: Definition, since: str, state: State, ctx: Context, *, instead: Pair | None = None
) -> Anchor | None:
    """The event this term is counted from; None while it has not happened, or nobody knows its day.

    `instead` names what happens today when the vote, if it stands, was there before.
    """
    if not stands(since, state):
        return None
    words = event_words(definition, since)
    if since == OPENED:
        return _named(ctx.day_of(state.opened_at), words)
    if since in VOTES:
        return _named(ctx.today, instead or words)
    task_id = task_of(since)
    if task_id is not None:
        return _done(definition, task_id, state, ctx)
    if fact_of(since):
        return _told(since, ctx)
    return Anchor(ctx.day_of(state.entered_at), ("", ""))


def event_words(definition: Definition, since: str, dates: DateNames = NO_NAMES) -> Pair:
    """The event in the genitive, as «со дня …» goes on, in Russian and English."""
    if since in WORDS:
        return EVENTS[since]
    task_id = task_of(since)
    if task_id is None and since in dates:
        return dates[since]
    if task_id is None:
        return f"даты «{since}»", f"the date “{since}”"
    ru, en = _titles(definition, task_id)
    return f"выполнения задачи «{ru}»", f"the day the task “{en}” was done"


def until(definition: Definition, since: str, words: Mapping[str, str] | None = None) -> dict[str, str]:
    """When a term that has not begun will begin, «когда …»; `words` are those of the room for its date."""
    if since == VOTE_OPENED:
        return {"ru": "откроется голосование", "en": "the vote opens"}
    if since == VOTE_PASSED:
        return {"ru": "голосование завершится решением «за»", "en": "the vote has passed"}
    task_id = task_of(since)
    if task_id is not None:
        ru, en = _titles(definition, task_id)
        return {"ru": f"будет выполнена задача «{ru}»", "en": f"the task “{en}” is done"}
    if words:
        return dict(words)
    return {"ru": f"станет известна дата ({since})", "en": f"the date is known ({since})"}


def waiting_sentence(
    definition: Definition, since: str, words: Mapping[str, str] | None = None
) -> dict[str, str]:
    """«Срок начнётся, когда …», in both languages."""
    when = until(definition, since, words)
    return {"ru": f"Срок начнётся, когда {when['ru']}", "en": f"The term begins when {when['en']}"}


def without(stage: Stage, state: State, gone: Iterable[str]) -> State:
    """The state without the terms counted from events that were taken back: they begin anew with the next.

    A task that is done keeps the day it was due on, for the record; should it be reopened, it waits as well.
    """
    lost = set(gone)
    tasks = dict(state.tasks)
    changed = False
    for key, due in rules_of(stage):
        if due.since not in lost:
            continue
        if key == STAGE:
            state = replace(state, due=None, term=None)
            continue
        standing = tasks[key]
        if standing.term is not None:
            is_open = standing.status == "open"
            tasks[key] = replace(standing, due=None if is_open else standing.due, term=None)
            changed = True
    return replace(state, tasks=tasks) if changed else state


# ── the days ──────────────────────────────────────────────────────────────────────────────────────


def _named(day: date, words: Pair) -> Anchor:
    ru, en = words
    return Anchor(day, (f"{ru} ({day:%d.%m.%Y})", f"{en} ({day:%d.%m.%Y})"))


def _done(definition: Definition, task_id: str, state: State, ctx: Context) -> Anchor | None:
    """The day a task was done; one that a return left done counts from the round it was taken over into."""
    at = state.tasks[task_id].done_at
    if at is None:
        return None
    if definition.stages[state.stage].task(task_id) is not None and at < state.entered_at:
        ru, en = _titles(definition, task_id)
        kept = (
            f"начала круга, к которому задача «{ru}» уже выполнена",
            f"the beginning of the round before which the task “{en}” was done",
        )
        return _named(ctx.day_of(state.entered_at), kept)
    return _named(ctx.day_of(at), event_words(definition, f"done:{task_id}"))


def _told(name: str, ctx: Context) -> Anchor | None:
    """The day a room knows, in its words where it has any."""
    fact = ctx.facts.get(name)
    value = None if fact is None else fact.value
    if isinstance(value, datetime):
        value = ctx.day_of(value)
    if fact is None or not isinstance(value, date) or not EARLIEST <= value < LATEST:
        return None
    if fact.of is None:
        return Anchor(value, (f"{value:%d.%m.%Y}",) * 2)
    return _named(value, (fact.of["ru"], fact.of["en"]))


def _titles(definition: Definition, task_id: str) -> Pair:
    task = definition.task(task_id)
    return (task.titles["ru"], task.titles["en"]) if task else (task_id, task_id)
