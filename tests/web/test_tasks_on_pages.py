"""Tasks of the third version on the pages: reported again, closed where closing is all that remains, told as a move."""

from __future__ import annotations

import pytest

from app.cases.context import task_url
from app.cases.queries import get_case
from app.cases.queues import case_queue
from app.core.actor import SYSTEM
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import facts
from app.documents.service import RegisterInput
from app.engine.actions import Complete
from app.engine.papers import REGISTERED
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_third_version import AGREED, publish
from tests.integration.cases.test_versions import YEAR, stands, take
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.people import WebUsers, open_cases
from tests.web.test_cases import text

PAPER = REGISTERED + "order_plan"
DONE = "tasks/report_measures/done"


def opened(system: Runtime) -> dict[str, int]:
    """The four cases of Penza in the third version, every guard satisfied."""
    publish(system, 2)
    publish(system, 3)
    cases = open_cases(system)
    let_pass(system)
    return cases


def walk(system: Runtime, case_id: int, until: int) -> None:
    for step in YEAR[:until]:
        take(system, case_id, *step)


@pytest.fixture
def under_way(penza: Runtime) -> int:
    """The case of № 41 where its plan is carried out."""
    case_id = opened(penza)["41"]
    walk(penza, case_id, 9)
    take(penza, case_id, "clerk", Complete("issue_order"))
    assert stands(penza, case_id)["stage"] == "events"
    return case_id


def version(system: Runtime, case_id: int) -> str:
    system.database.session.remove()
    return str(get_case(system.read(SYSTEM).session, case_id).version)


def row_of(page: str, title: str) -> str:
    """The line of a task among those of the stage."""
    return next(row for row in page.split('id="h-tasks"')[1].split("<li")[1:] if title in row)


# ── a task done more than once ────────────────────────────────────────────────────────────────────


def test_a_report_of_every_month_is_asked_for_again_after_the_first(
    web: WebUsers, penza: Runtime, under_way: int
) -> None:
    url = f"/cases/{under_way}"
    for month in ("март", "апрель"):
        row = row_of(text(web("director41").get(url)), "Отчитаться о выполнении")
        assert f"{url}/{DONE}" in row
        sent = {"expected_version": version(penza, under_way), "f_month": month}
        assert web.post("director41", f"{url}/{DONE}", sent).status_code == 303
    row = row_of(text(web("director41").get(url)), "Отчитаться о выполнении")
    assert "готово" in row
    assert "вернуть" in row
    assert f"{url}/{DONE}" not in row_of(text(web("clerk").get(url)), "Отчитаться о выполнении")


def test_visits_are_logged_again_without_a_form(web: WebUsers, penza: Runtime, under_way: int) -> None:
    url = f"/cases/{under_way}"
    for _twice in range(2):
        assert f'action="{url}/tasks/log_visits/done"' in text(web("curator66").get(url))
        sent = {"expected_version": version(penza, under_way)}
        assert web.post("curator66", f"{url}/tasks/log_visits/done", sent, page=url).status_code == 303


# ── a task of which nothing but closing is left ───────────────────────────────────────────────────


def link_of(system: Runtime, username: str, case_id: int, title: str) -> str:
    system.database.session.remove()
    items = case_queue(system.read(actor(system, username)))
    return next(item.link for item in items if item.case_id == case_id and str(item.title) == title)


