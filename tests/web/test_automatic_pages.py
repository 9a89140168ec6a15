"""What a case will do by itself stands on its page as what is missing, not as a button; the history says so."""

from __future__ import annotations

import pytest

from app.core.unit_of_work import Runtime
from app.jobs.runner import drain
from tests.integration.cases.test_automatic_steps import assign, opened, publish
from tests.people import WebUsers
from tests.web.test_cases import text

SENTENCE = {
    "ru": "Случай перейдёт сам: «Начать диагностику». Чего пока не хватает",
    "en": "Goes on by itself: “Start the diagnosis”. What is still missing",
}


@pytest.fixture
def case_id(penza: Runtime) -> int:
    publish(penza)
    return opened(penza, "41")


@pytest.mark.parametrize("username", ["methodist", "head", "chair", "director41"])
def test_everybody_of_the_case_sees_what_it_waits_for_and_nobody_a_button(
    web: WebUsers, case_id: int, username: str
) -> None:
    shown = text(web(username).get(f"/cases/{case_id}"))
    assert shown.count(SENTENCE["ru"]) == 1
    assert "Школе не назначена школа-куратор" in shown
    assert "Этот шаг никто не выполняет" not in shown
    assert "Почему «Начать диагностику»" not in shown
    assert f"/cases/{case_id}/step/start_diagnosis" not in shown
    assert "автоматически" not in shown  # it is no line of work beside the tasks: once is enough
    answer = web(username).get(f"/cases/{case_id}/step/start_diagnosis")
    assert (answer.status_code, answer.location) == (302, f"/cases/{case_id}")


def test_in_english_too_and_a_forced_step_is_refused(web: WebUsers, case_id: int) -> None:
    web("methodist").get("/lang/en")
    shown = text(web("methodist").get(f"/cases/{case_id}"))
    assert SENTENCE["en"] in shown
    assert "No curator school is assigned" in shown
    forced = web.post(
        "methodist", f"/cases/{case_id}/step/start_diagnosis", {"expected_version": "1"}, page="/"
    )
    assert forced.status_code in (403, 404, 409)


def test_what_is_ready_says_so_and_the_history_tells_that_nobody_did_it(
    web: WebUsers, penza: Runtime, case_id: int
) -> None:
    assign(penza, case_id, "66")
    assert "В течение часа случай перейдёт сам: «Начать диагностику»" in text(
        web("head").get(f"/cases/{case_id}")
    )
    drain(penza)
    shown = text(web("head").get(f"/cases/{case_id}"))
    assert "Автоматически: Начать диагностику → «Диагностика»" in shown
    assert "system" not in shown[shown.index("Автоматически: Начать") :][:400]
    assert "Случай перейдёт сам" not in shown
    assert "автоматически" in text(web("head").get(f"/cases/{case_id}/map"))
    assert "Автоматически" in text(web("head").get(f"/cases/{case_id}/past"))
