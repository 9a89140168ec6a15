"""A case as it stood on any day, from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from app.cases.history import Doers, in_reader, title
from app.cases.models import Case, CaseEvent
from app.cases.queries import events_of
from app.cases.stages import is_passed_over
from app.cases.terms import STAGE, beginnings, calendar_of
from app.cases.writing.projection import Projection, RoundRow, project
from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.i18n import Text, _
from app.core.ports import Figure
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine.deadlines import days_left, working_days_between
from app.engine.definition import Definition
from app.engine.elements import Task
from app.engine.evolution import in_force
from app.engine.state import State

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Then:
    """A case on the evening of a day; `first` and `last` bound the days that may be asked for."""

    on: date
    first: date
    last: date
    before: date | None  # the nearest earlier and later days on which something happened
    after: date | None
    definition: Definition
    state: State
    steps: list[dict[str, Any]]
    left: int | None  # working days to the term, below zero once it had passed
    days_in_stage: int
    tasks: list[TaskThen]
    events: Sequence[CaseEvent]
    figures: Mapping[str, Figure]
    begins: str = ""  # when the term of the stage was to begin, if it had not


Done = tuple[str, datetime | None]  # an account and the instant at which it closed a task


@dataclass(frozen=True)
class TaskThen:
    title: str
    status: str
    due: date | None
    left: int | None
    done_on: date | None
    done_by: Text | str  # and in whose place
    begins: str = ""  # when its term was to begin, if it had not


def case_then(work: Work, case: Case, on: date | None) -> Then:
    """The case as it stood on the evening of `on` (today when None); a day before the first event is that day's.

    Raises NotFound for a case without events.
    """
    rows = events_of(work.session, case.id)
    if not rows:
        raise NotFound
    zone = work.ports.zone
    days = sorted({local_date(row.at, zone) for row in rows})
    on = min(max(on or work.today, days[0]), work.today)
    # up to the last one of these days: were the clock once set back, what came before it had happened too
    told = (number for number, row in enumerate(rows, start=1) if local_date(row.at, zone) <= on)
    known = rows[: max(told, default=len(rows))]
    definition, projection = projected(work, case, known)
    state, calendar = projection.state, calendar_of(work)
    ids = [case.id]
    beginning = beginnings(work, definition, state)
    return Then(
        on=on, first=days[0], last=work.today,
        before=next((day for day in reversed(days) if day < on), None),
        after=next((day for day in days if day > on), None),
        definition=definition, state=state, steps=_steps(definition, state, projection.rounds, on),
        left=days_left(on, state.due, calendar) if state.is_active and state.due else None,
        days_in_stage=working_days_between(local_date(state.entered_at, zone), on, calendar),
        tasks=tasks_then(work, definition.stages[state.stage].tasks,
                     of_round(projection.tasks, state.stage, state.round), who_did(work, known),
                     on if state.is_active else None, beginning),
        events=known, begins=beginning.get(STAGE, ""),
        figures={name: found[case.id] for name, source in work.ports.figures.items()
                 if case.id in (found := source(work, ids, on))},
    )  # fmt: skip


def end_of(work: Work, day: date) -> datetime:
    """The midnight with which a day ends where the authority sits."""
    return datetime.combine(day + timedelta(days=1), time(), work.ports.zone).astimezone(UTC)


def projected(work: Work, case: Case, rows: Sequence[CaseEvent]) -> tuple[Definition, Projection]:
    """These first events of a case with what they add up to, and the version the case runs by after them."""
    definition = work.ports.definitions.of(work.session, case)
    events = [engine_events.from_dict(row.data) for row in rows]
    projection = project(definition, events)
    for event in events:  # on that day the case may have run by another version than now
        definition = in_force(definition, event)
    return definition, projection


def _steps(
    definition: Definition, state: State, rounds: Sequence[RoundRow], on: date
) -> list[dict[str, Any]]:
    """The stepper of that day."""
    order = list(definition.stages)
    here = order.index(state.stage)
    steps = []
    for number, stage in enumerate(order):
        mine = [row for row in rounds if row.stage == stage]
        skipped = number < here and is_passed_over(definition, state, stage)
        over = not skipped and (number < here or (number == here and definition.stages[stage].final))
        late = number == here and state.is_active and state.due is not None and state.due < on
        steps.append(
            {
                "title": title(definition, "stage", stage),
                "state": "done" if over else "now" if number == here else "todo",
                "round": max((row.round for row in mine), default=0),
                "note": _("skipped") if skipped else "",
                "late": late,
            }
        )
    return steps


def who_did(work: Work, rows: Sequence[CaseEvent]) -> dict[Done, Text | str]:
    """Who closed a task at an instant, «X за Y по приказу № …» where it was done for another.

    Not by the task: a move to another version may have called it otherwise since.
    """
    done = [row for row in rows if row.type == engine_events.TaskCompleted.type]
    people = Doers(work, done)
    return {(str(row.actor_id), row.at): people.of(row) for row in done}


def tasks_then(
    work: Work, tasks: Iterable[Task], rows: Mapping[str, Mapping[str, Any]], names: Mapping[Done, Text | str],
    on: date | None, beginning: Mapping[str, str] = NOTHING,
) -> list[TaskThen]:  # fmt: skip
    """These tasks in one stay; `on`: the day open terms are counted from, None when nothing is awaited.

    `beginning`: task → when its term will begin.
    """
    calendar = calendar_of(work)
    found = []
    for task in tasks:
        row = rows.get(task.id)
        if row is None:
            continue
        done = row["done_at"]
        waits = on if row["status"] == "open" else None
        found.append(
            TaskThen(
                in_reader(task.titles), row["status"], row["due"],
                days_left(waits, row["due"], calendar) if waits and row["due"] else None,
                local_date(done, work.ports.zone) if done else None, names.get((str(row["done_by"]), done), ""),
                beginning.get(task.id, ""),
            )
        )  # fmt: skip
    return found


def of_round(tasks: Mapping[Any, Mapping[str, Any]], stage: str, number: int) -> dict[str, Mapping[str, Any]]:
    return {task: row for (where, no, task), row in tasks.items() if (where, no) == (stage, number)}
