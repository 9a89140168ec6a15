"""The pages of the plan and the diagnosis: what one may not do is not offered, and faults stand at the field."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.plans import execution, service
from app.plans.execution import ReportInput
from app.plans.rules import ReportStatus
from app.plans.service import ItemInput
from tests.integration.cases.test_concurrency import to_the_vote
from tests.integration.plans.test_plan import FULL, _running
from tests.people import WebUsers

ITEM = {"action": "Практикум", "direction": "growth", "level": "municipal", "term": "до 15.02.2025",
        "owner": "Директор",
        "expected_result": "Справка", "risk": "Дефицит педагогических кадров"}  # fmt: skip


def test_a_measure_is_added_corrected_and_taken_out(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    url = f"/cases/{cases['41']}/plans"
    answer = web.post("director41", f"{url}/add", {**ITEM, "term": "когда-нибудь"})
    assert answer.status_code == 422
    assert "Срок не понят" in answer.get_data(as_text=True)
    assert "когда-нибудь" in answer.get_data(as_text=True)
    assert web.post("director41", f"{url}/add", ITEM).status_code == 303
    page = web("director41").get(url).get_data(as_text=True)
    assert "Практикум" in page
    assert (
        web.post(
            "director41", f"{url}/1/edit", {**ITEM, "indicator": "80 %", "expected_version": "1"}
        ).status_code
        == 303
    )
    assert web.post("director41", f"{url}/1/edit", {**ITEM, "expected_version": "1"}).status_code == 409
    assert (
        web.post("director41", f"{url}/1/delete", {"expected_version": "2"}, page=f"{url}/1/edit").status_code
        == 303
    )
    assert web("director41").get(f"{url}?on=nonsense").status_code == 200


def test_a_plan_that_another_changed_is_not_submitted_unseen(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    """The page promises that the group votes on exactly the text it shows."""
    case_id = cases["41"]
    to_the_vote(penza, case_id, open_vote=False)
    url = f"/cases/{case_id}/plans"

    def shown() -> dict[str, str]:
        page = web("methodist").get(url).get_data(as_text=True)
        form = page[page.index(f'action="{url}/submit"') :]
        return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))

    before = shown()
    item = {**ITEM, "action": "Другой практикум", "expected_version": "1"}
    assert web.post("director41", f"{url}/1/edit", item).status_code == 303
    answer = web("methodist").post(f"{url}/submit", data=before)
    assert answer.status_code == 409
    told = answer.get_data(as_text=True).replace("\xa0", " ")
    assert "Раздел «План» изменили, пока вы его смотрели. Прочитайте его ещё раз" in told
    assert web("methodist").post(f"{url}/submit", data=shown()).status_code == 303


@pytest.mark.parametrize(
    ("who", "status"), [("director50", 404), ("curator66", 403), ("member1", 403), ("admin", 403)]
)
def test_who_may_not_edit_the_plan(
    penza: Runtime, cases: dict[str, int], web: WebUsers, who: str, status: int
) -> None:
    assert web(who).get(f"/cases/{cases['41']}/plans/add").status_code == status


def test_a_study_is_filled_and_its_faults_keep_what_was_typed(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    url = f"/cases/{cases['41']}/diagnostics"
    staff = {"state": "filled", "teachers": "30", "vacancies": "нет", "category": "14", "young": "5", "part_time": "2",
             "trained": "23", "expected_version": "0"}  # fmt: skip
    answer = web.post("director41", f"{url}/staff/fill", staff)
    assert answer.status_code == 422
    assert 'value="нет"' in answer.get_data(as_text=True)
    assert web.post("director41", f"{url}/staff/fill", {**staff, "vacancies": "0"}).status_code == 303
    page = web("director41").get(url).get_data(as_text=True)
    assert "14 (46,7\u00a0%)" in page
    assert web("director41").get(f"{url}/staff").status_code == 200
    assert web("director41").get(f"{url}/nonsense").status_code == 404
    risk = {
        "factor": "competence",
        "significance": "high",
        "is_actual": "yes",
        "evidence": "Дефицит у пяти учителей",
    }
    assert web.post("director41", f"{url}/risks/add", risk).status_code == 303
    check = {
        "is_actual": "yes",
        "significance": "medium",
        "comment": "Видел на уроках",
        "expected_version": "1",
    }
    assert web.post("curator66", f"{url}/risks/1/verify", check).status_code == 303
    assert web("director41").get(f"{url}/risks/1/verify").status_code == 403


def test_the_page_says_which_day_counts_while_another_is_asked_for(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    case_id = cases["41"]
    methodist, director = actor(penza, "methodist"), actor(penza, "director41")
    with penza.work(methodist) as work:
        item_id = service.add_item(work, case_id, ItemInput(**{**vars(FULL), "term": "до 04.04.2025"})).id
    _running(penza, case_id, date(2025, 4, 1))
    for day in (date(2025, 4, 20), date(2025, 5, 20)):
        with penza.work(director) as work:
            move = ReportInput(ReportStatus.moved, reason="Карантин", moved_to=day)
            [report] = execution.report_item(work, case_id, item_id, move)
            work.session.flush()
            report_id = report.id
        if day.month == 4:
            with penza.work(methodist) as work:
                execution.approve_move(work, case_id, report_id)
    url = f"/cases/{case_id}/plans"
    page = web("methodist").get(url).get_data(as_text=True).replace("\xa0", " ")
    assert "просят перенести на 20.05.2025" in page
    assert "пока решения нет, действует утверждённый раньше срок: 20.04.2025" in page
    page = web("methodist").get(f"{url}/reports/{report_id}/refuse").get_data(as_text=True)
    assert "Утверждённый срок</dt><dd>20.04.2025" in page.replace("\xa0", " ")
