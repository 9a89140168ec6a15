"""The file of a paper: parts that never change stand in it as they were packed, the others are added behind.

No moment, no machine and no packing library leaves a trace: equal content is an equal file everywhere.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from app.documents.docx import deflate

FIRST = "[Content_Types].xml"
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
_END = struct.Struct("<4s4H2LH")
_DAY = 0x21  # 01.01.1980, the first day a ZIP knows
_UTF8 = 0x800
_LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """One part, packed."""

    name: str
    method: int
    crc: int
    size: int
    packed: bytes

    def local(self) -> bytes:
        name = self.name.encode()
        return (
            _LOCAL.pack(b"PK\x03\x04", 20, self._flags, self.method, 0, _DAY, *self._sizes, len(name), 0)
            + name
        )

    def central(self, offset: int) -> bytes:
        name = self.name.encode()
        return (
            _CENTRAL.pack(
                b"PK\x01\x02", 20, 0, 20, 0, self._flags, self.method, 0, _DAY, *self._sizes,
                len(name), 0, 0, 0, 0, 0, offset,
            )
            + name
        )  # fmt: skip

    @property
    def _flags(self) -> int:
        return 0 if self.name.isascii() else _UTF8

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return self.crc, len(self.packed), self.size


def packed(name: str, data: bytes) -> Member:
    """A part packed anew; a very large one is left as it is, for time's sake."""
    is_large = len(data) > _LARGE
    stream = deflate.OPEN + deflate.plain(data) + deflate.CLOSE if is_large else deflate.whole(data)
    return Member(name, zipfile.ZIP_DEFLATED, zlib.crc32(data), len(data), stream)


class Package:
    """The lasting parts of a file, laid out once."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._body = b""
        self._directory = b""
        self._count = 0
        pieces: list[bytes] = []
        offset = 0
        for member in sorted(members, key=lambda each: (each.name != FIRST, each.name)):
            self._directory += member.central(offset)
            pieces += (member.local(), member.packed)
            offset += len(pieces[-2]) + len(pieces[-1])
            self._count += 1
        self._body = b"".join(pieces)

    def file(self, changing: Iterable[Member]) -> bytes:
        """The finished file."""
        pieces = [self._body]
        directory = [self._directory]
        offset, count = len(self._body), self._count
        for member in changing:
            local = member.local()
            pieces += (local, member.packed)
            directory.append(member.central(offset))
            offset += len(local) + len(member.packed)
            count += 1
        size = sum(map(len, directory))
        return b"".join((*pieces, *directory, _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)))


def unpack(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def lasting(template: bytes, saved: dict[str, bytes]) -> dict[str, Member]:
    """The saved parts packed: as the template packed them where the content is the same, else anew."""
    members: dict[str, Member] = {}
    with zipfile.ZipFile(io.BytesIO(template)) as source:
        known = {info.filename: info for info in source.infolist()}
        for name, content in saved.items():
            info = known.get(name)
            original = source.read(info) if info else b""
            kept = None
            if info and (original == content or _same_xml(name, original, content)):
                kept = _as_it_is(template, info, original)
            members[name] = kept or packed(name, content)
    return members


def _as_it_is(template: bytes, info: zipfile.ZipInfo, content: bytes) -> Member | None:
    if info.compress_type != zipfile.ZIP_DEFLATED:
        return None
    fields = _LOCAL.unpack_from(template, info.header_offset)
    start = info.header_offset + _LOCAL.size + fields[9] + fields[10]
    raw = template[start : start + info.compress_size]
    unpacker = zlib.decompressobj(-15)
    if unpacker.decompress(raw, len(content) + 1) != content or not unpacker.eof or unpacker.unused_data:
        return None
    return Member(info.filename, info.compress_type, zlib.crc32(content), len(content), raw)


def _same_xml(name: str, one: bytes, other: bytes) -> bool:
    if not name.endswith((".xml", ".rels")):
        return False
    try:
        return canonical(one) == canonical(other)
    except etree.LxmlError:
        return False


def canonical(data: bytes) -> bytes:
    """The XML in canonical form: equal for documents that say the same."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    result: bytes = etree.tostring(etree.fromstring(data, parser), method="c14n")
    return result
