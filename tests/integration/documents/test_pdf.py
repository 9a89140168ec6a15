"""PDF copies: made by a job, found again by the file's hash; without LibreOffice a clear refusal."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import NotFound, Refusal
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import pdf, service
from app.documents.queries import file_of, get_document
from app.jobs.runner import drain
from tests.people import open_cases
from tests.unit.documents.hostile_templates import GOOD
from tests.unit.documents.penza import order_plan


@pytest.fixture
def order(penza: Runtime) -> int:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    cases = open_cases(penza)
    with penza.work(SYSTEM) as work:
        order = service.ensure_draft(work, "order_plan", get_case(work.session, cases["41"])).id
    with penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"plan": order_plan()["plan"]})
    drain(penza)
    return order


def ask(system: Runtime, order: int) -> int:
    with system.work(actor(system, "clerk")) as work:
        return pdf.request_pdf(work, order, "paper").id


def row_of(system: Runtime, order: int) -> tuple[int | None, str]:
    work = system.read(actor(system, "clerk"))
    document = get_document(work.session, order)
    paper = file_of(document, "paper")
    assert paper is not None
    assert paper.file is not None
    row = pdf.pdf_of(work, document, paper.file.sha256)
    assert row is not None
    return row.file_id, row.trouble


def test_made_once_and_found_again(penza: Runtime, order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def convert(files: list[bytes], seconds: int = 0) -> list[bytes | str]:
        calls.append(len(files))
        return [b"%PDF-1.7 ready\n%%EOF"] * len(files)

    monkeypatch.setattr(pdf, "office", lambda: "soffice")
    monkeypatch.setattr(pdf, "convert", convert)
    ask(penza, order)
    ask(penza, order)
    drain(penza)
    ask(penza, order)
    drain(penza)
    assert calls == [1]
    file_id, trouble = row_of(penza, order)
    assert file_id is not None
    assert trouble == ""


def test_a_failure_is_told_and_may_be_tried_again(
    penza: Runtime, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "office", lambda: "soffice")
    monkeypatch.setattr(pdf, "convert", lambda files, seconds=0: ["time"] * len(files))
    ask(penza, order)
    drain(penza)
    assert row_of(penza, order) == (None, "time")
    monkeypatch.setattr(pdf, "convert", lambda files, seconds=0: [b"%PDF-1.7\n%%EOF"] * len(files))
    ask(penza, order)
    drain(penza)
    assert row_of(penza, order)[0] is not None


def test_without_libreoffice_the_sentence_is_clear(
    penza: Runtime, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "office", lambda: None)
    with pytest.raises(Refusal, match="LibreOffice"):
        ask(penza, order)
    assert pdf.convert([GOOD, GOOD]) == ["absent", "absent"]


def test_only_what_was_printed_and_is_seen(penza: Runtime, order: int) -> None:
    with penza.work(actor(penza, "clerk")) as work, pytest.raises(NotFound):
        pdf.request_pdf(work, order, "registered")
    with penza.work(actor(penza, "director50")) as work, pytest.raises(NotFound):
        pdf.request_pdf(work, order, "paper")


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    started = time.monotonic()
    assert pdf.run(["sh", "-c", "sleep 60 & sleep 60"], tmp_path, 1) is False
    assert time.monotonic() - started < 5


@pytest.mark.libreoffice
def test_one_bad_file_stops_nobody() -> None:
    made = pdf.convert([GOOD, b"PK\x03\x04 broken", GOOD])
    assert [isinstance(one, bytes) for one in made][::2] == [True, True]
