"""Sixty agreements at once: one bad value stops nobody, a killed worker loses nothing, the files are the usual ones."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from app import config, wiring
from app.cases import service as case_service
from app.cases.queries import programmes
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import SINCE, actor
from app.documents import batch_job, batch_page, service
from app.documents.batch_job import BatchPress
from app.documents.batch_models import FAILED, PRINTED, REFUSED, DocumentBatch, DocumentBatchRow
from app.documents.docx.frozen import thaw
from app.documents.docx.pool import RenderPool
from app.documents.docx.process import Child
from app.documents.docx.rendering import render
from app.documents.language.names import prefill_person, prefill_position
from app.documents.language.offices import prefill_organisation
from app.documents.models import Document, DocumentFile
from app.documents.printing import print_document
from app.documents.templates import registry
from app.jobs.models import OutboxJob
from app.jobs.rules import LEASE
from app.jobs.runner import drain
from app.schools.queries import organisations
from app.schools.service import add_organisation, add_person, appoint
from tests.people import START

NUMBER = 60
BAD = 17  # the school whose name holds a sign no paper may print


def many_cases(system: Runtime, number: int = NUMBER) -> list[tuple[int, str]]:
    """Cases of as many invented schools, each with the curator school № 66."""
    with system.work(SYSTEM) as work:
        programme = programmes(work.session)[0]
        curator = next(one for one in organisations(work.session) if one.code == "66")
        found = []
        for no in range(number):
            full = f"Муниципальное бюджетное общеобразовательное учреждение средняя школа № {1000 + no}"
            school = add_organisation(
                work, code=f"r{no}", kind="school", full_name=full, short_name=f"МБОУ СОШ № {1000 + no}",
                forms={"full": prefill_organisation(full), "short": {"nomn": f"МБОУ СОШ № {1000 + no}"}},
                forms_checked_at=work.now,
            )  # fmt: skip
            names = ("Примерный", "Павел", "Петрович", "masculine")
            person = add_person(
                work, surname=names[0], given=names[1], patronymic=names[2], gender=names[3],
                forms=prefill_person(*names), forms_checked_at=work.now,
            )  # fmt: skip
            work.session.flush()
            appoint(
                work, person, school, "директор", since=SINCE, forms=prefill_position("директор"),
                is_signatory=True, basis="Устава",
            )  # fmt: skip
            case = case_service.open_case(work, programme=programme, school=school, curator=curator)
            found.append((case.id, school.short_name))
        return found


def begin(system: Runtime, cases: list[tuple[int, str]]) -> int:
    with system.work(actor(system, "clerk")) as work:
        programme = programmes(work.session)[0]
        kind = registry().on("agreement", work.today)
        return batch_job.begin(work, kind, programme, cases).id


def counts(system: Runtime, key: int) -> Counter[str]:
    rows = system.read(SYSTEM).session.scalars(
        select(DocumentBatchRow.state).where(DocumentBatchRow.batch_id == key)
    )
    return Counter(rows)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine does not cut a part short."""
    monkeypatch.setattr(batch_job, "MAKING", 600.0)
    monkeypatch.setattr(batch_job, "PRINTING", 600.0)


def test_sixty_agreements_one_bad_value_stops_nobody(penza_on_both: Runtime) -> None:
    """The progress is seen between the parts; each file equals the one printed by itself."""
    system = penza_on_both
    cases = many_cases(system)
    with system.work(SYSTEM) as work:
        bad = next(one for one in organisations(work.session) if one.code == f"r{BAD}")
        bad.full_name = "Школа\x01 с непечатным знаком"
        case_service.get_case(work.session, cases[5][0]).status = "suspended"
    key = begin(system, cases)
    assert counts(system, key) == {"waiting": NUMBER}
    with RenderPool(workers=2) as pool:
        press = BatchPress(pool)
        press.outside(system, {"batch": key, "part": 0})
        state = batch_page.state_of(system.read(SYSTEM), batch_of(system, key), 1)
        assert (state.printed, state.done, state.total) == (48, 50, NUMBER)
        assert state.batch.finished_at is None
        assert [line.state for line in state.lines[:2]] == [REFUSED, FAILED]
        assert sum(child.process is not None for child in pool.children) == 2
    drain(system)
    assert counts(system, key) == {PRINTED: NUMBER - 2, FAILED: 1, REFUSED: 1}
    assert batch_of(system, key).finished_at is not None
    state = batch_page.state_of(system.read(SYSTEM), batch_of(system, key), 1)
    suspended, refused = state.lines[:2]
    assert suspended.document_id is None
    assert suspended.reasons
    assert "supported.full_name" in str(refused.reasons[0]) or "supported" in str(refused.reasons[0])
    assert f"/documents/{refused.document_id}/edit" == refused.reasons[0].link
    session = system.read(SYSTEM).session
    kinds = Counter(session.scalars(select(OutboxJob.kind)))
    assert kinds["documents.render"] == 0  # no job for each paper
    assert kinds[batch_job.JOB] == 1
    for row in files_of(system):
        assert row.file is not None
        document = session.scalars(select(Document).where(Document.id == row.document_id)).one()
        usual = render(system.ports.storage.get(document.template_hash), thaw(document.values))
        assert system.ports.storage.get(row.file.sha256) == usual
    document = session.scalars(select(Document).order_by(Document.id).limit(1)).one()
    payload = {"document": document.id, "copy": "paper", "revision": document.revision}
    with system.work(SYSTEM) as work:
        print_document(work, payload)  # the usual way finds the file and leaves it
    assert len(files_of(system)) == NUMBER - 2
    again = begin(system, cases)
    drain(system)
    assert counts(system, again) == counts(system, key)  # the papers were there: nothing is made twice
    assert len(files_of(system)) == NUMBER - 2


