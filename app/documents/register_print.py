"""The journal for the printer: landscape A4, the heading row repeated on every page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.core.i18n import in_locale
from app.documents.models import Series
from app.documents.register_page import Closing, Row, note_of, title
from app.documents.rules import INCOMING
from app.ui.filters import nb

COLUMNS: tuple[tuple[str, int], ...] = (  # millimetres, 267 in all: A4 without its margins
    ("№ п/п", 10), ("Рег. №", 18), ("Дата", 19), ("Заголовок", 48), ("Подписал", 32), ("Исполнитель", 28),
    ("Листов, прил.", 17), ("Рассылка", 32), ("Дело", 13), ("Отметка", 24), ("Примечание", 26),
)  # fmt: skip
_KEPT = "\n\t\u00a0\u202f"  # spaces that hold «Е.В. Фамилия» together are no printable signs to Python
_RENAMED = {"Подписал": "Отправитель, его № и дата", "Отметка": "Ответ"}


def document(series: Series, rows: Sequence[Row], closing: Closing | None) -> bytes:
    """The journal of one series and year as DOCX."""
    paper = docx.Document()
    section = paper.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(10)
    section.top_margin = section.bottom_margin = Mm(15)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)
    with in_locale("ru"):  # an official register is Russian
        _head(paper, series.organisation.full_name, bold=False)
        _head(paper, "ЖУРНАЛ РЕГИСТРАЦИИ", bold=True)
        _head(paper, title(series), bold=False)
        paper.add_paragraph()
        _table(paper, series, rows)
        if closing is not None:
            paper.add_paragraph()
            paper.add_paragraph(str(closing.text))
            paper.add_paragraph("Журнал закрыл(а): ______________________ / ______________________ /")
    paper.core_properties.author = ""
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _head(paper: Any, text: str, *, bold: bool) -> None:
    paragraph = paper.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).bold = bold


def _table(paper: Any, series: Series, rows: Sequence[Row]) -> None:
    table = paper.add_table(rows=1, cols=len(COLUMNS))
    table.style, table.autofit = "Table Grid", False
    names = [_RENAMED.get(name, name) if series.kind == INCOMING else name for name, _width in COLUMNS]
    _fill(table.rows[0], names, bold=True)
    _mark(table.rows[0], "w:tblHeader")
    for row in rows:
        made = table.add_row()
        if row.line is None:
            merged = made.cells[2].merge(made.cells[-1])
            _fill(made, ["", row.numbers], bold=False)
            _write(merged, str(row.text), bold=False)
        else:
            _fill(made, _values(row), bold=False)
        _mark(made, "w:cantSplit")
    for column, (_name, width) in zip(table.columns, COLUMNS, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, (_name, width) in zip(row.cells, COLUMNS, strict=True):
            if cell._tc.grid_span == 1:
                cell.width = Mm(width)


def _values(row: Row) -> list[str]:
    line = row.line
    assert line is not None  # noqa: S101 -- rows without a line are printed otherwise
    return [
        str(row.position), row.numbers, f"{line.dated:%d.%m.%Y}", line.title, line.signed_by, line.executor,
        line.sheets, line.mailing, line.folder, str(row.mark), note_of(line),
    ]  # fmt: skip


def _fill(row: Any, texts: Sequence[str], *, bold: bool) -> None:
    for cell, text in zip(row.cells, texts, strict=False):
        _write(cell, text, bold=bold)


def _write(cell: Any, text: str, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    clean = "".join(sign for sign in nb(text) if sign.isprintable() or sign in _KEPT)
    run = paragraph.add_run(clean)
    run.bold, run.font.size = bold, Pt(9)


def _mark(row: Any, name: str) -> None:
    """A property of a row: repeated at the top of each page, or never torn apart."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))
