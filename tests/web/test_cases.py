"""The page of a case, as each role sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.errors import Refusal
from app.core.unit_of_work import Runtime
from app.engine.actions import Fire
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import THERE, YEAR, move, ready, take
from tests.integration.cases.test_votes import stand_in
from tests.people import WebUsers


def stands_at(system: Runtime, case_id: int) -> int:
    system.database.session.remove()
    case = system.read(SYSTEM).session.get(Case, case_id)
    assert case is not None
    return case.version


def text(answer: Any) -> str:
    """The page without hard spaces."""
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ")


def test_the_case_page_opens_for_everyone_of_the_pair_and_for_nobody_else(
    web: WebUsers, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"
    for username in ("head", "clerk", "methodist", "chair", "member1", "curator66", "director41", "deputy41"):
        answer = web(username).get(url)
        assert answer.status_code == 200, username
        assert "СОШ № 41" in answer.get_data(as_text=True).replace("\u00a0", " ")
    for username in ("curator51", "director50"):
        assert web(username).get(url).status_code == 404
    assert web("admin").get(url).status_code == 403


def test_lists_and_books_of_the_room_open(web: WebUsers, cases: dict[str, int]) -> None:
    for url in (
        "/cases/",
        "/cases/?look=table",
        "/cases/?q=41",
        "/programmes/",
        "/programmes/1",
        "/meetings/",
    ):
        answer = web("methodist").get(url)
        assert answer.status_code == 200, url
    assert "№ 50" not in web("director41").get("/cases/").get_data(as_text=True).replace("\u00a0", " ")


def test_a_search_that_finds_nothing_says_so_and_leads_back_to_everything(
    web: WebUsers, cases: dict[str, int]
) -> None:
    for url, everything in (
        ("/cases/?q=нетакой&look=table", "/cases/?look=table"),
        ("/documents/?kind=act", "/documents/"),
        ("/events/?kind=webinar", "/events/?programme=1"),
        ("/incoming/?waiting=1", "/incoming/"),
    ):
        page = text(web("methodist").get(url))
        assert "Ничего не найдено" in page, url
        assert f'href="{everything}">Показать все' in page, url
    assert "Документов пока нет" in text(web("methodist").get("/documents/"))


def test_every_tab_of_a_case_tells_in_the_way_to_it_where_the_reader_is(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    with web.app.test_request_context():
        tabs = {tab.code: tab.url(cases["41"]) for tab in penza.ports.tabs}
    for tab, url in tabs.items():
        page = text(web("methodist").get(url))
        way = page.split('class="crumbs"')[1].split("</nav>")[0]
        assert re.search(r"<b>(.*?)</b>", way).group(1) != "МБОУ СОШ № 41", tab  # type: ignore[union-attr]


def test_the_methodist_starts_the_diagnosis_and_a_repeated_click_is_told(
    web: WebUsers, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}/step/start_diagnosis"
    first = web.post("methodist", url, {"expected_version": "1"})
    assert first.status_code == 303, first.get_data(as_text=True)[-3000:]
    again = web("methodist").post(url, data={"csrf_token": "x"})
    assert again.status_code == 400
    repeated = web.post(
        "methodist", f"/cases/{cases['41']}/step/suspend", {"expected_version": "1", "comment": "Повтор"}
    )
    assert repeated.status_code == 409
    assert "Начать диагностику" in repeated.get_data(as_text=True)


def test_a_step_of_another_role_is_not_offered_and_refused_if_forced(
    web: WebUsers, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"
    assert "start_diagnosis" not in web("director41").get(url).get_data(as_text=True)
    answer = web.post("director41", f"{url}/step/start_diagnosis", {"expected_version": "1"}, page="/")
    assert answer.status_code in (403, 404)


def test_who_has_not_voted_is_sent_to_the_vote(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    """The page of the plan has no vote: it is cast on the page of the case."""
    let_pass(penza)
    for step in YEAR[:6]:
        take(penza, cases["41"], *step)
    url = f"/cases/{cases['41']}"
    shown = web("chair").get(url).get_data(as_text=True).replace("\u00a0", " ")
    assert "не проголосовали" in shown
    assert f'href="{url}#h-vote"' in shown
    assert 'id="h-vote"' in shown
    with pytest.raises(Refusal) as refused:
        take(penza, cases["41"], "methodist", Fire("adopt_plan"))
    assert f"{url}#h-vote" in [reason.link for reason in refused.value.reasons]


def test_a_vote_that_cannot_be_taken_says_why_and_gives_back_what_was_typed(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    let_pass(penza)
    for step in YEAR[:6]:
        take(penza, cases["41"], *step)
    url = f"/cases/{cases['41']}"
    sent = {
        "expected_version": str(stands_at(penza, cases["41"])),
        "choice": "against",
        "comment": "Нет сроков",
    }
    for changed, said in (
        ({"comment": "Нет сроков " + "и" * 2000}, "Комментарий: Не больше 2000 знаков."),
        ({"choice": "maybe"}, "Выберите, как вы голосуете."),
        ({"choice": ""}, "Выберите, как вы голосуете."),
    ):
        answer = web.post("chair", f"{url}/vote", sent | changed, page=url)
        assert answer.status_code == 422
        told = text(answer)
        assert said in told
        assert told.count("Выберите, как вы голосуете.") == ("choice" in changed)
        assert "Нет сроков" in told, "to copy from"
    outsider = web.post("director41", f"{url}/vote", sent, page="/")
    assert outsider.status_code == 403
    assert "Нет сроков" in text(outsider)
    assert web.post("chair", f"{url}/vote", sent, page=url).status_code == 303


def test_an_unfinished_form_of_a_step_that_is_gone_is_given_back(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    """Two tabs: in one the case moved on, in the other a form lacks its reason."""
    let_pass(penza)
    for step in YEAR[:6]:
        take(penza, cases["41"], *step)
    url, version = f"/cases/{cases['41']}", str(stands_at(penza, cases["41"]))
    full = {"expected_version": version, "comment": "Уточнить", "f_about": "terms", "f_place": "№ 4"}
    assert (
        web.post("chair", f"{url}/step/return_to_diagnosis", {**full, "f_about": "staff"}).status_code == 303
    )
    answer = web.post("chair", f"{url}/step/return_plan", {**full, "comment": ""}, page="/")
    assert answer.status_code == 409
    assert "Случай уже не здесь: он на этапе «Диагностика»" in text(answer)
    assert "№ 4" in text(answer)
    long = {"expected_version": version, "comment": "Заново " * 400}
    answer = web.post("methodist", f"{url}/tasks/prepare_plan/again", long, page="/")
    assert answer.status_code == 409
    assert "Заново" in text(answer)
    assert web("chair").get(f"{url}/step/return_plan").status_code == 302


def test_only_who_may_name_the_curator_school_is_led_to_its_page_while_it_may_be_named(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    """СОШ № 66 curates № 41; now it is to be supported itself."""
    with penza.work(SYSTEM) as work:
        other = work.session.get(Case, cases["50"])
        assert other is not None
        other.school_id = work.session.get_one(Case, cases["41"]).curator_id
    url = f"/cases/{cases['41']}"
    place = f"/programmes/cases/{cases['41']}/curator"
    for username in ("head", "clerk", "chair", "member1", "director41", "methodist"):
        page = text(web(username).get(url))
        assert "Школа-куратор сама получает поддержку в этот период: МБОУ СОШ № 66" in page
        may = username == "methodist"
        assert (f'href="{place}"' in page) is may, username
        assert web(username).get(place).status_code == (200 if may else 403), username
    let_pass(penza)
    for step in YEAR[:10]:
        take(penza, cases["41"], *step)
    assert f'href="{place}"' not in text(web("methodist").get(url)), "the agreement is being made"


def test_a_task_is_offered_to_be_done_again_only_while_it_may_be(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    let_pass(penza)
    url = f"/cases/{cases['41']}"
    again = f'href="{url}/tasks/prepare_plan/again"'
    for step in YEAR[:6]:
        take(penza, cases["41"], *step)
    assert again in text(web("director41").get(url))
    assert again not in text(web("chair").get(url))
    for step in YEAR[6:9]:
        take(penza, cases["41"], *step)
    assert again not in text(web("director41").get(url)), "the group has decided"


def test_a_pause_is_told_as_a_fact_and_in_whose_place_it_was_ordered(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    stand_in(penza, "chair", "head")
    url = f"/cases/{cases['41']}"
    form = text(web("chair").get(f"{url}/step/suspend"))
    assert "за Образцову М.И." in form
    assert "за Образцову" not in text(web("head").get(f"{url}/step/suspend"))
    sent = {"expected_version": "1", "comment": "Карантин"}
    assert web.post("chair", f"{url}/step/suspend", sent).status_code == 303
    assert web.post("methodist", f"{url}/step/resume", {"expected_version": "2"}).status_code == 303
    history = text(web("methodist").get(url)).split('id="h-tl"')[1]
    assert "Случай приостановлен" in history
    assert "Случай возобновлён" in history
    assert "круг 1" not in history
    assert "за Образцову М.И. по приказу № 15-к от 09.01.2025" in history


def test_a_stage_that_only_an_older_version_has_is_named_on_the_board(web: WebUsers, penza: Runtime) -> None:
    case_id = ready(penza)
    for step in YEAR[:10]:
        take(penza, case_id, *step)
    for other in range(1, 5):
        if other != case_id:
            move(penza, other, THERE)
    board = text(web("methodist").get("/cases/?look=board"))
    assert "Договор со школой-куратором" in board
    assert "curator_agreement" not in board
    titles = re.findall(r'<h2 id="c\d+-\d+">([^<]+)<', board)
    place = titles.index("Договор со школой-куратором")
    assert titles[place - 1] == "Утверждение плана"
    assert titles[-1] == "Завершено"


def test_what_the_history_says_was_changed_keeps_figures_and_words_together(web: WebUsers) -> None:
    change = ("Примечание", "СОШ № 5", "Урок проведён 22 января, 80 % учителей")
    with web.app.test_request_context():
        macros: Any = web.app.jinja_env.get_template("ui/macros.html").module
        printed = macros.timeline([{"title": "Изменено", "changes": [change]}])
    for words in ("СОШ №_5", "22_января", "80_%"):
        assert words.replace("_", "\u00a0") in printed


def test_a_school_is_found_however_its_number_is_typed(web: WebUsers, cases: dict[str, int]) -> None:
    for typed in ("№50", "№ 50", "сош №50", "СОШ  № 50", "50 сош", "МБОУ СОШ №50"):
        page = text(web("methodist").get("/cases/", query_string={"q": typed, "look": "table"}))
        assert "СОШ № 50" in page, typed
        assert "СОШ № 41" not in page, typed


def test_a_step_forward_is_pressed_only_when_nothing_is_missing(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    """What is missing stands below the button, so it leads nowhere until then; the page of the step still opens."""
    case = f"/cases/{cases['41']}"
    for step, missing in (("start_diagnosis", False), ("submit_diagnosis", True)):
        page = text(web("methodist").get(case))
        assert (f'href="{case}/step/{step}"' in page) is not missing
        assert ('<button class="btn-x" disabled>' in page) is missing
        assert ("Почему нельзя: «" in page) is missing
        assert web("methodist").get(f"{case}/step/{step}").status_code == 200
        if not missing:
            take(penza, cases["41"], "methodist", Fire(step))


def offered_in(page: str, field: str) -> set[str]:
    """The texts of a drop-down list."""
    there = page.split(f'name="{field}"')[1].split("</select>")[0]
    return set(re.findall(r"<option[^>]*>([^<]+)</option>", there))


def test_only_schools_that_would_be_taken_are_offered_as_curators_and_for_support(
    web: WebUsers, cases: dict[str, int]
) -> None:
    """Neither a supported school as a curator nor the other way round; and no school curates itself."""
    supported, curating = {"МБОУ СОШ № 41", "МБОУ СОШ № 50"}, {"МБОУ СОШ № 66", "МБОУ СОШ № 51"}
    exchanged = text(web("methodist").get(f"/programmes/cases/{cases['41']}/curator"))
    opened = text(web("methodist").get("/programmes/1/cases/add"))
    for curators in (offered_in(exchanged, "curator"), offered_in(opened, "curator")):
        assert curators >= curating
        assert not curators & supported
    schools = offered_in(opened, "school")
    assert schools, "other schools are left"
    assert not schools & (supported | curating)