def test_a_worker_killed_in_the_middle_loses_nothing(penza_on_both: Runtime, tmp_path: Path) -> None:
    system = penza_on_both
    key = begin(system, many_cases(system))
    url = system.settings.database_url
    worker = multiprocessing.get_context("spawn").Process(target=die_in_the_middle, args=(url, str(tmp_path)))
    worker.start()
    worker.join(120)
    assert worker.exitcode == -signal.SIGKILL
    assert counts(system, key) == {
        "made": 50,
        "waiting": 10,
    }  # the drafts stand, the half-entered part does not
    assert files_of(system) == []
    assert drain(system).done == 0  # the lease of the dead worker
    assert isinstance(system.clock, FixedClock)
    system.clock.move(START + LEASE + timedelta(seconds=1))
    tally = drain(system)
    assert (tally.done, tally.failed) == (2, 0)
    assert counts(system, key) == {PRINTED: NUMBER}
    assert len(files_of(system)) == NUMBER
    assert len({row.document_id for row in files_of(system)}) == NUMBER


def test_a_killed_child_loses_no_paper_of_the_others(penza: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    key = begin(penza, many_cases(penza, 8))
    asked = Child.send
    killed: list[int] = []

    def send(self: Child, head: dict[str, object], body: bytes) -> None:
        if not killed and head["op"] == "render":
            assert self.process is not None
            killed.append(self.process.pid)
            os.kill(self.process.pid, signal.SIGKILL)
        asked(self, head, body)

    monkeypatch.setattr(Child, "send", send)
    with RenderPool(workers=2) as pool:
        BatchPress(pool).outside(penza, {"batch": key, "part": 0})
    assert killed
    assert counts(penza, key) == {PRINTED: 8}


def test_a_draft_asks_as_little_of_a_large_programme(penza: Runtime) -> None:
    """What one draft reads does not depend on how many cases the programme has."""
    cases = many_cases(penza, 30)
    first, second = begin(penza, cases[:1]), begin(penza, cases[1:2])
    BatchPress().outside(penza, {"batch": first, "part": 0})  # learns what is remembered
    with statements(penza) as asked:
        BatchPress().outside(penza, {"batch": second, "part": 0})
    assert counts(penza, second) == {PRINTED: 1}
    assert len(asked) < 55  # 52 as it is written: 32 for the draft, the rest for the part and its printing


def test_one_order_about_many_cases_is_filled_once(penza: Runtime) -> None:
    cases = [key for key, _school in many_cases(penza, 30)]
    with statements(penza) as asked, penza.work(actor(penza, "clerk")) as work:
        document = service.draft(work, "order_results", cases)
        assert (document.revision, len(document.cases)) == (1, 30)
        assert [job.kind for job in work.session.scalars(select(OutboxJob))].count("documents.render") <= 1
    assert len(asked) < 11 * len(cases)  # nine for each, one after the other; none for each pair of them


@contextmanager
def statements(system: Runtime) -> Iterator[list[str]]:
    """What the database is asked within the block."""
    found: list[str] = []

    def note(*what: object) -> None:
        found.append(str(what[2]))

    event.listen(system.database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(system.database.engine, "before_cursor_execute", note)


def batch_of(system: Runtime, key: int) -> DocumentBatch:
    session = system.read(SYSTEM).session
    session.expire_all()
    return session.scalars(select(DocumentBatch).where(DocumentBatch.id == key)).one()


def files_of(system: Runtime) -> list[DocumentFile]:
    return list(
        system.read(SYSTEM).session.scalars(
            select(DocumentFile).where(DocumentFile.file_id.is_not(None)).order_by(DocumentFile.id)
        )
    )


def die_in_the_middle(url: str, folder: str) -> None:
    """Another process that begins the job and is killed while it enters the printed files."""
    settings = config.load(
        {"DATABASE_URL": url, "STORAGE_URL": f"file:{folder}/files",
         "SECRET_KEY": "a secret that only the tests know, long enough"},
        demo=True, var=Path(folder),
    )  # fmt: skip
    system = wiring.build(settings, FixedClock(START))
    entered: list[int] = []
    enter = batch_job.enter

    def kill(*args: object) -> None:
        entered.append(1)
        if len(entered) == 20:
            os.kill(os.getpid(), signal.SIGKILL)
        enter(*args)  # type: ignore[arg-type]

    batch_job.MAKING = batch_job.PRINTING = 600.0
    batch_job.enter = kill  # type: ignore[assignment]
    drain(system)
