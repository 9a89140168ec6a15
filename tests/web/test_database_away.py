"""The database is stopped, cut off or locked: a clear page 503, what was typed is given back, and then all goes on."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from app.cases.models import Programme
from app.core import engines
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime, Work
from app.jobs import outbox
from app.jobs.models import JobState, OutboxJob
from app.worker import run_scheduler, run_worker
from tests.people import WebUsers, token
from tests.servers.postgresql import PostgresServer

ON_POSTGRESQL = pytest.mark.parametrize(
    "penza_on_both", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
FORM = "/programmes/add"
PROGRAMME = {
    "code": "AWAY-2026", "title": "Поддержка «на потом» & дальше", "year": "2026", "starts": "2026-01-09",
    "ends": "2026-12-31",
}  # fmt: skip
AWAY = "не может обратиться к базе данных"


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    server.stop("fast")
    try:
        yield
    finally:
        server.resume()


def cut_off(server: PostgresServer, system: Runtime) -> None:
    """Everybody is thrown out, and the next one is let in: as after a restart of the server."""
    name = system.settings.database_url.rpartition("/")[2]
    with server.connect("postgres") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,)
        )


def codes(system: Runtime) -> list[str]:
    with system.work(SYSTEM) as work:
        return list(work.session.scalars(select(Programme.code)))


def text_of(answer: Any) -> str:
    """The page with plain spaces."""
    return str(answer.get_data(as_text=True)).replace("\xa0", " ")


def given_back(page: str) -> dict[str, str]:
    """The form of the page, as a browser would send it."""
    form = re.search(r'<form method="post">.*?</form>', page, re.S)
    assert form is not None, page[:2000]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group())
    return {name: unescape(value) for name, value in fields}


def send_again(web: WebUsers, answer: Any) -> Any:
    """Press the button of the page 503."""
    assert answer.status_code == 503
    page = text_of(answer)
    assert PROGRAMME["title"].replace("&", "&amp;") in page
    sent = given_back(page)
    assert {name: sent[name] for name in PROGRAMME} == PROGRAMME
    return web("methodist").post(FORM, data=sent)


@ON_POSTGRESQL
def test_a_stopped_server_is_told_in_the_readers_language_and_is_not_missed_afterwards(
    penza_on_both: Runtime, postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    web = WebUsers(penza_on_both)
    methodist, visitor = web("methodist"), web.app.test_client()
    english = web("clerk")
    english.get("/lang/en")
    sent = {"csrf_token": token(methodist, FORM), **PROGRAMME}
    login = {"csrf_token": token(visitor, "/login/"), "username": "head", "password": "Geheim-2025-Wort"}
    with stopped(postgres_server):
        for url in ("/", "/cases/", "/documents/1", "/files/1", "/journal/1/export", "/no-such-page"):
            answer = methodist.get(url)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10"), url
            assert AWAY in text_of(answer), url
        page = english.get("/").get_data(as_text=True)
        assert '<html lang="en"' in page
        assert "cannot reach its database" in page
        told = methodist.get("/cases/", headers={"Accept": "application/json"})
        assert (told.status_code, told.headers["Retry-After"]) == (503, "10")
        assert AWAY in told.get_json()["message"]
        assert methodist.get("/static/ui/app.css").status_code == 200
        refused = visitor.post("/login/", data=login)
        assert refused.status_code == 503
        assert login["password"] not in refused.get_data(as_text=True)
        with_file = methodist.post(FORM, data={**sent, "scan": (BytesIO(b"%PDF-1.4"), "приказ.pdf")})
        assert with_file.status_code == 503
        assert PROGRAMME["code"] in text_of(with_file), "to copy from: a file cannot be given back"
        assert '<form method="post">' not in text_of(with_file)
        answer = methodist.post(FORM, data=sent)
    assert methodist.get("/cases/").status_code == 200, "the very next request"
    assert send_again(web, answer).status_code == 303
    assert codes(penza_on_both).count(PROGRAMME["code"]) == 1
    said = caplog.text
    assert "database away: OperationalError" in said
    assert not any(secret in said for secret in (login["password"], PROGRAMME["title"], "Traceback"))


@ON_POSTGRESQL
def test_connections_the_server_has_closed_are_not_handed_out(
    penza_on_both: Runtime, postgres_server: PostgresServer
) -> None:
    web = WebUsers(penza_on_both)
    for _number in range(3):
        assert web("methodist").get("/cases/").status_code == 200
        cut_off(postgres_server, penza_on_both)
    assert web.post("methodist", FORM, PROGRAMME).status_code == 303


@ON_POSTGRESQL
def test_a_server_that_goes_in_the_middle_of_a_step_leaves_nothing_half_done(
    penza_on_both: Runtime, postgres_server: PostgresServer
) -> None:
    web = WebUsers(penza_on_both)
    sent = {"csrf_token": token(web("methodist"), FORM), **PROGRAMME}

    def goes(work: Work) -> None:
        work.session.flush()
        penza_on_both.ports.before_commit.remove(goes)
        cut_off(postgres_server, penza_on_both)

    penza_on_both.ports.before_commit.append(goes)
    answer = web("methodist").post(FORM, data=sent)
    assert PROGRAMME["code"] not in codes(penza_on_both)
    assert send_again(web, answer).status_code == 303
    assert codes(penza_on_both).count(PROGRAMME["code"]) == 1


@ON_POSTGRESQL
def test_a_reference_book_says_the_same(penza_on_both: Runtime, postgres_server: PostgresServer) -> None:
    """Flask-AppBuilder would take the error for a fault of the form."""
    web = WebUsers(penza_on_both)
    page = web("admin").get("/working-days/add").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    sent = {"csrf_token": found[1], "date": "2027-03-05", "worked": "off", "title": "Перенос"}

    def goes(*_: Any) -> None:
        cut_off(postgres_server, penza_on_both)

    event.listen(penza_on_both.database.sessions, "before_flush", goes, once=True)
    answer = web("admin").post("/working-days/add", data=sent)
    assert answer.status_code == 503
    assert given_back(answer.get_data(as_text=True))["title"] == "Перенос"
    assert web("admin").post("/working-days/add", data=sent).status_code in (302, 303)


def test_a_locked_file_is_told_and_the_form_is_given_back(
    penza: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engines, "LOCK_WAIT_MS", 200)
    penza.database.dispose()  # connections that are made now wait as long
    web = WebUsers(penza)
    sent = {"csrf_token": token(web("methodist"), FORM), **PROGRAMME}
    other = sqlite3.connect(tmp_path / "opora.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = web("methodist").post(FORM, data=sent)
    other.rollback()
    other.close()
    assert "Система занята" in text_of(answer)
    assert answer.headers["Retry-After"] == "10"
    assert send_again(web, answer).status_code == 303
    assert codes(penza).count(PROGRAMME["code"]) == 1


def test_a_file_that_cannot_be_opened_is_a_database_that_is_away(penza: Runtime, tmp_path: Path) -> None:
    web = WebUsers(penza)
    assert web("methodist").get("/").status_code == 200
    penza.database.dispose()
    file = tmp_path / "opora.sqlite3"
    aside = file.rename(tmp_path / "aside.sqlite3")
    file.mkdir()
    assert AWAY in text_of(web("methodist").get("/cases/"))
    file.rmdir()
    aside.rename(file)
    assert web("methodist").get("/cases/").status_code == 200


def soon(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 15
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()


@ON_POSTGRESQL
def test_worker_and_scheduler_outlive_the_outage(
    penza_on_both: Runtime, postgres_server: PostgresServer
) -> None:
    done: list[str] = []
    penza_on_both.ports.handlers["test:note"] = lambda _work, payload: done.append(payload["text"])
    stop = threading.Event()
    threads = [
        threading.Thread(target=run, args=(penza_on_both,), kwargs={"stop": stop, "sweep": 0.1})
        for run in (run_worker, run_scheduler)
    ]
    for thread in threads:
        thread.start()

    def note(text: str) -> None:
        with penza_on_both.work(SYSTEM) as work:
            outbox.enqueue(work, "test:note", text, {"text": text})

    try:
        note("before")
        assert soon(lambda: done == ["before"])
        with stopped(postgres_server):
            time.sleep(0.5)  # several looks at a server that is not there
        cut_off(postgres_server, penza_on_both)
        time.sleep(0.1)
        note("after")
        assert soon(lambda: done == ["before", "after"])
        with penza_on_both.work(SYSTEM) as work:
            states = set(work.session.scalars(select(OutboxJob.state).where(OutboxJob.kind == "test:note")))
        assert states == {JobState.done}
        assert all(thread.is_alive() for thread in threads)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
