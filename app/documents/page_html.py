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

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALIGN = {
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
    "left": "left",
    "start": "left",
}
_SWITCHES = (
    ("b", "font-weight:700"),
    ("i", "font-style:italic"),
    ("caps", "text-transform:uppercase"),
    ("smallCaps", "font-variant:small-caps"),
    ("strike", "text-decoration:line-through"),
)
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
        body = _xml(_part(package, "word/document.xml")).find(f"{_W}body")
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
def _styles(data: bytes) -> _Styles:
    """The styles of a template, read once: a page is drawn after every pause in the typing."""
    return _Styles(_xml(data) if data else None)


def _val(element: Any, name: str = "val") -> str:
    return str(element.get(f"{_W}{name}") or "") if element is not None else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _is_on(element: Any) -> bool:
    return element is not None and _val(element) not in ("0", "false", "none")


class _Styles:
    """Formatting as the styles give it: the defaults, the chain of styles, the element itself."""

    def __init__(self, root: Any) -> None:
        self._styles: dict[str, Any] = {}
        self._defaults: list[Any] = []
        self._normal = ""
        self.known: dict[tuple[str, ...], str] = {}  # formatting met before → its CSS
        if root is None:
            return
        self._defaults = list(root.iter(f"{_W}pPrDefault", f"{_W}rPrDefault"))
        for style in root.iter(f"{_W}style"):
            self._styles[_val(style, "styleId")] = style
            if _val(style, "type") == "paragraph" and _val(style, "default") == "1":
                self._normal = _val(style, "styleId")

    def chain(self, style_id: str) -> list[Any]:
        found: list[Any] = []
        while style_id in self._styles and len(found) < 12:
            style = self._styles[style_id]
            found.insert(0, style)
            style_id = _val(style.find(f"{_W}basedOn"))
        return found

    def properties(self, kind: str, style_id: str, own: Any) -> list[Any]:
        """Every `pPr` or `rPr` that counts, the last one strongest."""
        holders = [*self._defaults, *self.chain(style_id or self._normal)]
        found = [one for holder in holders if (one := holder.find(f"{_W}{kind}")) is not None]
        return [*found, own] if own is not None else found

    def has_borders(self, style_id: str) -> bool:
        return any(style.find(f".//{_W}tblBorders") is not None for style in self.chain(style_id))


def _last(sources: Sequence[Any], name: str) -> Any:
    found = None
    for source in sources:
        one = source.find(f"{_W}{name}")
        found = one if one is not None else found
    return found


def _attribute(sources: Sequence[Any], element: str, name: str) -> str:
    value = ""
    for source in sources:
        one = source.find(f"{_W}{element}")
        if one is not None and one.get(f"{_W}{name}") is not None:
            value = _val(one, name)
    return value


