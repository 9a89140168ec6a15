"""«Уведомления» in the browser: one's own, read by POST only, and the choice of what comes by mail."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.ports import Message
from app.core.unit_of_work import Runtime
from app.jobs import outbox
from app.jobs.runner import drain
from app.notifications.models import Notification
from app.notifications.service import notify
from tests.people import WebUsers

PARAMS = {"what": {"ru": "«Заполнить <b>всё</b>»", "en": "“Fill in <b>all</b>”"}, "school": "СОШ № 41",
          "due": "2025-02-12", "n": 3}  # fmt: skip


def seen(answer: Any) -> str:
    """The page without hard spaces."""
    return str(answer.text).replace("\xa0", " ")


def tell(system: Runtime, username: str, key: str = "k", link: str = "/cases/4") -> int:
    with system.work(SYSTEM) as work:
        user = work.session.scalars(select(User.id).where(User.username == username)).one()
        assert notify(work, [user], Message("terms.escalated", PARAMS, link, key)) == 1
        found = work.session.scalars(select(Notification.id).order_by(Notification.id.desc())).first()
        assert found is not None
        return found


def test_a_person_reads_his_own_notices_and_the_bell_counts_them(web: WebUsers, penza: Runtime) -> None:
    mine = tell(penza, "clerk")
    text = seen(web("clerk").get("/notifications/"))
    assert "Просрочено на 3 рабочих дня" in text
    assert "&lt;b&gt;" in text
    assert "Уведомления: 1 непрочитанное" in seen(web("clerk").get("/cases/"))
    assert "Уведомления: 1 непрочитанное" not in seen(web("head").get("/cases/"))
    answer = web.post("clerk", f"/notifications/{mine}/open", page="/notifications/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases/4")
    assert "непрочитанное" not in seen(web("clerk").get("/cases/"))
    assert "Непрочитанных нет" in seen(web("clerk").get("/notifications/?show=unread"))


@pytest.mark.parametrize("act", ["open", "read"])
def test_a_colleagues_notice_is_not_there(web: WebUsers, penza: Runtime, act: str) -> None:
    tell(penza, "head")
    foreign = tell(penza, "clerk")
    for who in ("head", "admin"):
        assert (
            web.post(who, f"/notifications/{foreign}/{act}", page="/notifications/settings").status_code
            == 404
        )
    assert web("clerk").get(f"/notifications/{foreign}/{act}").status_code == 405
    with penza.work(SYSTEM) as work:
        assert work.session.get_one(Notification, foreign).read_at is None


def test_all_read_leaves_what_came_after_the_page_was_shown(web: WebUsers, penza: Runtime) -> None:
    shown = tell(penza, "clerk", "a")
    later = tell(penza, "clerk", "b")
    answer = web.post("clerk", "/notifications/read", {"up_to": str(shown)}, page="/notifications/")
    assert answer.status_code == 303
    with penza.work(SYSTEM) as work:
        assert work.session.get_one(Notification, shown).read_at is not None
        assert work.session.get_one(Notification, later).read_at is None
    for odd in ("", "x", "-1", "9" * 30, "²"):
        assert (
            web.post("clerk", "/notifications/read", {"up_to": odd}, page="/notifications/").status_code
            == 422
        )


@pytest.mark.parametrize("query", ["page=0", "page=-3", "page=99999999999", "page=x", "show=%00", "page=7"])
def test_odd_addresses_show_a_page(web: WebUsers, penza: Runtime, query: str) -> None:
    tell(penza, "clerk")
    answer = web("clerk").get(f"/notifications/?{query}")
    assert answer.status_code in (200, 400)
    assert "Уведомлений пока нет" not in seen(answer), "there is one, whatever page was asked for"


def test_the_choice_is_kept_and_a_wrong_one_is_shown(web: WebUsers) -> None:
    page = seen(web("clerk").get("/notifications/settings"))
    assert "clerk@example.org" in page
    assert "Почта в системе не настроена" in page
    assert "Производственный календарь" not in page.split("<main")[1], "that is the administrator's"
    good = {
        "reminder": "at_once",
        "overdue": "product",
        "terms": "daily",
        "moves": "at_once",
        "votes": "daily",
        "substitutions": "at_once",
    }
    assert web.post("clerk", "/notifications/settings", good).status_code == 303
    page = seen(web("clerk").get("/notifications/settings"))
    assert re.search(r'name="reminder" value="at_once" checked', page)
    assert re.search(r'name="overdue" value="product" checked', page)
    assert web.post("clerk", "/notifications/settings", {**good, "terms": "by pigeon"}).status_code == 422
    assert web.post("clerk", "/notifications/settings", {}).status_code == 422


def test_a_page_of_notices_costs_the_same_queries_at_any_length(web: WebUsers, penza: Runtime) -> None:
    from sqlalchemy import event

    def count() -> int:
        seen: list[str] = []

        def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(penza.database.engine, "before_cursor_execute", note)
        try:
            assert web("clerk").get("/notifications/").status_code == 200
        finally:
            event.remove(penza.database.engine, "before_cursor_execute", note)
        return len(seen)

    tell(penza, "clerk", "first")
    web("clerk").get("/notifications/")
    few = count()
    for number in range(60):
        tell(penza, "clerk", f"k{number}")
    assert count() == few


def test_mail_is_the_administrators_page(web: WebUsers, penza: Runtime) -> None:
    assert "Почта не настроена" in seen(web("admin").get("/mail/"))
    for who in ("head", "methodist", "director41"):
        assert web(who).get("/mail/").status_code == 403
    settings = replace(
        penza.settings, mail_url="smtp://u:pass-word@127.0.0.1:9", mail_from="Опора <opora@example.org>"
    )
    penza.settings = penza.ports.settings = settings
    tell(penza, "clerk")
    drain(penza)
    text = seen(web("admin").get("/mail/"))
    assert "127.0.0.1:9" in text
    assert "pass-word" not in text
    assert "Почтовый сервер не ответил" in text
    assert web.post("admin", "/mail/trial", page="/mail/").status_code == 303
    with penza.work(SYSTEM) as work:
        other = work.session.scalars(
            select(outbox.OutboxJob.id).where(outbox.OutboxJob.kind.like("curation%"))
        ).first()
    absent = other or 999_999
    assert web.post("admin", f"/mail/{absent}/again", page="/mail/").status_code == 404
    assert "Отправить все сейчас" not in text, "there is one letter"
    tell(penza, "head")
    drain(penza)
    assert "Отправить все сейчас" in seen(web("admin").get("/mail/"))
    assert web.post("admin", "/mail/again", page="/mail/").status_code == 303
    assert "3 письма отправляются ещё раз" in seen(web("admin").get("/mail/"))
    assert web.post("methodist", "/mail/again", page="/").status_code == 403
