"""A worker as a process of its own, `… URL REDIS VAR FILE`: its job writes lines into FILE."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import worker
from app.core.clock import SystemClock
from app.core.unit_of_work import Work
from tests.integration.jobs.conftest import make_runtime

if __name__ == "__main__":
    url, redis_url, var, diary = sys.argv[1:]

    def note(work: Work, payload: Mapping[str, Any]) -> None:
        if payload["key"] == "deadly":
            os._exit(9)  # as by `kill -9` in the middle of a job
        with Path(diary).open("a", encoding="utf-8") as lines:
            lines.write(payload["key"] + "\n")

    runtime = make_runtime(url, Path(var), SystemClock(), redis_url=redis_url)
    runtime.ports.handlers["note"] = note
    print("ready", flush=True)
    worker.run_worker(runtime, sweep=0.5)
