"""Nothing hostile passes the door; real papers do."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.documents.docx import gate
from app.documents.docx.gate import HostileFile, check_docx

from .packages import MAIN, R, W, document, docx, pack, paragraph, parts, relations, types

TEMPLATES = Path(__file__).parents[3] / "document_templates"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def field(*pieces: str) -> str:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f"<w:p>{begin}{runs}{end}</w:p>"


def body(xml: str) -> bytes:
    return pack(parts(xml))


def external(kind: str, target: str, extra: str = 'TargetMode="External"') -> bytes:
    return pack(parts("", **{"word/_rels/document.xml.rels": relations((kind, target, extra))}))


def with_part(name: str, content: str | bytes = "<x/>") -> bytes:
    return pack({**parts(), name: content})


def main_part(content: str | bytes) -> bytes:
    return pack({**parts(), "word/document.xml": content})


def duplicate(name: str) -> bytes:
    buffer = io.BytesIO(docx("x"))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as package:
        package.writestr(name, "<x/>")
    return buffer.getvalue()


def bomb() -> bytes:
    return with_part("word/media/image1.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 30_000_000)


def lying_size() -> bytes:
    """The directory claims 10 bytes, the stream holds 30 MB."""
    raw = bytearray(with_part("word/media/image1.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 30_000_000))
    real = struct.pack("<I", 30_000_008)
    while (at := raw.find(real)) >= 0:
        raw[at : at + 4] = struct.pack("<I", 10)
    return bytes(raw)


def encrypted() -> bytes:
    raw = bytearray(docx("x"))
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def lzma() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as package:
        for name, content in parts().items():
            package.writestr(name, content)
    return buffer.getvalue()


def comment() -> bytes:
    buffer = io.BytesIO(docx("x"))
    with zipfile.ZipFile(buffer, "a") as package:
        package.comment = b"MZ executable"
    return buffer.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"hello",
    "pdf": lambda: b"%PDF-1.4 %%EOF",
    "cut": lambda: docx("x")[:-40],
    "prefix": lambda: b"MZ" + docx("x"),
    "huge": lambda: b"PK\x03\x04" + b"\0" * (gate.MAX_DOCX + 1),
    "no document": lambda: pack({"a.xml": "<a/>"}),
    "no types": lambda: pack({k: v for k, v in parts().items() if "Types" not in k}),
    "macro part": lambda: with_part("word/vbaProject.bin", b"\xd0\xcf\x11\xe0"),
    "macro type": lambda: pack(
        {
            **parts(),
            "[Content_Types].xml": types(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        }
    ),
    "template type": lambda: pack(
        {**parts(), "[Content_Types].xml": types(main=MAIN.replace("document.main", "template.main"))}
    ),
    "ole part": lambda: with_part("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0"),
    "ole element": lambda: body("<w:p><w:r><w:object/></w:r></w:p>"),
    "activex": lambda: with_part("word/activeX/activeX1.xml"),
    "altChunk": lambda: body('<w:altChunk r:id="rId9"/>'),
    "altChunk relation": lambda: pack(
        {
            **parts("", **{"word/_rels/document.xml.rels": relations(("aFChunk", "settings.xml", ""))}),
            "word/settings.xml": "<a/>",
        }
    ),
    "html part": lambda: with_part("word/chunk.html", "<html/>"),
    "hyperlink": lambda: external("hyperlink", "https://example.org/"),
    "file link": lambda: external("hyperlink", "file:///etc/passwd"),
    "remote template": lambda: external("attachedTemplate", "http://example.org/x.dotm"),
    "remote image": lambda: external("image", "http://example.org/x.png"),
    "unc image": lambda: external("image", "\\\\host\\share\\x.png"),
    "internal url": lambda: external("image", "http://example.org/x.png", ""),
    "climbing relation": lambda: external("image", "../../etc/passwd", ""),
    "dangling relation": lambda: external("image", "media/none.png", ""),
    "attached template": lambda: body('<w:p/><w:attachedTemplate r:id="rId1"/>'),
    "subdocument": lambda: body('<w:subDoc r:id="rId1"/>'),
    "dde": lambda: body(field("DDEAUTO c:\\windows\\cmd.exe")),
    "dde in pieces": lambda: body(field("DD", "EAU", "TO c:\\x")),
    "include text": lambda: body(field("INCLUDETEXT file.txt")),
    "include picture": lambda: body('<w:p><w:fldSimple w:instr="INCLUDEPICTURE http://x/y"/></w:p>'),
    "hyperlink field": lambda: body(field('HYPERLINK "http://x"')),
    "field without begin": lambda: body("<w:p><w:r><w:instrText>MACROBUTTON x</w:instrText></w:r></w:p>"),
    "field without end": lambda: body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDE x</w:instrText></w:r></w:p>'
    ),
    "doctype": lambda: main_part(f"{XML}<!DOCTYPE a><w:document xmlns:w='{W}'/>"),
    "xxe": lambda: main_part(
        f'{XML}<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W}">&x;</w:document>'
    ),
    "billion laughs": lambda: main_part(f'{XML}<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'),
    "utf-16": lambda: main_part(
        f'<?xml version="1.0" encoding="UTF-16"?>{document(paragraph("x"))}'.encode("utf-16")
    ),
    "utf-7": lambda: main_part(f'<?xml version="1.0" encoding="UTF-7"?>{document(paragraph("x"))}'),
    "broken xml": lambda: main_part("<w:document"),
    "deep xml": lambda: main_part("<a>" * 5000 + "</a>" * 5000),
    "instruction": lambda: main_part(f'<?mso-application progid="Word"?>{document(paragraph("x"))}'),
    "instruction inside": lambda: body("<w:p/><?php x ?>"),
    "foreign namespace": lambda: body('<script xmlns="http://www.w3.org/1999/xhtml">x</script>'),
    "folder climbing": lambda: with_part("../evil.xml"),
    "absolute path": lambda: with_part("/etc/passwd"),
    "backslash": lambda: with_part("word\\evil.exe"),
    "executable": lambda: with_part("word/media/a.exe", b"MZ"),
    "not a picture": lambda: with_part("word/media/image1.png", b"<svg/>"),
    "svg": lambda: with_part("word/media/image1.svg", b"<svg/>"),
    "font": lambda: with_part("word/fonts/font1.odttf"),
    "twice": lambda: duplicate("word/document.xml"),
    "twice in capitals": lambda: with_part("word/Document.xml"),
    "many parts": lambda: pack(
        {**parts(), **{f"word/media/i{no}.png": gate._MAGIC["png"] for no in range(250)}}
    ),
    "bomb": bomb,
    "lying size": lying_size,
    "encrypted": encrypted,
    "lzma": lzma,
    "comment": comment,
    "custom relation": lambda: external("http://evil/kind", "document.xml", ""),
    "unknown type": lambda: pack(
        {**parts(), "[Content_Types].xml": types('<Default Extension="bin" ContentType="application/x-ms"/>')}
    ),
    "many elements": lambda: body("<w:p/>" * (gate.MAX_ELEMENTS + 10)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_docx_is_refused(name: str) -> None:
    with pytest.raises(HostileFile):
        check_docx(HOSTILE[name]())


def test_plain_docx_passes() -> None:
    check_docx(docx("Приказ"))
    check_docx(body(field(" PAGE ") + field("PAGE \\* MERGEFORMAT")))


@pytest.mark.parametrize("name", ["order_plan", "agreement", "protocol", "visit_report", "results_report"])
def test_our_own_templates_pass(name: str) -> None:
    check_docx((TEMPLATES / f"{name}.docx").read_bytes())


def test_relation_namespace_is_the_one_word_writes() -> None:
    assert f"{R}/image" in gate._RELATIONS
