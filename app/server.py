"""Serving the pages with Waitress, with workers in the same process unless Redis has its own."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import waitress

from app.core.unit_of_work import Runtime
from app.factory import MAX_BODY, create_app
from app.jobs.runner import Runner

# Up to here whoever sends too much is told so on a page of the product. What is larger is not even taken in: Waitress
# keeps what anybody sends, without a login too, on the disk before the product sees it.
TAKEN_IN = 4 * MAX_BODY


def keep_what_is_loaded() -> None:
    """Modules, tables and views never become garbage: to look through them again stopped a long page for a third of
    a second, and everybody else's with it."""
    gc.collect()
    gc.freeze()


def proxy_settings(trusted: str) -> dict[str, Any]:
    """Whom the named proxy asks for; of others, and of all else a proxy may say, nothing is believed."""
    if not trusted:
        return {}
    return {"trusted_proxy": trusted, "trusted_proxy_count": 1, "trusted_proxy_headers": {"x-forwarded-for"}}


class _Stop:
    """A service manager's stop; without a handler the first process of a container does not even hear it."""

    def __init__(self) -> None:
        self.is_asked = self.is_serving = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self)

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True
        if self.is_serving:  # anything else is brought to its end first
            raise SystemExit(0)  # Waitress answers what it has taken in, then returns


def serve(system: Runtime, on_start: Callable[[], None] | None = None) -> int:
    """Serve until stopped; the answer is the exit status."""
    settings = system.settings
    stop, runner = _Stop(), None
    if settings.redis_url:
        from app.jobs.rq_bridge import RqBridge

        system.ports.after_commit = RqBridge(settings.redis_url).after_commit
    elif settings.workers:
        runner = Runner(system, threads=settings.workers)
        system.ports.after_commit = runner.wake
        runner.start()
    try:
        server = waitress.create_server(
            create_app(system), host=settings.host, port=settings.port, threads=8,
            max_request_body_size=TAKEN_IN, **proxy_settings(settings.trusted_proxy),
        )  # fmt: skip
        keep_what_is_loaded()
        if on_start:
            on_start()
        stop.is_serving = True
        if not stop.is_asked:
            server.run()
    finally:
        if runner is not None:
            runner.stop()
    return 0
