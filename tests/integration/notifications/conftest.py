"""Mornings of the system, and a mail server for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.jobs import schedule
from app.jobs.runner import drain
from app.notifications.models import Notification
from tests.servers.mail import MailServer


def at(system: Runtime, day: date, hour: int = 8) -> None:
    """Set the clock of the system to an hour of a day where the authority sits."""
    clock: Any = system.clock
    clock.move(datetime.combine(day, time(hour), system.ports.zone))


def morning(system: Runtime, day: date) -> None:
    """The scheduler and a worker wake up on this day."""
    at(system, day)
    schedule.tick(system)
    drain(system)


def told(system: Runtime) -> list[tuple[str, str, str]]:
    """Who was told what, by key: (account, code, key), oldest first."""
    session = system.read(SYSTEM).session
    session.expire_all()
    rows = session.execute(
        select(User.username, Notification.code, Notification.key)
        .join(User, User.id == Notification.user_id)
        .order_by(Notification.id)
    ).all()
    system.database.session.remove()
    return [tuple(row) for row in rows]


def user_id(system: Runtime, username: str) -> int:
    found = system.database.session().scalar(select(User.id).where(User.username == username))
    system.database.session.remove()
    assert found is not None
    return int(found)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def with_mail(mail: MailServer) -> Callable[[Runtime], MailServer]:
    """Give a system this mail server."""

    def connect(system: Runtime) -> MailServer:
        settings = replace(
            system.settings, mail_url=mail.url, mail_from="Опора <opora@example.org>",
            public_url="https://opora.example.org",
        )  # fmt: skip
        system.settings = system.ports.settings = settings
        return mail

    return connect
