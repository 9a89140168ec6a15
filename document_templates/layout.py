"""The page of an official paper: margins, type, page numbers, stamps and tables (ГОСТ Р 7.0.97).

Used by build.py only; the product itself reads nothing but the finished files.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FONT = "Times New Roman"
LEFT, RIGHT, TOP, BOTTOM = Mm(30), Mm(10), Mm(20), Mm(20)
TEXT_WIDTH = 170  # mm, portrait
INDENT = Mm(12.5)
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
NB = "\u00a0"
BLANK_DAY = f"«____»{NB}______________{NB}20____{NB}г."
POSITION = "{{ %s.position.title|nbsp|capital|lines(34) }}"
NAME = "{{ %s|initials_first }}"
MARK = "{% if demo %}учебные данные{% endif %}"


def element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


class Paper:
    """One DOCX template under construction."""

    def __init__(self, title: str) -> None:
        self.doc: Any = Document()
        properties = self.doc.core_properties
        properties.title, properties.author, properties.language = title, "Опора", "ru-RU"
        properties.comments = properties.keywords = properties.last_modified_by = ""
        properties.created = properties.modified = datetime(2025, 1, 1, tzinfo=UTC)
        properties.revision = 1
        self._type()
        self._page(self.doc.sections[0])

    def _type(self) -> None:
        styles = self.doc.styles
        defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        for properties in (defaults, styles["Normal"].element.get_or_add_rPr()):
            for old in properties.findall(qn("w:rFonts")) + properties.findall(qn("w:lang")):
                properties.remove(old)
            properties.insert(0, element("w:rFonts", ascii=FONT, hAnsi=FONT, cs=FONT, eastAsia=FONT))
            properties.append(element("w:lang", val="ru-RU", eastAsia="ru-RU", bidi="ar-SA"))
        normal = styles["Normal"]
        normal.font.size = Pt(14)
        normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
        normal.paragraph_format.line_spacing = 1.0
        normal.paragraph_format.widow_control = True
        compat = self.doc.settings.element.find(qn("w:compat"))
        if compat is None:
            compat = element("w:compat")
            self.doc.settings.element.append(compat)
        for old in list(compat):
            compat.remove(old)
        compat.append(
            element(
                "w:compatSetting",
                name="compatibilityMode",
                uri="http://schemas.microsoft.com/office/word",
                val="15",
            )
        )

    def _page(self, section: Any, wide: bool = False, number_first: bool = False) -> None:
        """A4 with the margins of a paper kept for ever; number from page 2 on top, the demo mark below."""
        width, height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = width, height
        section.left_margin, section.right_margin = LEFT, RIGHT
        section.top_margin, section.bottom_margin = TOP, BOTTOM
        section.header_distance = section.footer_distance = Mm(10)
        section.different_first_page_header_footer = not number_first
        if wide:
            return  # headers and footers go on from the section before
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        section.first_page_footer.is_linked_to_previous = False
        section.first_page_header.is_linked_to_previous = False
        header = section.header.paragraphs[0]
        header.style = (
            header.part.document.styles["Normal"] if hasattr(header.part, "document") else header.style
        )
        self._plain(header, "center")
        run = header.add_run()
        run.font.size = Pt(12)
        for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "2"), ("end", "")):
            if kind == "text":
                run.add_text(text)
            elif kind:
                run._r.append(element("w:fldChar", fldCharType=kind))
            else:
                instruction = element("w:instrText")
                instruction.text = text
                run._r.append(instruction)
        for footer in (section.footer, section.first_page_footer):
            paragraph = footer.paragraphs[0]
            self._plain(paragraph, "right")
            mark = paragraph.add_run(MARK)
            mark.font.size = Pt(8)
            mark.font.color.rgb = RGBColor(0x59, 0x59, 0x59)

    def _plain(self, paragraph: Any, align: str) -> None:
        properties = paragraph._p.get_or_add_pPr()
        for style in properties.findall(qn("w:pStyle")):
            properties.remove(style)
        paragraph.alignment = ALIGN[align]

    def wide_section(self) -> None:
        """What follows stands on landscape pages."""
        section = self.doc.add_section(WD_SECTION.NEW_PAGE)
        # The break comes as an empty paragraph, which may fall onto a page of its own: the last line carries it.
        carrier = [
            p
            for p in self.doc.element.body.iterchildren(qn("w:p"))
            if p.find(f".//{qn('w:sectPr')}") is not None
        ][-1]
        carrier.getprevious().get_or_add_pPr().append(carrier.pPr.find(qn("w:sectPr")))
        carrier.getparent().remove(carrier)
        self._page(section, wide=True, number_first=True)

    def line(self, text: str = "", align: str = "justify", into: Any = None, **look: Any) -> Any:
        """One paragraph; look: indent, bold, size, before, after, left, right, keep, caps, tab, hang …"""
        paragraph = (into or self.doc).add_paragraph()
        return self.fill(paragraph, text, align, **look)

    def fill(self, paragraph: Any, text: str, align: str = "justify", **look: Any) -> Any:
        paragraph.alignment = ALIGN[align]
        shape = paragraph.paragraph_format
        shape.first_line_indent = INDENT if look.get("indent", align == "justify") else None
        shape.space_before, shape.space_after = Pt(look.get("before", 0)), Pt(look.get("after", 0))
        shape.left_indent = Mm(look["left"]) if "left" in look else None
        if "hang" in look:
            shape.first_line_indent = -Mm(look["hang"])
        shape.right_indent = Mm(look["right"]) if "right" in look else None
        shape.keep_with_next = look.get("keep")
        shape.keep_together = look.get("together")
        shape.page_break_before = look.get("page")
        if "middle" in look:
            shape.tab_stops.add_tab_stop(Mm(look["middle"]), WD_TAB_ALIGNMENT.LEFT)
        if "tab" in look:
            shape.tab_stops.add_tab_stop(Mm(look["tab"]), WD_TAB_ALIGNMENT.RIGHT)
        for piece in re.split(r"(\*\*.+?\*\*)", text):
            if not piece:
                continue
            strong = piece.startswith("**")
            run = paragraph.add_run(piece.strip("*") if strong else piece)
            run.bold = True if strong or look.get("bold") else None
            run.italic = look.get("italic")
            run.font.all_caps = look.get("caps")
            if "size" in look:
                run.font.size = Pt(look["size"])
            if "spaced" in look:
                run._r.get_or_add_rPr().append(element("w:spacing", val=str(look["spaced"] * 20)))
        return paragraph

    def tag(self, text: str, into: Any = None) -> None:
        """A paragraph that only carries a tag of the template language and leaves no trace."""
        (into or self.doc).add_paragraph().add_run("{%p " + text + " %}")

    def signature(
        self, position: str, name: str, before: float = 28, width: int = TEXT_WIDTH, keep: bool = False
    ) -> None:
        """Position on the left in short lines, the name at the right edge of the last one."""
        self.line(position + "\t" + name, "left", before=before, tab=width, keep=keep, together=True)

    def table(self, widths: Sequence[float], border: bool = True) -> Any:
        """An empty table with fixed widths in mm."""
        table = self.doc.add_table(rows=0, cols=len(widths))
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = False
        if border:
            table.style = "Table Grid"
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        table._widths = widths
        properties = table._tbl.tblPr
        margins = element("w:tblCellMar")
        for side in ("left", "right"):
            margins.append(element(f"w:{side}", w="80" if border else "0", type="dxa"))
        properties.append(margins)
        return table

    def row(
        self, table: Any, cells: Sequence[str], widths: Sequence[float], header: bool = False, **look: Any
    ) -> Any:
        """One row; header rows repeat on each page, no row breaks across pages."""
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        if header:
            properties.append(element("w:tblHeader"))
        aligns = look.pop("aligns", None) or [look.pop("align", "left")] * len(cells)
        for cell, text, width, align in zip(row.cells, cells, widths, aligns, strict=True):
            cell.width = Mm(width)
            self.fill(
                cell.paragraphs[0],
                text,
                align,
                indent=False,
                **{**look, "bold": header or look.get("bold")},
            )
        return row

    def group_row(self, table: Any, text: str, **look: Any) -> None:
        """A row of one cell across the whole table."""
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        cell = row.cells[0].merge(row.cells[-1])
        self.fill(cell.paragraphs[0], text, "left", indent=False, **look)

    def tag_row(self, table: Any, text: str) -> None:
        """A row that only carries a tag of the template language."""
        row = table.add_row()
        row.cells[0].paragraphs[0].add_run("{%tr " + text + " %}")

    def rows_of(self, table: Any, each: str, cells: Sequence[str], **look: Any) -> None:
        """A row for each thing of a list: «pair in pairs»."""
        self.tag_row(table, f"for {each}")
        self.row(table, cells, table._widths, **look)
        self.tag_row(table, "endfor")

    def bytes(self) -> bytes:
        """The finished file: members sorted, timestamps fixed, no thumbnail of somebody else's page."""
        for run in self.doc.element.body.iter(qn("w:t")):
            run.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        raw = io.BytesIO()
        self.doc.save(raw)
        out = io.BytesIO()
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
            names = [name for name in source.namelist() if "thumbnail" not in name]
            for name in sorted(names, key=lambda member: (member != "[Content_Types].xml", member)):
                data = source.read(name)
                if name == "_rels/.rels":
                    data = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)
                if name == "docProps/app.xml":
                    data = _APP
                info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
                target.writestr(info, data, compresslevel=6)
        return out.getvalue()


_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Opora</Application>'
    b"</Properties>"
)
