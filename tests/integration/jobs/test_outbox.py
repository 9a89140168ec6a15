"""The outbox's promise: what was committed happens, once; what fails is seen and holds nobody up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from app.core.actor import SYSTEM, Actor
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime, Work
from app.jobs import outbox
from app.jobs.execution import Tally, looking, perform, run_one
from app.jobs.models import OutboxJob
from app.jobs.rules import LEASE, MAX_ATTEMPTS
from app.jobs.runner import Runner, drain
from tests.servers.databases import TestDatabase

CLERK = Actor(user_id=7, name="clerk")


class Diary:
    """A handler that remembers for which keys it ran, from any thread."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        assert work.actor.is_system
        self.keys.append(payload["key"])


def promise(runtime: Runtime, *keys: str, kind: str = "note", actor: Actor = CLERK) -> None:
    with runtime.work(actor) as work:
        for key in keys:
            outbox.enqueue(work, kind, key, {"key": key})


def rows(runtime: Runtime) -> dict[str, OutboxJob]:
    with looking(runtime) as session:
        return {job.key: job for job in session.scalars(select(OutboxJob))}


@pytest.fixture
def diary(runtime: Runtime) -> Diary:
    diary = Diary()
    runtime.ports.handlers["note"] = diary
    return diary


def explode(work: Work, payload: Mapping[str, Any]) -> None:
    raise ValueError("Иванова Мария, паспорт 5600 123456")


def test_a_committed_promise_is_kept(runtime: Runtime, diary: Diary) -> None:
    promise(runtime, "a", "b")
    assert drain(runtime) == Tally(done=2)
    assert diary.keys == ["a", "b"]
    assert {job.state for job in rows(runtime).values()} == {"done"}
    assert not drain(runtime)