def test_a_registered_order_leads_the_clerk_to_the_button_that_closes_his_task(
    web: WebUsers, penza: Runtime
) -> None:
    cases = opened(penza)
    case_id = cases["41"]
    walk(penza, case_id, 9)
    penza.ports.facts[PAPER] = facts.FACTS[PAPER]
    order, here = "Оформить приказ об утверждении плана", f"/cases/{case_id}#h-next"
    way = link_of(penza, "clerk", case_id, order)
    before = WebUsers(penza)("clerk").get(way)
    assert before.headers["Location"] == f"/cases/{case_id}/documents", "it is to be made"
    paper = signed_order(penza, {"41": case_id})
    assert link_of(penza, "clerk", case_id, order) == way
    assert f'href="{way}">{order}</a>' in text(web("clerk").get(f"/cases/{case_id}"))
    assert web("clerk").get(way).headers["Location"] == f"/documents/{paper}"
    assert web("clerk").get(f"/cases/{case_id}/documents/for/no_such").status_code == 404
    assert web("director50").get(way).status_code == 404
    registered(penza, paper, RegisterInput(DAY))
    assert link_of(penza, "clerk", case_id, order) == here
    page = text(web("clerk").get(f"/cases/{case_id}"))
    why = page.split(f"Не выполнена задача «{order}»")[1].split("</li>")[0]
    assert f'href="{here}"' in why
    assert f'action="/cases/{case_id}/tasks/issue_order/done"' in page


def test_a_task_with_a_form_leads_to_its_form_as_soon_as_nothing_stands_against_it(
    web: WebUsers, penza: Runtime, under_way: int
) -> None:
    form = f"/cases/{under_way}/tasks/publish_plan/done"
    assert link_of(penza, "director41", under_way, "Опубликовать план на сайте школы") == form
    assert web("director41").get(form).status_code == 200
    report = "Составить промежуточную справку"
    assert link_of(penza, "methodist", under_way, report) == f"/cases/{under_way}/tasks/interim_report/done"
    penza.ports.facts["curation.visits_logged"] = lambda _session, _case: Fact(0)
    assert link_of(penza, "methodist", under_way, report) == f"/cases/{under_way}/plans"


# ── what the case does by itself ──────────────────────────────────────────────────────────────────


def test_a_step_the_case_takes_by_itself_is_no_line_of_work(web: WebUsers, penza: Runtime) -> None:
    case_id = opened(penza)["41"]
    penza.ports.facts[AGREED] = lambda _session, _case: Fact(False)
    walk(penza, case_id, 9)
    take(penza, case_id, "clerk", Complete("issue_order"))
    assert stands(penza, case_id)["stage"] == "cooperation"
    page = text(web("methodist").get(f"/cases/{case_id}"))
    assert "Случай перейдёт сам: «Реализация плана началась»" in page
    assert page.split('id="h-next"')[1].split("</section>")[0].count("Реализация плана началась") == 1


def test_a_task_that_moves_the_case_says_where_it_went(web: WebUsers, penza: Runtime) -> None:
    case_id = opened(penza)["41"]
    penza.ports.facts[AGREED] = lambda _session, _case: Fact(False)
    walk(penza, case_id, 9)
    url = f"/cases/{case_id}"
    sent = {"expected_version": version(penza, case_id)}
    assert web.post("clerk", f"{url}/tasks/issue_order/done", sent, page=url).status_code == 303
    assert "Отмечено как выполненное. Случай перешёл на этап «Договор о сотрудничестве школ»." in text(
        web("clerk").get(url)
    )


def test_the_vote_that_moves_the_case_says_where_it_went_and_another_does_not(
    web: WebUsers, penza: Runtime
) -> None:
    case_id = opened(penza)["41"]
    penza.ports.facts[AGREED] = lambda _session, _case: Fact(False)
    walk(penza, case_id, 6)
    take(penza, case_id, "clerk", Complete("issue_order"))
    url = f"/cases/{case_id}"
    told = []
    for username in ("secretary", "chair", "member1"):
        sent = {"expected_version": version(penza, case_id), "choice": "for"}
        assert web.post(username, f"{url}/vote", sent, page=url).status_code == 303
        told.append(text(web(username).get(url)).split('role="status"')[1].split("</div>")[0])
    assert "перешёл" not in told[0]
    assert "Ваш голос учтён. Группа приняла решение «за»." in told[-1]
    assert "Случай перешёл на этап «Договор о сотрудничестве школ»." in told[-1]


