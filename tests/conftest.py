"""Fixtures of all tests: real databases, Redis and a browser; what cannot run says why it is skipped."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app import config, wiring
from app.admin.bootstrap import bootstrap
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import load_reference
from tests import warm
from tests.people import START, WebUsers, cheap_passwords, open_cases
from tests.servers import machine
from tests.servers.databases import PostgresTemplate, SqliteTemplate, TestDatabase
from tests.servers.postgresql import PostgresServer
from tests.servers.redis import RedisServer

_LACKING = machine.lacking()
BOTH_DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test whose server this machine lacks is skipped with the reason, never silently."""
    for item in items:
        for name, sentence in _LACKING.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=sentence))


def pytest_collection_finish() -> None:
    warm.share_statements()
    warm.share_addresses()
    warm.keep_what_is_loaded()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _LACKING:
        terminalreporter.section("could not be run on this machine")
        for name, sentence in _LACKING.items():
            terminalreporter.line(f"{name}: {sentence}")


def _need(name: str) -> None:
    if name in _LACKING:
        pytest.skip(_LACKING[name])


# ── PostgreSQL and SQLite ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The running cluster of this test process; tests that stop it start it again."""
    _need("postgresql")
    binaries = machine.postgresql_bin()
    assert binaries is not None
    server = PostgresServer(binaries)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> PostgresTemplate:
    return PostgresTemplate(postgres_server)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_database(sqlite_template: SqliteTemplate, tmp_path: Path) -> TestDatabase:
    """A migrated, empty SQLite file of this test alone."""
    return sqlite_template.copy(tmp_path / "opora.sqlite3")


@pytest.fixture
def postgres_database(postgres_template: PostgresTemplate) -> Iterator[TestDatabase]:
    """A migrated, empty PostgreSQL database of this test alone."""
    database = postgres_template.clone()
    yield database
    postgres_template.drop(database)


@pytest.fixture
def empty_postgres(postgres_template: PostgresTemplate) -> Iterator[TestDatabase]:
    """A PostgreSQL database without tables, for commands that migrate it themselves."""
    database = postgres_template.empty()
    yield database
    postgres_template.drop(database)


@pytest.fixture(params=BOTH_DATABASES)
def database(request: pytest.FixtureRequest) -> TestDatabase:
    """The test runs twice: on SQLite and on PostgreSQL; `.url` and `.owner_url`."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: TestDatabase = request.getfixturevalue(name)
    return found


@pytest.fixture
def database_url(database: TestDatabase) -> str:
    """The address of a migrated, empty database; the test runs on SQLite and on PostgreSQL."""
    return database.url


# ── Redis ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def _redis_of_this_process() -> Iterator[RedisServer]:
    _need("redis")
    binary = machine.redis_server()
    assert binary is not None
    server = RedisServer(binary)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def redis_server(_redis_of_this_process: RedisServer) -> RedisServer:
    """A running, empty Redis; a test may kill it, the next one finds it alive again."""
    if not _redis_of_this_process.is_running:
        _redis_of_this_process.start()
    _redis_of_this_process.flush()
    return _redis_of_this_process


# ── Browser ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The executable for Playwright: `chromium.launch(executable_path=…, args=CHROMIUM_ARGUMENTS)`."""
    _need("browser")
    found = machine.chromium()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """The browser of this test process; playwright allows one at a time."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(chromium_path), args=[*machine.CHROMIUM_ARGUMENTS, "--lang=ru"],
            env={**os.environ, "LANGUAGE": "ru"},  # its own words (dates, «Выберите файл») are Russian too
        )  # fmt: skip
        yield chromium
        chromium.close()


# ── The system with the people and schools of Penza ───────────────────────────────────────────────


def _settings(database: TestDatabase, folder: Path) -> config.Settings:
    return config.load(
        {
            "DATABASE_URL": database.url,
            "DATABASE_OWNER_URL": database.owner_url,
            "STORAGE_URL": f"file:{folder / 'files'}",
            "SECRET_KEY": "a secret that only the tests know, long enough",
        },
        demo=True,
        var=folder,
    )


@pytest.fixture(autouse=True)
def _in_russian() -> Iterator[None]:
    """A page read in English in one test leaves no language behind for the next."""
    with in_locale("ru"):
        yield


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command tells the logs to go to its standard error, which is closed with its test."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = kept, level


def _fill(database: TestDatabase, folder: Path) -> None:
    """Roles, definitions and the reference data of Penza."""
    system = wiring.build(_settings(database, folder), FixedClock(START))
    bootstrap(system)
    with system.work(SYSTEM) as work:
        load_reference(work)
        cheap_passwords(work.session)
    _close(system)


def _close(system: Runtime) -> None:
    """Nobody is connected any more, and a copy of the database is whole."""
    if system.database.is_sqlite:
        with system.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    system.database.dispose()


@pytest.fixture(scope="session")
def penza_template(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with roles, definitions and the reference data of Penza."""
    folder = tmp_path_factory.mktemp("penza")
    _fill(sqlite_template.copy(folder / "penza.sqlite3"), folder)
    return folder / "penza.sqlite3"


@pytest.fixture(scope="session")
def penza_in_postgres(postgres_template: PostgresTemplate, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same as a PostgreSQL database, by its name."""
    database = postgres_template.clone()
    _fill(database, tmp_path_factory.mktemp("penza"))
    return postgres_template.name_of(database)


@pytest.fixture(scope="session")
def _opened(penza_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A closed SQLite file in which the four cases were opened as well, and their ids."""
    folder = tmp_path_factory.mktemp("opened")
    system = _system_on(penza_template, folder)
    ids = open_cases(system)
    _close(system)
    return folder / "opora.sqlite3", ids


def _system_on(template: Path, folder: Path) -> Runtime:
    """A system on a copy of a closed SQLite file; it is 09.01.2025, 9:00 Moscow."""
    file = folder / "opora.sqlite3"
    shutil.copyfile(template, file)
    url = f"sqlite:///{file}"
    return wiring.build(_settings(TestDatabase(url, url), folder), FixedClock(START))


@pytest.fixture
def penza(request: pytest.FixtureRequest, penza_template: Path, tmp_path: Path) -> Iterator[Runtime]:
    """A running system on SQLite with the reference data of Penza, and with `cases` if the test asks for them."""
    has_cases = "cases" in request.fixturenames
    template = request.getfixturevalue("_opened")[0] if has_cases else penza_template
    system = _system_on(template, tmp_path)
    yield system
    system.database.dispose()


@pytest.fixture(params=BOTH_DATABASES)
def penza_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    """As `penza`; the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("penza")
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    database = template.clone(request.getfixturevalue("penza_in_postgres"))
    system = wiring.build(_settings(database, tmp_path), FixedClock(START))
    yield system
    system.database.dispose()
    template.drop(database)


@pytest.fixture
def cases(penza: Runtime, _opened: tuple[Path, dict[str, int]]) -> dict[str, int]:
    """The four cases, opened by the methodist on 09.01.2025: code of the school («41») → id of the case."""
    return dict(_opened[1])


@pytest.fixture
def web(penza: Runtime) -> WebUsers:
    """Logged-in browsers without a browser: `web("clerk").get("/")`."""
    return WebUsers(penza)
