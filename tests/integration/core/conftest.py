"""A system without people, for the tests of its unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import config, wiring
from app.core.clock import SystemClock
from app.core.unit_of_work import Runtime
from tests.servers.databases import TestDatabase


@pytest.fixture
def system(postgres_database: TestDatabase, tmp_path: Path) -> Iterator[Runtime]:
    """A system without people: only its unit of work is of interest."""
    settings = config.load(
        {"DATABASE_URL": postgres_database.url, "DATABASE_OWNER_URL": postgres_database.owner_url,
         "STORAGE_URL": f"file:{tmp_path / 'files'}", "SECRET_KEY": "k" * 40}, demo=True, var=tmp_path,
    )  # fmt: skip
    system = wiring.build(settings, SystemClock())
    yield system
    system.database.dispose()
