"""A template taken apart with docxtpl's own steps: which parts change with values, and the programs that print them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jinja2
from docx.opc.oxml import parse_xml, serialize_part_xml
from docxtpl import DocxTemplate
from jinja2 import nodes
from lxml import etree

from app.documents.docx.filters import FILTERS
from app.documents.docx.intake import Intake
from app.documents.docx.paper_code import BOUND, PRINTED, PaperCode, bind
from app.documents.docx.sandbox import Sandbox
from app.documents.docx.skeleton import NotCovered, W, depends, settle

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)  # a paper carries its own date; the file must not carry another
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"

Program = Callable[..., Iterator[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part that depends on values: what its programs print stands between its texts."""

    name: str
    programs: tuple[Program, ...]
    texts: tuple[str, ...]  # one more than programs
    turns: tuple[int, ...] = ()  # in the properties: which program's text comes first in the file


def _not_now(*_values: Any) -> str:
    raise RuntimeError  # jinja would print constants while compiling; they are printed and counted with the rest


class Reader:
    """Takes a template apart with docxtpl's own steps."""

    def __init__(self, template: bytes) -> None:
        self.docx = DocxTemplate(io.BytesIO(template))
        self.docx.render_init()
        self.sandbox = Sandbox(Intake())
        self.sandbox.code_generator_class = PaperCode
        self.sandbox.autoescape = False  # XmlPaper escapes what is printed, with what XML needs beyond
        self.sandbox.filters = dict.fromkeys((*FILTERS, PRINTED, BOUND, "_looped"), _not_now)
        self.constants: dict[str, bytes] = {}
        properties = self.docx.docx.core_properties
        self.properties = [(name, getattr(properties, name)) for name in _PROPERTIES]

    def save(self) -> bytes:
        buffer = io.BytesIO()
        self.docx.docx.save(buffer)
        return buffer.getvalue()

    def parts(self) -> list[Part]:
        """In the order docxtpl renders them, so that what is missing is named in the same order."""
        document = self.docx.docx
        body, root = self._body()
        parts = [body]
        seen: set[Any] = set()
        for uri in (self.docx.HEADER_URI, self.docx.FOOTER_URI):
            for _relation, part in self.docx.get_headers_footers(uri):
                if part in seen:
                    raise NotCovered("a header used twice")
                seen.add(part)
                self._header(part, parts)
        self._core(parts)
        notes = [part for part in document.part.package.parts if part.content_type == _FOOTNOTES]
        for part in notes:
            self._notes(part, parts, len(list(root.iter(f"{W}sectPr"))))
        if len({part.name for part in parts}) != len(parts):
            raise NotCovered("two parts of one name")
        return parts

    def _tree(self, source: str) -> nodes.Template:
        return self.sandbox._parse(re.sub(r"<w:p([ >])", r"\n<w:p\1", source), None, None)

    def _program(self, tree: nodes.Template) -> Program:
        bind(tree)
        template = jinja2.Template.from_code(self.sandbox, self.sandbox.compile(tree), {})
        return template.root_render_func

    def _body(self) -> tuple[Part, Any]:
        document = self.docx.docx
        tree = self._tree(self.docx.patch_xml(self.docx.get_xml()))
        root = settle(tree, body=True)
        element = document._element
        place = etree.Element("opora.body")
        body = element.body
        place.tail = body.tail
        element.replace(body, place)
        before, after = serialize_part_xml(element).decode().split("<opora.body/>")
        name = str(document.part.partname).lstrip("/")
        return Part(name, (self._program(tree),), (before, after)), root

    def _header(self, part: Any, parts: list[Part]) -> None:
        name = str(part.partname).lstrip("/")
        source = self.docx.patch_xml(self.docx.get_part_xml(part))
        tree = self._tree(source)
        if depends(tree):
            settle(tree, body=False)
            parts.append(Part(name, (self._program(tree),), (_DECLARATION, "")))
        else:
            xml = self.docx.render_xml_part(source, part, {}, self.sandbox)
            self.constants[name] = serialize_part_xml(parse_xml(xml.encode()))

    def _notes(self, part: Any, parts: list[Part], sections: int) -> None:
        name = str(part.partname).lstrip("/")
        blob = part.blob.decode()
        source = self.docx.patch_xml(blob)
        declared = re.match(r"""<\?xml[^?]*encoding=["']([^"']+)""", blob)
        if declared and declared[1].lower() != "utf-8":
            raise NotCovered("notes in another encoding")
        tree = self._tree(source)
        if sections != 1:  # docxtpl renders the notes once for each section, over and over
            raise NotCovered("notes and several sections")
        if depends(tree):
            settle(tree, body=False)
            parts.append(Part(name, (self._program(tree),), ("", "")))
        else:
            self.constants[name] = self.docx.render_xml_part(source, part, {}, self.sandbox).encode()

    def _core(self, parts: list[Part]) -> None:
        properties = self.docx.docx.core_properties
        programs: list[Program] = []
        marks: list[str] = []
        for name, initial in self.properties:
            tree = self.sandbox._parse(initial, None, None)
            for output in tree.find_all(nodes.Output):
                for child in output.nodes:
                    if isinstance(child, nodes.Filter):
                        child.args.append(nodes.Const(None))
            marks.append(f"\ue000opora.{name}\ue001")
            setattr(properties, name, marks[-1])
            programs.append(self._program(tree))
        properties.created = properties.modified = EPOCH
        properties.last_modified_by = ""
        part = self.docx.docx.part.package._core_properties_part
        text = part.blob.decode()
        turns = sorted(range(len(marks)), key=lambda turn: text.index(marks[turn]))
        texts: list[str] = []
        for turn in turns:
            before, text = text.split(marks[turn])
            texts.append(before)
        name = str(part.partname).lstrip("/")
        parts.append(Part(name, tuple(programs), (*texts, text), tuple(turns)))
