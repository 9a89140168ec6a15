"""Logging in, staying in, being put out."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access import sent_forms
from app.access.models import LoginGuard, LoginSession
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import PASSWORD, PEOPLE
from tests.people import WebUsers, log_in, token


def test_everyone_of_the_demo_logs_in_and_sees_his_tasks(web: WebUsers) -> None:
    for who in PEOPLE:
        answer = web(who.username).get("/")
        assert answer.status_code == 200, who.username
        assert "Мои задачи" in answer.get_data(as_text=True)


def typed(client: FlaskClient, name: str, password: str) -> Any:
    return client.post(
        "/login/", data={"csrf_token": token(client, "/login/"), "username": name, "password": password}
    )


def test_a_visitor_is_sent_to_log_in(web: WebUsers) -> None:
    answer = web.app.test_client().get("/")
    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(web: WebUsers) -> None:
    client = web.app.test_client()
    for _ in range(5):
        client.post(
            "/login/", data={"csrf_token": token(client, "/login/"), "username": "clerk", "password": "wrong"}
        )
    answer = client.post(
        "/login/", data={"csrf_token": token(client, "/login/"), "username": "clerk", "password": PASSWORD}
    )
    assert "/login/" in answer.headers["Location"]


@pytest.mark.parametrize("spelled", ["DIRECTOR50", "dİrector50", " director50"])
def test_another_spelling_of_a_name_gives_no_further_attempts(penza_on_both: Runtime, spelled: str) -> None:
    """What the database takes for one name is counted as one: PostgreSQL reads «İ» as «i», Python does not."""
    client = WebUsers(penza_on_both).app.test_client()
    for _ in range(5):
        typed(client, "director50", "wrong")
    assert "/login/" in typed(client, spelled, PASSWORD).headers["Location"]


def test_names_nobody_has_and_logins_that_are_over_are_forgotten(penza_on_both: Runtime) -> None:
    client = WebUsers(penza_on_both).app.test_client()
    typed(client, "nobody", "wrong")
    for _ in range(6):
        typed(client, "clerk", "wrong")
    typed(client, "head", PASSWORD)
    assert isinstance(penza_on_both.clock, FixedClock)
    for hours, left in ((0, (["clerk"], 1)), (13, ([], 0))):
        penza_on_both.clock.move(penza_on_both.clock.now() + timedelta(hours=hours))
        with penza_on_both.work(SYSTEM) as work:
            sent_forms.forget(work, {})
            names = list(work.session.scalars(select(LoginGuard.username)))
            assert (names, work.session.scalar(select(func.count()).select_from(LoginSession))) == left


def test_a_copied_cookie_ends_with_the_session(web: WebUsers, penza: Runtime) -> None:
    client = log_in(web.app.test_client(), "clerk")
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.post("/logout/", data={"csrf_token": token(client, "/")})
    thief = web.app.test_client()
    thief.set_cookie("session", cookie.value)
    assert thief.get("/").status_code == 302


def test_logging_out_by_a_link_is_refused(web: WebUsers) -> None:
    assert web("clerk").get("/logout/").status_code == 405
    assert web("clerk").get("/").status_code == 200


def test_a_form_without_its_token_is_refused(web: WebUsers) -> None:
    assert web("clerk").post("/logout/").status_code == 400
