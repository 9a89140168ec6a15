"""The further life of papers in the browser: linked, sent, read, compared, filed; incoming papers and the journal."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.acknowledgement import addressees
from app.documents.models import DocumentLink, Incoming, Series
from app.documents.service import RegisterInput
from app.jobs.runner import drain
from app.schools.queries import organisations
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.people import WebUsers

PDF = b"%PDF-1.4 scan\n%%EOF\n"


@pytest.fixture
def order(penza: Runtime, cases: dict[str, int]) -> int:
    """A registered, printed order about № 41."""
    found = registered(penza, signed_order(penza, {"41": cases["41"]}), RegisterInput(DAY)).id
    drain(penza)
    return found


def shown(web: WebUsers, who: str, url: str) -> str:
    answer = web(who).get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return html.unescape(answer.get_data(as_text=True)).replace("\u00a0", " ")


def version(web: WebUsers, url: str) -> str:
    found = re.search(r'name="expected_version"[^>]*value="(\d+)"', shown(web, "clerk", url))
    assert found, url
    return found.group(1)


def test_an_order_is_declared_to_cancel_another_and_both_pages_tell(
    web: WebUsers, penza: Runtime, cases: dict[str, int], order: int
) -> None:
    new = signed_order(penza, {"50": cases["50"]})
    told = "Его регистрирует делопроизводитель"
    assert told in shown(web, "secretary", f"/documents/{new}")
    assert told not in shown(web, "clerk", f"/documents/{new}")
    url = f"/documents/{new}/links/add"
    assert "№ 1-оп" in shown(web, "clerk", url)
    wrong = web.post(
        "clerk", url, {"kind": "annuls", "target": str(order), "expected_version": version(web, url)}
    )
    assert wrong.status_code == 422
    assert web.post(
        "clerk", url, {"kind": "cancels", "target": str(order), "expected_version": version(web, url)}
    ).status_code == 303  # fmt: skip
    declared = shown(web, "clerk", f"/documents/{new}")
    assert "вступит в силу при регистрации" in declared
    assert "Убрать связь" in declared
    assert "отменён приказом" not in shown(web, "clerk", f"/documents/{order}")
    link = penza.read(SYSTEM).session.scalars(select(DocumentLink)).one().id
    page = f"/documents/{new}"
    dropped = web.post(
        "clerk", f"{page}/links/{link}/drop", {"expected_version": version(web, page)}, page=page
    )
    assert dropped.status_code == 303
    assert web.post(
        "clerk", url, {"kind": "repeals", "target": str(order), "expected_version": version(web, url)}
    ).status_code == 303  # fmt: skip
    registered(penza, new, RegisterInput(DAY))
    assert "признан утратившим силу приказом № 2-оп" in shown(web, "director41", f"/documents/{order}")
    assert "признаёт утратившим силу приказ № 1-оп" in shown(web, "clerk", f"/documents/{new}")
    journal = shown(web, "clerk", "/journal/")
    assert "признан утратившим силу приказом № 2-оп" in journal
    assert "Утратил силу" in journal


def test_the_clerk_sends_an_order_and_the_director_has_read_it(
    web: WebUsers, penza: Runtime, cases: dict[str, int], order: int
) -> None:
    url = f"/documents/{order}/mail"
    page = shown(web, "clerk", url)
    ids = {o.code: o.id for o in organisations(penza.read(SYSTEM).session)}
    assert re.search(rf'value="{ids["41"]}" checked', page)  # whom it is about is proposed
    nobody = web.post("clerk", url, {"due": "2025-01-27", "expected_version": version(web, url)})
    assert nobody.status_code == 422
    assert "Выберите хотя бы одного адресата" in nobody.get_data(as_text=True)
    data = {"organisations": [str(ids["41"]), str(ids["50"])], "due": "2025-01-27"}
    assert web.post("clerk", url, {**data, "expected_version": version(web, url)}).status_code == 303
    assert "Ознакомьтесь: " in shown(web, "director41", "/")
    own = f"/documents/{order}"
    assert "Ознакомлен(а)" in shown(web, "director41", own)
    assert "СОШ № 50" not in shown(web, "director41", own).split("Ознакомление")[-1].split("История")[0]
    row = addressees(penza.read(actor(penza, "director41")), order)[0].id
    assert web.post("director41", f"/reading/{row}", page=own).status_code == 303
    assert "Ознакомьтесь: " not in shown(web, "director41", "/")
    answer = web.post("director41", f"/reading/{row}", page="/profile/")
    assert answer.status_code == 409
    told = answer.get_data(as_text=True)
    assert "Отметка уже стоит" in told
    assert "пока нельзя" not in told, "it will not be possible later either"
    assert "ещё нет:" not in told
    assert web.post("director1", f"/reading/{row}", page="/profile/").status_code == 404
    left = [r for r in addressees(penza.read(actor(penza, "clerk")), order) if r.read_at is None]
    sheet = f"/documents/{order}/readers/{left[0].id}/sheet"
    assert web.post("clerk", sheet, {"reader": "Директор", "read_on": "2025-01-22"}).status_code == 422
    answer = web.post("clerk", sheet, {"reader": "Директор школы", "read_on": "2025-01-22",
                                       "scan": (io.BytesIO(PDF), "лист.pdf")})  # fmt: skip
    assert answer.status_code == 303
    card = shown(web, "clerk", own)
    assert "2/2" in card
    assert "на бумаге" in card


def test_compared_and_filed(web: WebUsers, penza: Runtime, order: int) -> None:
    page = f"/documents/{order}"
    answer = web.post("clerk", f"{page}/compare", page=page)
    assert answer.status_code == 303
    assert "файл совпал до последнего байта" in shown(web, "clerk", page)
    url = f"{page}/archive"
    assert (
        web.post("clerk", url, {"file_index": " ", "expected_version": version(web, url)}).status_code == 422
    )
    stale = web.post("clerk", url, {"file_index": "01-14", "expected_version": "1"})
    assert stale.status_code == 409
    assert web.post(
        "clerk", url, {"file_index": "01-14", "expected_version": version(web, url)}
    ).status_code == 303  # fmt: skip
    assert "Дело № 01-14" in shown(web, "clerk", page)
    assert "дело 01-14" in shown(web, "clerk", "/journal/")
    for who in ("head", "director41"):
        assert web(who).get(url).status_code == 403


def test_an_incoming_paper_from_the_case_to_the_journal(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    case = cases["41"]
    assert f"/incoming/add?case={case}&kind=listing" in shown(web, "methodist", f"/cases/{case}")
    url = f"/incoming/add?case={case}&kind=warning"
    assert "selected" in shown(web, "clerk", url)
    data: dict[str, Any] = {
        "kind": "warning", "sender": "Рособрнадзор", "sender_number": "07-12", "sender_date": "2025-01-25",
        "subject": "Предостережение <о результатах> & сроках", "received_on": "2025-01-22", "way": "next",
        "cases": [str(case)], "answer_days": "10",
    }  # fmt: skip
    wrong = web.post("clerk", url, data)
    assert wrong.status_code == 422
    assert "Предостережение &lt;о результатах&gt;" in wrong.get_data(as_text=True)  # nothing typed is lost
    data |= {"sender_date": "2025-01-20", "scan": (io.BytesIO(PDF), "письмо.pdf")}
    assert web.post("clerk", url, data).status_code == 303
    key = penza.read(SYSTEM).session.scalars(select(Incoming)).one().id
    page = shown(web, "clerk", f"/incoming/{key}")
    assert "10 рабочих дней со дня 22.01.2025" in page
    assert "Подготовьте ответ: Предостережение" in shown(web, "clerk", "/")
    assert "Предостережение" in shown(web, "director41", f"/cases/{case}/documents")
    assert web("director50").get(f"/incoming/{key}").status_code == 404
    assert web("director41").get("/incoming/add").status_code == 403
    series = penza.read(SYSTEM).session.scalars(select(Series)).one().id
    journal = shown(web, "clerk", f"/journal/?year=2025&series={series}")
    assert "ответить до 05.02.2025" in journal
    for kind in ("xlsx", "docx"):
        file = web("clerk").get(f"/journal/{series}/export.{kind}")
        assert file.status_code == 200
        with zipfile.ZipFile(io.BytesIO(file.get_data())) as archive:
            text = html.unescape(
                "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml"))
            )
        assert "Рособрнадзор, № 07-12 от 20.01.2025" in text.replace(
            "\u00a0", " "
        )  # the print keeps «№ 07» together
    answer = f"/incoming/{key}/answer"
    given = {"text": "исх. № 14 от 22.01.2025", "answered_on": "2025-01-22"}
    assert web.post("clerk", answer, {**given, "expected_version": version(web, answer)}).status_code == 303
    assert "дан ответ 22.01.2025: исх. № 14" in shown(web, "clerk", f"/journal/?year=2025&series={series}")


def test_who_has_to_sign_is_seen_in_the_case_and_in_the_tasks(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    from tests.integration.documents.test_life import sent_order

    sent_order(penza, {"41": cases["41"]})
    queue = shown(web, "head", "/")
    assert "Подпишите: " in queue
    paper = re.search(r'href="(/documents/\d+)"', queue)
    assert paper
    assert "Подпишите отпечатанный документ" in shown(web, "head", paper[1])
    assert "Подпишите отпечатанный документ" not in shown(web, "clerk", paper[1]), "he notes the signature"
    page = shown(web, "clerk", f"/cases/{cases['41']}/documents")
    assert "Ждут подписи" in page
    assert "Начальник" in page
    assert "Зачем: приказ вступает в силу" in page
    assert "Подпишите: " not in shown(web, "clerk", "/")


def test_who_acts_for_the_head_sees_for_whom_he_signs(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    from tests.integration.cases.test_votes import stand_in
    from tests.integration.documents.test_life import sent_order

    sent_order(penza, {"41": cases["41"]})
    stand_in(penza, "chair", "head")
    queue = shown(web, "chair", "/")
    assert "Подпишите: " in queue
    assert "за Образцову М.И." in queue
    assert "за Образцову М.И." not in shown(web, "head", "/")


def test_a_text_for_signing_that_names_another_than_signs_today_says_so(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    from tests.integration.access.test_substitutions import stand_in
    from tests.integration.documents.test_life import SCAN, sent_order

    paper = sent_order(penza, {"41": cases["41"]})
    told = "подписывает Показательный О.Н., а в тексте на подпись указан другой сотрудник (Образцова М.И.)"
    page = f"/documents/{paper}"
    assert told not in shown(web, "clerk", page)
    stand_in(penza, "chair", "head", is_acting=True)
    stand_in(penza, "member1", "clerk")
    for who in ("clerk", "chair", "head"):
        assert told in shown(web, who, page), who
    form = {"roles": ["head"], "signed_on": "2025-01-22", "expected_version": version(web, f"{page}/sign")}
    files = {"proof": (io.BytesIO(SCAN.data), "order.pdf")}
    refused = web.post("member1", f"{page}/sign", form | files, page=f"{page}/sign")
    assert refused.status_code == 422
    text = html.unescape(refused.get_data(as_text=True)).replace("\u00a0", " ")
    assert (
        "На эту дату подписывает Показательный О.Н., а в документе указан другой сотрудник (Образцова М.И.)"
        in text
    )
    withdrawn = {"reason": "Подписывает и.о.", "expected_version": version(web, f"{page}/withdraw")}
    assert web.post("member1", f"{page}/withdraw", withdrawn, page=f"{page}/withdraw").status_code == 303
    after = shown(web, "clerk", page)
    assert told not in after
    assert "Игорь Петрович Условный за Примерова П.С. по приказу № 15-к от 17.01.2025" in after
