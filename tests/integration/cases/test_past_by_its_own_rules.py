"""The past of a case is told by what held then: its version of the procedure, its figures, the people of the day."""

from __future__ import annotations

from datetime import date, timedelta

from app.access.models import Membership
from app.cases import service
from app.cases.procedures import versions
from app.cases.queries import get_case
from app.cases.roles import case_roles
from app.cases.time_machine import case_then
from app.core.actor import SYSTEM
from app.core.ports import Figure
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from tests.integration.cases.test_versions import THERE, code_of, move, take
from tests.people import open_cases


def test_a_day_before_the_move_is_told_by_the_version_of_that_day(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    with system.work(actor(system, "admin")) as work:
        versions.publish(work, service.PROCESS, 2)
    take(system, case_id, "methodist", Fire("start_diagnosis"))
    system.clock.advance(days=5)  # type: ignore[attr-defined]
    move(system, case_id, THERE)
    system.clock.advance(days=5)  # type: ignore[attr-defined]
    work = system.read(actor(system, "methodist"))
    case = get_case(work.session, case_id)
    before, now = case_then(work, case, date(2025, 1, 10)), case_then(work, case, None)
    assert (before.definition.version, now.definition.version) == (1, 2)
    assert before.state.due is not None
    assert now.state.due is not None
    assert now.state.due > before.state.due, "twenty working days instead of fifteen"
    assert code_of(system, case_id)


def test_the_figures_of_a_day_are_asked_for_that_day(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    penza.clock.advance(days=30)  # type: ignore[attr-defined]
    work = penza.read(actor(penza, "methodist"))
    work.ports.figures = {"day": lambda _work, cases, on: {one: Figure(on.day, 31) for one in cases}}
    case = get_case(work.session, case_id)
    assert case_then(work, case, date(2025, 1, 15)).figures["day"].value == 15
    assert case_then(work, case, None).figures["day"].value == work.today.day


def test_a_role_is_looked_for_on_the_day_it_is_asked_for(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]

    def roles() -> frozenset[str]:
        system.database.session.remove()
        work = system.read(actor(system, "methodist"))
        return case_roles(work.actor, get_case(system.read(SYSTEM).session, case_id))

    assert "methodist" in roles()
    user_id = actor(system, "methodist").user_id
    with system.work(SYSTEM) as work:
        row = work.session.query(Membership).filter_by(user_id=user_id, role="methodist").one()
        row.until = work.today
    assert "methodist" in roles(), "his last day"
    system.clock.move(system.clock.now() + timedelta(days=1))  # type: ignore[attr-defined]
    assert "methodist" not in roles()
