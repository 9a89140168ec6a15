"""A term is late from the moment it has passed, on every page that shows it: nothing has to run for that."""

from __future__ import annotations

import re

import pytest

from app.core.unit_of_work import Runtime
from tests.people import WebUsers


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
