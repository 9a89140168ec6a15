"""Nobody answers for a text he has not seen: a task over a page that was changed meanwhile is refused, in words."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.cases import queries, service
from app.core.unit_of_work import Runtime
from app.demo.diagnostics_data import DIAGNOSES
from app.demo.penza import actor
from app.diagnostics import queries as diagnosed
from app.diagnostics import service as diagnostics
from app.engine.actions import Fire
from tests.people import WebUsers, open_cases
from tests.procedures import publish

CHANGED = "Раздел «Диагностика» изменили, пока вы его смотрели. Прочитайте его ещё раз, прежде чем закрывать задачу."
STAFF = {"state": "no_data", "reason": "Штатное расписание на пересмотре"}
ASKING = """\
workflow: school_support
version: 8
titles: {ru: Вопрос, en: Question}
initial: work
roles:
  methodist: {titles: {ru: Методист, en: Methodist}, found: authority}
stages:
  work:
    titles: {ru: Работа, en: Work}
    tasks:
      look:
        titles: {ru: Посмотреть, en: Look}
        roles: [methodist]
        page: diagnostics
        form:
          comment: none
          fields: [{id: said, kind: text, required: true, titles: {ru: Что видно, en: What is seen}}]
  done: {titles: {ru: Готово, en: Done}, final: true}
transitions:
  finish: {titles: {ru: Завершить, en: Finish}, kind: forward, from: work, to: done, by: [methodist]}
"""


def fill(system: Runtime, case_id: int) -> None:
    """The school has filled in everything, the methodist has written the analyses."""
    data = DIAGNOSES["41"]
    with system.work(actor(system, "director41")) as work:
        for kind, study in data.studies.items():
            diagnostics.fill_study(work, case_id, kind, study)
        for risk in data.risks:
            diagnostics.add_risk(work, case_id, risk)
    with system.work(actor(system, "methodist")) as work:
        for kind, analysis in data.analyses.items():
            diagnostics.write_analysis(work, case_id, kind, analysis)


@pytest.fixture
def diagnosis(penza: Runtime, cases: dict[str, int]) -> int:
    case_id = cases["41"]
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, case_id, Fire("start_diagnosis"), queries.get_case(work.session, case_id).version)
    fill(penza, case_id)
    return case_id


def shown(web: WebUsers, who: str, url: str, action: str) -> dict[str, str]:
    """The hidden fields of a form as this page shows it."""
    page = web(who).get(url).get_data(as_text=True)
    form = page[page.index(f'action="{action}"') :]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))


def said(answer: object) -> str:
    return unescape(answer.get_data(as_text=True)).replace("\xa0", " ")  # type: ignore[attr-defined]


@pytest.mark.parametrize("on_case_page", [False, True])
def test_a_school_hands_in_the_diagnosis_it_has_read(
    web: WebUsers, diagnosis: int, on_case_page: bool
) -> None:
    room = f"/cases/{diagnosis}/diagnostics"
    url, action = room, f"{room}/finish"
    if on_case_page:
        url, action = f"/cases/{diagnosis}", f"/cases/{diagnosis}/tasks/fill_diagnosis/done"
    before = shown(web, "director41", url, action)
    change = {**STAFF, "expected_version": "1"}
    assert web.post("deputy41", f"{room}/staff/fill", change).status_code == 303
    answer = web("director41").post(action, data=before)
    assert answer.status_code == 409
    assert CHANGED in said(answer)
    assert web("director41").post(action, data=shown(web, "director41", url, action)).status_code == 303


def test_a_methodist_checks_the_diagnosis_he_has_read(penza: Runtime, web: WebUsers, diagnosis: int) -> None:
    room = f"/cases/{diagnosis}/diagnostics"
    before = shown(web, "methodist", room, f"{room}/finish")
    assert before["task"] == "check_diagnosis"
    with penza.work(actor(penza, "curator66")) as work:
        for risk in diagnosed.risks_of(work.session, diagnosis)[:1]:
            diagnostics.verify_risk(work, diagnosis, risk.id, DIAGNOSES["41"].verifications[risk.factor.code])
    answer = web("methodist").post(f"{room}/finish", data=before)
    assert answer.status_code == 409
    assert CHANGED in said(answer)
    assert (
        web("methodist")
        .post(f"{room}/finish", data=shown(web, "methodist", room, f"{room}/finish"))
        .status_code
        == 303
    )


def test_what_was_typed_into_the_form_of_a_task_is_not_lost(penza: Runtime, web: WebUsers) -> None:
    publish(penza, ASKING, 8)
    case_id = open_cases(penza)["41"]
    url = f"/cases/{case_id}/tasks/look/done"
    page = web("methodist").get(url).get_data(as_text=True)
    before = dict(re.findall(r'name="([^"]+)" type="hidden" value="([^"]*)"', page))
    assert before.keys() >= {"seen", "expected_version", "csrf_token"}
    fill(penza, case_id)
    answer = web("methodist").post(url, data={**before, "f_said": "Кадров хватает"})
    assert answer.status_code == 409
    assert CHANGED in said(answer)
    assert "Кадров хватает" in said(answer)
