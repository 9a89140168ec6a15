"""A case as it stood on any day, and two stays in a stage side by side; both read from events and the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from app.audit.models import AuditDetail, AuditRecord
from app.audit.queries import field_title, readable
from app.cases.history import Doers, Line, edition_with, in_reader, lines, title
from app.cases.models import Case, CaseEvent
from app.cases.projection import RoundRow, project
from app.cases.queries import events_of
from app.cases.terms import STAGE, beginnings, calendar_of
from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.i18n import Text, _
from app.core.ports import Figure
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine.deadlines import days_left, working_days_between
from app.engine.definition import Definition, Task
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


@dataclass(frozen=True)
class TaskThen:
    title: str
    status: str
    due: date | None
    left: int | None
    done_on: date | None
    done_by: str
    begins: str = ""  # when its term was to begin, if it had not


@dataclass(frozen=True)
class Stay:
    """One stay in a stage: when and how it began and ended, what was done and how the group voted."""

    stage: str
    number: int
    began: datetime
    ended: datetime | None
    ended_by: str | None
    reason: str
    answers: list[str]
    working_days: int
    tasks: list[TaskThen]
    votes: list[tuple[Text | str, str, bool]]  # who (and in whose seat), choice, void
    decision: Text | str | None


@dataclass
class Change:
    """What became of one thing between two instants: `fields` are (label, before, after)."""

    about: str
    at: datetime
    fields: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """What people did to the content between two instants: values that differ, and deeds with how often."""

    things: list[Change]
    deeds: list[tuple[str, int]]

    def __len__(self) -> int:
        return len(self.things) + len(self.deeds)


# ── as of a day ───────────────────────────────────────────────────────────────────────────────────


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
    definition, projection = _projected(work, case, known)
    state, calendar = projection.state, calendar_of(work)
    names = {str(row.actor_id): row.actor_name for row in rows}
    ids = [case.id]
    beginning = beginnings(work, definition, state)
    return Then(
        on=on, first=days[0], last=work.today,
        before=next((day for day in reversed(days) if day < on), None),
        after=next((day for day in days if day > on), None),
        definition=definition, state=state, steps=_steps(definition, state, projection.rounds, on),
        left=days_left(on, state.due, calendar) if state.is_active and state.due else None,
        days_in_stage=working_days_between(local_date(state.entered_at, zone), on, calendar),
        tasks=_tasks(work, definition.stages[state.stage].tasks,
                     _of_round(projection.tasks, state.stage, state.round), names,
                     on if state.is_active else None, beginning),
        events=known, begins=beginning.get(STAGE, ""),
        figures={name: found[case.id] for name, source in work.ports.figures.items()
                 if case.id in (found := source(work, ids, on))},
    )  # fmt: skip


def end_of(work: Work, day: date) -> datetime:
    """The midnight with which a day ends where the authority sits."""
    return datetime.combine(day + timedelta(days=1), time(), work.ports.zone).astimezone(UTC)


def _projected(work: Work, case: Case, rows: Sequence[CaseEvent]) -> tuple[Definition, Any]:
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
        skipped = number < here and stage not in state.rounds
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


def _tasks(
    work: Work, tasks: Iterable[Task], rows: Mapping[str, Mapping[str, Any]], names: Mapping[str, str],
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
                local_date(done, work.ports.zone) if done else None, names.get(str(row["done_by"]), ""),
                beginning.get(task.id, ""),
            )
        )  # fmt: skip
    return found


# ── two stays side by side ────────────────────────────────────────────────────────────────────────


def repeated_stages(work: Work, case: Case) -> dict[str, int]:
    """Stages the case has been in more than once, with the number of stays: those that can be compared."""
    _definition, projection = _projected(work, case, events_of(work.session, case.id))
    counted: dict[str, int] = {}
    for row in projection.rounds:
        counted[row.stage] = max(counted.get(row.stage, 0), row.round)
    return {stage: count for stage, count in counted.items() if count > 1}


def compare(work: Work, case: Case, stage: str, first: int, second: int) -> tuple[Stay, Stay, Changes]:
    """Two stays in a stage and what changed in the content from the end of the first to the end of the second.

    Raises NotFound for a stage or a round the case has not been in.
    """
    rows = events_of(work.session, case.id)
    definition, projection = _projected(work, case, rows)
    stays = [_stay(work, definition, projection, rows, stage, number) for number in (first, second)]
    since = stays[0].ended or work.now
    return stays[0], stays[1], content_changes(work, case, since, stays[1].ended or work.now)


def _stay(
    work: Work, definition: Definition, projection: Any, rows: Sequence[CaseEvent], stage: str, number: int
) -> Stay:
    rounds: Sequence[RoundRow] = projection.rounds
    places = [i for i, row in enumerate(rounds) if (row.stage, row.round) == (stage, number)]
    if not places:
        raise NotFound
    begins = ends = places[-1]
    while begins > 1 and begins - 2 in places and rounds[begins - 1].left_by == engine_events.Undone.type:
        begins -= 2  # a move that was taken back has interrupted nothing
    stay = rounds[ends]
    until = rounds[ends + 1].opened_seq if ends + 1 < len(rounds) else len(rows) + 1
    within = [row for row in rows if rounds[begins].opened_seq <= row.seq < until]
    names = {str(row.actor_id): row.actor_name for row in rows}
    zone, calendar = work.ports.zone, calendar_of(work)
    decided = next((row for row in reversed(within) if row.type == "approval_decided"), None)
    # the last vote of each seat: whoever gave it, the seat may be another's; one kept from an earlier round as well
    cast = {row.data["actor"]: row for row in rows if row.type == "vote_cast" and row.seq < until}
    people = Doers(work, list(cast.values()))
    votes = [
        (people.of(cast[voter]), values["choice"], bool(values["void"]))
        for (where, no, voter), values in projection.votes.items()
        if (where, no) == (stage, number)
    ]
    told = {line.event.seq: line for line in lines(definition, rows)}
    left = told.get(until)
    ended_by = None
    if left and stay.left_by:  # a step, or a move to a version that has another stage instead
        step = left.event.type == "moved"
        ended_by = title(left.definition, "transition", stay.left_by) if step else str(left.sentence)
    return Stay(
        stage=stage, number=number, began=stay.entered_at, ended=stay.left_at,
        ended_by=ended_by,
        reason=left.event.comment if left and left.event.type == "moved" else "",
        answers=left.answers if left else [],
        working_days=working_days_between(
            local_date(stay.entered_at, zone), local_date(stay.left_at or work.now, zone), calendar
        ),
        tasks=_tasks(work, _tasks_of_stay(told, within, stage), _of_round(projection.tasks, stage, number), names,
                     None if stay.left_at else work.today),
        votes=votes, decision=told[decided.seq].sentence if decided else None,
    )  # fmt: skip


def _tasks_of_stay(told: Mapping[int, Line], within: Sequence[CaseEvent], stage: str) -> list[Task]:
    """The tasks of the stage as it was left, then those a move to another version has dropped meanwhile."""
    tasks = list(edition_with(told[within[-1].seq].definition, stage).stages[stage].tasks)
    for row in within[1:]:
        if row.type == engine_events.Migrated.type and row.data["from"] == row.data["to"] == stage:
            former = told[row.seq - 1].definition.stages[stage].tasks
            known = {*row.data["tasks"], *(task.id for task in tasks)}  # what has a successor goes on as that
            tasks += [task for task in former if task.id not in known]
    return tasks


def content_changes(work: Work, case: Case, since: datetime, until: datetime) -> Changes:
    """What people changed in the case's content in between, each thing once: its value before and its value after.

    What was changed and changed back is left out.
    """
    query = (
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(
            AuditRecord.case_id == case.id, AuditRecord.tag.not_like("case:%"), AuditRecord.at > since,
            AuditRecord.at <= until,
        )
        .order_by(AuditRecord.id)
    )  # fmt: skip
    things: dict[tuple[str, int | None], Change] = {}
    values: dict[tuple[str, int | None], dict[str, list[Any]]] = {}
    deeds: Counter[str] = Counter()
    pairs: Sequence[Any] = work.session.execute(query).all()
    for record, detail in pairs:
        told = work.ports.tags.get(record.tag)
        if told is None:
            continue  # a record for the journal only, such as a download
        key = (record.subject_type, record.subject_id)
        kept = detail.values if detail and detail.erased_at is None else {}
        changes = {n: c for n, c in kept.items() if isinstance(c, dict) and set(c) == {"old", "new"}}
        if not changes:
            deeds[str(told)] += 1
            continue
        things.setdefault(key, Change(str(readable(work, kept.get("about", "")) or told), record.at))
        for name, change in changes.items():
            values.setdefault(key, {}).setdefault(name, [change["old"], None])[1] = change["new"]
    for key, thing in things.items():
        thing.fields = [
            (named, readable(work, old), readable(work, new))
            for name, (old, new) in values[key].items()
            if old != new and (named := field_title(work, name))
        ]
    differing = sorted((thing for thing in things.values() if thing.fields), key=lambda thing: thing.at)
    return Changes(differing, deeds.most_common())


def _of_round(
    tasks: Mapping[Any, Mapping[str, Any]], stage: str, number: int
) -> dict[str, Mapping[str, Any]]:
    return {task: row for (where, no, task), row in tasks.items() if (where, no) == (stage, number)}