def test_a_promise_of_a_failed_unit_of_work_is_none(runtime: Runtime, diary: Diary) -> None:
    def fail_after_promising() -> None:
        with runtime.work(CLERK) as work:
            outbox.enqueue(work, "note", "a", {"key": "a"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_promising()
    drain(runtime)
    assert rows(runtime) == {}
    assert diary.keys == []


def test_promising_twice_is_promising_once(runtime: Runtime, diary: Diary) -> None:
    promise(runtime, "a")
    with runtime.work(CLERK) as work:
        assert not outbox.enqueue(work, "note", "a", {"key": "a"})
    drain(runtime)
    with runtime.work(CLERK) as work:
        assert not outbox.enqueue(work, "note", "a", {"key": "a"})
        assert outbox.enqueue(work, "other kind", "a")
    drain(runtime)
    assert diary.keys == ["a"]


def test_the_rows_are_offered_only_after_the_commit(runtime: Runtime) -> None:
    offered: list[list[int]] = []
    runtime.ports.after_commit = offered.append
    with runtime.work(CLERK) as work:
        outbox.enqueue(work, "note", "now")
        outbox.enqueue(work, "note", "tomorrow", due=work.now + LEASE)
        assert offered == []
    assert offered == [[rows(runtime)["now"].id]]


def test_a_clock_that_was_set_back_keeps_no_job_waiting(
    runtime: Runtime, diary: Diary, clock: FixedClock
) -> None:
    promise(runtime, "promised", "leased")
    with runtime.work(CLERK) as work:
        outbox.enqueue(work, "note", "later", {"key": "later"}, due=work.now + LEASE)
    with runtime.work(SYSTEM) as work:
        lost = outbox.claim(work.session, work.now, "dead", ["note"], job_id=rows(runtime)["leased"].id)
    assert lost is not None
    clock.advance(hours=-1)
    assert drain(runtime) == Tally(done=2)
    assert sorted(diary.keys) == ["leased", "promised"]


def test_what_fails_after_the_clock_was_set_back_is_tried_with_pauses(
    runtime: Runtime, clock: FixedClock
) -> None:
    runtime.ports.handlers["note"] = explode
    promise(runtime, "a")
    clock.advance(hours=-1)
    assert drain(runtime) == Tally(failed=1)


def test_a_promise_for_later_waits_until_then(runtime: Runtime, diary: Diary, clock: FixedClock) -> None:
    with runtime.work(CLERK) as work:
        outbox.enqueue(work, "note", "later", {"key": "later"}, due=work.now + LEASE)
    assert not drain(runtime)
    clock.advance(seconds=30)
    assert drain(runtime) == Tally(done=1)


def test_an_unknown_kind_stays_for_the_release_that_knows_it(runtime: Runtime, diary: Diary) -> None:
    promise(runtime, "x", kind="of the next release")
    promise(runtime, "a")
    assert drain(runtime) == Tally(done=1)
    assert rows(runtime)["x"].state == "pending"
    runtime.ports.handlers["of the next release"] = diary
    drain(runtime)
    assert diary.keys == ["a", "x"]


def test_a_failure_takes_the_mark_and_its_effects_back(runtime: Runtime, diary: Diary) -> None:
    def half(work: Work, payload: Mapping[str, Any]) -> None:
        outbox.enqueue(work, "note", "child", {"key": "child"})
        work.session.flush()
        raise ValueError

    runtime.ports.handlers["half"] = half
    promise(runtime, "parent", kind="half")
    assert drain(runtime) == Tally(failed=1)
    assert set(rows(runtime)) == {"parent"}
    assert rows(runtime)["parent"].state == "pending"


def test_a_poisoned_job_is_stuck_after_five_tries_and_holds_nobody_up(
    runtime: Runtime, diary: Diary, clock: FixedClock
) -> None:
    runtime.ports.handlers["poison"] = explode
    promise(runtime, "poison", kind="poison")
    for number in range(20):
        promise(runtime, f"good {number}")
        drain(runtime)
        clock.advance(minutes=15)
    poisoned = rows(runtime)["poison"]
    assert (poisoned.state, poisoned.attempts) == ("stuck", MAX_ATTEMPTS)
    assert len(diary.keys) == 20


def test_what_is_kept_of_an_error_names_the_place_and_nobody(runtime: Runtime) -> None:
    runtime.ports.handlers["poison"] = explode
    promise(runtime, "poison", kind="poison")
    drain(runtime)
    error = rows(runtime)["poison"].last_error
    assert error is not None
    assert error.startswith("ValueError at ")
    assert "Иванова" not in error


def test_a_stuck_job_gets_new_tries_when_asked(runtime: Runtime, clock: FixedClock) -> None:
    runtime.ports.handlers["poison"] = explode
    promise(runtime, "poison", kind="poison")
    for _ in range(MAX_ATTEMPTS):
        drain(runtime)
        clock.advance(minutes=15)
    job = rows(runtime)["poison"]
    runtime.ports.handlers["poison"] = lambda work, payload: None
    assert not drain(runtime)
    with runtime.work(SYSTEM) as work:
        assert outbox.retry(work, job.id)
    assert drain(runtime) == Tally(done=1)
    with runtime.work(SYSTEM) as work:
        assert not outbox.retry(work, job.id)


def test_what_a_dead_worker_held_is_done_after_its_lease(
    runtime: Runtime, diary: Diary, clock: FixedClock
) -> None:
    promise(runtime, "a")
    with runtime.work(SYSTEM) as work:
        assert outbox.claim(work.session, work.now, "dead", ["note"])
    clock.advance(seconds=29)
    assert not drain(runtime)
    clock.advance(seconds=2)
    assert drain(runtime) == Tally(done=1)
    assert diary.keys == ["a"]
    assert rows(runtime)["a"].attempts == 2


def test_a_job_that_kills_its_worker_gets_no_sixth_one(
    runtime: Runtime, diary: Diary, clock: FixedClock
) -> None:
    promise(runtime, "killer")
    for _ in range(MAX_ATTEMPTS):
        with runtime.work(SYSTEM) as work:
            assert outbox.claim(work.session, work.now, "dead", ["note"])
        clock.advance(seconds=31)
    promise(runtime, "good")
    drain(runtime)
    assert rows(runtime)["killer"].state == "stuck"
    assert diary.keys == ["good"]


def test_a_worker_that_lost_its_lease_does_nothing(runtime: Runtime, diary: Diary, clock: FixedClock) -> None:
    promise(runtime, "a")
    with runtime.work(SYSTEM) as work:
        slow = outbox.claim(work.session, work.now, "slow", ["note"])
    assert slow is not None
    clock.advance(seconds=31)
    drain(runtime)
    tally = Tally()
    perform(runtime, slow, tally)
    assert not tally
    assert diary.keys == ["a"]
    with runtime.work(SYSTEM) as work:
        assert outbox.fail(work.session, slow, work.now, "too late") is None


def test_only_the_administrator_sees_the_outbox(runtime: Runtime) -> None:
    from app.core.actor import Held
    from app.jobs import policy  # noqa: F401  (declares who sees the rows)

    promise(runtime, "a")
    for role, seen in (("clerk", 0), ("admin", 1)):
        person = Actor(user_id=1, name=role, memberships=(Held(role, 1),))
        with runtime.work(person) as work:
            assert len(work.session.scalars(select(OutboxJob)).all()) == seen


@pytest.mark.slow
def test_each_job_runs_once_with_two_processes_of_two_threads(
    database: TestDatabase, runtimes: Callable[..., Runtime]
) -> None:
    ran: Counter[str] = Counter()
    lock = threading.Lock()

    def count(work: Work, payload: Mapping[str, Any]) -> None:
        with lock:
            ran[payload["key"]] += 1

    web, other = runtimes(database), runtimes(database)
    runners = []
    for runtime in (web, other):
        runtime.ports.handlers["note"] = count
        runner = Runner(runtime, threads=2, sweep=0.2)
        runtime.ports.after_commit = runner.wake
        runners.append(runner)
    promise(web, *(f"early {n}" for n in range(30)))
    for runner in runners:
        runner.start()
    for n in range(30):
        promise(web, f"late {n}")
    wait_until(lambda: len(ran) == 60 and all(job.state == "done" for job in rows(web).values()))
    assert all(runner.stop() for runner in runners)
    assert set(ran.values()) == {1}


def test_a_runner_ends_gracefully_with_the_job_at_hand(
    database: TestDatabase, runtimes: Callable[..., Runtime]
) -> None:
    runtime = runtimes(database)
    begun, ended = threading.Event(), threading.Event()

    def slow(work: Work, payload: Mapping[str, Any]) -> None:
        begun.set()
        time.sleep(0.3)
        ended.set()

    runtime.ports.handlers["note"] = slow
    promise(runtime, "a")
    runner = Runner(runtime, threads=1)
    runner.start()
    assert begun.wait(5)
    assert runner.stop()
    assert ended.is_set()
    assert rows(runtime)["a"].state == "done"


def test_a_commit_wakes_the_runner_before_its_sweep(
    database: TestDatabase, runtimes: Callable[..., Runtime]
) -> None:
    runtime = runtimes(database)
    done = threading.Event()
    runtime.ports.handlers["note"] = lambda work, payload: done.set()
    runner = Runner(runtime, threads=2, sweep=60)
    runtime.ports.after_commit = runner.wake
    runner.start()
    time.sleep(0.1)
    promise(runtime, "a")
    assert done.wait(5)
    assert runner.stop()


def test_one_job_can_be_asked_for_by_its_number(runtime: Runtime, diary: Diary) -> None:
    promise(runtime, "a", "b")
    assert run_one(runtime, "rq", Tally(), job_id=rows(runtime)["b"].id)
    assert diary.keys == ["b"]
    assert not run_one(runtime, "rq", Tally(), job_id=rows(runtime)["b"].id)


def wait_until(happened: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
