"""The third edition on real databases: live cases of the first two move to it at each step and go on to the end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import service
from app.cases.models import CaseEvent
from app.cases.procedures import migration, versions
from app.cases.procedures.migration import Order
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.errors import Refusal
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.curation import service as curation
from app.curation.queues import QUEUES
from app.curation.service import AgreementTerms
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from app.jobs.runner import drain
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import YEAR, is_sound, stands, take
from tests.people import open_cases

AGREED = "curation.agreement_in_force"
ANSWERS: dict[str, dict[str, Any]] = {
    "report_measures": {"month": "март"}, "publish_plan": {"published_on": "2025-03-20"},
    "interim_report": {"course": "on_track"},
}  # fmt: skip
START, END = date(2025, 1, 9), date(2025, 12, 31)
BY_ITSELF = (Fire("adopt_plan"), Fire("start_events"))
BEFORE_REVIEW = (("deputy41", "publish_plan"), ("methodist", "interim_report"))


def ready(system: Runtime, first: int) -> int:
    """All versions published; a case of № 41 opened in the first or the second, every guard satisfied."""
    if first == 2:
        publish(system, 2)
    case_id = open_cases(system)["41"]
    for version in range(2 if first == 1 else 3, 4):
        publish(system, version)
    let_pass(system)
    for name, value in (
        ("documents.order_plan_registered_on", date(2025, 1, 8)),
        ("results.decided_outcome", "effective"),
    ):
        system.ports.facts[name] = lambda _session, _case, value=value: Fact(value)
    return case_id


def publish(system: Runtime, version: int) -> None:
    with system.work(actor(system, "admin")) as work:
        versions.publish(work, service.PROCESS, version)


def move(system: Runtime, case_id: int, first: int) -> str:
    with system.work(actor(system, "admin")) as work:
        return migration.move(work, case_id, Order(service.PROCESS, first, 3)).fate


def goes_on(system: Runtime, first: int, steps: int) -> None:
    case_id = ready(system, first)
    if first == 2:
        assert stands(system, case_id)["definition_version"] == 2
    for who, action in YEAR[:steps]:
        take(system, case_id, who, action)
    assert move(system, case_id, first) == "moves"
    drain(system)
    for who, action in YEAR[steps:]:
        if action in BY_ITSELF:
            if stands(system, case_id)["stage"] == "plan_approval":
                take(system, case_id, "clerk", Complete("issue_order"))
            drain(system)
            continue
        if action == Fire("start_review"):
            for person, task in BEFORE_REVIEW:
                take(system, case_id, person, Complete(task, fields=ANSWERS[task]))
        take(system, case_id, who, action)
    row = stands(system, case_id)
    assert (row["status"], row["outcome"], row["definition_version"]) == ("closed", "effective", 3)
    assert is_sound(system)


@pytest.mark.parametrize("steps", [0, 5, 9, 10])
@pytest.mark.parametrize("first", [1, 2])
def test_a_case_moved_in_the_middle_goes_on_by_itself_and_by_people(
    penza: Runtime, first: int, steps: int
) -> None:
    goes_on(penza, first, steps)


def test_a_case_moved_after_the_vote_goes_on_to_the_end_on_both_databases(penza_on_both: Runtime) -> None:
    goes_on(penza_on_both, 1, 9)


def test_the_term_of_the_agreement_stands_by_whoever_has_his_part_in_it(penza: Runtime) -> None:
    """The step is the case's own and the stage has no task: the day stands at the items of the room."""
    case_id = ready(penza, 2)
    penza.ports.facts[AGREED] = lambda _session, _case: Fact(False)
    for who, action in YEAR[:9]:
        take(penza, case_id, who, action)
    assert waiting(penza, "clerk") == [], "not yet"
    move(penza, case_id, 2)
    take(penza, case_id, "clerk", Complete("issue_order"))
    due = stands(penza, case_id)["due"]
    assert due == date(2025, 1, 22)
    assert waiting(penza, "clerk") == [("Подготовить договор", due)]
    assert waiting(penza, "curator66") == []
    with penza.work(actor(penza, "clerk")) as work:
        curation.prepare(work, case_id, AgreementTerms(START, "г. Пенза", START, END))
    assert waiting(penza, "clerk") == [("Направить договор на подпись", due)]
    with penza.work(actor(penza, "clerk")) as work:
        curation.send_to_sign(work, case_id)
    assert waiting(penza, "clerk") == []
    for side in ("curator66", "director41"):
        assert waiting(penza, side) == [("Номер и подпись договора", due)]


def waiting(system: Runtime, who: str) -> list[tuple[str, date | None]]:
    system.database.session.remove()
    work = system.read(actor(system, who))
    return [(str(item.title), item.due) for source in QUEUES for item in source(work)]


def test_papers_move_the_case_and_the_history_names_nobody(penza_on_both: Runtime) -> None:
    """The agreement comes into force in another room: the case moves with the next look, once, in nobody's name."""
    system = penza_on_both
    case_id = ready(system, 1)
    move(system, case_id, 1)
    system.ports.facts[AGREED] = lambda _session, _case: Fact(False)
    for who, action in YEAR[:9]:
        take(system, case_id, who, action)
    with pytest.raises(Refusal) as refused:
        take(system, case_id, "clerk", Fire("adopt_plan"))
    assert "случай перейдёт сам" in str(refused.value)
    take(system, case_id, "clerk", Complete("issue_order"))
    assert stands(system, case_id)["stage"] == "cooperation"
    assert stands(system, case_id)["due"] == date(2025, 1, 22), (
        "ten working days from the order of 08.01.2025"
    )
    drain(system)
    assert stands(system, case_id)["stage"] == "cooperation"
    system.ports.facts[AGREED] = lambda _session, _case: Fact(True)
    for _twice in range(2):
        with system.work(SYSTEM) as work:
            service.settle(work, case_id)
    assert stands(system, case_id)["stage"] == "events"
    session = system.read(SYSTEM).session
    moved = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id, CaseEvent.type == "moved")
        .order_by(CaseEvent.seq)
    ).all()[-2:]
    assert [(one.data["transition"], one.actor_id) for one in moved] == [
        ("adopt_plan", None),
        ("start_events", None),
    ]
    assert get_case(session, case_id).version == moved[-1].seq
    system.database.session.remove()
    assert is_sound(system)
