"""Logging in, staying in, being put out."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest
import waitress
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.access import forgetting, security, sessions
from app.access.models import LoginAddress, LoginGuard, LoginSession
from app.admin.service import reset_password
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import PASSWORD, PEOPLE, actor
from app.server import proxy_settings
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


def typed_from(client: FlaskClient, address: str, name: str, password: str, **headers: str) -> Any:
    sent = {"csrf_token": token(client, "/login/"), "username": name, "password": password}
    return client.post("/login/", data=sent, headers=headers, environ_base={"REMOTE_ADDR": address})


def test_one_address_tries_passwords_on_a_few_names_only(penza_on_both: Runtime) -> None:
    system = penza_on_both
    client, clock = WebUsers(system).app.test_client(), system.clock
    assert isinstance(clock, FixedClock)
    for number in range(sessions.MAX_FAILED_FROM - 1):
        assert typed_from(client, "203.0.113.7", f"name{number}", "wrong").status_code == 302
    for _ in range(3):  # whoever logs in has not failed: the count is of those who did not
        right = WebUsers(system).app.test_client()
        assert typed_from(right, "203.0.113.7", "head", PASSWORD).location == "/"
    assert typed_from(client, "203.0.113.7", "nobody", "wrong").status_code == 302
    for name, password in (("director50", "wrong"), ("clerk", PASSWORD)):
        for said in (
            {},
            {"X-Forwarded-For": "198.51.100.9"},
        ):  # what a request says of itself is not believed
            refused = typed_from(client, "203.0.113.7", name, password, **said)
            assert refused.status_code == 429
            assert "Слишком много попыток" in refused.text
    with system.work(SYSTEM) as work:
        assert work.session.get(LoginGuard, "director50") is None, (
            "a name is not counted then, so it is not locked"
        )
        forgetting.forget(work, {})
        assert work.session.scalar(select(func.count()).select_from(LoginAddress)) == 1
    assert typed_from(client, "203.0.113.8", "clerk", PASSWORD).location == "/", "another address"
    clock.advance(minutes=15)
    later = WebUsers(system).app.test_client()
    assert typed_from(later, "203.0.113.7", "director50", PASSWORD).location == "/"
    clock.advance(minutes=15)
    with system.work(SYSTEM) as work:
        forgetting.forget(work, {})
        assert work.session.scalar(select(func.count()).select_from(LoginAddress)) == 0


def test_behind_a_proxy_addresses_are_counted_only_when_it_is_named(penza: Runtime) -> None:
    """Else everybody would come from the proxy's address, and one could keep all others out."""
    for proxy, came_from, is_counted in (
        ("", "10.0.0.5", False), ("10.0.0.5", "10.0.0.5", False), ("10.0.0.5", "203.0.113.7", True),
    ):  # fmt: skip
        penza.settings = replace(penza.settings, https=True, trusted_proxy=proxy)
        with WebUsers(penza).app.test_request_context("/login/", environ_base={"REMOTE_ADDR": came_from}):
            assert security.client_network(penza) == (came_from if is_counted else None), (proxy, came_from)


@pytest.mark.parametrize(
    ("proxy", "address"), [("127.0.0.1", "203.0.113.7"), ("10.0.0.5", "127.0.0.1"), ("", "127.0.0.1")]
)
def test_the_server_believes_the_named_proxy_for_whom_it_asks_and_nothing_else(
    proxy: str, address: str
) -> None:
    def tell(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        return [f"{environ['REMOTE_ADDR']} {environ['HTTP_HOST']} {environ['wsgi.url_scheme']}".encode()]

    server = waitress.create_server(tell, host="127.0.0.1", port=0, **proxy_settings(proxy))

    def run() -> None:
        with suppress(OSError):  # closed below, in the middle of its waiting
            server.run()

    thread = Thread(target=run, daemon=True)
    thread.start()
    asked = HTTPConnection("127.0.0.1", server.effective_port, timeout=10)
    said = {
        # the first of the two the visitor wrote himself, the last one the proxy
        "X-Forwarded-For": "198.51.100.9, 203.0.113.7", "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https", "Forwarded": "for=198.51.100.9;host=evil.example", "Host": "opora.example",
    }  # fmt: skip
    try:
        asked.request("GET", "/", headers=said)
        assert asked.getresponse().read().decode() == f"{address} opora.example http"
    finally:
        asked.close()
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=5)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None), ("::1", None), ("::ffff:127.0.0.1", None), ("unix:", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_what_attempts_of_an_address_are_counted_by(address: str | None, network: str | None) -> None:
    assert sessions.network_of(address) == network
    assert len(sessions.network_of("2001:1111:2222:3333:4444::") or "") <= LoginAddress.address.type.length


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
            forgetting.forget(work, {})
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


def test_strangers_do_not_lock_the_owner_out_of_the_device_he_uses(penza_on_both: Runtime) -> None:
    """Nor does a cookie of one's own making, or of another account, give anybody further attempts."""
    system = penza_on_both
    own, stranger, other = (WebUsers(system).app.test_client() for _ in range(3))
    assert typed(own, "clerk", PASSWORD).location == "/"
    assert typed(other, "head", PASSWORD).location == "/"
    leave(own)
    leave(other)
    for _ in range(5):
        typed(stranger, "clerk", "wrong")
    stranger.set_cookie("device", "eyJkZXZpY2UiOiIxIn0.made.up", path="/login/")
    for client in (stranger, other):
        assert "/login/" in typed(client, "clerk", PASSWORD).location
    assert typed(own, "clerk", PASSWORD).location == "/"
    leave(own)
    for _ in range(5):  # whoever sits at that desk guesses no more than others
        typed(own, "clerk", "wrong")
    assert "/login/" in typed(own, "clerk", PASSWORD).location
    with system.work(actor(system, "admin")) as work:
        user = work.session.scalars(select(User).where(User.username == "clerk")).one()
        reset_password(work, user, "Новый-пароль-2025")
    assert typed(own, "clerk", "Новый-пароль-2025").location == "/", "a new password lifts both locks"


def leave(client: FlaskClient) -> None:
    client.post("/logout/", data={"csrf_token": token(client, "/profile/")})


def test_the_cookie_of_a_device_is_sent_to_the_login_alone(web: WebUsers) -> None:
    client = web.app.test_client()
    typed(client, "clerk", PASSWORD)
    cookie = client.get_cookie("device", path="/login/")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/login/")
