"""`kill -9` in the middle of long work: the next process finishes it, and nothing has happened twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.core.unit_of_work import Runtime
from app.jobs.rules import MAX_ATTEMPTS, JobState
from tests.integration.jobs.killed import faults, kill_again_and_again, long_work, soon
from tests.servers.mail import MailServer

KILLS = int(os.environ.get("KILLS", "2"))


@pytest.mark.slow
@pytest.mark.redis
def test_killed_processes_leave_nothing_undone_and_nothing_doubled(
    penza_on_both: Runtime, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """SQLite: the web process with its workers; PostgreSQL: a worker of Redis. `KILLS=30` tries more of them."""
    mail = MailServer()
    mail.start()
    environ = {"MAIL_URL": mail.url, "MAIL_FROM": "Опора <opora@example.org>"}
    if penza_on_both.database.is_sqlite:
        command = "serve"
    else:
        command = "worker"
        environ["REDIS_URL"] = request.getfixturevalue("redis_server").url
    work = long_work(penza_on_both, tmp_path, max(40, 10 * KILLS), environ, command)
    try:
        killed = kill_again_and_again(work, KILLS, seed=20250117)
    finally:
        mail.stop()
    print(f"{command}: {killed} killed at work, {len(mail.letters)} letters, {work.retried} jobs put aside")
    assert work.retried == 0 or killed >= MAX_ATTEMPTS
    assert killed > KILLS // 2
    assert faults(work) == []
    twice = len(mail.letters) - len({letter["Message-ID"] for _to, letter in mail.letters})
    assert twice <= 2 * killed, "a letter that was on its way goes once more, under the same Message-ID"


@pytest.mark.slow
def test_a_web_process_that_is_asked_to_end_finishes_the_jobs_at_hand(penza: Runtime, tmp_path: Path) -> None:
    work = long_work(penza, tmp_path, 40, {}, "serve")
    process = work.start()
    begun = work.done()
    try:
        assert soon(lambda: work.done() > begun + 20, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
    left = work.left()
    assert left, "it was asked in the middle"
    assert not [name for name in left if name.endswith(JobState.claimed)], left
