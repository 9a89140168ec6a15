"""Small DOCX files made by tests, harmless and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def types(extra: str = "", main: str = MAIN) -> str:
    return (
        f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{extra}</Types>'
    )


def relations(*rows: tuple[str, str, str]) -> str:
    """Rows of kind, target, extra attributes."""
    body = "".join(
        f'<Relationship Id="rId{no}" Type="{kind if ":" in kind else R + "/" + kind}" Target="{target}" {extra}/>'
        for no, (kind, target, extra) in enumerate(rows, start=1)
    )
    return f'<Relationships xmlns="{_RELS}">{body}</Relationships>'


def paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def document(body: str) -> str:
    return f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}<w:sectPr/></w:body></w:document>'


def parts(body: str = "", **changes: str) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", "")),
        "word/document.xml": document(body or paragraph("текст")),
        "word/_rels/document.xml.rels": relations(),
        **changes,
    }


def pack(members: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def docx(text: str) -> bytes:
    """A template of one paragraph."""
    return pack(parts(paragraph(text)))
