"""A small world in which cases have walked, people have voted, files and jobs lie: something to prove and to copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app import config, wiring
from app.admin.bootstrap import bootstrap
from app.cases import service
from app.cases.models import Case
from app.cases.service import act, complete_task
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.engines import make_engine
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.demo.penza import actor, load_reference
from app.engine import Cast, Fire
from app.engine.checking.names import effects_named, facts_named
from app.files.service import keep_scan
from app.jobs import outbox
from tests.conftest import BOTH_DATABASES
from tests.people import START, open_cases
from tests.servers.databases import TestDatabase
from tests.servers.postgresql import OWNER

PDF = b"%PDF-1.4\nthe scan\n%%EOF\n"


def settings_for(database: TestDatabase, folder: Path) -> config.Settings:
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


def let_pass(system: Runtime) -> None:
    """Let every guard be satisfied: what the rooms think of empty content is not the matter here."""
    definition = system.ports.definitions.latest(system.read(SYSTEM).session, service.PROCESS)
    values: dict[str, Any] = {"diagnostics.actual_risks": 2, "curation.visits_logged": 1}
    for _path, name in facts_named(definition):
        value = "a" * 64 if name.endswith("content_hash") else values.get(name, True)
        system.ports.facts[name] = lambda _session, _case, value=value: Fact(value)
    for _path, name, _params in effects_named(definition):
        system.ports.effects[name] = lambda _work, _case, _params: None
    system.ports.after_task.clear()


def walk(system: Runtime) -> dict[str, int]:
    """Four cases; that of № 41 stands in the vote on its plan with two votes and a comment in its history."""
    cases = open_cases(system)
    let_pass(system)

    def step(who: str, do: Callable[[Any, int, int], Any]) -> None:
        with system.work(actor(system, who)) as work:
            case_id = cases["41"]
            do(work, case_id, work.session.get(Case, case_id).version)

    step("methodist", lambda w, c, v: act(w, c, Fire("start_diagnosis"), v))
    step("director41", lambda w, c, v: complete_task(w, c, "fill_diagnosis", v, "Данные за 2024 год"))
    step("curator66", lambda w, c, v: complete_task(w, c, "verify_risks", v))
    step("methodist", lambda w, c, v: complete_task(w, c, "check_diagnosis", v))
    step("methodist", lambda w, c, v: act(w, c, Fire("submit_diagnosis"), v))
    step("methodist", lambda w, c, v: complete_task(w, c, "prepare_plan", v))
    step("member1", lambda w, c, v: act(w, c, Cast("for"), v))
    step("member2", lambda w, c, v: act(w, c, Cast("against", comment="Нет сроков"), v))
    with system.work(actor(system, "methodist")) as work:
        keep_scan(work, PDF, "Приказ.pdf", case_id=cases["41"])
        outbox.enqueue(work, "letter", "41", {"case": cases["41"]})
    return cases


@dataclass
class World:
    system: Runtime
    cases: dict[str, int]

    def tamper(self, *statements: str, **values: Any) -> int:
        """Change rows behind the application's back, as the owner of the tables, with the triggers away."""
        engine = make_engine(self.system.settings.database_owner_url)
        self.system.database.session.remove()
        sqlite = engine.dialect.name == "sqlite"
        changed = 0
        if sqlite:
            engine.dispose()
            engine = create_engine(self.system.settings.database_owner_url)  # foreign keys are off here
        with engine.begin() as connection:
            for statement in (*_triggers_off(sqlite), *statements):
                changed = connection.execute(text(statement), values).rowcount
        engine.dispose()
        return changed

    def file_of(self, sha256: str) -> Any:
        return self.system.settings.storage_path / sha256[:2] / sha256


def _triggers_off(sqlite: bool) -> tuple[str, ...]:
    if sqlite:
        return tuple(f"DROP TRIGGER IF EXISTS audit_records_no_{verb}" for verb in ("update", "delete"))
    return tuple(
        f"ALTER TABLE {table} DISABLE TRIGGER USER"
        for table in ("audit_records", "audit_details", "case_events")
    )


@dataclass(frozen=True)
class Walked:
    """A database in which all this has happened, closed, with its files; each test gets a copy."""

    dialect: str
    database: str  # a file, or the name of a PostgreSQL database
    files: Path
    cases: dict[str, int]


@pytest.fixture(scope="session", params=BOTH_DATABASES)
def walked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    folder = tmp_path_factory.mktemp("walked")
    if request.param == "sqlite":
        database = request.getfixturevalue("sqlite_template").copy(folder / "opora.sqlite3")
        name = str(folder / "opora.sqlite3")
    else:
        database = request.getfixturevalue("postgres_template").clone()
        name = database.url.rpartition("/")[2]
    system = wiring.build(settings_for(database, folder), FixedClock(START))
    bootstrap(system)
    with system.work(SYSTEM) as work:
        load_reference(work)
    cases = walk(system)
    if request.param == "sqlite":
        system.database.session.remove()
        with system.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    system.database.dispose()
    return Walked(request.param, name, folder / "files", cases)


@pytest.fixture
def world(walked: Walked, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(walked.files, tmp_path / "files")
    if walked.dialect == "sqlite":
        shutil.copyfile(walked.database, tmp_path / "opora.sqlite3")
        url = f"sqlite:///{tmp_path / 'opora.sqlite3'}"
        database = TestDatabase(url, url)
    else:
        server = request.getfixturevalue("postgres_template").server
        name = server.create(template=walked.database).rpartition("/")[2]
        database = TestDatabase(server.url(name), server.url(name, OWNER))
    system = wiring.build(settings_for(database, tmp_path), FixedClock(START))
    let_pass(system)
    yield World(system, walked.cases)
    system.database.dispose()
    if walked.dialect != "sqlite":
        server.drop(name)
