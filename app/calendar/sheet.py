"""A year of the calendar as XLSX: our own template to fill, and the careful reading of what comes back.

The file is somebody's: sizes are counted while it is unpacked, its own claims about its size are not believed,
and every fault is told by its cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.calendar.rules import DayInput
from app.core.errors import Invalid
from app.core.i18n import Text, _, in_locale
from app.core.zips import DAMAGED

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE = 1_000_000
MAX_UNPACKED = 8_000_000
MAX_MEMBERS = 60
MAX_ROWS, MAX_COLUMNS = 500, 3
MAX_NOTE = 200
MAX_FAULTS = 40
_CHUNK = 65_536
MAX_ELEMENTS = 60_000  # of all parts together: styles and names cost the reader far more than their bytes
# a row that only has a height holds nothing: LibreOffice writes such ones down to the last row of the sheet
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)(?<!/)>")
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d{1,9})["']""")

COLUMNS = (_("Date"), _("We work or rest"), _("Note"))
_WORDS: Mapping[str, bool] = {
    "работаем": True, "рабочий": True, "рабочий день": True, "works": True, "work": True, "working day": True,
    "отдыхаем": False, "выходной": False, "выходной день": False, "праздник": False, "праздничный день": False,
    "rest": False, "rests": False, "day off": False, "holiday": False,
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, by its name in the sheet."""

    cell: str
    text: Text | str

    def __str__(self) -> str:
        return f"{self.cell}: {self.text}"


class SheetFaults(Invalid):
    """The file is a sheet, but some cells cannot be taken; all of them at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(_("The file was not taken: please correct the cells that are named."))
        self.faults = faults


# ── the template ──────────────────────────────────────────────────────────────────────────────────


def template(year: int, days: Mapping[date, tuple[bool, str]]) -> bytes:
    """The year's exceptions as a sheet to correct and send back."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    with in_locale("ru"):
        sheet.title = str(year)
        sheet.append([str(column) for column in COLUMNS])
        for day, (works, note) in sorted(days.items()):
            sheet.append(
                [day, str(_("We work") if works else _("We rest")), ILLEGAL_CHARACTERS_RE.sub("", note)]
            )
        _explain(book, year)
        words = f'"{_("We work")},{_("We rest")}"'
    for row in sheet.iter_rows(min_row=2):
        row[0].number_format = "DD.MM.YYYY"
        row[2].data_type = "s"  # a note that looks like a formula is a note
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFE8EDF4")
    for column, width in zip("ABC", (14, 20, 60), strict=True):
        sheet.column_dimensions[column].width = width
    choice = DataValidation(type="list", formula1=words, allow_blank=False)
    sheet.add_data_validation(choice)
    choice.add(f"B2:B{MAX_ROWS}")
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _explain(book: Workbook, year: int) -> None:
    sheet = book.create_sheet(str(_("How to fill it in")))
    sheet.column_dimensions["A"].width = 100
    for line in (
        _("List only the days of %(year)s on which the week alone would be wrong.", year=year),
        _("Holidays and days off moved to a weekday: “We rest”. Working Saturdays and Sundays: “We work”."),
        _("The note says why, for example “transferred from 04.01.2025”."),
        _("What you send replaces the whole year: a day that is not listed follows the week."),
    ):
        sheet.append([str(line)])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def read(data: bytes, year: int) -> list[DayInput]:
    """The days of the year in a sheet somebody sent.

    Raises SheetFaults with every wrong cell, or Invalid when the file is no sheet that may be read.
    """
    _check_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")  # what its sender sees
        sheet.reset_dimensions()  # what the file says of its own size may be a lie
        rows = list(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 3, values_only=True))
        book.close()
    except Exception as error:  # whatever a strange file makes the reader raise, it is a refusal
        raise Invalid(_("The file cannot be read as a spreadsheet (XLSX).")) from error
    return _days(rows, year)


def _check_package(data: bytes) -> None:
    """Refuse what would cost too much or is not a plain sheet, before any of it is understood."""
    if len(data) > MAX_FILE:
        raise Invalid(_("The file is too large for one year: more than %(mb)s MB.", mb=MAX_FILE // 1_000_000))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if len(members) > MAX_MEMBERS or "xl/workbook.xml" not in package.namelist():
                raise Invalid(_("This is not a spreadsheet (XLSX)."))
            left, elements = MAX_UNPACKED, 0
            for member in members:
                text = _unpacked(package, member, left)
                left -= len(text)
                if _XML.match(text):  # whatever it is called: parts are found by what the file says of them
                    elements += text.count(b"<")
                    _check_xml(text, elements)
    except DAMAGED as error:
        raise Invalid(_("This is not a spreadsheet (XLSX).")) from error


def _unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    if member.flag_bits & 1 or "vbaproject" in member.filename.lower():
        raise Invalid(_("A file with a password or with macros is not taken."))
    content = bytearray()
    with package.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            content += chunk
            if len(content) > left:
                raise Invalid(_("Unpacked, the file is far too large for a calendar of one year."))
    return bytes(content)


def _check_xml(text: bytes, elements: int) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\x00" in text:
        raise Invalid(_("This is not a spreadsheet (XLSX)."))
    if elements > MAX_ELEMENTS:
        raise Invalid(_("Unpacked, the file is far too large for a calendar of one year."))
    if b"sheetData" in text and _last_row(text) > MAX_ROWS:
        raise Invalid(_("The sheet has data below row %(row)s: a year has fewer days.", row=MAX_ROWS))


def _last_row(sheet: bytes) -> int:
    last = count = 0
    for found in _ROW.finditer(sheet):
        count += 1
        if number := _ROW_NUMBER.search(found[1]):
            last = max(last, int(number[1]))
    return max(last, count)


def _days(rows: list[tuple[Any, ...]], year: int) -> list[DayInput]:
    faults: list[Fault] = []
    found: dict[date, DayInput] = {}
    places: dict[date, int] = {}
    for number, row in enumerate(rows, start=1):
        cells = [*row, *[None] * (MAX_COLUMNS + 3)][: MAX_COLUMNS + 3]
        if all(map(_is_blank, cells)) or (number == 1 and _is_head(cells)):
            continue
        wrong = list(_faults(cells, number, year))
        day = _date(cells[0])
        if day is not None and day in places:
            wrong.append(Fault(f"A{number}", _("this date stands in row %(row)s already", row=places[day])))
        faults += wrong
        if day is not None:
            places.setdefault(day, number)
            if not wrong:
                found[day] = DayInput(day, bool(_worked(cells[1])), _note(cells[2]))
    if faults:
        raise SheetFaults(faults[:MAX_FAULTS])
    if not found:
        raise Invalid(_("The first sheet of the file has no days in it."))
    return [found[day] for day in sorted(found)]


def _faults(cells: list[Any], number: int, year: int) -> Iterator[Fault]:
    day = _date(cells[0])
    if day is None:
        yield Fault(f"A{number}", _("a date is expected, for example 01.01.%(year)s", year=year)
                    if _is_blank(cells[0]) else _("“%(value)s” is no date", value=_shown(cells[0])))  # fmt: skip
    elif day.year != year:
        yield Fault(f"A{number}", _("%(day)s is not in %(year)s", day=f"{day:%d.%m.%Y}", year=year))
    if _worked(cells[1]) is None:
        yield Fault(
            f"B{number}", _("“We work” or “We rest” is expected, not “%(value)s”", value=_shown(cells[1]))
        )
    if len(_note(cells[2])) > MAX_NOTE:
        yield Fault(f"C{number}", _("the note is longer than %(n)s characters", n=MAX_NOTE))
    for place in range(MAX_COLUMNS, len(cells)):
        if not _is_blank(cells[place]):
            yield Fault(
                f"{get_column_letter(place + 1)}{number}", _("there is no fourth column in the template")
            )
            break


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not _note(cell))


def _is_head(cells: list[Any]) -> bool:
    """Whether the row names the columns; one that says «we rest» is a day whose date is wrong."""
    return isinstance(cells[0], str) and _date(cells[0]) is None and _worked(cells[1]) is None


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        for form in ("%d.%m.%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(_note(value), form).date()  # noqa: DTZ007 - a date without a time
            except ValueError:
                continue
    return None


def _worked(value: Any) -> bool | None:
    return _WORDS.get(_note(value).lower()) if isinstance(value, str) else None


def _note(value: Any) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())


def _shown(value: Any) -> str:
    return _note("" if value is None else value)[:40] or "—"
