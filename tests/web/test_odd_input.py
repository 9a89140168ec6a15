"""Odd addresses and odd signs: a clear page, never a 500, on both databases."""

from __future__ import annotations

import pytest

from app.core.unit_of_work import Runtime
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


def test_a_sign_no_text_has_is_refused_in_forms(penza_on_both: Runtime) -> None:
    web = WebUsers(penza_on_both)
    data = {"code": "N\x00U", "title": "Проект", "year": "2026", "starts": "2026-01-09", "ends": "2026-12-31"}
    assert web.post("methodist", "/programmes/add", data).status_code == 400
    data["code"] = "Ж" * 5000
    answer = web.post("methodist", "/programmes/add", data)
    assert answer.status_code == 422
    assert "Проект" in answer.get_data(as_text=True), "what was typed is kept"
