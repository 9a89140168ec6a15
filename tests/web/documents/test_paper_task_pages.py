"""The page of a registered paper offers to close the tasks that waited for it, and says what came of the press."""

from __future__ import annotations

import re

import pytest

from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.documents import facts
from app.documents.service import RegisterInput
from app.engine.actions import Complete
from tests.integration.cases.test_third_version import AGREED
from tests.integration.cases.test_versions import stands, take
from tests.integration.documents import test_paper_tasks as procedure
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.people import WebUsers
from tests.web.test_cases import text
from tests.web.test_tasks_on_pages import PAPER, opened, walk

OFFER = "Закройте задач"
ORDER = "Оформить приказ об утверждении плана"


def sent(page: str) -> str:
    """What the button of the page brings back."""
    found = re.search(r'name="tasks" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_clerk_closes_his_task_where_he_registered_the_order(web: WebUsers, penza: Runtime) -> None:
    case_id = opened(penza)["41"]
    penza.ports.facts[AGREED] = lambda _session, _case: Fact(False)
    walk(penza, case_id, 9)
    penza.ports.facts[PAPER] = facts.FACTS[PAPER]
    order = signed_order(penza, {"41": case_id})
    url = f"/documents/{order}"
    assert OFFER not in text(web("clerk").get(url))
    assert web.post("clerk", f"{url}/register", {"dated": DAY.isoformat(), "way": "next", "expected_version": str(
        penza.read(SYSTEM).session.get_one(facts.Document, order).version)}).status_code == 303  # fmt: skip
    page = text(web("clerk").get(url))
    offer = page.split('id="tasks"')[1].split("</section>")[0]
    assert "Закройте задачу, которая ждала этого документа" in offer
    assert ORDER in offer
    assert "МБОУ СОШ № 41" in offer
    assert "Закрыть 1 задачу" in offer
    assert OFFER not in text(web("methodist").get(url)), "not his task"
    assert OFFER not in text(web("director41").get(url))
    answer = web.post("clerk", f"{url}/tasks/close", {"tasks": sent(page)}, page=url)
    assert answer.status_code == 200
    said = text(answer)
    assert "выполнено: 1" in said
    assert "Случай перешёл на этап «Договор о сотрудничестве школ»." in said
    assert stands(penza, case_id)["stage"] == "cooperation"
    assert OFFER not in text(web("clerk").get(url))


@pytest.fixture
def order(penza: Runtime) -> tuple[int, dict[str, int]]:
    """An order about all four schools, registered; the task of each waits for nothing else."""
    cases = procedure.opened(penza)
    found = signed_order(penza, cases)
    registered(penza, found, RegisterInput(DAY))
    return found, cases


def test_the_press_tells_which_was_refused_and_why(
    web: WebUsers, penza: Runtime, order: tuple[int, dict[str, int]]
) -> None:
    key, cases = order
    url = f"/documents/{key}"
    page = text(web("clerk").get(url))
    assert "Закрыть 8 задач" in page
    take(penza, cases["41"], "clerk", Complete(procedure.TASK))
    said = text(web.post("clerk", f"{url}/tasks/close", {"tasks": sent(page)}, page=url))
    assert "выполнено: 6" in said
    assert "не выполнено: 2" in said
    refused = said.split("МБОУ СОШ № 41")[1].split("</li>")[0]
    assert "Пока вы работали, это изменилось" in refused
    for school in ("41", "50", "co1"):
        assert stands(penza, cases[school])["stage"] == "next"
    web("clerk").get("/lang/en")
    assert OFFER not in text(web("clerk").get(url))
    again = text(web.post("clerk", f"{url}/tasks/close", {"tasks": sent(page)}, page="/profile/"))
    assert "not done: 8" in again
    assert "Closing of tasks" in again


def test_the_offer_in_english(web: WebUsers, order: tuple[int, dict[str, int]]) -> None:
    web("clerk").get("/lang/en")
    page = text(web("clerk").get(f"/documents/{order[0]}"))
    assert "Close the tasks that waited for this document" in page
    assert "Close 8 tasks" in page


def test_what_no_page_has_written_is_refused(
    web: WebUsers, penza: Runtime, order: tuple[int, dict[str, int]]
) -> None:
    key, cases = order
    url = f"/documents/{key}/tasks/close"
    for wrong in ("", "x", "1:2", f"{cases['41']}:issue_order:x", f"{2**40}:issue_order:1"):
        assert web.post("clerk", url, {"tasks": wrong}, page="/profile/").status_code == 422, wrong
    chosen = f"{cases['50']}:{procedure.TASK}:1"
    assert web.post("clerk", "/documents/999999/tasks/close", {"tasks": chosen}, page="/").status_code == 404
    assert web.post("clerk", url, {"tasks": "999999:issue_order:1"}, page="/").status_code == 404
    assert web.post("curator66", url, {"tasks": chosen}, page="/profile/").status_code == 404, (
        "a foreign case"
    )
    assert web.post("admin", url, {"tasks": chosen}, page="/profile/").status_code == 403
    assert penza.read(SYSTEM).session.get_one(Case, cases["50"]).stage == "work"
