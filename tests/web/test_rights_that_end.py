"""A person is dismissed while what he has sent waits for somebody else: nothing of it is done."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.access import sessions
from app.access.models import Membership
from app.cases import queries
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.ui import base
from tests.people import WebUsers, open_cases, token

SENT = {"expected_version": "1", "comment": "Ремонт школы до весны"}
WAIT = 0.6


@pytest.mark.parametrize("lost", ["nothing", "the role", "the session"])
def test_who_is_dismissed_while_he_waits_does_nothing_any_more(
    penza_on_both: Runtime, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    system = penza_on_both
    monkeypatch.setattr(base, "LONG", WAIT / 2)
    case_id = open_cases(system)["41"]
    web = WebUsers(system)
    url = f"/cases/{case_id}/step/suspend"
    sent = {**SENT, "csrf_token": token(web("methodist"), url)}
    answers: list[Any] = []
    waiting = threading.Thread(target=lambda: answers.append(web("methodist").post(url, data=sent)))
    with system.work(SYSTEM) as work:
        user = work.session.scalars(select(User.id).where(User.username == "methodist")).one()
        queries.lock_case(work.session, case_id)
        waiting.start()
        time.sleep(WAIT)
        if lost == "the role":
            yesterday = {"until": work.today - timedelta(days=1)}
            work.session.execute(update(Membership).where(Membership.user_id == user).values(yesterday))
        elif lost == "the session":
            sessions.end_all_sessions(work.session, user, work.now)
    waiting.join()
    (answer,) = answers
    with system.work(SYSTEM) as work:
        case = queries.get_case(work.session, case_id)
        if lost == "nothing":
            assert (answer.status_code, case.status, case.version) == (303, "suspended", 2)
            return
        assert (case.status, case.version) == ("active", 1)
    page = answer.get_data(as_text=True).replace("\xa0", " ")
    assert answer.status_code == 403
    assert "Пока вы ждали, ваши права изменились. Ничего не сохранено." in page
    assert "Ремонт школы до весны" in page, "what he typed is not lost"
