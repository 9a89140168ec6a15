"""The processes beside the web: `worker` does the outbox's jobs, `scheduler` keeps its clock.

Without Redis a worker reads the outbox itself; with Redis it is an RQ worker that also does by
itself whatever Redis lost. Both end on SIGTERM or Ctrl+C after the job at hand.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.job import Job
from rq.timeouts import TimerDeathPenalty, UnixSignalDeathPenalty
from rq.worker import SimpleWorker, WorkerStatus

from app.core.unit_of_work import Runtime
from app.jobs import schedule
from app.jobs.execution import Tally, place, run_one
from app.jobs.rq_bridge import QUEUE, RqBridge
from app.jobs.runner import Runner, worker_name

log = structlog.get_logger(__name__)

SWEEP = 5.0  # seconds between two looks for what nobody told of

# RQ hands over a number only, so the process keeps its runtime here.
_runtime: Runtime | None = None


def perform_job(job_id: int) -> None:
    """What RQ runs: look at one outbox row and do it, if it is still to be done."""
    if _runtime is None:
        raise RuntimeError("this process is no worker: start `python app.py worker`")
    run_one(_runtime, worker_name("rq"), Tally(), job_id=int(job_id))


class Offer(Job):
    """«Look at row 7»: the number is all that is believed of what stands in Redis.

    A job of RQ names a function, callbacks and addresses to be told; whoever can write to Redis would have them run and
    called here. Whatever an offer names, it is `perform_job` that is run, and nobody else is told.
    """

    func = property(lambda self: perform_job)
    success_callback = failure_callback = stopped_callback = None

    def send_webhooks(self, *_args: Any, **_more: Any) -> None:
        """Nobody is told over the network."""


class OutboxWorker(SimpleWorker):
    """Runs jobs in this process: the runtime is built once, and Windows cannot fork anyway."""

    job_class = Offer
    death_penalty_class: Any = UnixSignalDeathPenalty if hasattr(signal, "SIGALRM") else TimerDeathPenalty
    max_connection_wait_time = 5.0  # seconds; meanwhile the rescuer works without Redis

    def __init__(self, *args: Any, stop: threading.Event, **kwargs: Any) -> None:
        self._told = stop
        super().__init__(*args, **kwargs)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End after the job at hand; RQ's own way would first tell Redis, which may be away."""
        self._told.set()
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        self._stop_requested = True


def run_worker(runtime: Runtime, *, stop: threading.Event | None = None, sweep: float = SWEEP) -> None:
    """Work until told to stop (by a signal, or by `stop` in tests)."""
    stop = stop or _stop_on_signals()
    if not runtime.settings.redis_url:
        runner = Runner(runtime, threads=max(1, runtime.settings.workers), sweep=sweep)
        runtime.ports.after_commit = runner.wake
        runner.start()
        log.info("worker.started", queue="outbox table")
        stop.wait()
        runner.stop()
    else:
        _run_with_redis(runtime, RqBridge(runtime.settings.redis_url), stop, sweep)
    log.info("worker.stopped")


def run_scheduler(runtime: Runtime, *, stop: threading.Event | None = None, sweep: float = SWEEP) -> None:
    """Enqueue what is due by the clock and offer waiting jobs to the workers; any number may run."""
    stop = stop or _stop_on_signals()
    bridge = RqBridge(runtime.settings.redis_url) if runtime.settings.redis_url else None
    if bridge is not None:
        runtime.ports.after_commit = bridge.after_commit

    def look() -> None:
        schedule.tick(runtime)
        if bridge is not None:
            bridge.reconcile(runtime)

    log.info("scheduler.started", periodic=len(runtime.ports.periodic))
    _repeat(runtime, look, stop, sweep)
    log.info("scheduler.stopped")


def _run_with_redis(runtime: Runtime, bridge: RqBridge, stop: threading.Event, sweep: float) -> None:
    global _runtime
    _runtime = runtime
    runtime.ports.after_commit = bridge.after_commit

    def rescue() -> None:
        schedule.tick(runtime)
        for job_id in bridge.reconcile(runtime):
            run_one(runtime, worker_name("rescue"), Tally(), job_id=job_id)

    rescuer = threading.Thread(
        target=_repeat, args=(runtime, rescue, stop, sweep), name="rescue", daemon=True
    )
    rescuer.start()
    log.info("worker.started", queue="redis")
    while not stop.is_set():
        try:
            # RQ waits longer for Redis than a web request may: a connection of its own.
            connection = Redis.from_url(runtime.settings.redis_url, socket_connect_timeout=1)
            OutboxWorker([QUEUE], connection=connection, serializer="json", worker_ttl=60, stop=stop).work(
                logging_level="WARNING"
            )
        except RedisError as error:
            log.warning("worker.redis_away", error=type(error).__name__)
        except StopRequested:
            break
        stop.wait(1.0)  # a worker that ended unasked lost Redis: meanwhile the rescuer does the jobs
    rescuer.join(20.0)


def _repeat(runtime: Runtime, look: Callable[[], None], stop: threading.Event, sweep: float) -> None:
    try:
        while not stop.is_set():
            try:
                look()
            except Exception as error:  # the next look may find the database back
                log.error("outbox.look_failed", error=place(error))
                runtime.database.session.remove()
            stop.wait(sweep)
    finally:
        runtime.database.session.remove()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)
    return stop
