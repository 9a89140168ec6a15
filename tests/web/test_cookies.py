"""The session's cookie goes with answers that changed the session, and never with what everybody may keep."""

from __future__ import annotations

import re

import pytest

from tests.people import WebUsers


def cookies(answer: object) -> list[str]:
    return answer.headers.getlist("Set-Cookie")  # type: ignore[attr-defined,no-any-return]


def test_files_that_may_be_kept_by_anybody_carry_nobodys_cookie(web: WebUsers) -> None:
    client = web("methodist")
    page = client.get("/").get_data(as_text=True)
    files = sorted(set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page)))
    assert len(files) > 2
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200
        assert "public" in answer.headers["Cache-Control"]
        assert cookies(answer) == [], file


@pytest.mark.parametrize("late", ["/static/ui/app.css", "/favicon.ico"])
def test_an_answer_that_comes_late_does_not_bring_the_old_language_back(web: WebUsers, late: str) -> None:
    """The browser keeps the cookie of the answer that came last, whichever was asked first."""
    client = web("methodist")
    client.get("/cases/")
    slow = client.get(late)
    assert client.get("/lang/en").status_code == 302
    assert cookies(slow) == [], "asked in the old language, it would bring it back"
    assert 'lang="en"' in client.get("/cases/").get_data(as_text=True)


def test_a_session_lasts_its_twelve_hours_and_is_not_lost_between_pages(web: WebUsers) -> None:
    client = web("methodist")
    for _ in range(3):
        assert client.get("/cases/").status_code == 200
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.expires is not None or cookie.max_age is not None, "it outlives the window of the browser"
    assert cookie.http_only
