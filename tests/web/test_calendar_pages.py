"""The calendar of a year from a file, and the terms it moves, as the administrator and others meet them."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select

from app.calendar import sheet
from app.calendar.models import CalendarDay
from app.cases import service
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from tests.people import WebUsers, token


def seen(answer: Any) -> str:
    """The page without hard spaces."""
    return str(answer.text).replace("\xa0", " ")


def send(web: WebUsers, year: object, data: bytes, name: str = "calendar.xlsx") -> Any:
    return web("admin").post(
        "/calendar/import",
        data={
            "csrf_token": token(web("admin"), "/calendar/import"),
            "year": str(year),
            "file": (io.BytesIO(data), name),
        },
        content_type="multipart/form-data",
    )


def hidden(page: str, name: str) -> str:
    from html import unescape

    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return unescape(found.group(1))


def test_a_year_goes_from_template_to_calendar(web: WebUsers, penza: Runtime) -> None:
    data = web("admin").get("/calendar/template/2028").data
    assert load_workbook(io.BytesIO(data)).worksheets[0]["A1"].value == "Дата"
    answer = send(web, 2028, data)
    page = seen(answer)
    assert answer.status_code == 200
    assert "01.01.2028" in page
    with penza.work(SYSTEM) as work:
        assert (
            work.session.scalars(select(CalendarDay).where(CalendarDay.date >= date(2028, 1, 1))).first()
            is None
        ), "dry"
    form = {name: hidden(page, name) for name in ("csrf_token", "year", "basis", "days")}
    applied = web("admin").post("/calendar/import/apply", data=form)
    assert (applied.status_code, applied.headers["Location"]) == (303, "/calendar/terms")
    with penza.work(SYSTEM) as work:
        assert (
            work.session.scalars(select(CalendarDay).where(CalendarDay.date >= date(2028, 1, 1))).first()
            is not None
        )
    again = web("admin").post("/calendar/import/apply", data=form)
    assert again.status_code == 409, "the year is not what the preview compared with"
    assert "Отличий от календаря нет" in seen(send(web, 2028, data))


def test_faults_are_told_by_cell_and_nothing_is_written(web: WebUsers) -> None:
    book = load_workbook(io.BytesIO(sheet.template(2026, {date(2026, 1, 1): (False, "Новый год")})))
    book.worksheets[0]["B2"] = "иногда"
    out = io.BytesIO()
    book.save(out)
    answer = send(web, 2026, out.getvalue())
    page = seen(answer)
    assert answer.status_code == 422
    assert "B2" in page
    assert "«иногда»" in page
    assert send(web, 2026, b"PK\x03\x04 nothing").status_code == 422
    assert send(web, 2026, b"text", "calendar.txt").status_code == 422
    assert send(web, "many", out.getvalue()).status_code == 422
    assert send(web, 1700, out.getvalue()).status_code == 422


def test_what_the_preview_did_not_send_is_refused(web: WebUsers) -> None:
    good = {"csrf_token": token(web("admin"), "/calendar/import"), "year": "2026", "basis": "x"}
    for days in (
        "",
        "[",
        "{}",
        '[["2026-01-01"]]',
        '[["x", 1, ""]]',
        "[" * 5000,
        "9" * 200_000,
        '[["2027-01-01",0,"x"]]',
    ):
        assert web("admin").post("/calendar/import/apply", data={**good, "days": days}).status_code in (
            409,
            422,
        )


@pytest.mark.parametrize("note", ['"a\\u0000b"', '"\\ud800"', "7", f'"{"x" * 201}"'])
def test_a_note_the_preview_could_not_send_is_refused(web: WebUsers, note: str) -> None:
    """PostgreSQL keeps no NUL, and no database half a character."""
    sent = {"csrf_token": token(web("admin"), "/calendar/import"), "year": "2026", "basis": "x"}
    answer = web("admin").post("/calendar/import/apply", data={**sent, "days": f'[["2026-01-01",0,{note}]]'})
    assert answer.status_code == 422


def test_terms_move_from_the_page_and_people_are_told(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, cases["41"], Fire("start_diagnosis"), 1)
    assert "Все идущие сроки соответствуют календарю" in web("admin").get("/calendar/terms").get_data(
        as_text=True
    )
    with penza.work(SYSTEM) as work:
        work.session.add(CalendarDay(date=date(2025, 1, 20), is_working=False, title="актированный день"))
        code = work.session.get_one(Case, cases["41"]).code
    page = seen(web("admin").get("/calendar/terms"))
    main = page.split("<main")[1]
    assert code in main
    assert "СОШ" not in main
    assert "СОШ" in seen(web("methodist").get("/calendar/terms")).split("<main")[1]
    assert "Пересчитать сроки" not in seen(web("methodist").get("/calendar/terms"))
    assert web("director41").get("/calendar/terms").status_code == 403
    assert web.post("methodist", "/calendar/terms/recount", page="/notifications/settings").status_code == 403
    assert web.post("admin", "/calendar/terms/recount", page="/calendar/terms").status_code == 303
    notices = seen(web("director41").get("/notifications/"))
    assert "Производственный календарь изменён, новый срок" in notices
    history = seen(web("methodist").get(f"/cases/{cases['41']}"))
    assert "Сроки пересчитаны по изменённому производственному календарю" in history


def test_a_term_explains_itself_and_a_closed_case_is_not_overdue(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    page = seen(web("methodist").get(f"/cases/{cases['41']}"))
    assert "Как посчитан срок" in page
    assert "5 рабочих дней со дня 09.01.2025 = 16.01.2025" in page
    penza.clock.advance(days=12)  # type: ignore[attr-defined]
    web = WebUsers(penza)
    for look in ("table", "board"):
        assert "просрочено на" in seen(web("methodist").get(f"/cases/?look={look}"))
    with penza.work(actor(penza, "head")) as work:
        for case_id in cases.values():
            step = next(t.id for t in work.ports.definitions.of(work.session, work.session.get_one(Case, case_id))
                        .leaving["identified"] if t.kind == "cancel")  # fmt: skip
            service.act(work, case_id, Fire(step, "школа реорганизована"), 1)
    for look in ("table", "board"):
        assert "просрочено" not in seen(web("methodist").get(f"/cases/?look={look}"))


def test_a_missing_year_is_the_administrators_task_from_november_on(web: WebUsers, penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        work.session.execute(delete(CalendarDay).where(CalendarDay.date >= date(2026, 1, 1)))
    assert "Заполнить производственный календарь" not in seen(web("admin").get("/"))
    penza.clock.advance(days=300)  # type: ignore[attr-defined]
    fresh = WebUsers(penza)
    assert "Заполнить производственный календарь на 2026 год" in fresh("admin").get("/").get_data(
        as_text=True
    )
    assert "Заполнить производственный календарь" not in seen(fresh("methodist").get("/"))
    assert "Заполнить 2026 год" in seen(fresh("admin").get("/working-days/list/"))
    page = seen(fresh("methodist").get("/working-days/list/"))
    assert "Календарь 2026 года не заполнен" in page
    assert "Заполнить 2026 год" not in page, "he would only be refused"


def test_a_day_entered_by_hand_leads_to_the_terms_it_moves(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, cases["41"], Fire("start_diagnosis"), 1)
    day = {"date": "2025-01-20", "worked": "off", "title": "актированный день"}
    saved = web.post("admin", "/working-days/add", day)
    assert saved.status_code == 303
    assert saved.headers["Location"] == "/calendar/terms"
    web.post("admin", "/calendar/terms/recount", page="/calendar/terms")
    far = web.post("admin", "/working-days/add", {**day, "date": "2024-01-22"})
    assert far.headers["Location"].startswith("/working-days/show/"), "no running term is moved"
    with penza.work(SYSTEM) as work:
        row = work.session.scalars(select(CalendarDay).where(CalendarDay.date == date(2025, 1, 20))).one().id
    gone = web.post("admin", f"/working-days/delete/{row}", page=f"/working-days/show/{row}")
    assert gone.headers["Location"] == "/calendar/terms"


def test_days_are_searched_by_what_the_list_calls_them(web: WebUsers, penza: Runtime) -> None:
    """«Рабочий день» or «Выходной», in the reader's language; not «Да» and «Нет»."""
    with penza.work(SYSTEM) as work:
        work.session.add(CalendarDay(date=date(2031, 2, 1), is_working=True, title="Перенос"))
    client = web("admin")
    shown = seen(client.get("/working-days/list/"))
    found = re.search(
        r'>Какой это день</label><select id="q-is_working" name="(\w+)">(.*?)</select>', shown, re.DOTALL
    )
    assert found is not None
    offered = re.findall(r'<option value="(\w*)"[^>]*>([^<]*)<', found[2])
    assert offered == [("", "любое"), ("y", "Рабочий день"), ("n", "Выходной")]
    for value, own, other in (("y", "Рабочий день", "Выходной"), ("n", "Выходной", "Рабочий день")):
        listed = seen(client.get(f"/working-days/list/?{found[1]}={value}"))
        assert f'<option value="{value}" selected>{own}</option>' in listed
        table = listed[listed.index("<tbody") :]
        assert own in table
        assert other not in table
