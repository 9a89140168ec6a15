"""A template made ready once and printed many times: docxtpl's language, none of its work per paper.

docxtpl patches the XML, jinja compiles it in our sandbox, `skeleton` proves every branch; each lasting piece of
text is packed once. A paper is then its values between these pieces. What is not covered goes through docxtpl.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import jinja2

from app.core.i18n import _
from app.documents.docx import deflate
from app.documents.docx.intake import TemplateMistake
from app.documents.docx.package import Member, Package, lasting, packed, unpack
from app.documents.docx.paper import OddValue, XmlPaper
from app.documents.docx.parts import Part, Reader
from app.documents.docx.skeleton import DOCXTPL_MARKS, NotCovered

_KEPT = 32  # templates kept ready
_WORTH_PACKING = 24  # bytes of text
_MAX_PROPERTY = 255  # python-docx refuses more


class Names:
    """What jinja's code asks for the values of a paper."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def resolve_or_missing(self, name: str) -> Any:
        return self.values.get(name, jinja2.utils.missing)


class Compiled:
    """A template ready to print. `reason` says why docxtpl prints it instead."""

    def __init__(self, template: bytes) -> None:
        self.reason = ""
        self.saved: dict[str, bytes] = {}  # hashes of the parts as python-docx writes them
        self.members: dict[str, Member] = {}
        self.parts: list[Part] = []
        self._pieces: dict[str, tuple[bytes, bytes]] = {}
        try:
            self._compile(template)
        except NotCovered as uncovered:
            self.reason = str(uncovered)
        except Exception as mistake:  # whatever a broken file does, docxtpl's way words the refusal
            self.reason = type(mistake).__name__
        changing = {part.name for part in self.parts}
        self.package = Package(member for name, member in self.members.items() if name not in changing)

    def _compile(self, template: bytes) -> None:
        reader = Reader(template)
        saved = unpack(reader.save())
        self.saved = {name: _hash(content) for name, content in saved.items()}
        self.members = lasting(template, saved)
        parts = reader.parts()
        for name, constant in reader.constants.items():
            self.members[name] = lasting(template, {name: constant})[name]
        if not all(part.name in self.saved for part in parts):
            raise NotCovered("a part under another name")
        for part in parts:
            for text in (
                *part.texts,
                *(text for program in part.programs for text in _texts(program.__code__)),
            ):
                data = text.encode()
                if len(data) >= _WORTH_PACKING and text not in self._pieces:
                    self._pieces[text] = (data, deflate.pack(data))
        self.parts = parts

    def render(self, values: Mapping[str, Any], paper: XmlPaper, *, check: bool = False) -> bytes:
        """The finished file. Raises what the sandbox raises, and OddValue for docxtpl's way.

        `check`: read the finished parts again and look for each value, though it is proved for all values.
        """
        names = Names(values)
        contents: list[bytes] = []
        changing = [
            self._member(part, self._pieces_of(part, names, paper), paper, contents) for part in self.parts
        ]
        if check:
            _find(paper.printed, contents)
        return self.package.file(changing)

    def repack(self, saved: bytes) -> bytes:
        """What docxtpl saved, as a file that is the same everywhere."""
        members = []
        for name, content in unpack(saved).items():
            is_lasting = self.saved.get(name) == _hash(content)
            members.append(self.members[name] if is_lasting else packed(name, content))
        return Package(members).file(())

    def _pieces_of(self, part: Part, names: Names, paper: XmlPaper) -> list[str]:
        if not part.turns:
            return [part.texts[0], *part.programs[0](names, environment=paper), part.texts[1]]
        printed = ["".join(program(names, environment=paper)) for program in part.programs]
        if max(map(len, printed)) > _MAX_PROPERTY:
            raise OddValue
        pieces = [part.texts[0]]
        for turn, text in zip(part.turns, part.texts[1:], strict=True):
            pieces += (escape(printed[turn]), text)
        return pieces

    def _member(self, part: Part, pieces: list[str], paper: XmlPaper, contents: list[bytes]) -> Member:
        known, heads, short = self._pieces.get, deflate.HEADS, len(deflate.HEADS)
        raw: list[bytes] = []
        packed = [deflate.OPEN]
        keep, put = raw.append, packed.append
        waiting = ""
        for piece in pieces:  # the innermost loop of printing: a thousand turns a paper
            ready = known(piece)
            if ready is None:
                waiting = waiting + piece if waiting else piece
                continue
            if waiting:
                data = waiting.encode()
                waiting = ""
                keep(data)
                size = len(data)
                put(heads[size] + data if size < short else deflate.plain(data))
            else:
                put(deflate.NOTHING)
            keep(ready[0])
            put(ready[1])
        data = waiting.encode()
        raw.append(data)
        packed += (deflate.plain(data), deflate.CLOSE)
        content = b"".join(raw)
        contents.append(content)
        if paper.braces and any(mark.encode() in content for mark in DOCXTPL_MARKS):
            raise OddValue
        return Member(part.name, zipfile.ZIP_DEFLATED, zlib.crc32(content), len(content), b"".join(packed))


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _find(values: Iterable[str], contents: Iterable[bytes]) -> None:
    """Read the parts again and look for the values, which stand there in the order they were printed in."""
    text = "\n".join(map(_text, contents))
    place = 0
    for value in values:
        found = text.find(value, place)
        if found >= 0:
            place = found
        elif any(piece not in text for piece in re.split(r"[\n\t]", value)):
            raise TemplateMistake(_("a value did not reach the text: %(value)s", value=value[:80]))


def _text(content: bytes) -> str:
    pieces: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.CharacterDataHandler = pieces.append
    parser.Parse(content, True)
    return "".join(pieces)


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _texts(constant)


@lru_cache(maxsize=_KEPT)
def compiled(template: bytes) -> Compiled:
    """The template made ready; kept by its content."""
    return Compiled(template)
