"""What waits for a person in the cases he sees: tasks of his roles, votes, the step forward.

In a large region that is asked on every page, for its badge, about thousands of cases. So only stages are read where
something may wait for the person's roles, what only a shown line tells is worked out for the shown ones, and the cases
come in two parts: whoever counts up to a hundred has enough with the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.cases.closing import closing_page
from app.cases.context import actor_id, context, look_at_facts, task_url, voters_of
from app.cases.history import title
from app.cases.mending import obstacles
from app.cases.models import LIVE, Case, CaseEvent
from app.cases.overview import in_reader
from app.cases.queries import events_of_all, where_its_version_says
from app.cases.roles import case_roles, stands_for
from app.cases.seats import authors_of, bar, look_ahead, seat_of
from app.cases.states import states_now
from app.cases.terms import STAGE, beginnings, explained
from app.core.actor import StandsFor
from app.core.errors import Reason
from app.core.ports import QueueItem
from app.core.unit_of_work import Work
from app.engine.actions import Fire
from app.engine.context import Voter
from app.engine.definition import Definition
from app.engine.elements import Stage
from app.engine.events import (
    ApprovalDecided,
    ApprovalOpened,
    Event,
    Migrated,
    Moved,
    TaskCompleted,
    TaskReopened,
    Undone,
    from_dict,
)
from app.engine.fact_names import facts_needed
from app.engine.machine import step_reasons
from app.engine.offers import Waiting, waiting_for
from app.engine.state import State
from app.schools.models import Organisation

# from them something waits, see `_since`
_READY = (TaskCompleted, ApprovalDecided, Moved)  # from them the step onward
_BEGIN = tuple(one.type for one in (ApprovalOpened, Migrated, TaskReopened, Undone, *_READY))
_FIRST = 200  # cases of the first part
_FEW = 12  # steps of a page at most whose conditions are asked: each asks the rooms for its facts
# the name a line prints, nothing else of the school; the programme is one of few, read with the first of its cases
_LINE = (joinedload(Case.school).load_only(Organisation.short_name),)


@dataclass(frozen=True)
class CaseLine(QueueItem):
    """A line about a case, with what its details are worked out from."""

    of: tuple[Case, State, Waiting, frozenset[str]] | None = None


def case_queue(work: Work) -> list[QueueItem]:
    """Open tasks, missing votes and ready steps of every running case the actor takes part in, with their details."""
    return _with_details(work, list(case_lines(work)))


def case_lines(work: Work) -> Iterator[CaseLine]:
    """The same line by line, as they are counted and put in order."""
    query = select(Case).options(*_LINE).where(Case.status.in_(LIVE), _somewhere(work)).order_by(Case.id)
    cases = work.session.scalars(query.limit(_FIRST)).all()
    yield from _lines(work, cases)
    if len(cases) == _FIRST:
        yield from _lines(work, work.session.scalars(query.where(Case.id > cases[-1].id)).all())


def _somewhere(work: Work) -> ColumnElement[bool]:
    """The condition «the case stands where something may wait for one of the actor's roles»."""
    roles = work.actor.roles
    not_voted_on = or_(Case.approval.is_(None), Case.approval != "open")

    def told(definition: Definition) -> ColumnElement[bool]:
        at_work = [one.id for one in definition.stages.values() if roles & _at_work(one)]
        onward = [
            one for one, steps in definition.leaving.items() if any(roles & {*step.by} for step in steps)
        ]
        # while a vote is open no step waits for anybody
        return or_(Case.stage.in_(at_work), Case.stage.in_(onward) & not_voted_on)

    return where_its_version_says(work, told)


def _at_work(stage: Stage) -> frozenset[str]:
    """The roles for which a task or a vote of the stage may wait."""
    return frozenset(
        {role for task in stage.tasks for role in task.roles}
        | {*(stage.approval.asked if stage.approval else ())}
    )


def _lines(work: Work, cases: Sequence[Case]) -> Iterator[CaseLine]:
    states = states_now(work, cases)
    look_ahead(work, [case for case in cases if case.approval])
    for case in cases:
        roles = case_roles(work.actor, case)
        if not roles:
            continue
        definition = work.ports.definitions.of(work.session, case)
        state = states[case.id]
        approval = definition.stages[state.stage].approval
        voters: tuple[Voter, ...] = ()
        authors: frozenset[str] = frozenset()
        seat = None
        if approval is not None and state.approval is not None:
            voters = voters_of(work, case, approval.asked)
            authors = authors_of(work, case, approval, state)
            seat = seat_of(work, case, approval, voters, authors)
            if seat is not None and bar(work, case, approval, seat, authors) is not None:
                seat = None
        for waiting in waiting_for(definition, state, voters, authors):
            if waiting.optional or not roles.intersection(waiting.roles):
                continue
            if waiting.voter is not None and waiting.voter != (str(seat.user_id) if seat else actor_id(work)):
                continue
            yield _line(work, case, definition, state, waiting, roles, seat)