class _Page:
    def __init__(self, styles: _Styles, marks: Sequence[Mark], signs: tuple[str, str, str]) -> None:
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
            if element.tag == f"{_W}tbl":
                blocks.append(self._table(element))
                continue
            if _is_on(element.find(f"{_W}pPr/{_W}pageBreakBefore")):
                close()
            pieces = self._paragraph(element)
            blocks.append(pieces[0])
            for piece in pieces[1:]:
                close()
                blocks.append(piece)
            if element.find(f"{_W}pPr/{_W}sectPr") is not None:
                close()
        close()
        return Markup("".join(sheets))  # noqa: S704 -- every text in it was escaped in _text

    def _paragraph(self, paragraph: Any) -> list[str]:
        """The paragraph; a page break inside cuts it in two."""
        own = paragraph.find(f"{_W}pPr")
        style = _val(own.find(f"{_W}pStyle")) if own is not None else ""
        css, is_split = self._paragraph_look(style, own)
        pieces: list[list[str]] = [[]]
        for run in paragraph.iter(f"{_W}r"):
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

    def _paragraph_look(self, style: str, own: Any) -> tuple[str, bool]:
        """CSS of the paragraph, and whether its last tab stop is at the right."""
        key = ("p", style, etree.tostring(own, encoding="unicode") if own is not None else "")
        found = self._styles.known.get(key)
        if found is None:
            sources = self._styles.properties("pPr", style, own)
            tabs = [tab for source in sources for tab in source.iterfind(f"{_W}tabs/{_W}tab")]
            is_split = bool(tabs) and _val(tabs[-1]) in ("right", "end")
            found = self._remember(key, f"{'|' if is_split else ''}{_paragraph_css(sources)}")
        return found.removeprefix("|"), found.startswith("|")

    def _run_look(self, paragraph_style: str, own: Any) -> str:
        key = ("r", paragraph_style, etree.tostring(own, encoding="unicode") if own is not None else "")
        found = self._styles.known.get(key)
        if found is None:
            sources = self._styles.properties("rPr", paragraph_style, None)
            if own is not None:
                sources += [
                    one
                    for holder in self._styles.chain(_val(own.find(f"{_W}rStyle")))
                    if (one := holder.find(f"{_W}rPr")) is not None
                ]
                sources.append(own)
            found = self._remember(key, _run_css(sources))
        return found

    def _remember(self, key: tuple[str, ...], css: str) -> str:
        if len(self._styles.known) < 2_000:
            self._styles.known[key] = css
        return css

    def _run(self, run: Any, paragraph_style: str) -> Iterator[tuple[str, str]]:
        css = self._run_look(paragraph_style, run.find(f"{_W}rPr"))
        for child in run:
            if child.tag == f"{_W}t":
                for html in self._text(child.text or ""):
                    yield "text", f'<span style="{css}">{html}</span>' if html else ""
            elif child.tag == f"{_W}tab":
                yield "tab", ""
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                yield ("page", "") if _val(child, "type") == "page" else ("text", "<br>")

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
        properties = table.find(f"{_W}tblPr")
        style = _val(properties.find(f"{_W}tblStyle")) if properties is not None else ""
        own_borders = properties is not None and properties.find(f"{_W}tblBorders") is not None
        lined = "lined" if own_borders or self._styles.has_borders(style) else ""
        grid = [_number(_val(column, "w")) for column in table.iterfind(f"{_W}tblGrid/{_W}gridCol")]
        columns = "".join(f'<col style="width:{width / 20:.1f}pt">' for width in grid)
        rows = list(table.iterfind(f"{_W}tr"))
        spans = _spans(rows)
        html = []
        for no, row in enumerate(rows):
            cells = []
            at = 0
            for cell in row.iterfind(f"{_W}tc"):
                wide = int(_number(_val(cell.find(f"{_W}tcPr/{_W}gridSpan")))) or 1
                tall = spans.get((no, at), 1)
                at += wide
                if tall:
                    inner = "".join(
                        "".join(self._paragraph(one)) if one.tag == f"{_W}p" else self._table(one)
                        for one in cell
                        if one.tag in (f"{_W}p", f"{_W}tbl")
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
    section = body.find(f"{_W}sectPr")
    for element in reversed([one for one in body if one.tag in (f"{_W}p", f"{_W}tbl")]):
        own = element.find(f"{_W}pPr/{_W}sectPr")
        section = own if own is not None else section
        found.append((element, section))
    return found[::-1]


def _sheet(section: Any) -> str:
    size = section.find(f"{_W}pgSz") if section is not None else None
    margins = section.find(f"{_W}pgMar") if section is not None else None
    width, height = _number(_val(size, "w")) or 11906, _number(_val(size, "h")) or 16838
    sides = [(_number(_val(margins, side)) or 1134) / 20 for side in ("top", "right", "bottom", "left")]
    padding = " ".join(f"{side:.0f}pt" for side in sides)
    return f"width:{width / 20:.0f}pt;min-height:{height / 20:.0f}pt;padding:{padding}"


def _paragraph_css(sources: Sequence[Any]) -> str:
    css = [f"text-align:{_ALIGN.get(_attribute(sources, 'jc', 'val'), 'left')}"]
    before = _number(_attribute(sources, "spacing", "before")) / 20
    after = _number(_attribute(sources, "spacing", "after")) / 20
    css.append(f"margin:{before:.1f}pt 0 {after:.1f}pt")
    line = _number(_attribute(sources, "spacing", "line"))
    if line and _attribute(sources, "spacing", "lineRule") in ("", "auto"):
        css.append(f"line-height:{1.15 * line / 240:.2f}")
    for side, name in (("left", "left"), ("right", "right")):
        indent = _number(_attribute(sources, "ind", name)) / 20
        if indent:
            css.append(f"padding-{side}:{indent:.1f}pt")
    first = _number(_attribute(sources, "ind", "firstLine")) - _number(_attribute(sources, "ind", "hanging"))
    if first:
        css.append(f"text-indent:{first / 20:.1f}pt")
    return ";".join(css)


def _run_css(sources: Sequence[Any]) -> str:
    css = []
    size = _number(_attribute(sources, "sz", "val"))
    if size:
        css.append(f"font-size:{size / 2:.1f}pt")
    for name, rule in _SWITCHES:
        if _is_on(_last(sources, name)):
            css.append(rule)
    if _val(_last(sources, "u")) not in ("", "none"):
        css.append("text-decoration:underline")
    wide = _number(_attribute(sources, "spacing", "val"))
    if wide:
        css.append(f"letter-spacing:{wide / 20:.1f}pt")
    if (place := _attribute(sources, "vertAlign", "val")) in ("superscript", "subscript"):
        css.append(f"vertical-align:{'super' if place == 'superscript' else 'sub'}")
    return ";".join(css)


def _spans(rows: Sequence[Any]) -> dict[tuple[int, int], int]:
    """(row, column) → rows the cell covers; 0 for a cell that goes on from above."""
    found: dict[tuple[int, int], int] = {}
    heads: dict[int, tuple[int, int]] = {}
    for no, row in enumerate(rows):
        at = 0
        for cell in row.iterfind(f"{_W}tc"):
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is None:
                heads.pop(at, None)
            elif _val(merge) == "restart" or at not in heads:
                heads[at] = (no, at)
                found[no, at] = 1
            else:
                found[no, at] = 0
                found[heads[at]] += 1
            at += int(_number(_val(cell.find(f"{_W}tcPr/{_W}gridSpan")))) or 1
    return found
