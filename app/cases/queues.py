"""What waits for a person in the cases he sees: tasks of his roles, votes, the step forward."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.cases.closing import closing_page
from app.cases.context import actor_id, task_url, voters_of
from app.cases.history import title
from app.cases.models import Case, CaseStatus
from app.cases.overview import in_reader
from app.cases.queries import WITH_NAMES, events_of_all
from app.cases.roles import case_roles, stands_for
from app.cases.seats import authors_of, bar, look_ahead, seat_of
from app.cases.states import states_now
from app.cases.terms import STAGE, beginnings, explained
from app.core.ports import QueueItem
from app.core.unit_of_work import Work
from app.engine.events import ApprovalOpened, Event, Migrated, Undone, from_dict
from app.engine.offers import Waiting, waiting_for
from app.engine.state import State, Voter

_BEGIN = (ApprovalOpened.type, Migrated.type, Undone.type)  # from them something waits, see `_since`


def case_queue(work: Work) -> list[QueueItem]:
    """Open tasks, missing votes and ready steps of every running case the actor takes part in."""
    query = (
        select(Case).options(*WITH_NAMES).where(Case.status.in_([CaseStatus.active, CaseStatus.suspended]))
    )
    items: list[QueueItem] = []
    cases = work.session.scalars(query).all()
    states = states_now(work, cases)
    begun = events_of_all(work.session, [case.id for case in cases], _BEGIN)
    look_ahead(work, [case for case in cases if case.approval])
    for case in cases:
        roles = case_roles(work.actor, case)
        if not roles:
            continue
        definition = work.ports.definitions.of(work.session, case)
        state = states[case.id]
        happened = [from_dict(row.data) for row in begun[case.id]]
        beginning = beginnings(work, definition, state)
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
            behalf = seat if waiting.voter is not None else stands_for(work.actor, case, waiting.roles)
            page = closing = None
            if waiting.kind == "task":
                page = task_url(work, case, definition.stages[state.stage].task(waiting.id))
            if waiting.kind == "task" and state.is_active:
                closing = closing_page(work, case, definition, state, waiting.id, roles)
            items.append(
                QueueItem(
                    title=in_reader(waiting.titles),
                    where=f"{case.school.short_name} · {title(definition, 'stage', state.stage)}",
                    link=closing or page or f"/cases/{case.id}",
                    case_id=case.id,
                    since=_since(waiting, state, happened),
                    due=waiting.due
                    if state.is_active
                    else None,  # while a case is suspended its term stands still
                    reckoned=explained(definition, state, waiting.id if waiting.kind == "task" else None),
                    begins=beginning.get(waiting.id if waiting.kind == "task" else STAGE, ""),
                    kind=waiting.kind,
                    behalf=behalf.whom if behalf else "",
                )
            )
    return items


def _since(waiting: Waiting, state: State, happened: Sequence[Event]) -> datetime:
    """From when it has waited: a vote from its opening, a task that a new version brought from the move."""
    taken_back = False
    for event in reversed(happened):
        if event.at < state.entered_at:
            break
        if waiting.kind == "vote" and isinstance(event, ApprovalOpened):
            return event.at
        if waiting.kind == "task" and isinstance(event, Migrated) and not taken_back:
            is_new = waiting.id not in event.tasks.values()
            if is_new:
                return event.at
        taken_back = isinstance(event, Undone)
    return state.entered_at


QUEUES = [case_queue]
