"""A case that was sent back, suspended or terminated says so, and why, on the pages where people work."""

from __future__ import annotations

from app.core.unit_of_work import Runtime
from app.engine.state import Fire
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import YEAR, take
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
