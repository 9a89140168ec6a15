"""Workers inside the process: threads that empty the outbox, woken by each commit."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence

import structlog

from app.core.unit_of_work import Runtime
from app.jobs import schedule
from app.jobs.execution import Tally, place, run_one

log = structlog.get_logger(__name__)


def worker_name(suffix: str) -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{suffix}"


def drain(runtime: Runtime, *, worker: str = "drain", limit: int = 100_000) -> Tally:
    """Do everything that is due, now and in this thread; what fails waits for its next try."""
    tally = Tally()
    for _number in range(limit):
        if not run_one(runtime, worker, tally):
            return tally
    raise RuntimeError("the outbox does not end: some job enqueues itself again and again")


class Runner:
    """A few threads that do due jobs; `wake` saves them the wait, the sweep finds what nobody told of."""

    def __init__(self, runtime: Runtime, *, threads: int = 2, sweep: float = 3.0) -> None:
        self.runtime = runtime
        self.sweep = sweep
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(number,), name=f"outbox-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self, _ids: Sequence[int] = ()) -> None:
        """Something may be due; fits `ports.after_commit`."""
        self._wake.set()

    def stop(self, timeout: float = 20.0) -> bool:
        """Let the running jobs end; True when all threads did in time (a lease covers the others)."""
        self._stop.set()
        end = time.monotonic() + timeout
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < end:
            self._wake.set()  # again and again: a thread about to wait may have missed the last one
            time.sleep(0.02)
        return not any(thread.is_alive() for thread in self._threads)

    def _loop(self, number: int) -> None:
        worker = worker_name(f"thread-{number}")
        try:
            while not self._stop.is_set():
                self._wake.clear()
                if not self._step(worker, clock=number == 0):
                    self._wake.wait(self.sweep)
        finally:
            self.runtime.database.session.remove()

    def _step(self, worker: str, *, clock: bool) -> bool:
        """One job, or one look; nothing may end the thread, least of all a database away for a moment."""
        try:
            if clock:
                schedule.tick(self.runtime)
            return run_one(self.runtime, worker, Tally())
        except Exception as error:
            log.error("outbox.step_failed", error=place(error))
            self.runtime.database.session.remove()
            return False
