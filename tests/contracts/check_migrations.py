"""`alembic check`: the history, run from nothing on a fresh database, gives exactly our models."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util.exc import CommandError

from tests.servers.databases import ROOT, TestDatabase, alembic_config


def main() -> int:
    if not any((ROOT / "migrations" / "versions").glob("*.py")):
        print("migrations: there is no revision yet")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'fresh.sqlite3'}"
        config = alembic_config(TestDatabase(url, url))
        command.upgrade(config, "head")
        try:
            command.check(config)
        except CommandError as error:
            print(f"migrations: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
