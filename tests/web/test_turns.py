"""What a case waits for and why it came back, as its pages tell it to whoever works there and whoever only looks."""

from __future__ import annotations

import re

import pytest

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.errors import Refusal
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast, Fire
from app.results.service import write_analysis
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import YEAR, take
from tests.integration.cases.test_votes import stand_in
from tests.people import WebUsers
from tests.web.test_cases import text

REMARK = "Сроки приходятся на каникулы"
BACK = Fire("return_plan", REMARK, {"about": "terms", "place": "№ 10, № 11"})


def test_whoever_corrects_the_plan_reads_there_why_it_was_sent_back(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    let_pass(penza)
    case_id = cases["41"]
    url = f"/cases/{case_id}"
    for step in YEAR[:6]:
        take(penza, case_id, *step)
    assert "Возвращено с замечаниями" not in text(web("director41").get(f"{url}/plans"))
    take(penza, case_id, "chair", BACK)
    page = text(web("director41").get(f"{url}/plans"))
    told = page.split("Возвращено с замечаниями")[1].split("</div>")[0]
    for words in ("К чему относится замечание: Сроки", "№ 10, № 11", REMARK, "Показательный"):
        assert words in told
    assert "Возвращено с замечаниями" in text(web("chair").get(url))
    assert "Возвращено с замечаниями" not in text(web("chair").get(f"{url}/publications")), "not its room"
    take(penza, case_id, "methodist", Fire("suspend", "Карантин"))
    take(penza, case_id, "methodist", Fire("resume"))
    assert REMARK in text(web("director41").get(f"{url}/plans")), "a pause changes nothing of it"
    take(penza, case_id, "chair", Fire("return_to_diagnosis", "Нет анализа", {"about": "staff"}))
    page = text(web("director41").get(f"{url}/diagnostics"))
    assert "Нет анализа" in page
    assert REMARK not in page


def test_every_page_of_a_suspended_case_says_that_it_stands_still_and_why(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"
    sent = {"expected_version": "1", "comment": "Школа на карантине"}
    answer = web.post("methodist", f"{url}/step/suspend", sent)
    assert answer.status_code == 303
    page = text(web("methodist").get(url))
    assert "Выполнено: Приостановить" not in page
    for place in (url, f"{url}/curation", f"{url}/publications"):
        page = text(web("curator66").get(place))
        assert "Случай приостановлен, сроки стоят" in page, place
        assert "Школа на карантине" in page, place
    assert web.post("methodist", f"{url}/step/resume", {"expected_version": "2"}).status_code == 303
    page = text(web("methodist").get(url))
    assert "сроки стоят" not in page
    assert "Выполнено: Возобновить" not in page


def test_the_results_of_a_suspended_case_stand_still_as_its_plan_does(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"
    assert f"{url}/results/add" in text(web("director41").get(f"{url}/results"))
    sent = {"expected_version": "1", "comment": "Школа на карантине"}
    assert web.post("methodist", f"{url}/step/suspend", sent).status_code == 303
    for who, places in {
        "director41": ("add", "risks/add"), "methodist": ("analysis", "list/add"),
    }.items():  # fmt: skip
        page = text(web(who).get(f"{url}/results"))
        for place in places:
            assert f"{url}/results/{place}" not in page, place
            answer = web(who).get(f"{url}/results/{place}")
            assert answer.status_code == 409, place
            assert "Случай сейчас не в работе" in text(answer), place
    with pytest.raises(Refusal), penza.work(actor(penza, "methodist")) as work:
        write_analysis(work, cases["41"], "Выводы")


def test_the_vote_and_the_term_of_a_suspended_case_stand_still_too(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    let_pass(penza)
    case_id = cases["41"]
    for step in YEAR[:6]:
        take(penza, case_id, *step)
    page = text(web("chair").get(f"/cases/{case_id}"))
    head, vote = page.split("</ol>")[0], page.split('id="h-vote"')[1].split("</header>")[0]
    assert "идёт" in vote
    assert re.search(r"до \d+ [а-я]+", head.split('class="card steps"')[1])
    for act, told in (
        (Fire("suspend", "Карантин"), "приостановлено"),
        (Fire("terminate", "Школа закрыта"), "не завершено"),
    ):
        take(penza, case_id, "head" if act.transition == "terminate" else "methodist", act)
        page = text(web("chair").get(f"/cases/{case_id}"))
        assert told in page.split('id="h-vote"')[1].split("</header>")[0]
        assert not re.search(r"до \d+ [а-я]+", page.split('class="card steps"')[1].split("</ol>")[0])


def test_who_may_only_look_is_not_told_to_mend_and_no_page_leads_to_itself(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"

    def told(username: str, words: str) -> str:
        return text(web(username).get(url)).split(words)[1].split("</li>")[0]

    take(penza, cases["41"], *YEAR[0])
    for username, word in (
        ("curator66", "Исправить"),
        ("director41", "Посмотреть"),
        ("methodist", "Посмотреть"),
    ):
        assert word in told(username, "Рисковый профиль школы ещё не составлен"), username
    asked = dict(penza.ports.facts)
    let_pass(penza)
    for step in YEAR[1:6]:
        take(penza, cases["41"], *step)
    penza.ports.facts.update(asked)
    vote, minutes = "План не принят координационной группой", "Протокол заседания не подписан"
    for username, at_vote, at_minutes in (
        ("member1", "Исправить", "Посмотреть"),
        ("secretary", "Исправить", "Исправить"),
        ("clerk", "Посмотреть", "Исправить"),
        ("director41", "Посмотреть", "Посмотреть"),
        ("curator66", "Посмотреть", "Посмотреть"),  # reports on visits are papers too, but of another kind
    ):
        assert at_vote in told(username, vote), username
        assert at_minutes in told(username, minutes), username
    order = "Приказ об утверждении плана не подписан"
    for username, at_order in (("clerk", "Исправить"), ("chair", "Посмотреть"), ("secretary", "Посмотреть")):
        assert at_order in told(username, order), username
    take(penza, cases["41"], "member1", Cast("for"))
    assert "Посмотреть" in told("member1", vote), "whoever has voted only waits for the others"
    for username in ("member2", "chair"):
        assert "Исправить" in told(username, vote), username
    stand_in(penza, "clerk", "member1")
    stand_in(penza, "methodist", "member2")
    assert "Посмотреть" in told("clerk", vote), "the seat he fills has its vote"
    assert "Посмотреть" in told("methodist", vote), "he drew the plan up: no vote is asked of him in any seat"
    take(penza, cases["41"], "chair", BACK)
    assert "Исправить" in told("director41", "Не выполнена задача «Подготовить план")
    assert "Посмотреть" in told("chair", "Не выполнена задача «Подготовить план")
    assert "Посмотреть" in told("chair", "Голосование ещё не открыто")
    page = text(web("director41").get(f"{url}/plans"))
    assert "В плане нет ни одного мероприятия" in page
    assert f'href="{url}/plans">Исправить' not in page


def test_a_diagnosis_stands_once_its_plan_is_adopted_until_the_case_comes_back_to_it(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    let_pass(penza)
    url = f"/cases/{cases['41']}/diagnostics"
    told = "План по этой диагностике уже принят"
    for step in YEAR:
        pages = {who: text(web(who).get(url)) for who in ("director41", "methodist", "curator66")}
        stands = get_case(penza.read(SYSTEM).session, cases["41"])
        adopted = (
            stands.stage not in ("identified", "diagnosis", "plan_approval") or stands.approval == "passed"
        )
        for page in pages.values():
            assert (told in page) == adopted, stands.stage
        assert (f"{url}/risks/add" in pages["director41"]) != adopted, stands.stage
        if stands.stage == "events":
            break
        take(penza, cases["41"], *step)
    assert stands.stage == "events"
    for who, form in (("director41", "staff/fill"), ("director41", "risks/add"), ("methodist", "conclusion")):
        assert web(who).get(f"{url}/{form}").status_code == 409, form
        sent = web.post(who, f"{url}/{form}", {"evidence": "Новое"}, page=url)
        assert sent.status_code == 409, form
        assert told in text(sent)
    take(penza, cases["41"], "chair", Fire("change_plan", REMARK, {"about": "terms"}))
    take(penza, cases["41"], "chair", Fire("return_to_diagnosis", "Нет анализа", {"about": "staff"}))
    assert f"{url}/risks/add" in text(web("director41").get(url))


def test_before_a_termination_is_taken_back_the_page_says_that_the_pause_before_it_is_over(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    said = "До прекращения случай был приостановлен. После отмены он сразу в работе, и сроки идут"
    take(penza, cases["41"], "methodist", Fire("suspend", "Карантин"))
    for school in ("41", "50"):
        take(penza, cases[school], "head", Fire("terminate", "Школа закрыта"))
    form = f"/cases/{cases['41']}/step/reinstate"
    assert said in text(web("head").get(form))
    assert said not in text(web("head").get(f"/cases/{cases['50']}/step/reinstate")), "it was in work"
    version = str(get_case(penza.read(SYSTEM).session, cases["41"]).version)
    sent = {"comment": "По ошибке", "expected_version": version}
    assert web.post("head", form, sent).status_code == 303
    assert get_case(penza.read(SYSTEM).session, cases["41"]).status == "active"


def test_a_termination_taken_back_is_told_as_that_and_opens_no_round(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    take(penza, cases["41"], "head", Fire("terminate", "Школа закрыта"))
    take(penza, cases["41"], "head", Fire("reinstate", "По ошибке"))
    history = text(web("methodist").get(f"/cases/{cases['41']}")).split("История")[-1]
    assert "Прекращение поддержки отменено" in history
    assert "Поддержка прекращена" in history
    assert "круг 1" not in history
