"""How many jobs of the outbox a worker does per second, from promise to done, on both databases."""

from __future__ import annotations

import time
from pathlib import Path

from app import config
from app.core.actor import SYSTEM
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.ports import Ports
from app.core.storage import open_storage
from app.core.unit_of_work import Runtime
from app.jobs import outbox
from app.jobs.runner import drain

JOBS = 300


def test_jobs_per_second(database_url: str, tmp_path: Path) -> None:
    settings = config.load({"DATABASE_URL": database_url}, demo=True, var=tmp_path)
    ports = Ports(zone=settings.zone, storage=open_storage(settings.storage_url))
    ports.handlers["nothing"] = lambda work, payload: None
    runtime = Runtime(settings, Database(database_url), SystemClock(), ports)
    with runtime.work(SYSTEM) as work:
        for number in range(JOBS):
            outbox.enqueue(work, "nothing", str(number))
    begun = time.perf_counter()
    assert drain(runtime).done == JOBS
    seconds = time.perf_counter() - begun
    print(
        f"\noutbox on {runtime.database.engine.dialect.name}: {JOBS / seconds:.0f} jobs a second, one worker"
    )
    runtime.database.dispose()
