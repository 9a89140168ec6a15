"""The past of a case on the screen: any day, two rounds; wrong days are told, foreign cases are absent."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.queries import get_case
from app.cases.service import act
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine import Fire
from app.library.service import PublicationData, add_publication
from tests.people import WebUsers


def text(answer: Any) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")  # type: ignore[no-any-return]


@pytest.fixture
def case_41(penza: Runtime, cases: dict[str, int]) -> int:
    penza.clock.advance(days=4)  # type: ignore[attr-defined]
    with penza.work(actor(penza, "methodist")) as work:
        act(work, cases["41"], Fire("start_diagnosis"), 1)
    penza.clock.advance(days=40)  # type: ignore[attr-defined]
    return cases["41"]


def test_a_day_shows_the_stage_the_case_was_in(web: WebUsers, case_41: int) -> None:
    page = text(web("methodist").get(f"/cases/{case_41}/past?on=2025-01-10"))
    assert "На вечер 10 января 2025 г." in page
    assert "Диагностика →" not in page  # what came later is not told as having happened
    assert "?on=2025-01-13" in page  # and one click leads to the next day on which something happened
    later = text(web("methodist").get(f"/cases/{case_41}/past?on=13.01.2025"))
    assert "На вечер 13 января 2025 г." in later
    assert "?on=2025-01-09" in later
    term = "срок 03.02.2025"  # a pill that names the day needs no second one
    assert "до 3 февраля" in later
    assert term not in later
    late = text(web("methodist").get(f"/cases/{case_41}/past"))
    assert "просрочено" in late
    assert term in late


def test_a_publication_without_a_date_is_not_told_of_days_before_its_entry(
    web: WebUsers, penza: Runtime, case_41: int
) -> None:
    with penza.work(actor(penza, "director41")) as work:
        add_publication(work, case_41, PublicationData("https://school-41.example.org/novosti", "Новости"))
    today = text(web("methodist").get(f"/cases/{case_41}/past"))
    assert "<dt>Публикации</dt>" in today
    before = text(web("methodist").get(f"/cases/{case_41}/past?on=2025-01-20"))
    assert "<dt>Публикации</dt>" not in before


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("31.02.2025", "Укажите день, месяц и год"),
        ("12.12.99999999999999999999", "Укажите день, месяц и год"),
        ("1.1.2025", "События случая известны с 09.01.2025"),
        ("<script>", "Укажите день, месяц и год"),
        ("1999-01-01", "События случая известны с 09.01.2025"),
        ("9999-12-31", "События случая известны с 09.01.2025"),
    ],
)
def test_a_wrong_day_is_told(web: WebUsers, case_41: int, on: str, sentence: str) -> None:
    answer = web("director41").get(f"/cases/{case_41}/past", query_string={"on": on})
    assert answer.status_code == 200
    assert sentence in text(answer)


def test_rounds_before_a_return_teach_and_strange_ones_are_absent(web: WebUsers, case_41: int) -> None:
    assert "Сравнивать пока нечего" in text(web("methodist").get(f"/cases/{case_41}/rounds"))
    assert "Сравнивать пока нечего" in text(web("methodist").get(f"/cases/{case_41}/rounds?stage=x&first=7"))


def test_the_past_of_a_foreign_case_is_absent(web: WebUsers, case_41: int) -> None:
    for page in ("past", "rounds"):
        assert web("curator51").get(f"/cases/{case_41}/{page}").status_code == 404
        assert web("methodist").get(f"/cases/999/{page}").status_code == 404


def test_a_clock_that_was_set_back_leaves_every_day_readable(
    web: WebUsers, penza: Runtime, case_41: int
) -> None:
    """The server was two days ahead for an hour: what was done then came before what was done afterwards."""
    penza.clock.advance(days=2)  # type: ignore[attr-defined]
    for back, fire in ((-2, Fire("suspend", "Карантин")), (0, Fire("resume", "Карантин снят"))):
        with penza.work(actor(penza, "methodist")) as work:
            act(work, case_41, fire, get_case(work.session, case_41).version)
        penza.clock.advance(days=back)  # type: ignore[attr-defined]
    for on, state in (("", "в работе"), ("2025-02-21", "в работе"), ("2025-02-20", "в работе")):
        page = web("methodist").get(f"/cases/{case_41}/past?on={on}")
        assert page.status_code == 200, on
        assert state in text(page)


def test_a_case_opened_while_the_clock_was_ahead_is_shown_as_it_is(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    penza.clock.advance(days=-2)  # type: ignore[attr-defined]
    page = web("methodist").get(f"/cases/{cases['41']}/past")
    assert page.status_code == 200
    assert "Случай открыт" in text(page)
