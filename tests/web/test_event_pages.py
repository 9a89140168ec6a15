"""Events in the browser: the methodist enters them, a school says who took part."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from tests.people import WebUsers

EVENT = {
    "send_key": "из формы", "kind": "workshop", "title": "Трудные вопросы русского языка и литературы",
    "starts": "2025-02-20", "place": "МБОУ СОШ № 65/23",
}  # fmt: skip


@pytest.fixture
def at_work(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> WebUsers:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 3, 3, 9, tzinfo=UTC))
    return web


def text(answer: object) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")  # type: ignore[attr-defined]


def test_an_event_is_entered_and_a_school_says_who_came(at_work: WebUsers, cases: dict[str, int]) -> None:
    entered = at_work.post(
        "methodist", "/events/add", {**EVENT, "invited": [str(cases["41"]), str(cases["50"])]}
    )
    assert entered.status_code == 303, text(entered)[-2000:]
    assert "Кто участвовал" in text(at_work("deputy41").get("/"))
    url = f"/cases/{cases['41']}/events/1"
    data = {
        "expected_version": "0", "teachers": "2", "new_teachers-0-name": "Глаголева И.Т.",
        "new_teachers-0-subject": "русский язык", "evidence_link": "https://школа50.рф/новости/",
    }  # fmt: skip
    assert at_work.post("deputy41", url, data).status_code == 303
    assert at_work.post("deputy41", url, data).status_code == 409
    for username, seen in (("methodist", True), ("curator66", True), ("director50", False)):
        assert ("Глаголева" in text(at_work(username).get(entered.location))) is seen
    room = text(at_work("director41").get(f"/cases/{cases['41']}/events"))
    assert "2 учителя" in room
    assert at_work("director50").get(url).status_code == 404
    assert at_work("admin").get("/events/").status_code == 403


def test_wrong_input_comes_back_with_what_was_typed(at_work: WebUsers, cases: dict[str, int]) -> None:
    answer = at_work.post("methodist", "/events/add", {**EVENT, "starts": "2026-03-03", "link": "сайт"})
    assert answer.status_code == 422
    assert "Программа идёт с 09.01.2025" in text(answer)
    assert "Трудные вопросы" in text(answer)
    at_work.post("methodist", "/events/add", EVENT)
    wrong = {"expected_version": "0", "teachers": "1", "new_teachers-0-name": "Глаголева И.Т."}
    answer = at_work.post("deputy41", f"/cases/{cases['41']}/events/1", wrong)
    assert answer.status_code == 422
    assert "Глаголева" in text(answer)


def test_pages_of_the_room_open_for_those_who_may(at_work: WebUsers, cases: dict[str, int]) -> None:
    at_work.post("methodist", "/events/add", EVENT)
    for username in ("methodist", "head", "curator66", "director41", "deputy41"):
        for url in ("/events/", "/events/?kind=workshop", "/events/1", f"/cases/{cases['41']}/events"):
            assert at_work(username).get(url).status_code == 200, (username, url)
    assert at_work("head").get("/events/add").status_code == 403
    assert at_work("methodist").get("/events/?programme=999").status_code == 404
    assert at_work("methodist").get("/events/1/edit").status_code == 200
    off = {"reason": "Перенесено"}
    assert at_work.post("methodist", "/events/1/cancel", off).status_code == 422  # no version, no act
    assert at_work.post("methodist", "/events/1/cancel", {**off, "expected_version": "7"}).status_code == 409
    assert at_work.post("methodist", "/events/1/cancel", {**off, "expected_version": "1"}).status_code == 303
    assert "отменено" in text(at_work("methodist").get("/events/"))
    url = f"/cases/{cases['41']}/teachers/add"
    assert (
        at_work.post("deputy41", url, {"name": "Единицына А.Р.", "subject": "математика"}).status_code == 303
    )
    fixed = {"name": "Единицына А.Р.", "subject": "математика", "deficits": "Темп", "expected_version": "1"}
    assert at_work.post("deputy41", f"/cases/{cases['41']}/teachers/1", fixed).status_code == 303
