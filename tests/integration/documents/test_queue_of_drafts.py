"""Nobody is asked to complete a draft about a school whose case stands still."""

from __future__ import annotations

from app.cases.queries import get_case
from app.cases.service import act
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.queues import document_queue
from app.engine.actions import Fire
from tests.integration.documents.test_life import drafted


def asked(system: Runtime) -> list[str]:
    return [str(item.title) for item in document_queue(system.read(actor(system, "clerk")))]


def take(system: Runtime, case_id: int, step: str) -> None:
    with system.work(actor(system, "head")) as work:
        act(work, case_id, Fire(step, "Ремонт школы"), get_case(work.session, case_id).version)
    system.database.session.remove()


def test_a_draft_about_a_suspended_or_terminated_case_waits_with_it(
    penza: Runtime, cases: dict[str, int]
) -> None:
    drafted(penza, "agreement", [cases["41"]])
    drafted(penza, "order_curators", [cases["41"], cases["50"]])
    assert len(asked(penza)) == 2
    for step, count in (("suspend", 1), ("resume", 2), ("terminate", 1), ("reinstate", 2)):
        take(penza, cases["41"], step)
        assert len(asked(penza)) == count, f"after {step}; an order about others as well goes on"
