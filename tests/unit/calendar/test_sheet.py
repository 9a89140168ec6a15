"""A year from a file: our template comes back, faults are told by cell, strange files are refused quickly."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import Workbook

from app.calendar import holidays_ru, sheet
from app.calendar.rules import DayInput, differences
from app.calendar.sheet import SheetFaults
from app.core.errors import Invalid
from app.core.i18n import in_locale


def book(rows: list[list[object]], head: bool = True) -> bytes:
    made = Workbook()
    page = made.active
    if head:
        page.append(["Дата", "Работаем или отдыхаем", "Примечание"])
    for row in rows:
        page.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def repacked(
    data: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027, 2031])
def test_the_template_comes_back_as_it_went(year: int) -> None:
    known = holidays_ru.days_of(year)
    days = sheet.read(sheet.template(year, known), year)
    assert {day.date: (day.is_working, day.title) for day in days} == dict(known)


def test_dates_and_words_in_several_spellings_and_without_a_head() -> None:
    rows = [[date(2026, 1, 1), "Отдыхаем", "Новый год"], ["02.01.2026", " ВЫХОДНОЙ  день ", None],
            ["2026-01-10", "works", "перенос"], [None, None, None], ["03.01.2026", "Rest", "=1+1"]]  # fmt: skip
    days = sheet.read(book(rows, head=False), 2026)
    assert [(f"{day.date:%d.%m}", day.is_working) for day in days] == [
        ("01.01", False), ("02.01", False), ("03.01", False), ("10.01", True),
    ]  # fmt: skip


def test_every_fault_is_told_by_its_cell() -> None:
    rows: list[list[object]] = [
        ["01.01.2026", "Отдыхаем", ""], ["вчера", "Отдыхаем", ""], ["05.01.2025", "Отдыхаем", ""],
        ["06.01.2026", "может быть", ""], ["01.01.2026", "Отдыхаем", ""], ["07.01.2026", "Работаем", "x" * 300],
        [None, "Работаем", ""], ["08.01.2026", "Работаем", "", "лишнее"], [45000, "Работаем", ""],
    ]  # fmt: skip
    with pytest.raises(SheetFaults) as refused, in_locale("ru"):
        sheet.read(book(rows), 2026)
    told = [str(fault) for fault in refused.value.faults]
    assert [fault.cell for fault in refused.value.faults] == ["A3", "A4", "B5", "A6", "C7", "A8", "D9", "A10"]
    assert "«вчера» – это не дата" in told[0]
    assert "2026" in told[1]
    assert "«может быть»" in told[2]
    assert "в строке 2" in told[3]


def lone_cell(name: str, data: bytes) -> bytes:
    if "sheet1" not in name:
        return data
    return data.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def wide_cell(name: str, data: bytes) -> bytes:
    if "sheet1" not in name:
        return data
    return data.replace(b"</sheetData>", b'<row r="40"><c r="XFD40"><v>1</v></c></row></sheetData>')


def damaged_inside(data: bytes) -> bytes:
    """One entry whose compressed stream is no deflate, behind a directory that is whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet_entry = next(one for one in package.infolist() if "sheet1" in one.filename)
        begins = sheet_entry.header_offset + 30 + len(sheet_entry.filename)
        return (
            data[:begins] + b"\xff" * sheet_entry.compress_size + data[begins + sheet_entry.compress_size :]
        )


GOOD = book([["01.01.2026", "Отдыхаем", "Новый год"]])
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "02.01.2026">]>'


def elsewhere(change: Callable[[bytes], bytes]) -> bytes:
    """The sheet under a name that does not look like one."""

    def called(name: str, data: bytes) -> bytes:
        return data.replace(b"worksheets/sheet1.xml", b"odd/sheet.dat")

    whole = repacked(GOOD, called)
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        sheet_part = package.read("xl/worksheets/sheet1.xml")
    return repacked(whole, lambda _name, data: data, {"xl/odd/sheet.dat": change(sheet_part)})


def after_rows(data: bytes, rows: bytes) -> bytes:
    return data.replace(b"</sheetData>", rows + b"</sheetData>")


def costly_styles(name: str, data: bytes) -> bytes:
    if "styles" not in name:
        return data
    return re.sub(rb"<cellXfs[^>]*>", lambda found: found[0] + b"<xf/>" * 1_000_000, data)


def costly_row(name: str, data: bytes) -> bytes:
    return after_rows(data, b'<row r="7">' + b"<c/>" * 900_000 + b"</row>") if "sheet1" in name else data


