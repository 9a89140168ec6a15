"""Long work in the hands of real processes that are killed: promised, begun, and what must have come of it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.calendar import service as calendar
from app.calendar.rules import DayInput
from app.cases import service, terms
from app.cases.models import Case, CaseEvent
from app.cases.procedures import moving, versions
from app.cases.procedures.migration import Order
from app.core.actor import SYSTEM
from app.core.clock import FixedClock, TrainingClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.batch_models import PRINTED, DocumentBatch, DocumentBatchRow
from app.documents.models import Document, DocumentFile
from app.engine.actions import Fire
from app.jobs import outbox
from app.jobs.models import OutboxJob
from app.jobs.rules import LEASE, JobState
from app.notifications.models import Notification
from tests.integration.documents.test_batch_job import begin, many_cases
from tests.servers.databases import ROOT
from tests.servers.postgresql import free_port

TODAY = date(2025, 1, 22)  # three days before the risks are to be verified


@dataclass
class LongWork:
    """Many cases to be moved, recounted, papered and reminded of; and what the killed processes left behind."""

    system: Runtime
    cases: list[int]
    batch: int
    environ: dict[str, str]
    clock: TrainingClock
    command: str
    orphans: list[int] = field(default_factory=list)
    retried: int = 0

    def start(self) -> subprocess.Popen[bytes]:
        environ = {**self.environ, "PORT": str(free_port())}
        return subprocess.Popen(
            [sys.executable, "app.py", self.command], cwd=ROOT, env=environ, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=(Path(environ["OPORA_VAR"]) / "log.txt").open("ab"),
        )  # fmt: skip

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As by the kernel when memory is short; another worker need not wait for the lease in a test."""
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.clock.leap(self.clock.now() + LEASE + timedelta(seconds=1))
        if not soon(lambda: not _lives(process.pid), 5):
            self.orphans.append(process.pid)
            os.killpg(process.pid, signal.SIGKILL)

    def done(self) -> int:
        """How many things have been done: moves, recounts, drafts, printed papers, notices, finished jobs."""
        with self.system.database.sessions(info={"actor": SYSTEM}) as session:
            count = (
                select(func.count(CaseEvent.id)).where(CaseEvent.type.in_(["migrated", "terms_recounted"])),
                select(func.count(Document.id)),
                select(func.count(DocumentFile.id)),
                select(func.count(Notification.id)),
                select(func.count(OutboxJob.id)).where(OutboxJob.state == JobState.done),
            )
            return sum(session.scalar(one) or 0 for one in count)

    def left(self) -> Counter[str]:
        """Jobs that are not done, by their kind."""
        with self.system.database.sessions(info={"actor": SYSTEM}) as session:
            rows = session.execute(
                select(OutboxJob.kind, OutboxJob.state).where(OutboxJob.state != JobState.done)
            )
            return Counter(f"{kind} {state}" for kind, state in rows)

    def rests(self) -> bool:
        """Whether nothing is left to be done by itself."""
        return all(name.endswith(JobState.stuck) for name in self.left())

    def given_up(self) -> int:
        """A job that lost five workers is put aside; the administrator has those done all the same."""
        with self.system.work(SYSTEM) as work:
            stuck = work.session.scalars(select(OutboxJob.id).where(OutboxJob.state == JobState.stuck)).all()
            found = sum(outbox.retry(work, job_id) for job_id in stuck)
        self.retried += found
        return found


