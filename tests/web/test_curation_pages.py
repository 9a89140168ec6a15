"""Curation in the browser: each side does its part, wrong input comes back with what was typed."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from tests.people import WebUsers

PDF = b"%PDF-1.4\n%%EOF\n"
TERMS = {
    "dated": "2025-01-27", "place": "г. Пенза", "since": "2025-01-27", "until": "2025-12-31", "visits_planned": "4",
}  # fmt: skip
VISIT = {
    "send_key": "из формы", "held_on": "2025-01-16", "mode": "in_person", "ground": "order", "purpose": "Знакомство",
    "curator_people": "Примерная Е.Д.", "findings": "Данные подтверждены",
    "lessons-0-grade": "5А", "lessons-0-subject": "математика", "lessons-0-teacher": "Единицына А.Р.",
    "recommendations-0-text": "Составить график", "recommendations-0-executor": "заместитель директора",
    "recommendations-0-due": "2025-02-14",
}  # fmt: skip


@pytest.fixture
def room(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> str:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 28, 9, tzinfo=UTC))
    return f"/cases/{cases['41']}/curation"


def text(answer: object) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")  # type: ignore[attr-defined]


def test_the_agreement_comes_into_force_through_the_pages(web: WebUsers, room: str) -> None:
    assert web.post("clerk", f"{room}/agreement", TERMS).status_code == 303
    version = re.search(r'name="expected_version" value="(\d+)"', text(web("clerk").get(room)))
    assert version
    sent = web.post("clerk", f"{room}/send", {"expected_version": version[1]}, page=room)
    assert sent.status_code == 303
    part = {"number": "9/2025", "registered_on": "2025-01-27", "signed_on": "2025-01-27"}
    assert web.post("curator66", f"{room}/sides/curator", part).status_code == 303
    assert "номер МБОУ СОШ № 41" in text(web("director41").get(room))
    with_scan = {**part, "number": "4", "scan": (io.BytesIO(PDF), "договор.pdf")}
    assert web.post("director41", f"{room}/sides/school", with_scan).status_code == 303
    page = text(web("head").get(room))
    assert "Действует" in page
    assert "№ 9/2025 от 27.01.2025" in page
    assert web("head").get(re.search(r"/files/\d+", page)[0]).data == PDF  # type: ignore[index]


def test_what_is_not_offered_is_refused_and_hidden_from_other_pairs(web: WebUsers, room: str) -> None:
    web.post("clerk", f"{room}/agreement", TERMS)
    assert "Направить на подпись" not in text(web("director41").get(room))
    assert web("director41").get(f"{room}/agreement").status_code == 403
    assert web("director41").get(f"{room}/visits/add").status_code == 403
    for username in ("curator51", "director50"):
        assert web(username).get(room).status_code == 404
    assert web("admin").get(room).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("held_on", "2025-02-30", "Укажите день, месяц и год"),
        ("held_on", "2025-03-01", "ещё не наступила"),
        ("ground", "agreement", "договор не действовал"),
        ("recommendations-0-executor", "", "Заполните это поле."),
        ("findings", "  ", "Заполните это поле."),
    ],
)
def test_a_wrong_visit_comes_back_with_what_was_typed(
    web: WebUsers, room: str, field: str, value: str, told: str
) -> None:
    answer = web.post("curator66", f"{room}/visits/add", {**VISIT, field: value})
    assert answer.status_code == 422, text(answer)[-2000:]
    assert told in text(answer)
    assert "Составить график" in text(answer)
    assert 'value="из формы"' in text(answer)


def test_a_visit_is_recorded_answered_and_locked(web: WebUsers, room: str) -> None:
    first = web.post("curator66", f"{room}/visits/add", VISIT)
    again = web.post("curator66", f"{room}/visits/add", VISIT)
    assert first.status_code == 303
    assert first.location == again.location
    visit = first.location
    photo = {**VISIT, "expected_version": "1", "photo": (io.BytesIO(PDF), "урок.pdf")}
    assert web.post("curator66", f"{visit}/edit", photo).status_code == 303
    version = re.search(r'name="expected_version" value="(\d+)"', text(web("curator66").get(visit)))
    assert version
    submitted = web.post("curator66", f"{visit}/submit", {"expected_version": version[1]}, page=visit)
    assert submitted.status_code == 303
    assert "Ответить на справку" in text(web("director41").get("/"))
    empty = web.post(
        "director41", f"{visit}/answer", {"answer": "object", "expected_version": "2"}, page=visit
    )
    assert empty.status_code == 422
    done = {"answer": "acknowledge", "expected_version": "2"}
    assert web.post("director41", f"{visit}/answer", done, page=visit).status_code == 303
    assert web("curator66").get(f"{visit}/edit").status_code == 409
    addition = web.post("curator66", f"{visit}/addition", {"text": "График прислан"}, page=visit)
    assert addition.status_code == 303
    assert "График прислан" in text(web("methodist").get(visit))
    key = re.search(r"/curation/recommendations/(\d+)", text(web("deputy41").get(room)))
    assert key
    told = web.post("deputy41", key[0].join([room.removesuffix("/curation"), ""]), {"status": "done", "note": "Готово",
                    "expected_version": "1"})  # fmt: skip
    assert told.status_code == 303
    assert "Рекомендации прошлых выездов" in text(web("curator66").get(f"{room}/visits/add"))
