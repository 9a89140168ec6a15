"""Pages of results, library, publications and the overview: who opens them, what a wrong form answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.demo.results_data import RESULTS
from app.documents import incoming
from app.documents.rules import IncomingKind
from app.results import procedures
from tests.people import WebUsers

FIGURES = {
    "expected_version": "", "kind": "oge", "subject": "russian", "grade": "9", "participants_before": "49",
    "below_before": "11", "participants_now": "52", "below_now": "5",
}  # fmt: skip


def _text(answer: Any) -> str:
    """The page with plain spaces, whatever keeps its words together."""
    text: str = answer.get_data(as_text=True)
    return text.replace("\u00a0", " ")


def _autumn(system: Runtime) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime(2025, 10, 1, 9, tzinfo=UTC))


def test_a_director_enters_corrects_and_sees_two_years(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    _autumn(penza)
    url = f"/cases/{cases['41']}/results"
    assert "Результаты ещё не внесены" in _text(web("director41").get(url))
    assert web.post("director41", f"{url}/add", FIGURES).status_code == 303
    page = _text(web("director41").get(url))
    assert "22,4" in page
    assert "−12,8" in page
    edit = f"{url}/oge/russian/9"
    version = {"expected_version": "1-1", "participants_before": "49", "below_before": "12"}
    assert web.post("director41", edit, {**FIGURES, **version}).status_code == 303
    assert web.post("director41", edit, {**FIGURES, **version}).status_code == 409
    history = _text(web("head").get(f"/cases/{cases['41']}"))
    assert "ОГЭ, русский язык, 9 класс, 2024" in history
    assert "12 из 49" in history


def test_an_incoming_paper_that_lists_the_school_is_named_beside_the_list(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    url = f"/cases/{cases['41']}/results"
    assert "неизвестно, входит ли школа в перечень" in _text(web("director41").get(url))
    with penza.work(actor(penza, "clerk")) as work:
        incoming.receive(work, 1, incoming.IncomingInput(
            IncomingKind.listing, "Министерство образования", "Перечень школ", work.today, (cases["41"],), "1-пр",
        ))  # fmt: skip
    page = _text(web("director41").get(url))
    assert "Школа включена в перечень входящим документом:" in page
    assert "Перечень школ, Министерство образования, № 1-пр" in page
    assert "неизвестно, входит ли" not in page
    assert "входящим документом" not in _text(web("head").get(f"/cases/{cases['50']}/results"))


def test_a_wrong_form_keeps_what_was_typed(penza: Runtime, cases: dict[str, int], web: WebUsers) -> None:
    url = f"/cases/{cases['41']}/results/add"
    answer = web.post("deputy41", url, {**FIGURES, "below_now": "77"})
    text = _text(answer)
    assert answer.status_code == 422
    assert "От 0 до числа участников (52)" in text
    assert 'value="77"' in text
    assert web.post("deputy41", url, {**FIGURES, "below_now": "много", "grade": "77"}).status_code == 422


def test_pages_of_another_school_do_not_exist(cases: dict[str, int], web: WebUsers) -> None:
    for path in ("results", "results/add", "publications", "publications/add"):
        assert web("director50").get(f"/cases/{cases['41']}/{path}").status_code == 404, path
    assert web("curator66").get(f"/cases/{cases['41']}/results").status_code == 200
    assert web("curator66").get(f"/cases/{cases['41']}/results/add").status_code == 403
    assert web("curator66").get(f"/cases/{cases['41']}/results/oge/nothing/9").status_code in (403, 404)
    assert web("admin").get(f"/cases/{cases['41']}/results").status_code in (403, 404)


def test_the_methodist_writes_and_proposes(penza: Runtime, cases: dict[str, int], web: WebUsers) -> None:
    _autumn(penza)
    url = f"/cases/{cases['co1']}/results"
    with penza.work(actor(penza, "methodist")) as work:
        for procedure in RESULTS["co1"].procedures:
            procedures.add_procedure(work, cases["co1"], procedure)
    assert (
        web.post("methodist", f"{url}/analysis", {"analysis": "Выводы.", "expected_version": "0"}).status_code
        == 303
    )
    risk = {"expected_version": "", "title": "Риск", "before": "high", "after": "high"}
    assert web.post("methodist", f"{url}/risks/add", risk).status_code == 303
    notice = {"expected_version": "", "included": "in", "year": "2025", "number": "уч-2", "issued_on": "2025-09-15",
              "issuer": "Министерство"}  # fmt: skip
    assert web.post("methodist", f"{url}/list/add", notice).status_code == 303
    assert web.post("methodist", f"{url}/list/add", {**notice, "issued_on": "2026-01-01"}).status_code == 422
    assert web.post("methodist", f"{url}/propose", {}, page=url).status_code == 303
    page = _text(web("chair").get(url))
    assert "Результаты сопоставимы с прошлым годом" in page
    assert web.post("directorco1", f"{url}/propose", {}, page="/").status_code == 403
    assert web.post("director41", f"{url}/propose", {}, page="/").status_code == 404


def test_publications_refuse_what_does_not_open_and_link_cyrillic(
    cases: dict[str, int], web: WebUsers
) -> None:
    url = f"/cases/{cases['50']}/publications"
    form = {"expected_version": "", "url": "школа50.рф", "what": "Страница проекта", "alive": "unknown"}
    answer = web.post("director50", f"{url}/add", form)
    assert answer.status_code == 422
    assert "Адрес должен начинаться с" in _text(answer)
    assert web.post("director50", f"{url}/add", {**form, "url": "javascript:alert(1)"}).status_code == 422
    form["url"] = "https://школа50.рф/равенство-образовательных-возможнос/"
    assert web.post("director50", f"{url}/add", form).status_code == 303
    page = _text(web("head").get("/publications/"))
    assert 'href="https://xn--50-6kc3bfr2e.xn--p1ai/%D1%80' in page
    assert ">https://школа50.рф/равенство-образовательных-возможнос/<" in page
    assert "школа50" not in _text(web("director41").get("/publications/"))


def test_the_bank_is_kept_by_the_methodist_and_read_by_all(web: WebUsers) -> None:
    form = {
        "expected_version": "",
        "title": "Учёт рисков",
        "kind": "book",
        "year": "2024",
        "audience": "teachers",
    }
    assert web.post("methodist", "/library/add", {**form, "url": "нет"}).status_code == 422
    added = web.post("methodist", "/library/add", form)
    assert added.status_code == 303
    book = added.headers["Location"]
    assert web("admin").get(book).status_code == 200
    for odd in ("", "²", "9" * 5000):
        assert web.post("methodist", f"{book}/edit", {**form, "expected_version": odd}).status_code == 422
    assert "Учёт рисков" in _text(web("curator66").get("/library/?q=УЧЕТ"))
    assert "Ничего не найдено" in _text(web("curator66").get("/library/?q=%25"))
    assert web("director41").get("/library/add").status_code == 403
    assert web("director41").get("/library/999999").status_code == 404


def test_the_overview_is_the_authoritys_and_stands_as_of_a_day(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    _autumn(penza)
    page = _text(web("head").get("/overview/"))
    names = [page.index(f"<b>МБОУ {name}") for name in
             ("ОШИ", "СОШ № 41", "СОШ № 50", "ЦО")]  # fmt: skip
    assert names == sorted(names)
    assert "просрочено" in page
    past = _text(web("head").get("/overview/?on=2025-01-10"))
    assert "10 января 2025" in past
    assert "ещё не было открыто ни одного" in _text(web("head").get("/overview/?on=2024-01-10"))
    for wrong in ("завтра", "2026-02-30", "2099-01-01", "1.2", "99999999999999999999-01-01"):
        assert web("head").get("/overview/", query_string={"on": wrong}).status_code == 200, wrong
    assert web("head").get("/overview/?programme=abc&show=late&stage=diagnosis").status_code == 200
    for name in ("director41", "curator66", "admin"):
        assert web(name).get("/overview/").status_code == 403, name


def test_my_tasks_stand_by_urgency(penza: Runtime, cases: dict[str, int], web: WebUsers) -> None:
    page = _text(web("methodist").get("/"))
    assert "Начать диагностику" in page
    assert "Просрочено" not in page
    _autumn(penza)  # the session of the winter is over by then
    assert "Просрочено" in _text(WebUsers(penza)("methodist").get("/"))
    assert "Сейчас от вас ничего не ждут" in _text(web("head").get("/"))
