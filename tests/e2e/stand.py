"""The product as `make run` serves it — Waitress and workers in one process — on a clock the test moves."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time

import waitress

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.factory import create_app
from app.jobs.runner import Runner, drain
from tests.warm import share_templates


class Stand:
    """A running server; `url` is its address, `clock` stands still until the test moves it."""

    def __init__(self, system: Runtime) -> None:
        assert isinstance(system.clock, FixedClock)
        self.system, self.clock = system, system.clock
        self._runner = Runner(system, threads=1)
        self._server = waitress.create_server(
            share_templates(create_app(system)), host="127.0.0.1", port=0, threads=4
        )
        self._thread = threading.Thread(target=self._server.run, name="waitress", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.effective_port}"

    def start(self) -> Stand:
        self.system.ports.after_commit = self._runner.wake
        self._runner.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        self._runner.stop()
        self._server.close()
        self._server.task_dispatcher.shutdown()
        self._thread.join(timeout=5)

    def on(self, day: date, hour: int = 10, minute: int = 0) -> None:
        """It is this day and hour in Penza."""
        local = datetime.combine(day, time(hour, minute), self.system.ports.zone)
        self.clock.move(local.astimezone(UTC))

    def finish_jobs(self) -> None:
        """Papers are printed by the worker; this waits for them without guessing how long."""
        drain(self.system)
        self.system.database.session.remove()
