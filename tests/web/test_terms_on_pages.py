"""A term is late from the moment it has passed, on every page that shows it: nothing has to run for that."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.cases import service
from app.cases.procedures import migration, version_uploads, versions
from app.cases.queues import case_queue
from app.cases.service import PROCESS
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from app.ui.filters import dm
from tests.integration.cases.test_versions import take
from tests.people import WebUsers, log_in
from tests.web.test_substitution_pages import at


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\u00a0", " "))  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", ["/cases/", "/cases/?look=table", "/cases/{}"])
def test_a_passed_term_is_late_without_any_job(
    web: WebUsers, penza: Runtime, cases: dict[str, int], page: str
) -> None:
    url = page.format(cases["41"])
    assert "просрочено" not in text(web("methodist").get(url))
    penza.clock.advance(days=12)  # type: ignore[attr-defined]  # from 9 to 21 January: the term was 16 January
    assert "просрочено на 3 рабочих дня" in text(web("head").get(url))


def test_a_term_explains_how_it_was_counted(web: WebUsers, cases: dict[str, int]) -> None:
    page = text(web("methodist").get(f"/cases/{cases['41']}"))
    assert "5 рабочих дней со дня 09.01.2025" in page
    assert "= 16.01.2025" in page


def test_the_page_of_a_room_names_the_term_of_the_task_as_the_list_does(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    take(penza, cases["41"], "methodist", Fire("start_diagnosis"))
    work = penza.read(actor(penza, "director41"))
    (line,) = [one for one in case_queue(work) if one.case_id == cases["41"] and one.kind == "task"]
    penza.database.session.remove()
    assert line.due is not None
    with web.app.app_context():
        day = dm(line.due).replace("\u00a0", " ")
    page = text(web("director41").get(f"/cases/{cases['41']}/diagnostics")).replace("\u00a0", " ")
    assert f"Ваша задача · до {day}" in re.sub(r"<[^>]+>", "", page)


def test_a_suspended_case_is_not_late(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    case = cases["41"]
    sent = web.post(
        "methodist", f"/cases/{case}/step/suspend", {"expected_version": "1", "comment": "ремонт"}
    )
    assert sent.status_code == 303
    penza.clock.advance(days=12)  # type: ignore[attr-defined]
    page = text(web("director41").get("/cases/?look=table"))
    assert "приостановлен" in page
    assert "просрочено" not in page


def test_a_term_of_another_year_names_the_year_by_the_running_clock(web: WebUsers, penza: Runtime) -> None:
    with web.app.app_context():
        assert dm(date(2025, 2, 18)) == "18\u00a0февраля"
        assert dm(date(2026, 2, 18)) == "18\u00a0февраля\u00a02026"
        with in_locale("en"):
            assert dm(date(2024, 12, 30)) == "30\u00a0December\u00a02024"
        at(penza, date(2025, 12, 31), 20, 59)
        assert dm(date(2026, 1, 12)) == "12\u00a0января\u00a02026"
        at(penza, date(2025, 12, 31), 21)  # midnight where the authority sits
        assert dm(date(2026, 1, 12)) == "12\u00a0января"


def test_what_belongs_together_stays_on_one_line(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    take(penza, cases["41"], "methodist", Fire("start_diagnosis"))
    assert "с\u00a0сегодняшнего дня" in web("director41").get("/").text
    penza.clock.advance(days=4)  # type: ignore[attr-defined]
    client = log_in(web.app.test_client(), "director41")  # the former login has ended
    page = client.get("/").text
    assert "ждёт 2\u00a0рабочих\u00a0дня" in page
    assert "до\u00a021\u00a0января" in page
    client.get("/lang/en")
    page = client.get("/").text
    assert "waiting for 2\u00a0working\u00a0days" in page
    assert "until\u00a021\u00a0January" in page


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_ground_of_a_term_is_told_in_the_readers_language(
    web: WebUsers, cases: dict[str, int], language: str
) -> None:
    methodist = web("methodist")
    methodist.get(f"/lang/{language}")
    ground = {"ru": 'Основание: <span lang="ru">настройки', "en": 'Ground: <span lang="en">settings'}[
        language
    ]
    assert ground in text(methodist.get(f"/cases/{cases['41']}"))


def test_an_act_that_is_cited_in_russian_only_is_marked_as_russian(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "admin")) as work:
        row = versions.get(work, PROCESS, 1)
        pair = re.search(r"source: &settings (\{.*\})", row.source)
        assert pair is not None
        version_uploads.revise(work, PROCESS, 1, row.source.replace(pair[1], "'пункт 7 Положения'"))
    web("methodist").get("/lang/en")
    assert 'Ground: <span lang="ru">пункт 7 Положения' in text(web("methodist").get(f"/cases/{cases['41']}"))


def test_a_term_says_that_the_case_stood_still_only_when_it_did(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    paused, moved = cases["41"], cases["50"]
    said = "Срок продлён на рабочие дни, в которые работа была приостановлена"
    for version, (step, days) in enumerate(
        (("suspend", 0), ("resume", 7)), start=1
    ):  # as many as the term has
        penza.clock.advance(days=days)  # type: ignore[attr-defined]
        with penza.work(actor(penza, "methodist")) as work:
            service.act(work, paused, Fire(step, "ремонт"), version)
    assert said in text(web("methodist").get(f"/cases/{paused}"))
    with penza.work(actor(penza, "admin")) as work:
        source = versions.get(work, PROCESS, 1).source.replace("working_days: 5\n", "working_days: 9\n", 1)
        source = source.replace("version: 1\n", "version: 7\n", 1) + "\nmigrations:\n  - {from: 1}\n"
        version_uploads.upload(work, version_uploads.Upload(source))
        versions.publish(work, PROCESS, 7)
        migration.move(work, moved, migration.Order(PROCESS, 1, 7))
    page = text(web("methodist").get(f"/cases/{moved}"))
    assert "5 рабочих дней со дня 09.01.2025" in page
    assert said not in page
