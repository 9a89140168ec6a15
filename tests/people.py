"""People of the demo as tests meet them: by role, never by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.cases import queries, service
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo import beginning
from app.demo.penza import PAIRS, PASSWORD, actor
from app.demo.script import Script
from app.demo.story import Story
from app.factory import create_app
from app.schools.queries import organisations
from tests.warm import share_templates

START = datetime(2025, 1, 9, 6, 0, tzinfo=UTC)


def open_cases(system: Runtime) -> dict[str, int]:
    """The methodist opens the four cases of Penza; code of the school → id of the case."""
    with system.work(actor(system, "methodist")) as work:
        programme = queries.programmes(work.session)[0]
        schools = {o.code: o for o in organisations(work.session)}
        return {
            school: service.open_case(
                work, programme=programme, school=schools[school], curator=schools[curator]
            ).id
            for school, curator in PAIRS.items()
        }


def cheap_passwords(session: Session) -> None:
    """The same password for everybody, hashed in a hundredth of the time: it is compared at every login of a test."""
    session.execute(update(User).values(password=generate_password_hash(PASSWORD, "scrypt:256:8:1")))


class WebUsers:
    """One Flask application; a logged-in client per account name."""

    def __init__(self, system: Runtime) -> None:
        self.app = share_templates(create_app(system))
        self._clients: dict[str, FlaskClient] = {}

    def __call__(self, username: str) -> FlaskClient:
        if username not in self._clients:
            self._clients[username] = log_in(self.app.test_client(), username)
        return self._clients[username]

    def post(
        self, username: str, url: str, data: dict[str, Any] | None = None, page: str | None = None
    ) -> Any:
        """Send a form as a browser would: with the CSRF token of the page it stands on."""
        client = self(username)
        return client.post(url, data={"csrf_token": token(client, page or url), **(data or {})})


def log_in(client: FlaskClient, username: str, password: str = PASSWORD) -> FlaskClient:
    answer = client.post(
        "/login/", data={"csrf_token": token(client, "/login/"), "username": username, "password": password}
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
    return client


def token(client: FlaskClient, url: str) -> str:
    """The CSRF token printed in a page of this browser."""
    text = client.get(url).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found, f"no form on {url}: {text[:300]}"
    return found.group(1)


def plans_before_the_group(system: Runtime, *schools: str) -> dict[str, int]:
    """The demo's beginning up to the vote on the plans of these schools; the ids of all cases."""
    assert isinstance(system.clock, FixedClock)
    story = Story(Script(system, system.clock, lambda line: None))
    beginning.open_cases(story)
    beginning.diagnose(story, schools)
    beginning.plan(story, schools)
    story.script.play()
    return story.ids
