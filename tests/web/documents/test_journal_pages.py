"""The journal in the browser: a mistyped number is caught, a reserved one is offered, forms carry what was seen."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditRecord
from app.cases.models import Case, CaseStatus
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service
from app.documents.models import Document, Registration, Series
from app.documents.queries import get_document
from app.jobs.runner import drain
from tests.people import WebUsers
from tests.unit.documents.penza import order_plan

PDF = b"%PDF-1.4 signed\n%%EOF\n"
DAY = date(2025, 1, 22)


@pytest.fixture
def orders(penza: Runtime, cases: dict[str, int]) -> list[int]:
    """Three orders: two signed, one sent for signing."""
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    found = []
    for code in ("41", "50", "co1"):
        with penza.work(SYSTEM) as work:
            order = service.ensure_draft(work, "order_plan", get_case(work.session, cases[code])).id
        with penza.work(actor(penza, "clerk")) as work:
            service.edit(work, order, {"plan": order_plan()["plan"]})
            service.send_to_sign(work, order)
            if code != "co1":
                service.sign(work, order, [service.SignatureInput("head", DAY)], service.Proof(PDF, "a.pdf"))
        found.append(order)
    return found


def text_of(web: WebUsers, url: str) -> str:
    return html.unescape(web("clerk").get(url).get_data(as_text=True)).replace("\u00a0", " ")


def version(web: WebUsers, url: str) -> str:
    found = re.search(r'name="expected_version"[^>]*value="(\d+)"', text_of(web, url))
    assert found, url
    return found.group(1)


def register(web: WebUsers, order: int, **data: Any) -> Any:
    url = f"/documents/{order}/register"
    entry = {"dated": "2025-01-22", "way": "next", "expected_version": version(web, url)}
    return web.post("clerk", url, {**entry, **data})


def of(penza: Runtime, order: int) -> Document:
    penza.database.session.remove()
    return get_document(penza.read(SYSTEM).session, order)


def test_a_mistyped_number_is_caught_and_the_journal_lives_on(
    web: WebUsers, penza: Runtime, orders: list[int]
) -> None:
    hand = {"way": "by_hand", "reason": "с бумаги"}
    refused = register(web, orders[0], **hand, number="999999")
    assert refused.status_code == 422
    assert "не больше 9999" in refused.get_data(as_text=True)
    assert 'name="leap"' not in text_of(web, f"/documents/{orders[0]}/register")
    refused = register(web, orders[0], **hand, number="1200")
    assert refused.status_code == 422
    assert "с 1 по 1199" in refused.get_data(as_text=True)
    assert 'name="leap"' in refused.get_data(as_text=True)  # the tick appears with the question
    assert register(web, orders[0], **hand, number="1200", leap="y").status_code == 303
    started = time.monotonic()
    assert "1–1199" in text_of(web, "/journal/")
    assert time.monotonic() - started < 3
    line = penza.read(SYSTEM).session.scalars(select(Registration)).one().id
    url = f"/journal/lines/{line}/annul"
    assert 'class="btn-x pri danger" type="submit">Аннулировать<' in text_of(web, url), (
        "looks as final as it is"
    )
    seen = version(web, url)
    assert "Ошибка в самом номере" in text_of(web, url)
    assert web.post("clerk", url, {"reason": "Опечатка", "was_slip": "y"}).status_code == 422
    stale = {"reason": "Опечатка", "was_slip": "y", "expected_version": str(int(seen) - 1)}
    assert web.post("clerk", url, stale).status_code == 409
    assert web.post("clerk", url, {**stale, "expected_version": seen}).status_code == 303
    assert "1-оп" in text_of(web, f"/documents/{orders[1]}/register")
    assert register(web, orders[1]).status_code == 303
    assert of(penza, orders[1]).number == "1-оп"
    assert "1200-оп" in text_of(web, "/journal/")


def test_a_full_series_still_opens_its_form(web: WebUsers, penza: Runtime, orders: list[int]) -> None:
    register(web, orders[0])
    with penza.work(SYSTEM) as work:
        work.session.scalars(select(Series)).one().counter = 999_999
    answer = web("clerk").get(f"/documents/{orders[1]}/register")
    assert answer.status_code == 200
    assert 'value="next"' not in answer.get_data(as_text=True)
    started = time.monotonic()
    assert "2–999999" in text_of(web, "/journal/")
    assert time.monotonic() - started < 3


def test_a_reserved_number_is_offered_and_used(web: WebUsers, penza: Runtime, orders: list[int]) -> None:
    register(web, orders[0])
    assert 'value="reserved"' not in text_of(web, f"/documents/{orders[1]}/register")
    series = penza.read(SYSTEM).session.scalars(select(Series)).one().id
    data = {"purpose": "приказ о школе № 50", "holder": "Методист", "until": "2025-02-20"}
    assert web.post("clerk", f"/journal/{series}/reserve", data).status_code == 303
    page = text_of(web, f"/documents/{orders[1]}/register")
    assert "по резерву" in page
    key = re.search(
        r'<option[^>]*value="(\d+)"[^>]*>2: приказ о школе № 50 \(Методист, до 20.02.2025\)', page
    )
    assert key, page
    assert register(web, orders[1], way="reserved").status_code == 422  # which one was not said
    assert register(web, orders[1], way="reserved", reservation=key.group(1)).status_code == 303
    assert of(penza, orders[1]).number == "2-оп"
    assert "забронирован" not in text_of(web, "/journal/")


def test_every_form_of_a_paper_says_what_the_person_saw(
    web: WebUsers, penza: Runtime, orders: list[int]
) -> None:
    signed, _other, sent = orders
    forms = {
        f"/documents/{sent}/withdraw": {"reason": "Опечатка"},
        f"/documents/{signed}/register": {"dated": "2025-01-22", "way": "next"},
    }
    for url, data in forms.items():
        seen = version(web, url)
        assert web.post("clerk", url, data).status_code == 422, url
        assert web.post("clerk", url, {**data, "expected_version": "x"}).status_code == 422, url
        assert web.post("clerk", url, {**data, "expected_version": str(int(seen) - 1)}).status_code == 409, (
            url
        )
    import io

    url = f"/documents/{sent}/sign"
    for given, status in ({}, 422), ({"expected_version": "1"}, 409):
        proof = {"roles": "head", "signed_on": "2025-01-22", "proof": (io.BytesIO(PDF), "a.pdf")}
        assert web.post("clerk", url, {**proof, **given}).status_code == status
    assert (of(penza, sent).state, of(penza, signed).state) == ("to_sign", "signed")


def test_a_copy_with_an_annulled_number_is_not_given_out(
    web: WebUsers, penza: Runtime, orders: list[int]
) -> None:
    register(web, orders[0])
    drain(penza)
    card = f"/documents/{orders[0]}"
    assert web("clerk").get(f"{card}/file/registered").status_code == 200
    line = penza.read(SYSTEM).session.scalars(select(Registration)).one().id
    url = f"/journal/lines/{line}/annul"
    assert (
        web.post("clerk", url, {"reason": "Опечатка", "expected_version": version(web, url)}).status_code
        == 303
    )
    assert web("clerk").get(f"{card}/file/registered").status_code == 404
    assert "Регистрация документа аннулирована" in text_of(web, card)


def test_a_file_and_the_journal_are_read_before_the_write_begins(
    web: WebUsers, penza: Runtime, orders: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.documents import register_sheet

    register(web, orders[0])
    session = penza.read(SYSTEM).session
    series = session.scalars(select(Series)).one().id
    file_id = get_document(session, orders[0]).signatures[0].file_id
    writing: list[bool] = []
    built, read = register_sheet.workbook, penza.ports.storage.get

    def seen() -> None:
        writing.append(bool(penza.database.session().info.get("in_work")))

    def workbook(*args: Any) -> bytes:
        seen()
        return built(*args)

    def get(sha256: str) -> bytes:
        seen()
        return read(sha256)

    monkeypatch.setattr(register_sheet, "workbook", workbook)
    monkeypatch.setattr(penza.ports.storage, "get", get)
    assert web("clerk").get(f"/journal/{series}/export.xlsx").data.startswith(b"PK")
    assert web("clerk").get(f"/files/{file_id}").data == PDF
    assert writing == [False, False]
    penza.database.session.remove()
    records = penza.read(SYSTEM).session.scalars(select(AuditRecord).order_by(AuditRecord.id)).all()[-2:]
    assert [(r.tag, r.subject_type, r.subject_id) for r in records] == [
        ("journal:export", "register_series", series),
        ("file:download", "stored_files", file_id),
    ]
    assert web("director50").get(f"/journal/{series}/export.xlsx").status_code in (403, 404)


def test_a_closed_case_offers_no_draft(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    url = f"/cases/{cases['41']}/documents"
    assert "Создать проект" in text_of(web, url)
    with penza.work(SYSTEM) as work:
        work.session.scalars(select(Case).where(Case.id == cases["41"])).one().status = CaseStatus.closed
    assert "Создать проект" not in text_of(web, url)
    answer = web.post("clerk", f"{url}/draft", {"template": "order_plan"}, page=url)
    assert answer.status_code == 409
