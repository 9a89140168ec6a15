"""Where the tags of a template stand: each with its part, paragraph, table row and the words around it.

Word cuts a tag into runs; here each paragraph is read whole, as docxtpl reads it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.core.i18n import Text, _

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_OPEN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_SINGLE = re.compile(r"(?<!\{)\{\s*([A-Za-z][\w.]*)\s*\}(?!\})")
_PREFIX = re.compile(r"^\{([{%])(p|tr|tc|r)(?=\s)")
_CURLY = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\t": " ", "\n": " "}
)
AROUND = 70  # signs of the text shown on each side of a tag
MAX_TAGS = 20_000

# what docxtpl fills, in its order; the others are only looked at
_PARTS = (
    (re.compile(r"word/document\.xml"), "body"),
    (re.compile(r"word/header\d*\.xml"), "header"),
    (re.compile(r"word/footer\d*\.xml"), "footer"),
    (re.compile(r"word/footnotes\.xml"), "footnotes"),
    (re.compile(r"docProps/core\.xml"), "properties"),
    (re.compile(r"word/(?:endnotes|comments)\.xml"), "unfilled"),
)


@dataclass(frozen=True)
class Place:
    """A paragraph of the template as a person finds it again in Word."""

    part: str
    text: str
    paragraph: int = 0
    table: int = 0
    row: int = 0
    is_heading: bool = False

    def __str__(self) -> str:
        return str(self.words)

    @property
    def words(self) -> Text:
        if self.part == "header":
            return _("page header")
        if self.part == "footer":
            return _("page footer")
        if self.part == "footnotes":
            return _("footnote")
        if self.part == "properties":
            return _("properties of the file")
        if self.part == "unfilled":
            return _("comment or endnote")
        if self.table:
            return _("table %(table)s, row %(row)s", table=self.table, row=self.row)
        if self.is_heading:
            return _("heading, paragraph %(n)s", n=self.paragraph)
        return _("paragraph %(n)s", n=self.paragraph)


@dataclass
class Tag:
    """One tag: what was written, where, and the command or expression in it."""

    source: str
    place: Place
    kind: str  # print | command | comment
    scope: str  # "" | p | tr | tc | r: what docxtpl takes out together with it
    inner: str
    start: int = 0
    word: str = ""  # the command's first word

    @property
    def quote(self) -> tuple[str, str, str]:
        """The words before, the tag, the words after."""
        text, end = self.place.text, self.start + len(self.source)
        before, after = text[max(0, self.start - AROUND) : self.start], text[end : end + AROUND]
        return (
            ("…" if self.start > AROUND else "") + before,
            self.source,
            after + ("…" if len(text) > end + AROUND else ""),
        )

    @property
    def jinja(self) -> str:
        """The tag as jinja alone would read it, on one line."""
        if self.kind == "print":
            return "{{ " + self.inner + " }}"
        return "{% " + self.inner + " %}" if self.kind == "command" else ""


@dataclass
class Trouble:
    """Something wrong with a tag as such, before its meaning is looked at."""

    code: str
    place: Place
    quote: tuple[str, str, str]
    mark: str = ""


@dataclass
class PartTags:
    """The tags of one part in the order of the text."""

    name: str
    part: str
    tags: list[Tag] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_parts(template: bytes) -> list[PartTags]:
    """All parts of a template that passed the gate, with their tags."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    found: list[PartTags] = []
    with zipfile.ZipFile(io.BytesIO(template)) as package:
        names = package.namelist()
        for pattern, part in _PARTS:
            for name in sorted(filter(pattern.fullmatch, names)):
                root = etree.fromstring(package.read(name), parser)
                one = PartTags(name, part)
                paragraphs = _properties(root) if part == "properties" else _paragraphs(root, part)
                for place, owner in paragraphs:
                    _read(one, place, owner)
                _look_elsewhere(one, root)
                found.append(one)
    return found


def _properties(root: Any) -> Iterator[tuple[Place, Any]]:
    for element in root:
        if element.text and isinstance(element.tag, str):
            yield Place("properties", element.text), None


