"""A term counted from a registered order, from the registration to the reminder, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.admin import verify
from app.calendar import service as calendar
from app.calendar.rules import DayInput
from app.cases import daily, queries, service, terms
from app.cases.history import sentence
from app.cases.models import Case, CaseTask
from app.cases.procedures import migration, version_uploads, versions
from app.cases.procedures.version_uploads import Upload
from app.cases.queues import case_queue
from app.core.actor import SYSTEM
from app.core.errors import Refusal
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from app.engine.evolution import fold
from app.jobs.models import OutboxJob
from app.jobs.runner import drain
from tests.anchored_terms import ORDER_TERMS, begin, order
from tests.integration.curation.test_agreement import prepared, signed_by_both
from tests.integration.notifications.conftest import morning, told


def case_of(system: Runtime, case_id: int) -> Case:
    session = system.read(SYSTEM).session
    session.rollback()
    session.expire_all()
    return session.get_one(Case, case_id)


def due(system: Runtime, case_id: int, task: str) -> date | None:
    query = select(CaseTask.due).where(CaseTask.case_id == case_id, CaseTask.task == task)
    return system.read(SYSTEM).session.scalar(query)


def types(system: Runtime, case_id: int) -> list[str]:
    return [one.type for one in queries.events_of(system.read(SYSTEM).session, case_id)]


def test_a_registered_order_begins_the_terms_at_once(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = begin(system)
    case = case_of(system, cases["41"])
    assert (case.due, due(system, case.id, "inform")) == (None, None)
    order(system, cases)
    drain(system)
    case = case_of(system, cases["41"])
    assert case.due == date(2025, 2, 12)
    assert due(system, case.id, "inform") == date(2025, 1, 29)
    assert types(system, case.id)[-1] == "terms_started"
    assert case_of(system, cases["oshi1"]).due is None, "the order is not about this school"
    assert list(verify.findings(system)) == []


def test_the_night_begins_what_nobody_told_of(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = begin(system)
    order(system, cases, told=False)
    drain(system)
    assert case_of(system, cases["41"]).due is None
    morning(system, date(2025, 1, 27))
    case = case_of(system, cases["41"])
    assert (case.due, due(system, case.id, "inform")) == (date(2025, 2, 12), date(2025, 1, 29))
    last = queries.events_of(system.read(SYSTEM).session, case.id)[-1]
    assert (last.type, last.actor_id, last.seq) == ("terms_started", None, case.version)
    definition = system.ports.definitions.of(system.read(SYSTEM).session, case)
    with in_locale("ru"):
        said = str(sentence(definition, last))
    assert "12.02.2025" in said
    assert "«Довести приказ до школы» – 29.01.2025" in said
    morning(system, date(2025, 1, 28))
    assert types(system, case.id).count("terms_started") == 1, "the next night has nothing to begin"
    assert list(verify.findings(system)) == []


def test_an_act_begins_what_has_become_known(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = begin(system)
    order(system, cases, told=False)
    with system.work(actor(system, "methodist")) as work:
        service.complete_task(work, cases["41"], "inform", 1)
    case = case_of(system, cases["41"])
    assert case.due == date(2025, 2, 12)
    assert due(system, case.id, "confirm") == date(2025, 1, 27)  # three working days from the 22nd
    assert types(system, case.id)[-2:] == ["task_completed", "terms_started"]
    assert list(verify.findings(system)) == []


def test_a_changed_calendar_moves_it_and_the_reminder_comes_once(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = begin(system)
    order(system, cases)
    drain(system)
    with system.work(actor(system, "admin")) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 24), False, "актированный день"))
    moves = {one.case_id: one.moves for one in terms.preview(system.read(actor(system, "admin")))}
    assert {move.becomes for move in moves[cases["41"]]} == {date(2025, 2, 13), date(2025, 1, 30)}
    with system.work(actor(system, "admin")) as work:
        assert terms.recount_case(work, cases["41"])
    case = case_of(system, cases["41"])
    definition = system.ports.definitions.of(system.read(SYSTEM).session, case)
    state = fold(definition, service.stored_events(system.read(SYSTEM), case))
    assert state.term is not None
    assert state.term.texts["ru"].replace("\u00a0", " ") == (
        "15 рабочих дней со дня приказа № 1-оп (22.01.2025), без праздничных (24.01) = 13.02.2025"
    )
    inform = f"{case.id}/waiting/1/inform/"
    for number in range(10):
        morning(system, date(2025, 1, 24) + timedelta(days=number))
    said = [key for _who, _code, key in told(system) if key.startswith(inform)]
    assert said == [f"{inform}{word}/2025-01-30" for word in ("remind/2", "overdue/0", "escalate/1")]
    assert not [key for _who, _code, key in told(system) if "/confirm/" in key]
    assert list(verify.findings(system)) == []


def test_the_queue_says_what_the_term_waits_for(penza: Runtime) -> None:
    cases = begin(penza)

    def items(language: str) -> dict[str, tuple[date | None, str, str]]:
        with in_locale(language):
            found = case_queue(penza.read(actor(penza, "methodist")))
        return {
            str(one.title): (one.due, one.begins, one.reckoned) for one in found if one.case_id == cases["41"]
        }

    assert items("ru") == {
        "Довести приказ до школы": (
            None, "Срок начнётся, когда будет зарегистрирован приказ об утверждении плана", "",
        ),
        "Получить подтверждение": (
            None, "Срок начнётся, когда будет выполнена задача «Довести приказ до школы»", "",
        ),
    }  # fmt: skip
    assert items("en")["Tell the school of the order"][1] == (
        "The term begins when the order on the plan is registered"
    )
    order(penza, cases)
    drain(penza)
    day, begins, reckoned = items("ru")["Довести приказ до школы"]
    assert (day, begins) == (date(2025, 1, 29), "")
    assert "со дня приказа № 1-оп (22.01.2025)" in reckoned


def test_a_snapshot_of_the_former_layout_is_folded_anew(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = begin(system)
    order(system, cases)
    drain(system)
    with system.work(SYSTEM) as work:
        kept = work.session.get_one(Case, cases["41"]).snapshot
        assert kept is not None
        work.session.execute(
            update(Case).where(Case.id == cases["41"]).values(snapshot={**kept, "layout": "5bd0a8f1"})
        )
    with system.work(actor(system, "methodist")) as work:
        service.act(work, cases["41"], Complete("inform"), 2)
    assert due(system, cases["41"], "confirm") == date(2025, 1, 27)
    assert list(verify.findings(system)) == []


FOURTH = (
    ORDER_TERMS.replace("version: 8", "version: 9")
    .replace(
        "due: {working_days: 3, since: done:inform}",
        "due: {working_days: 3, since: documents.order_plan_registered_on}",
    )
    .replace("          since: documents.order_plan_registered_on\n", "          since: done:confirm\n")
)


def test_live_cases_move_to_a_version_with_other_events_and_back(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = begin(system)
    order(system, cases)
    drain(system)
    with system.work(actor(system, "admin")) as work:
        version_uploads.upload(work, Upload(FOURTH + "migrations:\n  - {from: 8, terms: recount}\n"))
        versions.publish(work, service.PROCESS, 9)
    there = migration.Order(service.PROCESS, 8, 9)
    fates = {one.code: one for one in migration.rehearse(system.read(actor(system, "admin")), there)}
    ordered, unordered = (fates[case_of(system, cases[code]).code] for code in ("41", "oshi1"))
    assert ordered.plan.fate == "loses_term", "the term of «inform» waits for another task now"
    assert ordered.plan.codes == ("term_waits", "term_added")
    assert unordered.plan.fate == "moves"
    assert [one.texts["ru"] for one in unordered.plan.notes] == [
        "срок «Довести приказ до школы» начнётся, когда будет выполнена задача «Получить подтверждение»",
        "срок «Получить подтверждение» начнётся, когда будет зарегистрирован приказ об утверждении плана",
    ]
    before = due(system, cases["41"], "inform")
    with pytest.raises(Refusal), system.work(actor(system, "admin")) as work:
        migration.move(work, cases["41"], there)
    there = replace(there, losing=True)  # the administrator has seen it and goes on
    with system.work(actor(system, "admin")) as work:
        migration.move(work, cases["41"], there)
    assert due(system, cases["41"], "inform") is None
    assert due(system, cases["41"], "confirm") == date(2025, 1, 27)
    code = case_of(system, cases["41"]).code
    with system.work(actor(system, "admin")) as work:
        migration.undo(work, code)
    assert (due(system, cases["41"], "inform"), due(system, cases["41"], "confirm")) == (before, None)
    with system.work(actor(system, "admin")) as work:
        migration.move(work, cases["41"], there)
    with system.work(actor(system, "methodist")) as work:
        service.complete_task(work, cases["41"], "confirm", case_of(system, cases["41"]).version)
    assert due(system, cases["41"], "inform") == date(2025, 1, 29)  # five working days from the 22nd
    assert list(verify.findings(system)) == []


def test_procedures_without_such_terms_have_no_work_at_night(penza: Runtime, cases: dict[str, int]) -> None:
    assert cases
    morning(penza, date(2025, 1, 10))
    query = select(OutboxJob.id).where(OutboxJob.kind == daily.BEGIN)
    assert penza.read(SYSTEM).session.scalars(query).all() == []


def test_the_order_of_a_former_round_begins_no_term_of_the_new_one(penza: Runtime) -> None:
    cases = begin(penza)
    order(penza, cases)
    drain(penza)
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, cases["41"], Fire("again", "приказ устарел"), 2)
    assert case_of(penza, cases["41"]).due is None
    morning(penza, date(2025, 1, 23))
    assert case_of(penza, cases["41"]).due is None
    assert case_of(penza, cases["50"]).due == date(2025, 2, 12)
    order(penza, cases)
    drain(penza)
    assert case_of(penza, cases["41"]).due == date(2025, 2, 12)
    assert list(verify.findings(penza)) == []


def test_every_date_a_term_may_be_counted_from_is_a_fact_with_words_in_both_languages(penza: Runtime) -> None:
    ports = penza.ports
    assert set(ports.dates) <= set(ports.facts)
    case_id = begin(penza)["41"]
    session = penza.read(SYSTEM).session
    for name, words in ports.dates.items():
        value = ports.facts[name](session, case_id).value
        assert value is None or isinstance(value, date), name
        for text in (words.of, words.until):
            assert text.in_("ru") != text.in_("en"), f"{name} is not translated"


@pytest.mark.parametrize("times", [2])
def test_beginning_twice_begins_once(penza: Runtime, times: int) -> None:
    cases = begin(penza)
    order(penza, cases, told=False)
    found = []
    for _ in range(times):
        with penza.work(SYSTEM) as work:
            found.append(service.start_terms(work, cases["41"]))
    assert found[0] is not None
    assert found[1:] == [None] * (times - 1)


def test_an_agreement_that_both_schools_signed_begins_its_term_without_waiting_for_the_night(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    cases = begin(
        system, ORDER_TERMS.replace("documents.order_plan_registered_on", "curation.agreement_begins")
    )
    prepared(system, cases["50"])
    drain(system)
    assert case_of(system, cases["50"]).due is None, "one that nobody has signed begins nothing"
    signed_by_both(system, cases["50"], "curator51", "director50", ("14", "7/2025"))
    drain(system)
    case = case_of(system, cases["50"])
    assert (case.due, due(system, case.id, "inform")) == (date(2025, 2, 17), date(2025, 2, 3))
    assert types(system, case.id).count("terms_started") == 1
    assert list(verify.findings(system)) == []