def _line(
    work: Work, case: Case, definition: Definition, state: State, waiting: Waiting, roles: frozenset[str],
    seat: StandsFor | None,
) -> CaseLine:  # fmt: skip
    behalf = seat if waiting.voter is not None else stands_for(work.actor, case, waiting.roles)
    return CaseLine(
        title=in_reader(waiting.titles),
        where=f"{case.school.short_name} · {title(definition, 'stage', state.stage)}",
        link=f"/cases/{case.id}",
        case_id=case.id,
        due=waiting.due if state.is_active else None,  # while a case is suspended its term stands still
        kind=waiting.kind,
        behalf=behalf.whom if behalf else "",
        details=_with_details,
        of=(case, state, waiting, roles),
    )


def _with_details(work: Work, lines: Sequence[CaseLine]) -> list[QueueItem]:
    """Where each line leads, since when it waits, and how its term was counted or when it will begin."""
    about = [line.of for line in lines if line.of]
    begun = events_of_all(work.session, sorted({case.id for case, *_rest in about}), _BEGIN)
    steps = [
        (work.ports.definitions.of(work.session, case), case, state, waiting.id)
        for case, state, waiting, _roles in about
        if waiting.kind == "transition"
    ]
    are_few = len(steps) <= _FEW
    if are_few:
        names = {name for one, _case, state, step in steps for name in _asked(one, state, step)}
        look_at_facts(work, [case.id for _definition, case, *_rest in steps], sorted(names))
    return [_detailed(work, line, begun, are_few) for line in lines]


def _detailed(
    work: Work, line: CaseLine, begun: Mapping[int, Sequence[CaseEvent]], are_few: bool
) -> QueueItem:
    if line.of is None:
        return line
    case, state, waiting, roles = line.of
    definition = work.ports.definitions.of(work.session, case)
    page = closing = None
    if waiting.kind == "task":
        page = task_url(work, case, definition.stages[state.stage].task(waiting.id))
    if waiting.kind == "task" and state.is_active:
        closing = closing_page(work, case, definition, state, waiting.id, roles)
    task_id = waiting.id if waiting.kind == "task" else None
    happened = [from_dict(row.data) for row in begun[case.id]]
    return replace(
        line,
        link=closing or page or line.link,
        since=_since(definition, waiting, state, happened),
        missing=_missing(work, case, definition, state, waiting) if are_few else (),
        reckoned=explained(definition, state, task_id) if state.is_active else "",
        begins=beginnings(work, definition, state).get(task_id or STAGE, ""),
    )


def _missing(
    work: Work, case: Case, definition: Definition, state: State, waiting: Waiting
) -> tuple[Reason, ...]:
    """What the step onward still lacks: it stands in the list of whoever takes it from the last task on."""
    step = definition.transitions.get(waiting.id) if waiting.kind == "transition" else None
    if step is None or not step.when:
        return ()
    ctx = context(work, case, definition, state, _asked(definition, state, step.id))
    return tuple(obstacles(work, case, step_reasons(definition, state, step, ctx)))


def _asked(definition: Definition, state: State, step: str) -> Collection[str]:
    """The facts the step onward asks for."""
    return facts_needed(definition, state, Fire(step), settle=False)


def _since(
    definition: Definition, waiting: Waiting, state: State, happened: Sequence[Event]
) -> datetime | None:
    """From when it has waited: a vote from its opening, a task that a new version brought from the move, a task to be
    done again from that word, a suspended case from the day it was suspended.

    A step waits from what made it the next one; when its own conditions came true nobody has written down.
    """
    if waiting.kind == "transition" and state.is_active:
        if definition.transitions[waiting.id].when:
            return None
        return next((one.at for one in reversed(happened) if isinstance(one, _READY)), state.entered_at)
    taken_back = False
    for event in reversed(happened):
        if event.at < state.entered_at:
            break
        if waiting.kind == "vote" and isinstance(event, ApprovalOpened):
            return event.at
        if (
            waiting.kind == "task"
            and isinstance(event, TaskReopened)
            and waiting.id in (event.task, *event.also)
        ):
            return event.at
        if state.status == "suspended" and isinstance(event, Moved) and event.kind == "suspend":
            return event.at
        if waiting.kind == "task" and isinstance(event, Migrated) and not taken_back:
            is_new = waiting.id not in event.tasks.values()
            if is_new:
                return event.at
        taken_back = isinstance(event, Undone)
    return state.entered_at


QUEUES = [case_lines]