def _paragraphs(root: Any, part: str) -> Iterator[tuple[Place, Any]]:
    tables = {table: no for no, table in enumerate(root.iter(f"{W}tbl"), start=1)}
    rows: dict[Any, int] = {}
    counted: dict[Any, int] = {}
    for row in root.iter(f"{W}tr"):
        table = next(row.iterancestors(f"{W}tbl"), None)
        rows[row] = counted[table] = counted.get(table, 0) + 1
    number = 0
    for paragraph in root.iter(f"{W}p"):
        text = _text(paragraph)
        if not text.strip():
            continue
        number += 1
        row = next(paragraph.iterancestors(f"{W}tr"), None)
        table = next(paragraph.iterancestors(f"{W}tbl"), None)
        where = (tables.get(table, 0), rows.get(row, 0))
        yield Place(part, text, number, *where, _is_heading(paragraph)), paragraph


def _text(paragraph: Any) -> str:
    out: list[str] = []
    for element in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}noBreakHyphen"):
        if next(element.iterancestors(f"{W}p"), None) is not paragraph:
            continue  # a text box inside has paragraphs of its own
        if element.tag == f"{W}t":
            out.append(element.text or "")
        elif element.getparent().tag == f"{W}r":
            out.append("-" if element.tag == f"{W}noBreakHyphen" else " ")
    return "".join(out)


def _is_heading(paragraph: Any) -> bool:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    name = str(style.get(f"{W}val") or "").lower() if style is not None else ""
    return name.startswith(("heading", "title", "заголовок", "название")) or name.isdigit()


def _read(one: PartTags, place: Place, owner: Any) -> None:
    text = place.text
    rest = list(text)
    for found in _TAG.finditer(text):
        tag = _tag(found[0], place, found.start())
        one.tags.append(tag)
        if len(one.tags) > MAX_TAGS:
            raise ValueError("too many tags")
        rest[found.start() : found.end()] = "\0" * len(found[0])
    left = "".join(rest)
    for mark in _OPEN.finditer(left):
        one.troubles.append(
            Trouble("unclosed" if mark[0][0] == "{" else "unopened", place,
                    _around(text, mark.start(), len(mark[0])), mark[0])
        )  # fmt: skip
    for single in _SINGLE.finditer(left):
        quote = _around(text, single.start(), len(single[0]))
        one.troubles.append(Trouble("single_brace", place, quote, single[1]))
    for tag in one.tags[-len(_TAG.findall(text)) or len(one.tags) :]:
        if tag.scope in ("p", "tr", "tc") and _has_neighbours(tag, owner, left):
            one.troubles.append(Trouble(f"lost_{tag.scope}", place, tag.quote, tag.source))


def _tag(source: str, place: Place, start: int) -> Tag:
    kind = {"{{": "print", "{%": "command", "{#": "comment"}[source[:2]]
    prefix = _PREFIX.match(source)
    inner = source[2 + (len(prefix[2]) if prefix else 0) : -2].translate(_CURLY).strip().strip("-+").strip()
    word = re.match(r"[A-Za-z_]+", inner)
    return Tag(
        source, place, kind, prefix[2] if prefix else "", inner, start, word[0] if word and kind == "command" else ""
    )  # fmt: skip


def _has_neighbours(tag: Tag, owner: Any, left: str) -> bool:
    """Whether words stand in what docxtpl takes out with the tag: they would vanish without a word."""
    if owner is None:
        return False
    if tag.scope == "p":
        return bool(left.replace("\0", "").strip())
    around = next(owner.iterancestors(f"{W}{tag.scope}"), None)
    if around is None:
        return False
    words = "".join(_TAG.sub("", _text(paragraph)) for paragraph in around.iter(f"{W}p"))
    others = [t for p in around.iter(f"{W}p") for t in _TAG.findall(_text(p)) if not _PREFIX.match(t)]
    return bool(words.strip() or others)


def _look_elsewhere(one: PartTags, root: Any) -> None:
    """A tag in the alternative text of a picture, in a field: docxtpl fills it, nobody sees where."""
    if one.part == "properties":
        return
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        hidden = [str(value) for value in element.attrib.values()]
        if element.tag != f"{W}t" and element.text:
            hidden.append(element.text)
        for text in hidden:
            if "{{" in text or "{%" in text:
                one.troubles.append(Trouble("hidden", Place(one.part, text), ("", text[:80], ""), text[:80]))


def _around(text: str, start: int, length: int) -> tuple[str, str, str]:
    end = start + length
    return (
        ("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
        text[start:end],
        text[end : end + AROUND] + ("…" if len(text) > end + AROUND else ""),
    )
