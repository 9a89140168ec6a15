"""Fixtures of the browser tests: one browser per test process, a served system, people who log in."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app import wiring
from app.admin.bootstrap import bootstrap
from app.cases import queries
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo import loading
from tests.conftest import _settings, _system_on
from tests.e2e.person import Person
from tests.e2e.stand import Stand
from tests.people import START
from tests.servers.databases import SqliteTemplate

FAILED = pytest.StashKey[bool]()


@pytest.fixture
def stand(penza: Runtime) -> Iterator[Stand]:
    """A system that knows the people and schools of Penza and nothing else; it is 09.01.2025."""
    running = Stand(penza).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def demo_stand(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The training copy as `make run` serves it: four schools at four points of the year 2025. Nobody changes it."""
    folder = tmp_path_factory.mktemp("demo")
    database = sqlite_template.copy(folder / "opora.sqlite3")
    system = wiring.build(_settings(database, folder), FixedClock(START))
    bootstrap(system)
    loading.load(system)
    running = Stand(system).start()
    running.on(loading.TODAY)
    yield running
    running.stop()
    system.database.dispose()


@pytest.fixture(scope="module")
def case_41(demo_stand: Stand) -> int:
    """The key of the case of school № 41 in the training copy."""
    session = demo_stand.system.read(SYSTEM).session
    found = next(c.id for c in queries.list_cases(session) if c.school.code == "41")
    demo_stand.system.database.session.remove()
    return found


@pytest.fixture(scope="module")
def empty_stand(penza_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """As `stand`, shared by the tests of a module that do not mind each other's rows."""
    system = _system_on(penza_template, tmp_path_factory.mktemp("penza-shared"))
    running = Stand(system).start()
    yield running
    running.stop()
    system.database.dispose()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


@contextmanager
def at_desk(request: pytest.FixtureRequest, browser: Browser, stand: Stand) -> Iterator[Person]:
    """Whom the test is parametrised with, logged in; what he saw is kept when the test fails."""
    one = Person(browser, stand, request.param).log_in()
    yield one
    if request.node.stash.get(FAILED, False):
        one.remember_failure()
    one.leave()


@pytest.fixture
def person(request: pytest.FixtureRequest, browser: Browser, demo_stand: Stand) -> Iterator[Person]:
    """Somebody at the training copy."""
    with at_desk(request, browser, demo_stand) as one:
        yield one


class Desks:
    """Browsers of people at one stand: a person logs in once and keeps his browser."""

    def __init__(self, browser: Browser, stand: Stand) -> None:
        self.browser, self.stand = browser, stand
        self._people: dict[str, Person] = {}

    def __call__(self, username: str) -> Person:
        self.stand.clock.advance(minutes=1)  # people act one after the other
        if username not in self._people:
            self._people[username] = Person(self.browser, self.stand, username)
        person = self._people[username]
        if not person.is_logged_in:  # a session ends after twelve hours of the stand's clock
            person.log_in()
        return person

    def leave(self, *, has_failed: bool = False) -> None:
        """Everybody closes the browser; the test fails when anybody met what no page may do."""
        if has_failed:
            for person in self._people.values():
                person.remember_failure()
        people, self._people = list(self._people.values()), {}
        for person in people:
            person.leave()


@pytest.fixture
def people(browser: Browser, stand: Stand, request: pytest.FixtureRequest) -> Iterator[Desks]:
    """The people of the demo at `stand`: `people("clerk")` logs in on the first call."""
    desks = Desks(browser, stand)
    yield desks
    desks.leave(has_failed=request.node.stash.get(FAILED, False))