# ── a form that was sent already ──────────────────────────────────────────────────────────────────


def seen_again(web: WebUsers, username: str, url: str, case_id: int) -> str:
    """What a form says that is opened once more: on the page of the case."""
    answer = web(username).get(url)
    assert (answer.status_code, answer.location) == (302, f"/cases/{case_id}")
    return text(web(username).get(answer.location)).split('role="status"')[1].split("</div>")[0]


def test_the_form_of_a_task_that_is_done_leads_back_to_the_case(
    web: WebUsers, penza: Runtime, under_way: int
) -> None:
    form = f"/cases/{under_way}/tasks/publish_plan/done"
    sent = {"expected_version": version(penza, under_way), "f_published_on": "2025-01-09"}
    assert web.post("director41", form, sent).status_code == 303
    web("director41").get("/")  # the message of the first time is read
    told = seen_again(web, "director41", form, under_way)
    assert "Задача «Опубликовать план на сайте школы» уже выполнена" in told
    assert web("curator66").get(form).status_code == 404, "not his task"
    assert web("director50").get(form).status_code == 404, "not his case"


def test_a_step_that_was_taken_or_is_nobodys_leads_back_to_the_case(
    web: WebUsers, penza: Runtime, under_way: int
) -> None:
    url = f"/cases/{under_way}/step"
    sent = {"expected_version": version(penza, under_way), "f_about": "terms", "comment": "Сроки"}
    assert web.post("chair", f"{url}/change_plan", sent).status_code == 303
    web("chair").get("/")
    told = seen_again(web, "chair", f"{url}/change_plan", under_way)
    assert "Этот шаг сейчас невозможен. Случай уже не здесь: он на этапе «Утверждение плана»" in told
    assert "случай перейдёт сам" in seen_again(web, "clerk", f"{url}/adopt_plan", under_way)
    assert web("clerk").get(f"{url}/change_plan").status_code == 404, "not his step"


def test_a_task_that_is_not_done_is_not_opened_again_but_shown(
    web: WebUsers, penza: Runtime, under_way: int
) -> None:
    url = f"/cases/{under_way}/tasks/publish_plan"
    answer = web("director41").get(f"{url}/again")
    assert (answer.status_code, answer.location) == (302, f"{url}/done"), "where it is done"
    told = text(web("director41").get(answer.location)).split('role="status"')[1].split("</div>")[0]
    assert "Задача «Опубликовать план на сайте школы» ещё не выполнена" in told
    assert web("curator66").get(f"{url}/again").status_code == 404, "not his task"
    sent = {"expected_version": version(penza, under_way), "f_published_on": "2025-01-09"}
    assert web.post("director41", f"{url}/done", sent).status_code == 303
    assert web("director41").get(f"{url}/again").status_code == 200


def test_a_task_the_case_has_left_is_not_opened_again(web: WebUsers, under_way: int) -> None:
    told = seen_again(web, "methodist", f"/cases/{under_way}/tasks/prepare_plan/again", under_way)
    assert "Этот шаг сейчас невозможен." in told


@pytest.mark.parametrize("page", ["tasks/no_such/done", "tasks/no_such/again", "step/no_such"])
def test_what_the_procedure_does_not_know_stays_absent(web: WebUsers, under_way: int, page: str) -> None:
    assert web("chair").get(f"/cases/{under_way}/{page}").status_code == 404


def test_a_task_with_a_page_of_its_own_leads_there_from_my_tasks_as_from_the_case(
    web: WebUsers, cases: dict[str, int], penza: Runtime
) -> None:
    """Here it is an optional one, which no list of tasks shows; another procedure may ask for it."""
    case = get_case(penza.read(actor(penza, "methodist")).session, cases["41"])
    work = penza.read(actor(penza, "methodist"))
    task = work.ports.definitions.of(work.session, case).task("confirm_list")
    assert task_url(work, case, task) == f"/incoming/add?case={cases['41']}&kind=listing"
