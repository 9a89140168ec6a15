"""The pages of the templates, as the clerk and others meet them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from app.core.unit_of_work import Runtime
from app.documents import pdf
from app.jobs.runner import drain
from tests.people import WebUsers
from tests.unit.documents.hostile_templates import GOOD, replaced

NEW = replaced(("ДОГОВОР", "ДОГОВОР СОТРУДНИЧЕСТВА"))
BAD = replaced(("{{ place|nbsp }}", "{{ plase|nbsp }}"))


@pytest.fixture(autouse=True)
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "office", lambda: None)


def upload(web: WebUsers, data: bytes, name: str = "договор.docx") -> Any:
    client = web("clerk")
    page = client.get("/templates/agreement").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    return client.post(
        "/templates/agreement/upload",
        data={"csrf_token": token[1], "note": "Новый заголовок", "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def page_of(web: WebUsers, answer: Any, who: str = "clerk") -> str:
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    return str(web(who).get(answer.headers["Location"]).get_data(as_text=True))


def test_a_mistake_is_shown_with_its_place_and_what_to_do(web: WebUsers) -> None:
    text = page_of(web, upload(web, BAD))
    assert "<mark>{{ plase|nbsp }}</mark>" in text
    assert "Может быть, «place»?" in text.replace("\xa0", " ")
    assert 'action="/templates/versions/1/publish"' not in text


def test_a_good_edition_is_published_withdrawn_and_restored(web: WebUsers, penza: Runtime) -> None:
    text = page_of(web, upload(web, NEW))
    assert "Исправлять нечего" in text.replace("\xa0", " ")
    drain(penza)
    shown = web("clerk").get("/templates/versions/1").get_data(as_text=True)
    assert "LibreOffice на этом сервере не установлен" in shown.replace("\xa0", " ")
    assert "/templates/versions/1/after/preview" in shown
    assert web("clerk").get("/templates/versions/1/after/preview").status_code == 200
    assert web("clerk").get("/templates/versions/1/before/docx").data.startswith(b"PK")
    version = re.search(r'name="expected_version"[^>]*value="(\d+)"', shown)
    assert version
    wrong = web.post(
        "clerk", "/templates/versions/1/publish", {"effective_from": "вчера"}, page="/templates/versions/1"
    )
    assert wrong.status_code == 422
    done = web.post(
        "clerk", "/templates/versions/1/publish",
        {"effective_from": "2025-01-01", "expected_version": version[1]}, page="/templates/versions/1",
    )  # fmt: skip
    assert "действует с 01.01.2025" in page_of(web, done).replace("\xa0", " ")
    index = web("clerk").get("/templates/").get_data(as_text=True)
    assert "своя" in index
    form = web("clerk").get("/templates/versions/1/retire").get_data(as_text=True)
    assert re.search(r'type="submit">Отозвать', form), "the button says what it does"
    version = re.search(r'name="expected_version"[^>]*value="(\d+)"', form)
    assert version
    done = web.post(
        "clerk", "/templates/versions/1/retire", {"reason": "Ошибка", "expected_version": version[1]},
        page="/templates/versions/1/retire",
    )  # fmt: skip
    assert "Отозвана" in page_of(web, done)
    file_hash = re.search(
        r"/templates/agreement/restore/([0-9a-f]{64})",
        web("clerk").get("/templates/agreement").get_data(as_text=True),
    )
    assert file_hash
    done = web.post("clerk", f"/templates/agreement/restore/{file_hash[1]}", {}, page="/templates/agreement")
    assert "Восстановлена редакция" in page_of(web, done).replace("\xa0", " ")


def test_a_year_long_gone_is_warned_of_and_confirmed_for_that_day_only(web: WebUsers) -> None:
    """Today is 09.01.2025; the box to confirm is not there until there is something to confirm."""
    shown = page_of(web, upload(web, NEW))
    assert 'name="is_sure"' not in shown
    version = re.search(r'name="expected_version"[^>]*value="(\d+)"', shown)
    assert version
    url = "/templates/versions/1/publish"

    def send(**fields: str) -> tuple[int, str]:
        entry = {"effective_from": "2015-01-01", "expected_version": version[1]} | fields
        answer = web.post("clerk", url, entry, page="/templates/versions/1")
        return answer.status_code, answer.get_data(as_text=True).replace("\xa0", " ")

    status, text = send()
    assert status == 422
    assert "01.01.2015 — больше года назад" in text
    assert "Год проверен: редакция действует с этого дня" in text
    assert re.search(r'name="warned_of"[^>]*value="2015-01-01"', text)
    for forged in (
        {"is_sure": "y"},
        {"is_sure": "y", "warned_of": "2016-01-01"},
        {"warned_of": "2015-01-01"},
    ):
        assert send(**forged)[0] == 422, forged
    status, text = send(is_sure="y", warned_of="2015-01-01", effective_from="2016-01-01")
    assert status == 422
    assert "01.01.2016 — больше года назад" in text, "another day is warned of anew"
    assert send(is_sure="y", warned_of="2015-01-01", effective_from="давно")[0] == 422
    web("clerk").get("/lang/en")
    assert "01.01.2015 is more than a year ago" in send()[1]
    assert send(is_sure="y", warned_of="2015-01-01")[0] == 303
    assert "from 01.01.2015" in web("clerk").get("/templates/versions/1").get_data(as_text=True)


@pytest.mark.parametrize("data", [b"", b"not a docx", GOOD[:2000], b"PK\x03\x04" + b"x" * 100])
def test_a_refused_file_leaves_the_note_typed(web: WebUsers, data: bytes) -> None:
    answer = upload(web, data)
    assert answer.status_code == 422
    assert "Новый заголовок" in answer.get_data(as_text=True)
    assert web("clerk").get("/templates/versions/1").status_code == 404


def test_who_may_see_and_change(web: WebUsers) -> None:
    page_of(web, upload(web, NEW))
    assert web("head").get("/templates/versions/1").status_code == 200
    assert "Загрузить и проверить" not in web("head").get("/templates/agreement").get_data(as_text=True)
    for who in ("methodist", "director41", "curator66", "admin"):
        assert web(who).get("/templates/").status_code == 403
        assert web(who).get("/templates/versions/1").status_code == 403


def test_absent_things_are_not_found(web: WebUsers) -> None:
    clerk = web("clerk")
    for path in (
        "/templates/nothing", "/templates/agreement/file/x", "/templates/versions/99",
        "/templates/versions/1/after/page/1",
        "/templates/versions/1/sideways/docx", "/documents/99/pdf/paper", "/documents/1/pdf/elsewhere",
    ):  # fmt: skip
        assert clerk.get(path).status_code == 404, path
