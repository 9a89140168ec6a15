"""Databases for tests: a template is migrated once, each test gets its own copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config

from tests.servers.postgresql import OWNER, PostgresServer

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class TestDatabase:
    """`url` as the application opens it; `owner_url` for migrations and for tests that tamper with rows."""

    __test__ = False

    url: str
    owner_url: str


def alembic_config(database: TestDatabase) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("sqlalchemy.url", database.owner_url.replace("%", "%%"))
    config.set_main_option("opora.app_url", database.url.replace("%", "%%"))
    return config


def migrate(database: TestDatabase) -> None:
    command.upgrade(alembic_config(database), "head")


class SqliteTemplate:
    """A migrated file, copied per test (closed, so that a copy is whole)."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.sqlite3"
        migrate(TestDatabase(f"sqlite:///{self.file}", f"sqlite:///{self.file}"))

    def copy(self, to: Path) -> TestDatabase:
        shutil.copyfile(self.file, to)
        return TestDatabase(f"sqlite:///{to}", f"sqlite:///{to}")


class PostgresTemplate:
    """A migrated database, cloned per test."""

    NAME = "opora_template"

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        server.create(self.NAME)
        migrate(self._at(self.NAME))

    def clone(self, name: str = NAME) -> TestDatabase:
        """A copy of the template, or of another database nobody is connected to."""
        return self._at(self.server.create(template=name))

    def empty(self) -> TestDatabase:
        return self._at(self.server.create())

    def drop(self, database: TestDatabase) -> None:
        self.server.drop(self.name_of(database))

    @staticmethod
    def name_of(database: TestDatabase) -> str:
        return database.url.rpartition("/")[2]

    def _at(self, name: str) -> TestDatabase:
        return TestDatabase(self.server.url(name), self.server.url(name, OWNER))
