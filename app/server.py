"""Serving the pages with Waitress, with workers in the same process unless Redis has its own."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType

import waitress

from app.core.unit_of_work import Runtime
from app.factory import create_app
from app.jobs.runner import Runner


def keep_what_is_loaded() -> None:
    """Modules, tables and views never become garbage: to look through them again stopped a long page for a third of
    a second, and everybody else's with it."""
    gc.collect()
    gc.freeze()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)  # Waitress answers what it has taken in, then returns


def serve(system: Runtime, on_start: Callable[[], None] | None = None) -> int:
    """Serve until stopped; the answer is the exit status."""
    settings = system.settings
    runner = None
    if not settings.redis_url and settings.workers:
        runner = Runner(system, threads=settings.workers)
        system.ports.after_commit = runner.wake
        runner.start()
    elif settings.redis_url:
        from app.jobs.rq_bridge import RqBridge

        system.ports.after_commit = RqBridge(settings.redis_url).after_commit
    server = waitress.create_server(create_app(system), host=settings.host, port=settings.port, threads=8)
    keep_what_is_loaded()
    if threading.current_thread() is threading.main_thread():
        # a service manager's stop; without a handler the first process of a container does not even hear it
        signal.signal(signal.SIGTERM, _end)
    try:
        if on_start:
            on_start()
        server.run()
    finally:
        if runner is not None:
            runner.stop()
    return 0
