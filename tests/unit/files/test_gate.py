"""Scans and photos: told by content; what acts, is cut off or pretends is refused."""

from __future__ import annotations

import struct
import zlib

import pytest

from app.core.errors import Invalid
from app.files import gate


def png(width: int = 10, height: int = 10) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 110))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 100 + b"\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("data", "kind"), [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (png(), "image/png")]
)
def test_a_scan_is_told_by_its_content(data: bytes, kind: str) -> None:
    assert gate.check_scan(data)[0] == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ" + PDF,
        b"<html>",
        b"GIF89a",
        PDF[:40],
        PDF.replace(b"/Type", b"/S/JavaScript/Type"),
        PDF.replace(b"/Type", b"/S/J#61vaScript/Type"),
        PDF.replace(b"/Type", b"/S/Launch/Type"),
        PDF.replace(b"/Type", b"/EmbeddedFiles 2 0 R/Type"),
        JPEG[:-2],
        png()[:-12],
        png(width=50_000),
        PDF + b"\0" * gate.MAX_SIZE,
    ],
)
def test_a_hostile_file_is_refused_at_its_field(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        gate.check_scan(data, "proof")
    assert list(refused.value.fields) == ["proof"]


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("приказ.pdf", "приказ.pdf"),
        ("и\u0306од.pdf", "йод.pdf"),
        ("C:\\Users\\x\\скан.pdf", "скан.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("картинка.PNG", "картинка.pdf"),
        ("Приказ 12-оп от 22.01.2025.pdf", "Приказ 12-оп от 22.01.2025.pdf"),
        ('a<b>"c".pdf', "a_b__c_.pdf"),
        ("  много   пробелов .pdf", "много пробелов.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("я" * 300 + ".pdf", "я" * 150 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_people_wrote_it_but_harmless(name: str, clean: str) -> None:
    assert gate.clean_name(name, ".pdf") == clean
