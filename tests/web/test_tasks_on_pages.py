"""Tasks of the third version on the pages: reported again, closed where closing is all that remains, told as a move."""

from __future__ import annotations

import pytest

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.documents import facts
from app.documents.service import RegisterInput
from app.engine.papers import REGISTERED
from app.engine.state import Complete, Fire
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
        sent = {"expected_version": version(penza, under_way), "month": month}
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
