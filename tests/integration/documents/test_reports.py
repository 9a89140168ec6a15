"""Reports on visits and results, the exported journal, and what the calendar does to papers every night."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, Refusal
from app.core.unit_of_work import Runtime
from app.curation import report_steps, visits
from app.curation.recommendations import Advice
from app.curation.rules import VisitGround
from app.curation.visits import Lesson, VisitInput
from app.demo.penza import actor
from app.documents import daily, journal, register_page, register_sheet, reservations, service
from app.documents.docx.frozen import digest, freeze
from app.documents.docx.rendering import document_text
from app.documents.journal import HandEntry, Line
from app.documents.models import Document, NumberGap, Series
from app.documents.numbering import SeriesKey
from app.documents.queries import get_document
from app.documents.rules import DocumentState
from app.documents.verify import findings
from app.jobs.runner import drain
from app.jobs.schedule import Daily
from app.results import procedures
from app.results import service as results
from app.results.procedures import ProcedureData, YearData

PDF = b"%PDF-1.4 signed\n%%EOF\n"
VISIT = VisitInput(
    send_key="a-visit", held_on=date(2025, 1, 15), ground=VisitGround.order, purpose="Подтверждение профиля",
    curator_people="Примерная Е.Д., директор", school_people="Тестова Л.Ф., директор",
    lessons=[Lesson("5А", "математика", "Единицына А.Р.", "темп высокий")],
    findings="Первое.\nВторое.", recommendations=[Advice("Провести пробник", "завуч", date(2025, 1, 31))],
)  # fmt: skip


def at(system: Runtime, day: date) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime.combine(day, time(9), UTC))


def paper_text(system: Runtime, document_id: int) -> str:
    drain(system)
    system.database.session.remove()
    work = system.read(SYSTEM)
    document = get_document(work.session, document_id)
    file = max((f for f in document.files), key=lambda f: f.revision)
    assert file.file is not None, file.trouble
    return document_text(work.ports.storage.get(file.file.sha256)).replace("\u00a0", " ")


@pytest.fixture
def visit(penza: Runtime, cases: dict[str, int]) -> int:
    """The visit to school № 41, its report handed to the director."""
    at(penza, date(2025, 1, 16))
    with penza.work(actor(penza, "curator66")) as work:
        visit = visits.record_visit(work, cases["41"], VISIT)
        report_steps.submit_report(work, cases["41"], visit.id)
        return visit.id


def test_the_report_on_a_visit_is_one_paper(penza: Runtime, cases: dict[str, int], visit: int) -> None:
    with penza.work(actor(penza, "curator66")) as work:
        first = report_steps.print_report(work, cases["41"], visit)
    with penza.work(actor(penza, "methodist")) as work:
        assert report_steps.print_report(work, cases["41"], visit) == first
    text = paper_text(penza, first)
    for words in (
        "о выезде школы-куратора в МБОУ СОШ № 41", "Дата выезда: 15.01.2025", "Примерная Е.Д. – директор",
        "1. Первое.", "срок – до 31.01.2025.", "16.01.2025", "Согласна / имею возражения", "Е.Д. Примерная",
    ):  # fmt: skip
        assert words in text, words
    document = get_document(penza.read(SYSTEM).session, first)
    assert (document.revision, document.subject, document.number) == (1, f"visit:{visit}", "")
    at(penza, date(2025, 1, 17))
    with penza.work(actor(penza, "director41")) as work:
        report_steps.acknowledge(work, cases["41"], visit)
    with penza.work(actor(penza, "curator66")) as work:
        assert report_steps.print_report(work, cases["41"], visit) == first
    assert "Со справкой ознакомлена 17.01.2025 (отметка в системе «Опора»)." in paper_text(penza, first)
    work = penza.read(actor(penza, "director41"))
    assert work.ports.papers is not None
    found = work.ports.papers.find_report(work, f"visit:{visit}")
    assert found is not None
    assert (found.id, found.is_signed) == (first, False)
    stranger = penza.read(actor(penza, "curator27"))
    assert stranger.ports.papers is not None
    assert stranger.ports.papers.find_report(stranger, f"visit:{visit}") is None


def test_only_those_who_write_it_print_it(penza: Runtime, cases: dict[str, int], visit: int) -> None:
    for who in ("director41", "deputy41", "clerk", "head"):
        with pytest.raises(Forbidden), penza.work(actor(penza, who)) as work:
            report_steps.print_report(work, cases["41"], visit)
    with pytest.raises(Invalid), penza.work(actor(penza, "clerk")) as work:
        service.draft(work, "visit_report", [cases["41"]])


def test_the_scan_makes_the_report_signed(penza: Runtime, cases: dict[str, int], visit: int) -> None:
    proof = service.Proof(PDF, "Справка.pdf")
    with penza.work(actor(penza, "curator66")) as work:
        paper = report_steps.print_report(work, cases["41"], visit)
    with pytest.raises(Refusal), penza.work(actor(penza, "methodist")) as work:
        service.edit(work, paper, {"purpose": "Другая"})
    with penza.work(actor(penza, "director41")) as work:
        report_steps.acknowledge(work, cases["41"], visit)
    with (
        pytest.raises(Refusal, match="Напечатайте справку заново"),
        penza.work(actor(penza, "curator66")) as work,
    ):
        service.attach_scan(work, paper, proof, date(2025, 1, 16))  # the director has answered since
    with penza.work(actor(penza, "curator66")) as work:
        service.refresh(work, paper)
        service.attach_scan(work, paper, proof, date(2025, 1, 16))
    with penza.work(actor(penza, "curator66")) as work:
        document = get_document(work.session, paper)
        assert document.in_state == DocumentState.signed
        assert [s.person.surname for s in document.signatures] == ["Примерная"]
        assert report_steps.print_report(work, cases["41"], visit) == paper
        report_steps.add_to_report(work, cases["41"], visit, "Уточнён срок")
    with penza.work(actor(penza, "curator66")) as work:
        later = report_steps.print_report(work, cases["41"], visit)
    assert later != paper  # what was signed stays, the addition goes into a new paper
    assert "Уточнён срок." in paper_text(penza, later)
    assert list(findings(penza.read(SYSTEM).session, penza.ports.storage)) == []


def test_the_report_on_results(penza: Runtime, cases: dict[str, int]) -> None:
    with pytest.raises(Refusal), penza.work(actor(penza, "methodist")) as work:
        results.print_report(work, cases["41"])  # nothing is concluded yet
    with penza.work(actor(penza, "methodist")) as work:
        years = (YearData(2024, 41, 14), YearData(2025, held=False))
        procedures.add_procedure(work, cases["41"], ProcedureData("oge", "russian", 9, years))
        results.write_analysis(work, cases["41"], "Доля снизилась.\nРиски сохраняются.")
        paper = results.print_report(work, cases["41"])
    text = paper_text(penza, paper)
    for words in (
        "34,1 %",
        "не проводи\u00adлось",
        "4.2. Риски сохраняются.",
        "по состоянию на 09.01.2025",
        "А.П. Учебная",
    ):
        assert words in text, words
    with pytest.raises(Forbidden), penza.work(actor(penza, "curator66")) as work:
        results.print_report(work, cases["41"])


def series_of(work: Any, case_id: int) -> Series:
    office = get_case(work.session, case_id).programme.authority_id
    return journal.lock_series(work, SeriesKey.on(office, "order", "-оп", date(2025, 1, 9)))


def test_the_exported_journal(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "clerk")) as work:
        series = series_of(work, cases["41"])
        journal.enter_by_hand(
            work,
            series,
            Line(date(2025, 1, 9), '=HYPERLINK("http://x")\x07', note="+1"),
            HandEntry("2-оп", "с бумаги"),
        )
        reservations.reserve(work, series, "приказ о кураторах", until=date(2025, 1, 20))
        rows = register_page.rows(work.session, series)
        closed = register_page.closing(series, rows, date(2026, 1, 1))
        assert register_page.closing(series, rows, date(2025, 12, 31)) is None
        assert closed is not None
        assert (closed.last, closed.count) == (3, 1)
        data = register_sheet.workbook(series, rows, closed)
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    formula = cells['=HYPERLINK("http://x")']
    assert formula.data_type == "s"
    row = [cell.value for cell in sheet[formula.row]]
    assert row[:3] == [1, "2-оп", datetime(2025, 1, 9)]
    assert sheet.cell(formula.row, 3).number_format == "DD.MM.YYYY"
    assert [cell.value for cell in sheet[4]][-2:] == ["Отметка", "Примечание"]
    assert sheet.page_setup.orientation == "landscape"
    assert any(
        isinstance(v, str) and v.startswith("Журнал за 2025 год закрыт: последний номер 3") for v in cells
    )


def test_a_reservation_nobody_used(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "clerk")) as work:
        series = series_of(work, cases["41"])
        key = reservations.reserve(work, series, "приказ", "Условный И.П.", date(2025, 1, 20)).id
        with pytest.raises(Invalid):
            reservations.reserve(work, series, "приказ", until=date(2026, 1, 1))
    for day, reason in ((date(2025, 1, 20), "reserved"), (date(2025, 1, 21), "not_used")):
        at(penza, day)
        with penza.work(SYSTEM) as work:
            daily.expire_reservations(work, {})
        gap = penza.read(SYSTEM).session.scalars(select(NumberGap).where(NumberGap.id == key)).one()
        assert gap.reason == reason
        penza.database.session.remove()
    assert {p.kind for p in penza.ports.periodic if isinstance(p, Daily)} >= {daily.TERMS, daily.RESERVATIONS}
    assert {daily.TERMS, daily.RESERVATIONS} <= set(penza.ports.handlers)


def test_an_agreement_is_in_force_from_its_day_to_its_last(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(SYSTEM) as work:
        paper = service.ensure_draft(work, "agreement", get_case(work.session, cases["41"]))
        values = {**paper.values, "starts": freeze(date(2025, 2, 1)), "ends": freeze(date(2025, 12, 31))}
        paper.values, paper.values_hash, paper.state = values, digest(values), DocumentState.registered.value
        key = paper.id
    for day, state in (
        (date(2025, 1, 31), "registered"), (date(2025, 2, 1), "in_force"), (date(2025, 12, 31), "in_force"),
        (date(2026, 1, 1), "expired"),
    ):  # fmt: skip
        at(penza, day)
        with penza.work(SYSTEM) as work:
            daily.keep_terms(work, {})
        found = penza.read(SYSTEM).session.scalars(select(Document).where(Document.id == key)).one()
        assert found.state == state, day
        penza.database.session.remove()