def costly_names(name: str, data: bytes) -> bytes:
    names = b"<definedNames>" + b'<definedName name="a">A1</definedName>' * 150_000 + b"</definedNames>"
    return data.replace(b"</workbook>", names + b"</workbook>") if name == "xl/workbook.xml" else data


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "no zip": b"PK\x03\x04 but nothing follows",
    "a text": "Дата;Работаем".encode(),
    "cut": GOOD[: len(GOOD) // 2],
    "damaged inside": damaged_inside(repacked(GOOD, lambda n, d: d)),
    "a cell at the very end": repacked(GOOD, lone_cell),
    "too many rows": book([[date(2026, 1, 1), "Отдыхаем", ""] for _number in range(2000)]),
    "a zip bomb": repacked(GOOD, lambda n, d: d, {"xl/media/zero.bin": b"\0" * 60_000_000}),
    "an entity": repacked(GOOD, lambda n, d: d if "sheet1" not in n else d.replace(
        b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)),
    "utf-16": repacked(GOOD, lambda n, d: d if "sheet1" not in n else d.decode().encode("utf-16")),
    "a million styles": repacked(GOOD, costly_styles),
    "a row of a million cells": repacked(GOOD, costly_row),
    "many names": repacked(GOOD, costly_names),
    "an entity elsewhere": elsewhere(lambda data: DOCTYPE + data),
    "a cell at the very end of a sheet elsewhere": elsewhere(lambda data: lone_cell("sheet1", data)),
    "macros": repacked(GOOD, lambda n, d: d, {"xl/vbaProject.bin": b"macro"}),
    "many members": repacked(GOOD, lambda n, d: d, {f"x/{number}.xml": b"<a/>" for number in range(200)}),
    "no workbook": repacked(GOOD, lambda n, d: d if n != "xl/workbook.xml" else b"<nothing/>"),
    "a broken sheet": repacked(GOOD, lambda n, d: d if "sheet1" not in n else b"<worksheet><sheetData><row"),
    "no days": book([]),
    "two megabytes": b"PK\x03\x04" + b"x" * 2_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strange_file_is_refused_in_words_and_quickly(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(Invalid) as refused, in_locale("ru"):
        sheet.read(HOSTILE[name], 2026)
    assert time.monotonic() - began < 2
    assert re.search("[а-я]", str(refused.value))


def test_a_sheet_is_found_wherever_the_file_keeps_it() -> None:
    assert len(sheet.read(elsewhere(lambda data: data), 2026)) == 1


def test_empty_rows_down_to_the_last_one_are_no_data() -> None:
    """LibreOffice writes them for a column that was formatted as a whole."""
    tail = b"".join(
        b'<row r="%d" customFormat="false" ht="12.8"/>' % number for number in range(1048573, 1048577)
    )
    data = repacked(GOOD, lambda name, part: after_rows(part, tail) if "sheet1" in name else part)
    assert len(sheet.read(data, 2026)) == 1


def test_the_first_row_is_no_head_when_it_says_that_people_rest() -> None:
    rows: list[list[object]] = [["1 января 2026", "Отдыхаем", ""], ["02.01.2026", "Отдыхаем", ""]]
    with pytest.raises(SheetFaults) as refused:
        sheet.read(book(rows, head=False), 2026)
    assert [fault.cell for fault in refused.value.faults] == ["A1"]


def test_the_sheet_people_see_is_read_and_not_the_hidden_one_before_it() -> None:
    made = Workbook()
    made.active.sheet_state = "hidden"
    made.active.append([date(2026, 1, 1), "Отдыхаем", "черновик"])
    made.create_sheet("2026").append([date(2026, 1, 2), "Отдыхаем", "каникулы"])
    made.active = 1
    buffer = io.BytesIO()
    made.save(buffer)
    assert [day.date.day for day in sheet.read(buffer.getvalue(), 2026)] == [2]


def test_signs_nobody_sees_change_nothing() -> None:
    rows: list[list[object]] = [["01.01.2026\u200b", "\u200bОтдыхаем", "x"], [" ", "\u00a0", ""]]
    assert [day.date.day for day in sheet.read(book(rows), 2026)] == [1]


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    began = time.monotonic()
    assert len(sheet.read(repacked(GOOD, wide_cell), 2026)) == 1
    assert time.monotonic() - began < 1


def test_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    def lie(name: str, data: bytes) -> bytes:
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data) if "sheet1" in name else data

    rows: list[list[object]] = [[date(2026, 1, day), "Отдыхаем", "каникулы"] for day in range(1, 9)]
    assert len(sheet.read(repacked(book(rows), lie), 2026)) == 8


def test_differences_name_every_changed_day_and_no_other() -> None:
    old = [DayInput(date(2026, 1, 1), False, "Новый год"), DayInput(date(2026, 1, 2), False, "")]
    new = [DayInput(date(2026, 1, 1), False, "Новый год"), DayInput(date(2026, 1, 10), True, "перенос")]
    assert [(change.date.day, change.old is None, change.new is None) for change in differences(old, new)] == [
        (2, False, True), (10, True, False),
    ]  # fmt: skip


def test_a_plain_working_day_says_nothing() -> None:
    assert not DayInput(date(2026, 1, 12), True, "будни").says_something
    assert DayInput(date(2026, 1, 4), False, "каникулы").says_something
    assert not DayInput(date(2026, 1, 4), False).says_something
    assert DayInput(date(2026, 1, 10), True).says_something
