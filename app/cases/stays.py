"""Two rounds of a stage side by side: who did what in each, how it ended, and what changed in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.content_changes import Changes, content_changes
from app.cases.history import Doers, Line, edition_with, lines, title
from app.cases.models import Case, CaseEvent
from app.cases.queries import events_of
from app.cases.terms import calendar_of
from app.cases.time_machine import TaskThen, of_round, projected, tasks_then, who_did
from app.cases.writing.projection import Projection, RoundRow
from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.i18n import Text
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine.deadlines import working_days_between
from app.engine.definition import Definition
from app.engine.elements import Task


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


def repeated_stages(work: Work, case: Case) -> dict[str, int]:
    """Stages the case has been in more than once, with the number of stays: those that can be compared."""
    _definition, projection = projected(work, case, events_of(work.session, case.id))
    counted: dict[str, int] = {}
    for row in projection.rounds:
        counted[row.stage] = max(counted.get(row.stage, 0), row.round)
    return {stage: count for stage, count in counted.items() if count > 1}


def compare(work: Work, case: Case, stage: str, first: int, second: int) -> tuple[Stay, Stay, Changes]:
    """Two stays in a stage and what changed in the content from the end of the first to the end of the second.

    Raises NotFound for a stage or a round the case has not been in.
    """
    rows = events_of(work.session, case.id)
    definition, projection = projected(work, case, rows)
    stays = [_stay(work, definition, projection, rows, stage, number) for number in (first, second)]
    since = stays[0].ended or work.now
    return stays[0], stays[1], content_changes(work, case, since, stays[1].ended or work.now)


def _stay(
    work: Work,
    definition: Definition,
    projection: Projection,
    rows: Sequence[CaseEvent],
    stage: str,
    number: int,
) -> Stay:
    begins, ends = _bounds(projection.rounds, stage, number)
    stay = projection.rounds[ends]
    until = projection.rounds[ends + 1].opened_seq if ends + 1 < len(projection.rounds) else len(rows) + 1
    within = [row for row in rows if projection.rounds[begins].opened_seq <= row.seq < until]
    zone, calendar = work.ports.zone, calendar_of(work)
    decided = next((row for row in reversed(within) if row.type == "approval_decided"), None)
    told = {line.event.seq: line for line in lines(definition, rows)}
    left = told.get(until)
    return Stay(
        stage=stage, number=number, began=stay.entered_at, ended=stay.left_at,
        ended_by=_ended_by(left, stay.left_by),
        reason=left.event.comment if left and left.event.type == "moved" else "",
        answers=left.answers if left else [],
        working_days=working_days_between(
            local_date(stay.entered_at, zone), local_date(stay.left_at or work.now, zone), calendar
        ),
        tasks=tasks_then(work, _tasks_of_stay(told, within, stage), of_round(projection.tasks, stage, number),
                     who_did(work, rows), None if stay.left_at else work.today),
        votes=_votes_of_stay(work, projection, [row for row in rows if row.seq < until], stage, number),
        decision=told[decided.seq].sentence if decided else None,
    )  # fmt: skip


def _bounds(rounds: Sequence[RoundRow], stage: str, number: int) -> tuple[int, int]:
    """The first and the last row of a stay. Raises NotFound when there was none."""
    places = [i for i, row in enumerate(rounds) if (row.stage, row.round) == (stage, number)]
    if not places:
        raise NotFound
    begins = ends = places[-1]
    while begins > 1 and begins - 2 in places and rounds[begins - 1].left_by == engine_events.Undone.type:
        begins -= 2  # a move that was taken back has interrupted nothing
    return begins, ends


def _ended_by(left: Line | None, left_by: str | None) -> str | None:
    """A step, or a move to a version that has another stage instead; None while the case stands there."""
    if left is None or not left_by:
        return None
    return title(left.definition, "transition", left_by) if left.event.type == "moved" else str(left.sentence)


def _votes_of_stay(
    work: Work, projection: Projection, rows: Sequence[CaseEvent], stage: str, number: int
) -> list[tuple[Text | str, str, bool]]:
    """Who voted how, and whether the vote is void: `rows` are the events up to the end of the stay."""
    # the last vote of each seat: whoever gave it, the seat may be another's; one kept from an earlier round as well
    cast = {row.data["actor"]: row for row in rows if row.type == "vote_cast"}
    people = Doers(work, list(cast.values()))
    return [
        (people.of(cast[voter]), values["choice"], bool(values["void"]))
        for (where, no, voter), values in projection.votes.items()
        if (where, no) == (stage, number)
    ]


def _tasks_of_stay(told: Mapping[int, Line], within: Sequence[CaseEvent], stage: str) -> list[Task]:
    """The tasks of the stage as it was left, then those a move to another version has dropped meanwhile."""
    tasks = list(edition_with(told[within[-1].seq].definition, stage).stages[stage].tasks)
    for row in within[1:]:
        if row.type == engine_events.Migrated.type and row.data["from"] == row.data["to"] == stage:
            former = told[row.seq - 1].definition.stages[stage].tasks
            known = {*row.data["tasks"], *(task.id for task in tasks)}  # what has a successor goes on as that
            tasks += [task for task in former if task.id not in known]
    return tasks
