"""The seven paragraphs of DOMAIN about the journal of registration, one by one."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from sqlalchemy import select

from app.audit.models import AuditRecord
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.errors import Invalid, Refusal
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import daily, journal, register_page, register_print, register_sheet, service
from app.documents.models import NumberGap, Registration, Series
from app.documents.numbering import SeriesKey
from app.documents.queries import noted_series
from app.documents.rules import IncomingKind
from app.documents.service import HandEntry, IncomingInput, RegisterInput
from app.documents.verify import findings
from tests.integration.documents.test_life import DAY, later, look, registered, signed_order
from tests.people import open_cases


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    return penza_on_both, open_cases(penza_on_both)


def table(system: Runtime, year: int, kind: str = "order") -> tuple[Series, list[register_page.Row]]:
    work = system.read(SYSTEM)
    series = work.session.scalars(select(Series).where(Series.year == year, Series.kind == kind)).one()
    return series, register_page.rows(work.session, series)


def sound(system: Runtime) -> None:
    assert list(findings(system.read(SYSTEM).session, system.ports.storage)) == []


def test_1_a_series_is_whose_of_what_kind_with_which_index_in_which_year(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    one = {"41": cases["41"]}
    draft = signed_order(system, one)
    assert look(system, draft).number == ""  # a number only at the registration of what is signed
    assert registered(system, draft, RegisterInput(DAY)).number == "1-оп"
    with system.work(actor(system, "clerk")) as work:
        service.receive(work, 1, IncomingInput(IncomingKind.letter, "Школа", "Письмо", DAY))
    assert (
        registered(system, signed_order(system, one), RegisterInput(DAY)).number == "2-оп"
    )  # a kind of its own
    new_year = signed_order(system, one)
    later(system, date(2026, 1, 12))
    assert (
        registered(system, new_year, RegisterInput(date(2026, 1, 12))).number == "1-оп"
    )  # restarts 1 January
    assert {(s.kind, s.prefix, s.year, s.counter) for s in system.read(SYSTEM).session.scalars(select(Series))} == {
        ("order", "-оп", 2025, 2), ("incoming", "", 2025, 1), ("order", "-оп", 2026, 1),
    }  # fmt: skip
    sound(system)


def test_2_gaps_are_never_reused_and_each_has_a_row_and_the_year_is_closed(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    one = {"41": cases["41"]}
    registered(system, signed_order(system, one), RegisterInput(DAY, HandEntry("12-оп", "велось на бумаге")))
    assert registered(system, signed_order(system, one), RegisterInput(DAY)).number == "13-оп"
    series, rows = table(system, 2025)
    assert [row.numbers for row in rows] == ["1–11", "12-оп", "13-оп"]
    assert str(rows[0].text).startswith("не внесены")
    assert [row.position for row in rows] == [None, 1, 2]
    assert register_page.closing(series, rows, date(2025, 12, 31)) is None
    closed = register_page.closing(series, rows, date(2026, 1, 12))
    assert closed is not None
    assert (closed.last, closed.count, closed.annulled) == (13, 2, 0)
    assert "последний номер 13" in str(closed.text)
    sound(system)


def test_3_a_number_from_paper_needs_a_reason_and_a_long_leap_a_confirmation(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    order = signed_order(system, {"41": cases["41"]})
    for entry, field in (
        (HandEntry("12-оп", " "), "reason"),
        (HandEntry("абв", "с бумаги"), "number"),
        (HandEntry("102", "с бумаги"), "leap"),
        (HandEntry("99999", "с бумаги"), "number"),
    ):
        with pytest.raises(Invalid) as refused:
            registered(system, order, RegisterInput(DAY, entry))
        assert list(refused.value.fields) == [field]
    assert (
        registered(system, order, RegisterInput(DAY, HandEntry("102", "с бумаги", True))).number == "102-оп"
    )
    line = system.read(SYSTEM).session.scalars(select(Registration)).one()
    assert (line.by_hand, line.reason, line.scan_id is not None) == (True, "с бумаги", True)
    sound(system)


def test_4_a_reservation_expires_and_suffixes_sort_as_on_paper(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    one = {"41": cases["41"]}
    clerk = actor(system, "clerk")
    for number in ("9", "11", "10/1", "10", "10а"):
        registered(
            system, signed_order(system, one), RegisterInput(DAY, HandEntry(number, "с бумаги"), "порядок")
        )
    with system.work(clerk) as work:
        series = journal.lock_series(work, SeriesKey(1, "order", "-оп", 2025))
        gap = service.reserve(work, series, "Приказ об итогах", "Начальник", date(2025, 1, 31))
        assert gap.first == 12
    with pytest.raises(Invalid) as refused:  # nobody else enters it by hand
        registered(system, signed_order(system, one), RegisterInput(DAY, HandEntry("12", "с бумаги")))
    assert list(refused.value.fields) == ["number"]
    later(system, date(2025, 2, 1))
    with system.work(SYSTEM) as work:
        daily.expire_reservations(work, {})
    _series, rows = table(system, 2025)
    assert [row.numbers for row in rows if row.line] == ["9-оп", "10-оп", "10а-оп", "10/1-оп", "11-оп"]
    kept = next(row for row in rows if row.numbers == "12")
    assert "не использован" in str(kept.text)
    assert "Приказ об итогах" in str(kept.text)
    order = signed_order(system, one)  # the clock of the demo stands on 22.01 again
    assert registered(system, order, RegisterInput(DAY, comment="порядок")).number == "13-оп"
    sound(system)


def test_5_annulled_is_a_slip_and_stays_visible(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    one = {"41": cases["41"]}
    order = registered(system, signed_order(system, one), RegisterInput(DAY)).id
    with system.work(actor(system, "clerk")) as work:
        line = work.session.scalars(select(Registration)).one()
        service.annul(work, line.id, "Не тот приказ")
    assert look(system, order).state == "signed"
    with pytest.raises(Refusal):
        with system.work(actor(system, "clerk")) as work:
            service.annul(work, line.id, "ещё раз")
    assert registered(system, order, RegisterInput(DAY)).number == "2-оп"  # the number is spent
    _series, rows = table(system, 2025)
    assert [str(row.mark)[:22] for row in rows] == ["аннулирован: Не тот пр", "Действует"]
    assert look(system, order).values_hash
    sound(system)


def test_6_a_date_out_of_order_is_a_warning_and_the_columns_are_those_of_the_register(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    one = {"41": cases["41"]}
    registered(system, signed_order(system, one), RegisterInput(DAY))
    order = signed_order(system, one)
    with pytest.raises(Invalid) as refused:
        registered(system, order, RegisterInput(date(2025, 1, 20)))
    assert list(refused.value.fields) == ["comment"]
    entry = RegisterInput(
        date(2025, 1, 20), comment="Сдан позже", sheets="2/1", mailing="школы", folder="01-14", note="срочно"
    )
    registered(system, order, entry)
    series, rows = table(system, 2025)
    names = [name for name, _width in register_sheet.COLUMNS]
    assert names[:4] == ["№ п/п", "Рег. №", "Дата", "Заголовок"]
    assert names[-2:] == ["Отметка", "Примечание"]
    with in_locale("ru"):
        assert register_print._values(rows[1])[6:9] == ["2/1", "школы", "01-14"]
        assert "Сдан позже" in register_page.note_of(rows[1].line)  # type: ignore[arg-type]
        for make in (register_sheet.workbook, register_print.document):
            assert make(series, rows, register_page.closing(series, rows, date(2026, 1, 1)))[:2] == b"PK"
        printed = docx.Document(io.BytesIO(register_print.document(series, rows, None))).tables[0]
        signed = rows[1].line.signed_by.replace("\u00a0", " ")  # type: ignore[union-attr]
        assert printed.rows[2].cells[4].text.replace("\u00a0", " ") == signed
        assert "\u00a0" in printed.rows[2].cells[4].text
        assert printed.columns[3].width > 2 * printed.columns[1].width  # the heading needs the place
    sound(system)


def test_7_signed_needs_a_scan_and_the_numbers_of_both_schools_are_in_view(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    registered(system, signed_order(system, cases), RegisterInput(DAY))
    with system.work(SYSTEM) as work:
        case = get_case(work.session, cases["41"])
        scan = service.Proof(b"%PDF-1.4 x\n%%EOF\n", "Договор.pdf")
        from app.documents.proofs import keep_proof

        stored = keep_proof(work, scan, programme_id=1)
        work.session.flush()
        signed = {"curator": DAY, "supported": DAY}
        paper = service.settle_agreement(
            work,
            case,
            signed=signed,
            file_id=stored.id,
            dated=DAY,
            numbers={"curator": "7", "supported": "3/25"},
        )
        assert paper is not None
        assert {s.file_id for s in paper.signatures} == {stored.id}
        assert all(s.noted_at for s in paper.signatures)
        assert paper.number == "7, 3/25"
    work = system.read(actor(system, "clerk"))
    shown = {
        register_page.title(series): [row.numbers for row in register_page.rows(work.session, series)]
        for series in noted_series(work.session)
    }
    assert sorted(numbers[0] for numbers in shown.values()) == ["3/25", "7"]
    assert any("СОШ № 41" in name for name in shown)
    assert not any(row.is_fault for series in noted_series(work.session)
                   for row in register_page.rows(work.session, series))  # fmt: skip
    tags = set(system.read(SYSTEM).session.scalars(select(AuditRecord.tag)))
    assert {"document:sign", "document:register"} <= tags
    assert system.read(SYSTEM).session.scalars(select(NumberGap)).all() == []
    sound(system)
