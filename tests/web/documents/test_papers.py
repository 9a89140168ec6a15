"""The pages of the papers, as each role meets them."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service
from app.documents.docx.frozen import thaw
from app.documents.queries import get_document
from app.jobs.runner import drain
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import YEAR, take
from tests.people import WebUsers
from tests.unit.documents.penza import order_plan
from tests.web.test_curation_pages import TERMS, fill

PLAN = order_plan()["plan"]
PDF = b"%PDF-1.4 signed\n%%EOF\n"


@pytest.fixture
def order(penza: Runtime, cases: dict[str, int]) -> int:
    """The draft of the order about schools № 41 and № 50."""
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    with penza.work(SYSTEM) as work:
        for code in ("41", "50"):
            document = service.ensure_draft(work, "order_plan", get_case(work.session, cases[code]))
        order = document.id
    with penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"plan": PLAN})
    drain(penza)
    return order


def version(web: WebUsers, order: int) -> str:
    text = web("clerk").get(f"/documents/{order}").get_data(as_text=True)
    found = re.search(r'name="expected_version" value="(\d+)"', text)
    assert found
    return found.group(1)


def typed(web: WebUsers, order: int) -> dict[str, Any]:
    """The draft form as the browser shows it."""
    page = web("clerk").get(f"/documents/{order}/edit")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    data: dict[str, Any] = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
    data |= {
        k: v.lstrip("\r\n")
        for k, v in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', text)
    }
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'selected[^>]*value="([^"]*)"', body)
        data[name] = chosen.group(1) if chosen else ""
    import html

    return {k: html.unescape(v) for k, v in data.items()}


def test_pages_open_for_those_who_may(web: WebUsers, order: int, cases: dict[str, int]) -> None:
    case = f"/cases/{cases['41']}"
    for username in ("clerk", "head", "methodist", "secretary"):
        for url in ("/documents/", f"/documents/{order}", f"{case}/documents", case, "/"):
            answer = web(username).get(url)
            assert answer.status_code == 200, (username, url)
    assert web("clerk").get("/journal/").status_code == 200
    assert web("methodist").get("/journal/").status_code == 403
    assert web("director41").get(f"/documents/{order}").status_code == 404  # a draft is the authority's
    assert web("member1").get(f"/documents/{order}/edit").status_code == 403
    assert web("admin").get("/documents/").status_code == 403
    absent = "/documents/99999"
    for url in (absent, f"{absent}/preview", f"/documents/{order}/file/other", "/journal/lines/9/annul"):
        assert web("clerk").get(url).status_code == 404, url


def test_the_whole_way_of_the_order_in_the_browser(web: WebUsers, penza: Runtime, order: int) -> None:
    clerk = web("clerk")
    data = typed(web, order) | {"heading": "О плане & сроках", "executor__phone": "8 (8412) 00-00-00"}
    saved = clerk.post(f"/documents/{order}/edit", data=data)
    assert saved.status_code == 303, saved.get_data(as_text=True)[-2000:]
    document = get_document(penza.read(SYSTEM).session, order)
    assert set(document.typed) == {"plan", "heading", "executor.phone"}  # what was not touched is not typed
    card = clerk.get(f"/documents/{order}").get_data(as_text=True).replace("\u00a0", " ")
    labels = re.findall(r'<span class="g">([^<]+)</span>', card[card.index("Исправлено вручную") :])
    assert labels[:3] == ["Заголовок («Об …»)", "План", "Исполнитель и телефон: Телефон"]
    drain(penza)
    frame = clerk.get(f"/documents/{order}/preview")
    assert frame.status_code == 200
    assert "frame-ancestors 'self'" in frame.headers["Content-Security-Policy"]
    assert clerk.get(f"/documents/{order}/file/paper").data.startswith(b"PK")
    card = f"/documents/{order}"
    assert web.post("clerk", f"{card}/send", {"expected_version": "1"}, page=card).status_code == 409
    web.post("clerk", f"{card}/send", {"expected_version": version(web, order)}, page=card)
    assert web("director41").get(card).status_code == 200
    assert web("director50").get(f"{card}/file/paper").status_code in (200, 404)
    assert web("directorco1").get(card).status_code == 404
    sign = {"roles": "head", "signed_on": "2025-01-22", "expected_version": ""}
    page = clerk.get(f"{card}/sign").get_data(as_text=True)
    sign["expected_version"] = re.search(r'name="expected_version"[^>]*value="(\d+)"', page).group(1)  # type: ignore[union-attr]
    refused = web.post("clerk", f"{card}/sign", {**sign, "proof": (io.BytesIO(b"MZ"), "a.pdf")})
    assert refused.status_code == 422
    assert 'value="2025-01-22"' in refused.get_data(as_text=True)
    done = web.post("clerk", f"{card}/sign", {**sign, "proof": (io.BytesIO(PDF), "Приказ.pdf")})
    assert done.status_code == 303, done.get_data(as_text=True)[-1500:]
    page = clerk.get(f"{card}/register").get_data(as_text=True)
    assert "1-оп" in page
    entry = {
        "dated": "2025-01-22", "way": "by_hand", "number": "12-оп", "reason": "",
        "expected_version": re.search(r'name="expected_version"[^>]*value="(\d+)"', page).group(1),  # type: ignore[union-attr]
    }  # fmt: skip
    both = web.post("clerk", f"{card}/register", {**entry, "number": ""}).get_data(as_text=True)
    assert "Впишите номер." in both
    assert "Укажите, почему номер вносится вручную." in both
    refused = web.post("clerk", f"{card}/register", {**entry, "number": "", "reason": "Журнал на бумаге"})
    assert "Впишите номер." in refused.get_data(as_text=True)
    refused = web.post("clerk", f"{card}/register", entry)
    assert refused.status_code == 422
    assert "12-оп" in refused.get_data(as_text=True)
    assert (
        web.post("clerk", f"{card}/register", {**entry, "reason": "Журнал вёлся на бумаге"}).status_code
        == 303
    )
    drain(penza)
    text = clerk.get(card).get_data(as_text=True)
    assert "Зарегистрированный экземпляр" in text
    journal = clerk.get("/journal/").get_data(as_text=True)
    assert "1–11" in journal
    assert "не внесены" in journal
    assert "12-оп" in journal
    assert web("director41").get(f"{card}/file/registered").status_code == 200
    document = get_document(penza.read(SYSTEM).session, order)
    assert thaw(document.values)["heading"] == "О плане & сроках"
    file_id = document.signatures[0].file_id
    assert web("director41").get(f"/files/{file_id}").status_code == 200
    assert web("directorco1").get(f"/files/{file_id}").status_code == 404


def test_an_empty_required_field_is_named_and_what_was_typed_stays(
    web: WebUsers, penza: Runtime, order: int
) -> None:
    card = f"/documents/{order}"
    saved = web("clerk").post(f"{card}/edit", data=typed(web, order) | {"heading": "", "place": "г. Кузнецк"})
    assert saved.status_code == 303
    text = web("clerk").get(card).get_data(as_text=True)
    assert "Заголовок" in text
    assert "/send" not in text
    assert get_document(penza.read(SYSTEM).session, order).values["place"] == "г. Кузнецк"


def test_a_clerk_begins_a_draft_on_the_page_of_a_case(web: WebUsers, cases: dict[str, int]) -> None:
    url = f"/cases/{cases['co1']}/documents"
    for template in ("agreement", "protocol", "order_plan"):
        answer = web.post("clerk", f"{url}/draft", {"template": template}, page=url)
        assert answer.status_code == 303, template
        assert web("clerk").get(answer.headers["Location"]).status_code == 200
        assert web("clerk").get(answer.headers["Location"] + "/edit").status_code == 200
    assert web.post("clerk", f"{url}/draft", {"template": "../etc"}, page=url).status_code == 404


def test_an_agreement_that_is_being_made_waits_for_the_clerk_in_one_line(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    let_pass(penza)
    for step in YEAR[:10]:
        if get_case(penza.read(SYSTEM).session, cases["41"]).stage == "curator_agreement":
            break
        take(penza, cases["41"], *step)
    with penza.work(SYSTEM) as work:
        service.ensure_draft(work, "agreement", get_case(work.session, cases["41"]))
    page = web("clerk").get("/").get_data(as_text=True)
    assert "Подготовить договор" in page
    assert "Завершить проект: Договор" not in page
    room = f"/cases/{cases['41']}/curation"
    assert fill(web, "clerk", f"{room}/agreement", {**TERMS}).status_code == 303
    text = web("clerk").get(room).get_data(as_text=True)
    assert f"/cases/{cases['41']}/documents/for/agreement" in text, "the text itself is one step away"


def test_what_waits_for_the_clerk(web: WebUsers, penza: Runtime, order: int) -> None:
    assert "Завершить проект" in web("clerk").get("/").get_data(as_text=True)
    with penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, order)
        service.sign(
            work, order, [service.SignatureInput("head", date(2025, 1, 22))], service.Proof(PDF, "a.pdf")
        )
    assert "Зарегистрировать: " in web("clerk").get("/").get_data(as_text=True)
