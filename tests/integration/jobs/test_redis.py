"""With Redis the same rows are done by RQ workers; whatever happens to Redis, nothing is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from rq import Callback, Queue
from rq.webhook import Webhook

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.jobs.rq_bridge import RqBridge
from app.jobs.rules import LEASE
from app.jobs.runner import drain
from app.worker import OutboxWorker, perform_job
from tests.integration.jobs.test_outbox import promise, rows, wait_until
from tests.servers.databases import ROOT, TestDatabase
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture
def web(database: TestDatabase, redis_server: RedisServer, runtimes: Callable[..., Runtime]) -> Runtime:
    """The web process: it commits promises and offers them to Redis."""
    runtime = runtimes(database, redis_url=redis_server.url)
    runtime.ports.after_commit = RqBridge(redis_server.url).after_commit
    return runtime


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary.txt"


@pytest.fixture
def start_worker(
    database: TestDatabase, redis_server: RedisServer, tmp_path: Path, diary: Path
) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.integration.jobs.rq_process",
                database.url, redis_server.url, str(tmp_path), str(diary),
            ],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def done(web: Runtime, number: int) -> Callable[[], bool]:
    return lambda: [job.state for job in rows(web).values()].count("done") == number


def written(diary: Path) -> Counter[str]:
    return Counter(diary.read_text(encoding="utf-8").splitlines())


@pytest.mark.slow
def test_two_workers_do_each_job_once_and_end_when_asked(
    web: Runtime, diary: Path, start_worker: Callable[[], subprocess.Popen[str]]
) -> None:
    workers = [start_worker(), start_worker()]
    for n in range(20):
        promise(web, f"job-{n}")
    wait_until(done(web, 20))
    assert written(diary) == Counter({f"job-{n}": 1 for n in range(20)})
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(15) for worker in workers] == [0, 0]


@pytest.mark.slow
def test_a_flushed_redis_and_a_dead_redis_lose_nothing(
    web: Runtime, diary: Path, redis_server: RedisServer, start_worker: Callable[[], subprocess.Popen[str]]
) -> None:
    promise(web, "before the flush")
    redis_server.flush()
    worker = start_worker()
    wait_until(done(web, 1))
    redis_server.kill()
    begun = time.monotonic()
    promise(web, "while Redis is dead")
    assert time.monotonic() - begun < 5, "the web process must not wait for a dead Redis"
    wait_until(done(web, 2))
    redis_server.start()
    promise(web, "Redis is back")
    wait_until(done(web, 3))
    assert written(diary) == Counter(["before the flush", "while Redis is dead", "Redis is back"])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0


@pytest.mark.slow
def test_what_a_killed_worker_held_is_done_by_the_next_one(
    database: TestDatabase,
    web: Runtime,
    diary: Path,
    start_worker: Callable[[], subprocess.Popen[str]],
    runtimes: Callable[..., Runtime],
) -> None:
    worker = start_worker()
    promise(web, "deadly")
    assert worker.wait(15) == 9
    assert rows(web)["deadly"].state == "claimed"
    next_one = runtimes(database, FixedClock(web.clock.now() + LEASE + timedelta(seconds=1)))
    next_one.ports.handlers["note"] = lambda work, payload: None
    assert drain(next_one).done == 1
    assert rows(web)["deadly"].attempts == 2
    assert not diary.exists()


@pytest.mark.slow
def test_a_worker_ends_in_good_order_while_redis_is_away(
    redis_server: RedisServer, web: Runtime, start_worker: Callable[[], subprocess.Popen[str]]
) -> None:
    worker = start_worker()
    time.sleep(1)
    redis_server.kill()
    time.sleep(1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0


def test_redis_away_is_no_reason_to_refuse_the_decision(web: Runtime, redis_server: RedisServer) -> None:
    redis_server.kill()
    promise(web, "a")
    web.ports.handlers["note"] = lambda work, payload: None
    assert drain(web).done == 1


def test_redis_holds_the_number_of_the_row_and_nothing_else(web: Runtime, redis_server: RedisServer) -> None:
    bridge = RqBridge(redis_server.url)
    promise(web, "Иванова Мария")
    (job,) = bridge.queue.jobs
    assert job.id == f"outbox-{rows(web)['Иванова Мария'].id}-1"
    assert job.args == [rows(web)["Иванова Мария"].id]
    assert b"\x80" not in bridge.connection.hget(job.key, "data")[:1]  # no pickle


def test_offering_twice_queues_once(web: Runtime, redis_server: RedisServer) -> None:
    web.ports.handlers["note"] = lambda work, payload: None
    bridge = RqBridge(redis_server.url)
    promise(web, "a")
    assert bridge.reconcile(web) == []
    assert bridge.reconcile(web) == []
    assert len(bridge.queue) == 1


@pytest.mark.slow
def test_whoever_writes_to_redis_runs_nothing_of_his_own_here(
    web: Runtime, diary: Path, tmp_path: Path, redis_server: RedisServer,
    start_worker: Callable[[], subprocess.Popen[str]],
) -> None:  # fmt: skip
    folder = tmp_path / "made by a stranger"
    strange = RqBridge(redis_server.url).queue
    strange.enqueue_call("os.mkdir", args=[str(folder)])
    start_worker()
    promise(web, "honest")
    wait_until(done(web, 1))
    wait_until(lambda: not strange.job_ids)
    assert not folder.exists()
    assert written(diary) == Counter(["honest"])


def test_a_job_that_names_callbacks_and_addresses_calls_nobody(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Webhook, "send", lambda *_, **__: told.append("sent"))
    strange = RqBridge(redis_server.url).queue
    strange.enqueue_call(
        "os.mkdir", args=[7], on_success=Callback("os.mkdir"), on_failure=Callback("os.mkdir"),
        on_stopped=Callback("os.mkdir"), webhooks=[Webhook("http://127.0.0.1:1/", "finished")],
    )  # fmt: skip
    worker = OutboxWorker([strange.name], connection=strange.connection, serializer="json", stop=Event())
    (queue,) = worker.queues
    assert isinstance(queue, Queue)
    (job,) = queue.jobs
    assert job.func is perform_job
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    job.send_webhooks("finished")
    assert told == []
