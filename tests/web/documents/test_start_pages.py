"""«Создать документ» on the screen: who sees it, what is asked, what wrong input says."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import pytest

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service
from app.documents.docx.frozen import thaw
from app.documents.queries import get_document
from app.documents.service import Proof, RegisterInput, SignatureInput
from tests.people import WebUsers
from tests.unit.documents.penza import order_plan

DAY = date(2025, 1, 22)


@pytest.fixture
def order(penza: Runtime, cases: dict[str, int]) -> int:
    """A registered order about schools № 41 and № 50."""
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    with penza.work(actor(penza, "clerk")) as work:
        key = service.draft(work, "order_plan", [cases["41"], cases["50"]]).id
        service.edit(work, key, {"plan": order_plan()["plan"]})
        service.send_to_sign(work, key)
        service.sign(work, key, [SignatureInput("head", DAY)], Proof(b"%PDF-1.4 x\n%%EOF\n", "a.pdf"))
        service.register(work, key, RegisterInput(DAY))
    return key


def token(text: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    return found.group(1) if found else ""


def test_who_sees_the_kinds(web: WebUsers, order: int) -> None:
    for who in ("clerk", "methodist", "secretary"):
        text = web(who).get("/documents/new/").get_data(as_text=True)
        for title in (
            "Приказ о создании координационной группы",
            "Дополнительное соглашение",
            "Акт об уничтожении",
        ):
            assert title in text.replace("\u00a0", " "), who
        assert "Создать документ" in web(who).get("/documents/").get_data(as_text=True)
    for who in ("head", "chair", "member1", "director41", "curator66", "admin"):
        assert web(who).get("/documents/new/").status_code == 403, who
        assert web(who).get("/documents/new/order_group").status_code == 403, who
    assert web("clerk").get("/documents/new/no_such").status_code == 404
    assert (
        web("clerk").get("/documents/new/acknowledgement").status_code == 404
    )  # printed from an order's page


def test_a_change_is_begun_and_filled_in(web: WebUsers, penza: Runtime, order: int) -> None:
    clerk, url = web("clerk"), "/documents/new/order_change"
    text = clerk.get(url).get_data(as_text=True)
    assert "№ 1-оп от 22.01.2025" in html.unescape(text).replace("\u00a0", " ")
    data = {"csrf_token": token(text)}
    answer = clerk.post(url, data={**data, "target": ""})
    assert answer.status_code == 422
    assert "Выберите документ." in answer.get_data(as_text=True)
    assert clerk.post(url, data={**data, "target": "99999"}).status_code == 422
    answer = clerk.post(url, data={**data, "target": str(order)})
    assert answer.status_code == 303
    edit = answer.headers["Location"]
    text = clerk.get(edit).get_data(as_text=True)
    assert "изложить в новой редакции: «пункт 3»" in html.unescape(text)
    version = re.search(r'name="expected_version"[^>]*value="(\d+)"', text)
    assert version
    page = {"csrf_token": token(text), "expected_version": version.group(1)}
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', text):
        page[name] = html.unescape(value).lstrip("\r\n")
    page |= {
        n: html.unescape(v)
        for n, v in re.findall(r'<input[^>]*type="text"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text)
    }
    page["preamble"] = "В связи с уточнением сроков"
    row = {
        "amendments-0-action": "restate",
        "amendments-0-place": "Пункт 4",
        "amendments-0-text": "",
        "amendments-0-words": "",
    }
    answer = clerk.post(edit, data={**page, **row})
    told = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Укажите новые слова." in told
    assert 'value="Пункт 4"' in told  # nothing typed is lost
    answer = clerk.post(edit, data={**page, **row, "amendments-0-text": "«4. Договоры заключить.»"})
    assert answer.status_code == 303, html.unescape(answer.get_data(as_text=True))[:3000]
    key = int(re.search(r"/documents/(\d+)", edit).group(1))  # type: ignore[union-attr]
    work = penza.read(actor(penza, "clerk"))
    work.session.expire_all()
    values = thaw(get_document(work.session, key).values)
    assert values["amendments"] == [
        {"action": "restate", "place": "Пункт 4", "words": "", "text": "4. Договоры заключить."}
    ]
    assert values["changes"]["number"] == "1-оп"


def test_schools_are_chosen(web: WebUsers, order: int, cases: dict[str, int]) -> None:
    clerk = web("clerk")
    url = "/documents/new/agreement"
    text = clerk.get(url).get_data(as_text=True)
    data = {"csrf_token": token(text)}
    assert clerk.post(url, data=data).status_code == 422
    two = clerk.post(url, data={**data, "cases": [str(cases["41"]), str(cases["50"])]})
    assert two.status_code == 422
    assert "одна пара школ" in two.get_data(as_text=True).replace("\u00a0", " ")
    assert clerk.post(url, data={**data, "cases": ["99999"]}).status_code == 422
    assert clerk.post(url, data={**data, "cases": [str(cases["41"])]}).status_code == 303
    text = clerk.get("/documents/new/order_finish").get_data(as_text=True).replace("\u00a0", " ")
    assert "Ни одна школа ещё не перешла в эффективный режим" in text
