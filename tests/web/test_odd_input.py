"""Odd addresses and odd signs: a clear page, never a 500, on both databases."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import EnvironBuilder

from app.cases.models import Programme
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import PASSWORD
from app.ui.signs import CleanRequest
from tests.people import WebUsers, open_cases, token

HUGE = ("9" * 10, "9" * 20, "0", "-1", "abc", "1e3")


def test_an_address_with_an_impossible_number_is_no_page(penza_on_both: Runtime) -> None:
    case_id = open_cases(penza_on_both)["41"]
    client = WebUsers(penza_on_both)("methodist")
    for number in HUGE:
        for url in (
            f"/cases/{number}", f"/cases/{case_id}/curation/visits/{number}", f"/events/{number}",
            f"/documents/{number}", f"/files/{number}", f"/meetings/{number}", f"/programmes/{number}",
        ):  # fmt: skip
            assert client.get(url).status_code in (404, 405), url
        for url in (
            "/cases/?programme=",
            "/documents/?programme=",
            "/overview/?programme=",
            "/events/?programme=",
        ):
            assert client.get(url + number).status_code < 500, url + number


@pytest.mark.parametrize(
    "name", ["a\x00b", "ß" * 150, "я" * 3000, "' OR 1=1 --", "\ud800".encode("utf-8", "replace").decode()]
)
def test_a_visitor_cannot_make_the_login_fail(penza_on_both: Runtime, name: str) -> None:
    client = WebUsers(penza_on_both).app.test_client()
    answer = client.post(
        "/login/", data={"csrf_token": token(client, "/login/"), "username": name, "password": "wrong"}
    )
    assert answer.status_code < 500


ODD = "\x00\x07\x1b\x7f\x9f\u202e\u2066\u2069\u200f\ufeff\uffff"


def test_signs_no_text_has_are_left_out_and_the_rest_is_taken(penza_on_both: Runtime) -> None:
    """They come along with what is copied from elsewhere; whoever did it has nothing to set right."""
    web = WebUsers(penza_on_both)
    data = {
        "code": "N\x00U", "title": f"Проект{ODD} «А\u00adБ»\x0cи\u2028ещё", "year": "2026", "starts": "2026-01-09",
        "ends": "2026-12-31",
    }  # fmt: skip
    assert web.post("methodist", "/programmes/add", data).status_code == 303
    page = web("methodist").get("/programmes/").get_data(as_text=True)
    assert "Проект" in page
    assert not any(sign in page for sign in ODD)
    with penza_on_both.work(SYSTEM) as work:
        made = work.session.scalars(select(Programme).where(Programme.code == "NU")).one()
    assert made.title.split() == ["Проект", "«А\u00adБ»", "и", "ещё"]


def test_they_are_left_out_in_every_room_before_it_looks(penza: Runtime) -> None:
    web = WebUsers(penza)
    case_id = open_cases(penza)["41"]
    pages = ("/cases/?q={}", "/organisations/list/?_flt_0_short_name={}", "/library/?q={}", "/documents/?kind={}",
             "/journal/?year={}", "/overview/?on={}", "/events/?programme={}", "/incoming/?kind={}")  # fmt: skip
    for url in pages:
        for sign in ("%00", "%ED%A0%80", "%E2%80%AE", "%EF%BF%BF", "a%00b"):
            assert web("clerk").get(url.format(sign)).status_code in (200, 400), url + sign
    for url in (f"/cases/{case_id}%00", "/templates/order%00_plan", "/procedures/x%E2%80%AE/1", "/%00"):
        assert web("clerk").get(url).status_code == 404, url
    comment = {"comment": f"Каникулы{ODD}", "expected_version": "1"}
    assert web.post("methodist", f"/cases/{case_id}/step/suspend", comment).status_code == 303
    assert "Каникулы" in web("methodist").get(f"/cases/{case_id}").get_data(as_text=True)


def test_an_address_has_no_lines(web: WebUsers) -> None:
    """«next» of a login becomes a header: a line break in it once broke the page."""
    client = web.app.test_client()
    url = "/login/?next=/cases/%0D%0AX-Evil:%201"
    sent = {"csrf_token": token(client, url), "username": "clerk", "password": PASSWORD}
    answer = client.post(url, data=sent)
    assert answer.status_code == 302
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    ("following", "leads_to"),
    [
        ("/cases/?search=%D1%88", "/cases/?search=%D1%88"), ("http://localhost/cases/", "http://localhost/cases/"),
        ("", "/"), ("https://evil.example/", "/"), ("//evil.example/", "/"), ("///evil.example", "/"),
        ("/\\evil.example/", "/"), ("http://localhost@evil.example/", "/"), ("cases/", "/"),
    ],
)  # fmt: skip
def test_a_login_leads_to_a_page_of_this_site_only(web: WebUsers, following: str, leads_to: str) -> None:
    client = web.app.test_client()
    url = f"/login/?{urlencode({'next': following})}"
    sent = {"csrf_token": token(client, url), "username": "clerk", "password": PASSWORD}
    again = client.post(url, data=sent | {"password": "wrong"}).location
    assert parse_qs(urlsplit(again).query) == {"next": [leads_to]}
    assert client.post(url, data=sent).location == leads_to
    assert client.get(url).location == leads_to, "and so when the login stands"


@pytest.mark.parametrize(
    ("came_from", "is_offered"),
    [
        ("http://localhost/cases/", True), ("https://localhost/cases/", True),
        ("https://evil.example/", False), ("http://localhost.evil.example/", False),
        ("http://localhost@evil.example/", False), ("javascript:alert(1)", False),
    ],
)  # fmt: skip
def test_a_page_of_refusal_leads_back_to_this_site_only(
    web: WebUsers, came_from: str, *, is_offered: bool
) -> None:
    page = web("methodist").get("/cases/999999", headers={"Referer": came_from})
    assert page.status_code == 404
    assert (f'href="{came_from}"' in page.text) is is_offered


def test_whoever_asks_for_the_head_of_a_page_writes_nothing(penza: Runtime) -> None:
    """HEAD carries no token and asks for none; it is GET, also where a view writes on all but GET."""
    case_id = open_cases(penza)["41"]
    web = WebUsers(penza)
    url = f"/cases/{case_id}/tasks/confirm_list/done"
    assert web("methodist").head(url, data={"expected_version": "1"}).status_code == 302
    with penza.work(SYSTEM) as work:
        assert get_case(work.session, case_id).version == 1
    assert web.app.test_client().head(f"/cases/{case_id}").status_code == 302, "to log in, as GET is"


def test_a_password_is_taken_as_it_is_typed() -> None:
    sent = {"password": "a\u200fb\x00c", "title": "a\u200fb\x00c"}
    request = CleanRequest(EnvironBuilder(method="POST", data=sent).get_environ())
    assert (request.form["password"], request.form["title"]) == (sent["password"], "abc")


def test_what_is_too_long_is_told_and_kept(penza_on_both: Runtime) -> None:
    web = WebUsers(penza_on_both)
    data = {
        "code": "Ж" * 5000,
        "title": "Проект",
        "year": "2026",
        "starts": "2026-01-09",
        "ends": "2026-12-31",
    }
    answer = web.post("methodist", "/programmes/add", data)
    assert answer.status_code == 422
    assert "Проект" in answer.get_data(as_text=True), "what was typed is kept"


def test_a_text_that_is_too_long_is_kept_and_said_not_cut_by_the_browser(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    web = WebUsers(penza)
    url = f"/cases/{case_id}/diagnostics/staff/fill"
    assert (
        web.post("methodist", f"/cases/{case_id}/step/start_diagnosis", {"expected_version": "1"}).status_code
        == 303
    )
    notes = re.search(r'<textarea[^>]*name="notes"[^>]*>', web("director41").get(url).get_data(as_text=True))
    assert notes
    assert "maxlength" not in notes.group(), "a longer text is pasted whole"
    long = "Слишком длинное примечание. " * 800
    answer = web.post("director41", url, {"state": "filled", "notes": long, "expected_version": "0"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert long.strip() in page
    assert re.search(r"не должно|не может|Не больше|длинн", page)
