"""The calendar is changed: who sees which moves, and moving them case by case with an event that holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.admin import verify
from app.audit.models import AuditRecord
from app.calendar import service as calendar
from app.calendar.rules import DayInput
from app.cases import queries, service, terms
from app.cases.history import sentence
from app.cases.models import Case, CaseTask
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, NotFound
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Action, Complete, Fire, Reopen
from tests.integration.admin.conftest import let_pass
from tests.integration.notifications.conftest import told
from tests.people import open_cases


def with_a_holiday(system: Runtime) -> dict[str, int]:
    """All cases begin their diagnosis on 9 January; then 20 January becomes a day off."""
    cases = open_cases(system)
    for case_id in cases.values():
        with system.work(actor(system, "methodist")) as work:
            service.act(work, case_id, Fire("start_diagnosis"), 1)
    with system.work(actor(system, "admin")) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 20), False, "актированный день"))
    return cases


def test_terms_move_case_by_case_with_an_event(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = with_a_holiday(system)
    found = terms.preview(system.read(actor(system, "admin")))
    assert len(found) == 4
    assert {one.school for one in found} == {""}, "the administrator reads codes only"
    before = {one.case_id: {m.title: m.becomes for m in one.moves} for one in found}
    for case_id in cases.values():
        with system.work(actor(system, "admin")) as work:
            assert terms.recount_case(work, case_id)
    assert list(verify.findings(system)) == []
    session = system.read(SYSTEM).session
    session.expire_all()
    case = session.get_one(Case, cases["41"])
    assert case.due in before[case.id].values()
    due = session.scalar(
        select(CaseTask.due).where(CaseTask.case_id == case.id, CaseTask.task == "fill_diagnosis")
    )
    assert due in before[case.id].values()
    last = queries.events_of(session, case.id)[-1]
    assert (last.type, last.seq, last.actor_name) == (
        "terms_recounted",
        case.version,
        actor(system, "admin").name,
    )
    definition = system.ports.definitions.of(session, case)
    with in_locale("ru"):
        assert f"{case.due:%d.%m.%Y}" in str(sentence(definition, last))
    assert (
        session.scalar(select(AuditRecord.tag).where(AuditRecord.tag == "case:terms_recounted")) is not None
    )
    assert terms.preview(system.read(actor(system, "admin"))) == []
    with system.work(actor(system, "admin")) as work:
        assert not terms.recount_case(work, cases["41"]), "a second time moves nothing"


def test_the_methodist_reads_schools_but_only_the_administrator_moves_terms(penza: Runtime) -> None:
    cases = with_a_holiday(penza)
    assert all(one.school for one in terms.preview(penza.read(actor(penza, "methodist"))))
    for who in ("director41", "curator66", "head"):
        with pytest.raises(Forbidden):
            terms.preview(penza.read(actor(penza, who)))
    for who in ("methodist", "director41"):
        with pytest.raises(Forbidden), penza.work(actor(penza, who)) as work:
            terms.recount_case(work, cases["41"])
    with pytest.raises(NotFound), penza.work(actor(penza, "admin")) as work:
        queries.get_case(work.session, cases["41"])


def test_a_suspended_case_is_recounted_and_a_terminated_one_is_left_alone(penza: Runtime) -> None:
    cases = open_cases(penza)
    for school in ("41", "50"):
        with penza.work(actor(penza, "methodist")) as work:
            service.act(work, cases[school], Fire("start_diagnosis"), 1)
    with penza.work(actor(penza, "methodist")) as work:
        version = work.session.get_one(Case, cases["41"]).version
        service.act(work, cases["41"], Fire("suspend", "ремонт"), version)
    with penza.work(actor(penza, "admin")) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 20), False, "актированный день"))
    found = {one.case_id for one in terms.preview(penza.read(actor(penza, "admin")))}
    assert cases["41"] in found
    for school in ("41", "50"):
        with penza.work(actor(penza, "admin")) as work:
            assert terms.recount_case(work, cases[school])
    moved = {key.split("/")[1] for _who, code, key in told(penza) if code == "terms.moved"}
    assert moved == {str(cases["50"])}, "nobody is given a new day while the case stands still"
    assert list(verify.findings(penza)) == []


def acts(system: Runtime, username: str, case_id: int, action: Action) -> None:
    with system.work(actor(system, username)) as work:
        service.act(work, case_id, action, work.session.get_one(Case, case_id).version)


def test_a_term_that_runs_again_is_counted_by_the_calendar_as_it_is_now(penza: Runtime) -> None:
    """Terminated, or done: then nobody moves it when the calendar changes; it must not come back with its old day."""
    cases = open_cases(penza)
    let_pass(penza)
    for school in ("41", "50", "oshi1"):
        acts(penza, "methodist", cases[school], Fire("start_diagnosis"))
    acts(penza, "head", cases["41"], Fire("terminate", "школа закрыта"))
    acts(penza, "director50", cases["50"], Complete("fill_diagnosis"))
    with penza.work(actor(penza, "admin")) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 20), False, "актированный день"))
        assert terms.recount_case(work, cases["oshi1"])
        assert not terms.recount_case(work, cases["41"])
        assert terms.recount_case(work, cases["50"]), "its stage"
    acts(penza, "head", cases["41"], Fire("reinstate", "школа открыта"))
    acts(penza, "director50", cases["50"], Reopen("fill_diagnosis", "не всё"))
    session = penza.read(SYSTEM).session
    days = {
        school: (
            session.get_one(Case, cases[school]).due,
            session.scalar(
                select(CaseTask.due).where(
                    CaseTask.case_id == cases[school], CaseTask.task == "fill_diagnosis"
                )
            ),
        )
        for school in ("41", "50", "oshi1")
    }
    assert days["41"] == days["50"] == days["oshi1"]
    assert terms.preview(penza.read(actor(penza, "admin"))) == []
    assert list(verify.findings(penza)) == []


def test_a_task_reopened_after_a_pause_is_later_by_the_pause(penza: Runtime) -> None:
    """It was done when the case stood still; open again it must not be overdue for days nobody could work on."""
    cases = open_cases(penza)
    let_pass(penza)
    for school in ("41", "50"):
        acts(penza, "methodist", cases[school], Fire("start_diagnosis"))
    acts(penza, "director50", cases["50"], Complete("fill_diagnosis"))
    for school in ("41", "50"):
        acts(penza, "methodist", cases[school], Fire("suspend", "ремонт"))
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(penza.clock.now() + timedelta(days=28))
    for school in ("41", "50"):
        acts(penza, "methodist", cases[school], Fire("resume"))
    acts(penza, "director50", cases["50"], Reopen("fill_diagnosis", "не всё"))
    due = select(CaseTask.due).where(CaseTask.task == "fill_diagnosis")
    session = penza.read(SYSTEM).session
    days = [session.scalar(due.where(CaseTask.case_id == cases[school])) for school in ("41", "50")]
    assert days[0] == days[1]
    assert list(verify.findings(penza)) == []


def test_a_reopened_task_takes_no_other_term_along(penza: Runtime) -> None:
    """The calendar was changed and nobody has said yet that terms follow it: those that run stay where they are."""
    case_id = open_cases(penza)["50"]
    let_pass(penza)
    acts(penza, "methodist", case_id, Fire("start_diagnosis"))
    acts(penza, "director50", case_id, Complete("fill_diagnosis"))
    before = penza.read(SYSTEM).session.get_one(Case, case_id).due
    with penza.work(actor(penza, "admin")) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 20), False, "актированный день"))
    acts(penza, "director50", case_id, Reopen("fill_diagnosis", "не всё"))
    session = penza.read(SYSTEM).session
    assert session.get_one(Case, case_id).due == before
    assert terms.preview(penza.read(actor(penza, "admin"))), "the stage's own term still waits for a word"
