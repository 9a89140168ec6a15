"""A term that has not begun says for what it waits; once begun it says from what it was counted."""

from __future__ import annotations

import re

from app.core.unit_of_work import Runtime
from app.jobs.runner import drain
from tests.anchored_terms import begin, order
from tests.people import WebUsers


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\u00a0", " "))  # type: ignore[attr-defined]


def test_the_case_page_tells_what_a_term_waits_for_and_then_how_it_was_counted(
    web: WebUsers, penza: Runtime
) -> None:
    cases = begin(penza)
    url = f"/cases/{cases['41']}"
    page = text(web("methodist").get(url))
    assert "Срок начнётся, когда будет зарегистрирован приказ об утверждении плана" in page
    assert "Срок начнётся, когда будет выполнена задача «Довести приказ до школы»" in page
    order(penza, cases)
    drain(penza)
    page = text(WebUsers(penza)("methodist").get(url))  # who was away so long logs in again
    assert "15 рабочих дней со дня приказа № 1-оп (22.01.2025) = 12.02.2025" in page
    assert "5 рабочих дней со дня приказа № 1-оп (22.01.2025) = 29.01.2025" in page
    assert "будет зарегистрирован приказ" not in page
    assert "Срок начнётся, когда будет выполнена задача «Довести приказ до школы»" in page
    assert "Начался срок: этап – 12.02.2025; «Довести приказ до школы» – 29.01.2025" in page


def test_my_tasks_tell_what_a_term_waits_for(web: WebUsers, penza: Runtime) -> None:
    cases = begin(penza)
    page = text(web("methodist").get("/"))
    assert "Срок начнётся, когда будет зарегистрирован приказ об утверждении плана" in page
    order(penza, cases)
    drain(penza)
    page = text(WebUsers(penza)("methodist").get("/"))
    assert "5 рабочих дней со дня приказа № 1-оп (22.01.2025) = 29.01.2025" in page


def test_the_past_tells_what_a_term_waited_for(web: WebUsers, penza: Runtime) -> None:
    cases = begin(penza)
    order(penza, cases)
    drain(penza)
    url = f"/cases/{cases['41']}/past?on="
    page = text(web("methodist").get(url + "2025-01-10"))
    told = "Срок начнётся, когда будет зарегистрирован приказ об утверждении плана"
    assert page.count(told) == 2, "of the stage and of the task"
    assert "Срок начнётся, когда будет выполнена задача «Довести приказ до школы»" in page
    page = text(web("methodist").get(url + "2025-01-22"))
    assert told not in page
    assert "Срок начнётся, когда будет выполнена задача «Довести приказ до школы»" in page