def soon(is_so: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def long_work(system: Runtime, folder: Path, number: int, environ: dict[str, str], command: str) -> LongWork:
    """Promise all four at once, at nine in the morning: they get into each other's way."""
    assert isinstance(system.clock, FixedClock)
    cases = many_cases(system, number)
    with system.work(actor(system, "methodist")) as work:
        for case_id, _school in cases:
            service.act(work, case_id, Fire("start_diagnosis"), 1)
    with system.work(actor(system, "admin")) as work:
        versions.publish(work, "school_support", 2)
    nine = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=system.ports.zone)
    system.clock.move(nine)
    with system.work(SYSTEM) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 29), False, "карантин"))
    with system.work(actor(system, "admin")) as work:
        terms.begin_recount(work, [case_id for case_id, _school in cases])
        assert moving.begin(work, Order("school_support", 1, 2)) == number
    batch = begin(system, cases)
    settings = system.settings
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATABASE_URL": settings.database_url, "STORAGE_URL": settings.storage_url, "OPORA_VAR": str(folder),
        "SECRET_KEY": settings.secret_key, "OPORA_DEMO": "1", "CLOCK": TODAY.isoformat(), "LIBREOFFICE": "off",
        **environ,
    }  # fmt: skip
    clock = TrainingClock(nine, folder / "training-clock")
    return LongWork(system, [case_id for case_id, _school in cases], batch, environ, clock, command)


def kill_again_and_again(work: LongWork, kills: int, seed: int, pace: tuple[int, int] = (25, 60)) -> int:
    """Start, kill at an instant chosen by the seed, start again; the last one finishes. The answer is how many."""
    chosen, killed = random.Random(seed), 0
    for _number in range(kills):
        process = work.start()
        goal = work.done() + chosen.randint(*pace)
        came = soon(lambda goal=goal: work.done() >= goal or work.rests(), 60)
        is_over = work.rests()
        time.sleep(chosen.random() * 0.03)
        work.kill(process)
        assert came, work.left()
        if is_over:
            break
        killed += 1
    process = work.start()
    try:
        assert soon(work.rests, 240), work.left()
        if work.given_up():
            assert soon(work.rests, 60), work.left()
    finally:
        work.kill(process)
    return killed


def faults(work: LongWork) -> list[str]:
    """What is not as if nobody had been killed."""
    found = [f"orphan of {pid}" for pid in work.orphans]
    number = len(work.cases)
    with work.system.database.sessions(info={"actor": SYSTEM}) as session:
        for kind in ("migrated", "terms_recounted"):
            times = Counter(session.scalars(select(CaseEvent.case_id).where(CaseEvent.type == kind)))
            # a case whose move came first has been counted by the new calendar with it
            few = 0 if kind == "migrated" else number // 2
            if set(times.values()) != {1} or len(times) < number - few:
                found.append(f"{kind}: {Counter(times.values())}")
        moved = session.scalar(select(func.count(Case.id)).where(Case.definition_version == 2))
        if moved != number:
            found.append(f"in version 2: {moved}")
        states = Counter(session.scalars(select(DocumentBatchRow.state)))
        if states != {PRINTED: number}:
            found.append(f"papers: {states}")
        papers = session.scalar(select(func.count(Document.id)))
        files = session.scalar(select(func.count(DocumentFile.id)))
        if (papers, files) != (number, number):
            found.append(f"{papers} papers, {files} files")
        if session.scalar(select(func.count(DocumentBatch.id)).where(DocumentBatch.finished_at.is_(None))):
            found.append("the batch is not finished")
        told = Counter(
            (user, key.partition("/")[2]) for user, key in session.execute(
                select(Notification.user_id, Notification.key).where(Notification.code == "terms.remind")
            )
        )  # fmt: skip
        if not told or any(times != number for times in told.values()):
            found.append(f"reminders: {told}")
        # the curator and the methodist of each case that was recounted
        recounted = session.scalar(
            select(func.count(CaseEvent.id)).where(CaseEvent.type == "terms_recounted")
        )
        moves = Counter(
            session.scalars(select(Notification.user_id).where(Notification.code == "terms.moved"))
        )
        if not moves or set(moves.values()) != {recounted}:
            found.append(f"moved terms: {moves} of {recounted}")
    reader = work.system.read(actor(work.system, "admin"))
    if terms.preview(reader):
        found.append("terms still to be moved")
    if moving.progress(reader, "school_support", 1) or terms.recount_progress(reader):
        found.append("a page says that it goes on")
    work.system.database.session.remove()
    proof = subprocess.run(
        [sys.executable, "app.py", "verify"], cwd=ROOT, env=work.environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    if proof.returncode:
        found.append(proof.stdout)
    return found
