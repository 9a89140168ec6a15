"""From when a thing has waited, as the queue of a person tells it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.cases import queries, service
from app.cases.models import CaseEvent
from app.cases.procedures import migration
from app.cases.queues import case_queue
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire, Reopen
from tests.integration.cases.test_versions import YEAR, code_of, move, ready, take


def at_of(system: Runtime, case_id: int, kind: str) -> datetime:
    query = select(CaseEvent.at).where(CaseEvent.case_id == case_id, CaseEvent.type == kind)
    return list(system.read(SYSTEM).session.scalars(query.order_by(CaseEvent.seq)))[-1]


def waits(system: Runtime, who: str, case_id: int) -> dict[str, datetime | None]:
    items = case_queue(system.read(actor(system, who)))
    return {str(item.title): item.since for item in items if item.case_id == case_id}


def test_a_task_that_a_new_version_brought_waits_from_the_move(penza: Runtime) -> None:
    case_id = ready(penza)
    for step in YEAR[:11]:
        take(penza, case_id, *step)
    entered = at_of(penza, case_id, "moved")
    move(penza, case_id)
    assert waits(penza, "methodist", case_id)["Составить промежуточную справку"] == at_of(
        penza, case_id, "migrated"
    )
    with penza.work(actor(penza, "admin")) as work:
        migration.undo(work, code_of(penza, case_id))
    assert set(waits(penza, "methodist", case_id).values()) == {entered}


def test_a_vote_waits_from_its_opening_and_a_task_from_the_beginning_of_its_stage(penza: Runtime) -> None:
    case_id = ready(penza)
    for step in YEAR[:5]:
        take(penza, case_id, *step)
    assert waits(penza, "methodist", case_id) == {
        "Подготовить план (дорожную карту)": at_of(penza, case_id, "moved")
    }
    take(penza, case_id, *YEAR[5])
    voted = waits(penza, "chair", case_id)
    assert list(voted.values()) == [at_of(penza, case_id, "approval_opened")]


def test_a_task_to_be_done_again_and_a_suspended_case_wait_from_that_day(penza: Runtime) -> None:
    case_id = ready(penza)
    for step in YEAR[:6]:
        take(penza, case_id, *step)
    entered = at_of(penza, case_id, "moved")
    _on_the_next_day(penza)
    with penza.work(actor(penza, "methodist")) as work:
        version = queries.get_case(work.session, case_id).version
        service.act(work, case_id, Reopen("prepare_plan", "Сроки"), version)
    again = at_of(penza, case_id, "task_reopened")
    assert again > entered
    assert waits(penza, "director41", case_id)["Подготовить план (дорожную карту)"] == again
    _on_the_next_day(penza)
    with penza.work(actor(penza, "methodist")) as work:
        version = queries.get_case(work.session, case_id).version
        service.act(work, case_id, Fire("suspend", "Ремонт"), version)
    suspended = at_of(penza, case_id, "moved")
    assert suspended > again
    assert waits(penza, "methodist", case_id) == {"Возобновить": suspended}


def _on_the_next_day(system: Runtime) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(system.clock.now() + timedelta(days=1))
