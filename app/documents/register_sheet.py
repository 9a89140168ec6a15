"""The journal as a spreadsheet: numbers and dates are numbers and dates, what was typed stays text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.core.i18n import Text, in_locale
from app.documents.models import Registration, Series
from app.documents.register_page import Closing, Row, note_of, title

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: tuple[tuple[str, int], ...] = (
    ("№ п/п", 6), ("Рег. №", 10), ("Дата", 11), ("Заголовок", 44), ("Подписал", 26), ("Исполнитель", 18),
    ("Листов/ приложений", 12), ("Рассылка", 20), ("Дело", 10), ("Отметка", 20), ("Примечание", 30),
)  # fmt: skip
_THIN = Side(style="thin", color="FF999999")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = 4  # the row of the column titles


def workbook(series: Series, rows: Sequence[Row], closing: Closing | None) -> bytes:
    """The journal of one series and year as XLSX, laid out to be printed on landscape A4."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 — a new workbook has one
    with in_locale("ru"):  # an official register is Russian
        sheet.title = str(series.year)
        _put(sheet, 1, 1, series.organisation.full_name).font = Font(bold=True)
        _put(sheet, 2, 1, f"Журнал регистрации: {title(series)}").font = Font(bold=True, size=13)
        for column, (name, width) in enumerate(COLUMNS, start=1):
            cell = _put(sheet, _HEAD, column, name)
            cell.font, cell.border = Font(bold=True), _BORDER
            cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
            sheet.column_dimensions[cell.column_letter].width = width
        for at, row in enumerate(rows, start=_HEAD + 1):
            for column, value in enumerate(_values(row), start=1):
                filled = _put(sheet, at, column, value)
                filled.border, filled.alignment = _BORDER, Alignment(wrap_text=True, vertical="top")
        if closing is not None:
            _put(sheet, _HEAD + len(rows) + 2, 1, str(closing.text)).font = Font(bold=True)
    sheet.freeze_panes = f"A{_HEAD + 1}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _values(row: Row) -> list[Any]:
    line: Registration | None = row.line
    if line is None:
        return [None, row.numbers, None, row.text, *[None] * 7]
    number: Any = int(row.numbers) if row.numbers.isdecimal() else row.numbers
    return [
        row.position, number, line.dated, line.title, line.signed_by, line.executor, line.sheets, line.mailing,
        line.folder, row.mark, note_of(line),
    ]  # fmt: skip


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Set a cell; a text that looks like a formula is still a text."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 — nothing is merged
    if isinstance(value, (str, Text)):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value)) or None
        if cell.value is not None:
            cell.data_type = "s"
    else:
        cell.value = value
    if isinstance(value, date):
        cell.number_format = "DD.MM.YYYY"
    return cell
