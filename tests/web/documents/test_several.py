"""Several papers in one go: four agreements, one order for all, a result per row, one ZIP."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from app.cases.models import CaseStatus
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import batch_job, service
from app.documents.docx.rendering import document_text
from app.documents.papers_zip import safe_name
from app.documents.queries import list_documents
from app.jobs.runner import drain
from app.schools.models import Organisation
from tests.people import WebUsers

URL = "/documents/several/"


@pytest.fixture(autouse=True)
def january(penza: Runtime, cases: dict[str, int]) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 27, 9, tzinfo=UTC))


def make(web: WebUsers, template: str, chosen: list[int], username: str = "clerk") -> Any:
    page = web(username).get(f"{URL}?template={template}").get_data(as_text=True)
    data = {name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
            for name in ("csrf_token", "template", "programme")}  # fmt: skip
    return web(username).post(URL, data=data | {"cases": [str(key) for key in chosen]})


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).replace("\u00a0", " ")
    return " ".join(text.split())


def archive(web: WebUsers, answer: Any) -> bytes:
    link = re.search(r'href="(/documents/several/papers\.zip[^"]+)"', answer.get_data(as_text=True))
    assert link
    found = web("clerk").get(link.group(1).replace("&amp;", "&"))
    assert found.status_code == 200
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert found.mimetype == "application/zip"
    return bytes(found.data)


def test_four_agreements_in_one_go(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    """Story 17: «действующего/-ей» is right, «№ 65/23» and «&» are intact."""
    with penza.work(SYSTEM) as work:
        school = work.session.query(Organisation).filter_by(code="65-23").one()
        school.full_name = "Школа № 65/23 «Опора & Ко»"
    answer = make(web, "agreement", list(cases.values()))
    assert answer.status_code == 200
    text = words(answer)
    assert "Что создано 4/4" in text
    assert text.count("создан —") == 4
    assert "Наставников Сергей Ильич Проверить" in text  # the one unchecked name is told here too
    data = archive(web, answer)
    with zipfile.ZipFile(io.BytesIO(data)) as papers:
        names = papers.namelist()
        assert names == sorted(names)
        assert len(names) == 4
        assert all(unicodedata.is_normalized("NFC", name) for name in names)
        assert "Договор о сотрудничестве, МБОУ СОШ № 65-23 – МБОУ ЦО № 1.docx" in names
        assert {entry.date_time for entry in papers.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        paper = {name: document_text(papers.read(name)).replace("\u00a0", " ") for name in names}
    by_school = {
        code: next(t for n, t in paper.items() if code in n) for code in ("№ 27", "№ 51", "65-23", "№ 66")
    }
    assert "в лице директора Наставникова Сергея Ильича, действующего на основании" in by_school["№ 27"]
    assert "в лице директора Эталоновой Ирины Олеговны, действующей на основании" in by_school["№ 51"]
    assert "в лице директора Типового Андрея Викторовича, действующего на основании" in by_school["65-23"]
    assert "Школа № 65/23 «Опора & Ко»" in by_school["65-23"]
    assert "Наглядной Татьяны Львовны, действующей на основании" in by_school["№ 51"]
    assert archive(web, answer) == data  # equal papers, equal file
    again = make(web, "agreement", list(cases.values()))
    assert words(again).count("уже был") == 4
    assert len(list_documents(penza.read(SYSTEM).session, kind="agreement")) == 4


def test_one_order_for_all_cases_says_what_is_missing(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    answer = make(web, "order_plan", list(cases.values()))
    text = words(answer)
    assert "Что создано 1/1" in text
    assert "не заполнен План" in text  # there is no plan yet
    assert "papers.zip" not in answer.get_data(as_text=True)
    (order,) = list_documents(penza.read(SYSTEM).session, kind="order")
    assert {link.case_id for link in order.cases} == set(cases.values())
    assert f"/documents/{order.id}/edit" in answer.get_data(as_text=True)
    assert web("clerk").get(f"{URL}papers.zip?d={order.id}").status_code == 409
    assert "не заполнен" in words(web("clerk").get(f"{URL}made?d={order.id}"))


def test_one_that_cannot_be_made_stops_no_other(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    page = web("clerk").get(f"{URL}?template=agreement")
    assert page.status_code == 200
    data = {name: re.search(rf'name="{name}" value="([^"]+)"', page.get_data(as_text=True)).group(1)  # type: ignore[union-attr]
            for name in ("csrf_token", "template", "programme")}  # fmt: skip
    both = [cases["41"], cases["50"]]
    answer = make(web, "agreement_extra", both)
    text = words(answer)
    assert "Что создано 0/2" in text
    assert text.count("Нет действующего договора, который можно изменить") == 2
    with penza.work(SYSTEM) as work:
        get_case(work.session, cases["41"]).status = CaseStatus.suspended.value
    stale = web("clerk").post(URL, data=data | {"cases": [str(key) for key in both]})
    assert stale.status_code == 422  # the list has changed under the form: nothing is made by halves
    assert list_documents(penza.read(SYSTEM).session, kind="agreement") == []
    assert "Что создано 1/1" in words(make(web, "agreement", [cases["50"]]))


def test_reports_are_refused_with_the_reason_and_the_way_to_mend_it(
    web: WebUsers, cases: dict[str, int]
) -> None:
    text = words(make(web, "results_report", [cases["41"]], "methodist"))
    assert "не создан" in text
    assert "Исправить" in text


def test_wrong_input(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    assert make(web, "agreement", []).status_code == 422
    assert make(web, "agreement", [99_999]).status_code == 422
    assert web("clerk").get(f"{URL}?template=nothing").status_code == 404
    assert web("clerk").get(f"{URL}?template=order_cancel").status_code == 404  # it acts upon one paper
    for bad in ("", "?d=", "?d=x", "?d=999999999999", "?d=99999"):
        assert web("clerk").get(f"{URL}papers.zip{bad}").status_code == 404, bad
        assert web("clerk").get(f"{URL}made{bad}").status_code == 404, bad
    for username in ("head", "member1", "director41", "admin"):
        assert web(username).get(URL).status_code == 403, username
    with penza.work(actor(penza, "clerk")) as work:
        key = service.draft(work, "agreement", [cases["41"]]).id
    assert web("director41").get(f"{URL}papers.zip?d={key}").status_code == 403
    assert web("curator66").get(f"{URL}papers.zip?d={key}").status_code == 404  # a draft is the authority's


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Договор: МБОУ СОШ № 65/23 – МБОУ ЦО № 1", "Договор, МБОУ СОШ № 65-23 – МБОУ ЦО № 1"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\u202egnp.exe", "a-gnp.exe"),
        ('«Опора» & "Ко" <1>', "«Опора» & -Ко- -1"),
        ("и\u0306од", "йод"),
        ("   ", "_"),
        ("con", "_con"),
        ("я" * 300, "я" * 120),
        ("строка\nдругая\x00", "строка-другая"),
    ],
)
def test_safe_names(title: str, name: str) -> None:
    assert safe_name(title) == name


def test_a_large_batch_is_made_by_jobs_and_shows_how_far_it_is(
    web: WebUsers, penza: Runtime, cases: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_job, "FROM", 3)  # four schools are many here
    answer = make(web, "agreement", list(cases.values()))
    assert answer.status_code == 302
    page = answer.headers["Location"]
    begun = web("clerk").get(page)
    assert "Напечатано 0 из 4" in words(begun)
    assert 'http-equiv="refresh"' in begun.get_data(as_text=True)
    assert 'http-equiv="refresh"' not in web("clerk").get(f"{page}?stay=1").get_data(as_text=True)
    drain(penza)
    over = web("clerk").get(page)
    assert "Напечатано 4 из 4" in words(over)
    assert 'http-equiv="refresh"' not in over.get_data(as_text=True)  # nothing more to wait for
    files = web("clerk").get(f"{page}/papers.zip")
    assert files.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(files.data)) as held:
        assert len(held.namelist()) == 4
        assert held.testzip() is None
        assert all("именуем" in document_text(held.read(name)) for name in held.namelist())
    assert page in web("clerk").get(URL).get_data(as_text=True)  # and the way back to it
    for stranger in ("director41", "curator66", "admin"):
        assert web(stranger).get(page).status_code in (403, 404)
        assert web(stranger).get(f"{page}/papers.zip").status_code in (403, 404)
    assert web("clerk").get("/documents/several/999").status_code == 404


def test_the_schools_of_a_paper_stand_by_their_names(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    make(web, "order_plan", [cases["50"], cases["41"]])
    drain(penza)
    for page in ("/documents/", "/"):
        shown = words(web("clerk").get(page)).replace(" ,", ",")
        assert "МБОУ СОШ № 41, МБОУ СОШ № 50" in shown, page
