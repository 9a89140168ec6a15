"""A small running system with nothing but jobs: its handlers are the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app import config
from app.core.clock import Clock, FixedClock, SystemClock
from app.core.db import Database
from app.core.ports import Ports
from app.core.unit_of_work import Runtime
from tests.servers.databases import TestDatabase

START = datetime(2025, 1, 22, 6, 0, tzinfo=UTC)  # the day of order № 12-оп, 9:00 in Penza


class NoFiles:
    def put(self, data: bytes) -> str:
        raise AssertionError("these jobs keep no files")

    def get(self, sha256: str) -> bytes:
        raise AssertionError("these jobs keep no files")

    def exists(self, sha256: str) -> bool:
        return False


def make_runtime(url: str, var: Path, clock: Clock, redis_url: str = "") -> Runtime:
    settings = config.load({"DATABASE_URL": url, "REDIS_URL": redis_url}, demo=True, var=var)
    return Runtime(settings, Database(url), clock, Ports(zone=settings.zone, storage=NoFiles()))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def runtimes(tmp_path: Path) -> Iterator[Callable[..., Runtime]]:
    """Builds runtimes as separate processes would: each with its own connections."""
    made: list[Runtime] = []

    def make(database: TestDatabase, clock: Clock | None = None, **more: Any) -> Runtime:
        made.append(make_runtime(database.url, tmp_path, clock or SystemClock(), **more))
        return made[-1]

    yield make
    for runtime in made:
        runtime.database.dispose()


@pytest.fixture
def runtime(database: TestDatabase, clock: FixedClock, runtimes: Callable[..., Runtime]) -> Runtime:
    """Runs on both databases, at nine o'clock until the clock is moved."""
    return runtimes(database, clock)
