"""A case of another municipality's procedure: no room waits for the stages and tasks of Penza's."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest

from app.cases import curators, service
from app.cases.meetings import add_item, open_meeting
from app.cases.queries import get_case, programmes
from app.core.actor import SYSTEM
from app.core.errors import Invalid, Refusal
from app.core.unit_of_work import Runtime
from app.dashboards.queries import overview
from app.demo.penza import actor
from app.documents.minutes import minutes_values
from app.engine.actions import Action, Cast, Complete, Fire
from app.plans import execution
from app.plans import queries as plan
from app.plans import service as plans
from app.plans.execution import ReportInput
from app.plans.queues import reports_waiting
from app.plans.rules import ReportStatus
from app.plans.service import ItemInput
from app.results import service as results
from app.results.service import DecisionData
from app.schools.queries import organisations
from tests.integration.curation.test_agreement import in_force, later
from tests.people import WebUsers
from tests.procedures import growth, publish

NOT_DONE = ReportInput(ReportStatus.not_done, reason="Наставник заболел")
APPLIED = Complete("take_in", "По почте", {"received_on": "2025-01-09", "teachers": 7})


def act(system: Runtime, who: str, case_id: int, action: Action) -> None:
    with system.work(actor(system, who)) as work:
        service.act(work, case_id, action, get_case(work.session, case_id).version)


@pytest.fixture
def case_id(penza: Runtime) -> int:
    publish(penza, growth(), 1, "growth")
    with penza.work(actor(penza, "methodist")) as work:
        schools = {one.code: one for one in organisations(work.session)}
        case = service.open_case(
            work, programme=programmes(work.session)[0], school=schools["41"], curator=schools["66"],
            process="growth",
        )  # fmt: skip
        return case.id


def test_its_plan_is_written_submitted_voted_on_and_then_closed(penza: Runtime, case_id: int) -> None:
    with penza.work(actor(penza, "director41")) as work:
        plans.add_item(work, case_id, ItemInput("Практикум", "до 15.03.2025"))
        with pytest.raises(Refusal, match="на голосование не выносят"):
            plans.submit_plan(work, case_id, get_case(work.session, case_id).version)
    act(penza, "methodist", case_id, APPLIED)
    act(penza, "methodist", case_id, Fire("accept"))
    with penza.work(actor(penza, "director41")) as work:
        plans.add_item(work, case_id, ItemInput("Семинар", "до 15.04.2025"))
        taken = plans.submit_plan(work, case_id, get_case(work.session, case_id).version)
        assert [row["action"] for row in taken.content] == ["Практикум", "Семинар"]
    work = penza.read(SYSTEM)
    assert len(plan.snapshots_of(work.session, case_id)) == 1
    with penza.work(actor(penza, "methodist")) as work:
        schools = {one.code: one for one in organisations(work.session)}
        curators.assign_curator(work, case_id, schools["27"])
    for who in ("member1", "member2", "chair"):
        act(penza, who, case_id, Cast("for"))
    with penza.work(actor(penza, "secretary")) as work:
        case = get_case(work.session, case_id)
        assert case.stage == "pairing"
        reason = plans.why_closed(work, case)
        assert reason is not None
    with penza.work(actor(penza, "methodist")) as work:
        with pytest.raises(Refusal, match="утверждён"):
            plans.add_item(work, case_id, ItemInput("Ещё одно"))
    with penza.work(actor(penza, "methodist")) as work, pytest.raises(Refusal, match="уже оформляется"):
        curators.assign_curator(work, case_id, schools["66"])


def test_a_commission_decides_by_two_thirds_of_all(penza: Runtime, web: WebUsers) -> None:
    source = growth().replace("      tie: chair\n", "      majority: {share: 2/3}\n", 1)
    publish(penza, source.replace("      veto: [chair]\n", "", 1), 1, "growth")
    with penza.work(actor(penza, "methodist")) as work:
        schools = {one.code: one for one in organisations(work.session)}
        case_id = service.open_case(
            work, programme=programmes(work.session)[0], school=schools["41"], curator=schools["66"],
            process="growth",
        ).id  # fmt: skip
    act(penza, "methodist", case_id, APPLIED)
    act(penza, "methodist", case_id, Fire("accept"))
    with penza.work(actor(penza, "director41")) as work:
        plans.add_item(work, case_id, ItemInput("Семинар", "до 15.04.2025"))
        plans.submit_plan(work, case_id, get_case(work.session, case_id).version)
    act(penza, "member1", case_id, Cast("abstain"))
    page = re.sub(r"<[^>]+>|\s", " ", web("chair").get(f"/cases/{case_id}").get_data(as_text=True))
    assert re.search(r"Нужно «за» для решения\s+2 из 3", page)
    act(penza, "member2", case_id, Cast("for"))
    assert get_case(penza.read(SYSTEM).session, case_id).approval == "open", "one of three is not two thirds"
    act(penza, "chair", case_id, Cast("abstain"))
    assert get_case(penza.read(SYSTEM).session, case_id).approval == "failed"
    page = re.sub(r"<[^>]+>|\s", " ", web("chair").get(f"/cases/{case_id}").get_data(as_text=True))
    assert re.search(r"Нужно «за» для решения\s+2 из 3", page)
    with penza.work(actor(penza, "secretary")) as work:
        case = get_case(work.session, case_id)
        meeting = open_meeting(work, case.programme)
        add_item(work, meeting, case)
        work.session.flush()
        (decision,) = minutes_values(work, meeting)["items"][0]["decisions"]
    assert decision["text"].endswith("(для принятия решения нужно голосов «за» – 2)"), decision["text"]


def test_the_minutes_ask_what_the_commission_votes_on(penza: Runtime, case_id: int) -> None:
    act(penza, "methodist", case_id, APPLIED)
    act(penza, "methodist", case_id, Fire("accept"))
    with penza.work(actor(penza, "secretary")) as work:
        case = get_case(work.session, case_id)
        meeting = open_meeting(work, case.programme)
        add_item(work, meeting, case)
        work.session.flush()
        assert minutes_values(work, meeting)["items"][0]["title"].startswith("О рассмотрении плана")


def test_who_opens_a_case_chooses_the_procedure(web: WebUsers, penza: Runtime, case_id: int) -> None:
    form = web("methodist").get("/programmes/1/cases/add").get_data(as_text=True)
    assert "Порядок поддержки" in form
    assert '<option selected value="growth">' in form, "as the last case of the programme"
    work = penza.read(SYSTEM)
    schools = {one.code: one.id for one in organisations(work.session)}
    answer = web.post(
        "methodist", "/programmes/1/cases/add",
        {"procedure": "school_support", "school": str(schools["50"]), "curator": str(schools["51"])},
    )  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)
    opened = get_case(penza.read(SYSTEM).session, case_id + 1)
    assert (opened.definition_code, opened.stage) == ("school_support", "identified")


def test_a_procedure_that_is_not_published_is_refused(penza: Runtime) -> None:
    with penza.work(actor(penza, "methodist")) as work, pytest.raises(Invalid):
        school = organisations(work.session, "school")[0]
        service.open_case(
            work, programme=programmes(work.session)[0], school=school, curator=None, process="growth"
        )


def test_one_procedure_alone_is_not_asked_for(web: WebUsers) -> None:
    assert "Порядок поддержки" not in web("methodist").get("/programmes/1/cases/add").get_data(as_text=True)


def test_its_pages_say_its_own_words(web: WebUsers, penza: Runtime, case_id: int) -> None:
    with penza.work(actor(penza, "director41")) as work:
        plans.add_item(work, case_id, ItemInput("Практикум"))
    asked = web("methodist").get(f"/cases/{case_id}/tasks/take_in/done").get_data(as_text=True)
    assert "Комментарий" in asked
    assert "Причина" not in asked
    url, sent = f"/cases/{case_id}/tasks/take_in/done", {"f_received_on": "2025-01-09", "comment": "По почте"}
    wrong = web.post("methodist", url, {**sent, "f_teachers": "семь"})
    assert (wrong.status_code, "Введите целое число" in wrong.get_data(as_text=True)) == (422, True)
    assert (
        web.post("methodist", url, {**sent, "f_teachers": "1 200", "expected_version": "1"}).status_code
        == 303
    )
    assert "Сколько учителей: 1200" in web("methodist").get(f"/cases/{case_id}").get_data(as_text=True)
    act(penza, "methodist", case_id, Fire("accept"))
    page = web("director41").get(f"/cases/{case_id}/plans").get_data(as_text=True)
    assert "Передать на голосование" in page
    assert "План заполнен полностью" not in page, "the measure has no term, no owner, no result"
    act(penza, "director41", case_id, Complete("present"))
    page = web("director41").get(f"/cases/{case_id}").get_data(as_text=True)
    assert "Голосование комиссии" in page
    assert "Голосование координационной группы" not in page


def test_two_procedures_stand_beside_each_other_and_a_skipped_stage_is_not_done(
    web: WebUsers, penza: Runtime, case_id: int
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        schools = {one.code: one for one in organisations(work.session)}
        service.open_case(
            work, programme=programmes(work.session)[0], school=schools["50"], curator=schools["51"],
            process="school_support",
        )  # fmt: skip
    page = web("methodist").get("/cases/").get_data(as_text=True)
    growing, _penza = page.split('<p class="of">')[1:]
    assert growing.startswith("Развитие школьной команды"), "as many cases: in the order of the codes"
    assert re.findall(r'<section class="col c.*?<h2[^>]*>(.*?)<', growing, re.DOTALL) == [
        "Заявка школы", "Решение комиссии", "Подбор наставника", "Работа команды", "Итоги", "Завершено",
    ]  # fmt: skip
    shown = overview(penza.read(actor(penza, "head")), penza.clock.now().date())
    assert [bar.title for bar in shown.stages].count("Завершено") == 2
    (mine,) = shown.chosen(stage="growth.application")
    assert mine.case.id == case_id
    assert shown.chosen(stage="school_support.application") == []
    page = web("head").get("/overview/").get_data(as_text=True).replace("\u00a0", " ")
    assert page.index("Развитие школьной команды</li>") < page.index(
        "Адресная методическая поддержка школы</li>"
    )
    source = growth().replace("version: 1", "version: 2", 1) + "migrations: {from: 1}\n"
    source = source.replace(
        "    by: [methodist]\n  supported:",
        "    by: [methodist]\n  pass_by:\n    titles: {ru: Решение не нужно, en: No decision is needed}\n"
        "    kind: skip\n    from: application\n    to: pairing\n    by: [head]\n"
        "    form: {comment: required}\n  supported:",
    )
    publish(penza, source, 2, "growth")
    for school, is_taken_in in (("27", False), ("65-23", True)):
        with penza.work(actor(penza, "methodist")) as work:
            fresh = service.open_case(
                work, programme=programmes(work.session)[0], school=schools[school], curator=schools["66"],
                process="growth",
            )  # fmt: skip
            skipping = fresh.id
        if is_taken_in:
            act(penza, "methodist", skipping, APPLIED)
        act(penza, "head", skipping, Fire("pass_by", "Решено в прошлом году"))
        for url in (f"/cases/{skipping}", f"/cases/{skipping}/past"):
            page = web("head").get(url).get_data(as_text=True)
            stepper = page[page.index('<ol class="card steps"') :]
            stepper = stepper[: stepper.index("</ol>")]
            told = stepper.count("пропущен"), stepper.count('<li class="done ')
            assert told == ((1, 1) if is_taken_in else (2, 0)), "a stage whose task nobody did is not done"


def test_a_draft_with_faults_is_not_told_as_a_success(web: WebUsers) -> None:
    for role, category in (("methodist", "note ok"), ("teacher", "note warning")):
        text = (
            growth()
            .replace("  methodist: {titles", f"  {role}: {{titles", 1)
            .replace("[methodist]", f"[{role}]")
        )
        text = text.replace("[director, methodist]", "[director]")
        sent = web.post("admin", "/procedures/upload", {"source": (BytesIO(text.encode()), "v1.yaml")})
        assert sent.status_code == 303
        page = web("admin").get(sent.location).get_data(as_text=True)
        assert f'<div class="{category}"' in page
        assert ("Роль «teacher» никому нельзя дать" in page) == (role == "teacher")


def test_its_case_is_led_to_the_end(penza: Runtime, case_id: int) -> None:
    act(penza, "methodist", case_id, APPLIED)
    act(penza, "methodist", case_id, Fire("accept"))
    with penza.work(actor(penza, "director41")) as work:
        item = plans.add_item(work, case_id, ItemInput("Практикум", "до 15.03.2025")).id
        with pytest.raises(Refusal, match="План ещё не"):
            execution.report_item(work, case_id, item, NOT_DONE)
    act(penza, "director41", case_id, Complete("present"))
    for who in ("member1", "member2", "chair"):
        act(penza, who, case_id, Cast("for"))
    in_force(penza, case_id, "curator66", "director41", ("14", "7/2025"))
    assert not reports_waiting(penza.read(actor(penza, "director41")))
    act(penza, "methodist", case_id, Fire("begin"))
    later(penza, date(2025, 3, 11))
    assert len(reports_waiting(penza.read(actor(penza, "director41")))) == 1
    with penza.work(actor(penza, "director41")) as work:
        execution.report_item(work, case_id, item, NOT_DONE)
    decision = DecisionData("positive", "Так решили")
    with penza.work(actor(penza, "chair")) as work, pytest.raises(Refusal, match="на этапе рассмотрения"):
        results.decide_outcome(work, case_id, decision)
    act(penza, "methodist", case_id, Fire("sum_up"))
    with penza.work(actor(penza, "chair")) as work, pytest.raises(Refusal, match="не предложен"):
        results.decide_outcome(work, case_id, decision)
    for who in ("member1", "member2"):
        act(penza, who, case_id, Cast("for"))
    act(penza, "head", case_id, Fire("finish"))
    closed = get_case(penza.read(SYSTEM).session, case_id)
    assert (closed.stage, closed.status, closed.outcome) == ("done", "closed", "grown")
