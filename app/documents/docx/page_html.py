"""A finished DOCX as a page of HTML: near enough to read and check it while one types, with no script and no files.

Paragraphs, runs, tabs, tables, sections and page breaks of official papers are drawn; what is rarer is drawn plainly.
Values stand between marks (`proofing`): they become spans that name their field, links to check a name, named gaps.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from markupsafe import Markup, escape

from app.documents.docx.page_styles import Styles, W, is_on, number, val

_MAX_XML = 20_000_000


@dataclass(frozen=True)
class Mark:
    """A value on the page: its field, the gap it leaves, where its unchecked name is checked, what it is called."""

    name: str
    gap: str = ""
    link: str = ""
    label: str = ""


def page_html(docx: bytes, marks: Sequence[Mark], signs: tuple[str, str, str]) -> Markup:
    """The pages as HTML. `signs`: opening, parting and closing mark."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        body = _xml(_part(package, "word/document.xml")).find(f"{W}body")
        styles = _styles(
            _part(package, "word/styles.xml") if "word/styles.xml" in package.namelist() else b""
        )
    return _Page(styles, marks, signs).draw(body)


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > _MAX_XML:
        raise ValueError(name)
    return package.read(name)


def _xml(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


@lru_cache(maxsize=16)
def _styles(data: bytes) -> Styles:
    """The styles of a template, read once: a page is drawn after every pause in the typing."""
    return Styles(_xml(data) if data else None)


class _Page:
    def __init__(self, styles: Styles, marks: Sequence[Mark], signs: tuple[str, str, str]) -> None:
        self._styles, self._marks, self._signs = styles, marks, signs
        self._open: Mark | None = None

    def draw(self, body: Any) -> Markup:
        """Sections one under another; a page break begins a new sheet."""
        sheets: list[str] = []
        blocks: list[str] = []
        section: Any = None

        def close() -> None:
            if blocks:
                sheets.append(f'<section class="sheet" style="{_sheet(section)}">{"".join(blocks)}</section>')
                blocks.clear()

        for element, section in _with_sections(body):  # noqa: B007 -- `close` reads it
            if element.tag == f"{W}tbl":
                blocks.append(self._table(element))
                continue
            if is_on(element.find(f"{W}pPr/{W}pageBreakBefore")):
                close()
            pieces = self._paragraph(element)
            blocks.append(pieces[0])
            for piece in pieces[1:]:
                close()
                blocks.append(piece)
            if element.find(f"{W}pPr/{W}sectPr") is not None:
                close()
        close()
        return Markup("".join(sheets))  # noqa: S704 -- every text in it was escaped in _text

    def _paragraph(self, paragraph: Any) -> list[str]:
        """The paragraph; a page break inside cuts it in two."""
        own = paragraph.find(f"{W}pPr")
        style = val(own.find(f"{W}pStyle")) if own is not None else ""
        css, is_split = self._styles.paragraph(style, own)
        pieces: list[list[str]] = [[]]
        for run in paragraph.iter(f"{W}r"):
            for kind, html in self._run(run, style):
                if kind == "page":
                    pieces.append([])
                elif kind == "tab":
                    pieces[-1].append("\t")
                else:
                    pieces[-1].append(html)
        drawn = []
        for piece in pieces:
            if is_split and piece.count("\t") == 1:
                at = piece.index("\t")
                inner = f"<span>{''.join(piece[:at])}</span><span>{''.join(piece[at + 1 :])}</span>"
                drawn.append(f'<p class="ends" style="{css}">{inner}</p>')
            else:
                inner = "".join('<span class="tab"></span>' if one == "\t" else one for one in piece)
                drawn.append(f'<p style="{css}">{inner or "&#8203;"}</p>')
        return drawn

    def _run(self, run: Any, paragraph_style: str) -> Iterator[tuple[str, str]]:
        css = self._styles.run(paragraph_style, run.find(f"{W}rPr"))
        for child in run:
            if child.tag == f"{W}t":
                for html in self._text(child.text or ""):
                    yield "text", f'<span style="{css}">{html}</span>' if html else ""
            elif child.tag == f"{W}tab":
                yield "tab", ""
            elif child.tag in (f"{W}br", f"{W}cr"):
                yield ("page", "") if val(child, "type") == "page" else ("text", "<br>")

    def _text(self, text: str) -> Iterator[str]:
        """Text between marks as what the mark says; a value may go on in the next run."""
        opening, parting, closing = self._signs
        while text:
            if self._open is None:
                before, found, text = text.partition(opening)
                yield str(escape(before))
                if found:
                    number, _sep, text = text.partition(parting)
                    known = number.isdigit() and int(number) < len(self._marks)
                    self._open = self._marks[int(number)] if known else Mark("")
            else:
                inside, found, text = text.partition(closing)
                yield _marked(self._open, inside)
                if found:
                    self._open = None

    def _table(self, table: Any) -> str:
        properties = table.find(f"{W}tblPr")
        style = val(properties.find(f"{W}tblStyle")) if properties is not None else ""
        own_borders = properties is not None and properties.find(f"{W}tblBorders") is not None
        lined = "lined" if own_borders or self._styles.has_borders(style) else ""
        grid = [number(val(column, "w")) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
        columns = "".join(f'<col style="width:{width / 20:.1f}pt">' for width in grid)
        rows = list(table.iterfind(f"{W}tr"))
        spans = _spans(rows)
        html = []
        for no, row in enumerate(rows):
            cells = []
            at = 0
            for cell in row.iterfind(f"{W}tc"):
                wide = int(number(val(cell.find(f"{W}tcPr/{W}gridSpan")))) or 1
                tall = spans.get((no, at), 1)
                at += wide
                if tall:
                    inner = "".join(
                        "".join(self._paragraph(one)) if one.tag == f"{W}p" else self._table(one)
                        for one in cell
                        if one.tag in (f"{W}p", f"{W}tbl")
                    )
                    size = (f' colspan="{wide}"' if wide > 1 else "") + (
                        f' rowspan="{tall}"' if tall > 1 else ""
                    )
                    cells.append(f"<td{size}>{inner}</td>")
            html.append(f"<tr>{''.join(cells)}</tr>")
        return f'<table class="{lined}"><colgroup>{columns}</colgroup>{"".join(html)}</table>'


def _marked(mark: Mark, text: str) -> str:
    if not text:
        return ""
    if mark.gap:
        return f'<mark class="gap" data-f="{escape(mark.name)}">{escape(text)}</mark>'
    if mark.link:
        return (
            f'<a class="raw" target="_top" data-f="{escape(mark.name)}" title="{escape(mark.label)}" '
            f'href="{escape(mark.link)}">{escape(text)}</a>'
        )
    return f'<span class="val" data-f="{escape(mark.name)}">{escape(text)}</span>'


def _with_sections(body: Any) -> list[tuple[Any, Any]]:
    """Paragraphs and tables with the properties of the section each stands in: they are told at its end."""
    found: list[tuple[Any, Any]] = []
    section = body.find(f"{W}sectPr")
    for element in reversed([one for one in body if one.tag in (f"{W}p", f"{W}tbl")]):
        own = element.find(f"{W}pPr/{W}sectPr")
        section = own if own is not None else section
        found.append((element, section))
    return found[::-1]


def _sheet(section: Any) -> str:
    size = section.find(f"{W}pgSz") if section is not None else None
    margins = section.find(f"{W}pgMar") if section is not None else None
    width, height = number(val(size, "w")) or 11906, number(val(size, "h")) or 16838
    sides = [(number(val(margins, side)) or 1134) / 20 for side in ("top", "right", "bottom", "left")]
    padding = " ".join(f"{side:.0f}pt" for side in sides)
    return f"width:{width / 20:.0f}pt;min-height:{height / 20:.0f}pt;padding:{padding}"


def _spans(rows: Sequence[Any]) -> dict[tuple[int, int], int]:
    """(row, column) → rows the cell covers; 0 for a cell that goes on from above."""
    found: dict[tuple[int, int], int] = {}
    heads: dict[int, tuple[int, int]] = {}
    for no, row in enumerate(rows):
        at = 0
        for cell in row.iterfind(f"{W}tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is None:
                heads.pop(at, None)
            elif val(merge) == "restart" or at not in heads:
                heads[at] = (no, at)
                found[no, at] = 1
            else:
                found[no, at] = 0
                found[heads[at]] += 1
            at += int(number(val(cell.find(f"{W}tcPr/{W}gridSpan")))) or 1
    return found
