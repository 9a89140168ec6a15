"""A DOCX paper from a template and plain values, or a refusal that names what is missing or wrong.

docxtpl is the template language; here it runs in our sandbox. Equal input gives equal bytes. Whatever a
template prints must be found in the text of the paper, so nothing is lost on the way without a word.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jinja2
from docxtpl import DocxTemplate
from jinja2 import meta, nodes
from lxml import etree

from app.core.i18n import _
from app.documents.intake import Intake, MissingFields, RenderError, TemplateMistake, ValueRefused
from app.documents.sandbox import Sandbox

__all__ = [
    "MAX_TEMPLATE",
    "MissingFields",
    "RenderError",
    "TemplateMistake",
    "ValueRefused",
    "document_text",
    "render",
    "repack",
    "template_names",
]

MAX_TEMPLATE = 5_000_000  # bytes
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)  # a paper carries its own date; the file must not carry another


def render(template_bytes: bytes, values: Mapping[str, Any]) -> bytes:
    """The finished DOCX; equal template and values give equal bytes.

    Raises MissingFields (all names at once), ValueRefused (by name) or TemplateMistake.
    """
    intake = Intake()
    plain = intake.take(values, "")
    sandbox = Sandbox(intake)
    document = _run(template_bytes, sandbox, plain)
    if sandbox.missing:
        raise MissingFields(sandbox.missing)
    properties = document.docx.core_properties  # python-docx would write the present moment into a new one
    properties.created = properties.modified = _EPOCH
    properties.last_modified_by = ""
    buffer = io.BytesIO()
    document.save(buffer)
    result = repack(buffer.getvalue())
    text = document_text(result, properties=True)
    lost = [piece for piece in sorted(sandbox.printed) if piece not in text]
    if lost:
        raise TemplateMistake(_("a value did not reach the text: %(value)s", value=lost[0][:80]))
    return result


def template_names(template_bytes: bytes) -> frozenset[str]:
    """The top-level names a template uses, for comparison with the manifest."""
    names: set[str] = set()

    class _Reader(Sandbox):
        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            tree = super()._parse(source, name, filename)
            names.update(meta.find_undeclared_variables(tree))
            return tree

    sandbox = _Reader(Intake())
    _run(template_bytes, sandbox, {})
    return frozenset(names)


def _run(template_bytes: bytes, sandbox: Sandbox, plain: Any) -> DocxTemplate:
    if len(template_bytes) > MAX_TEMPLATE:
        raise TemplateMistake(_("the file is too large"))
    try:
        document = DocxTemplate(io.BytesIO(template_bytes))
        document.render(plain, jinja_env=sandbox, autoescape=True)
    except RenderError:
        raise
    except jinja2.UndefinedError as mistake:
        raise MissingFields([*sandbox.missing, str(mistake)]) from mistake
    except jinja2.TemplateSyntaxError as mistake:
        raise TemplateMistake(mistake.message or "") from mistake
    except jinja2.TemplateError as mistake:
        raise TemplateMistake(str(mistake)[:200]) from mistake
    except Exception as mistake:  # a broken or hostile file: whatever it does, it is a refusal
        raise TemplateMistake(type(mistake).__name__) from mistake
    return document


def repack(data: bytes) -> bytes:
    """The same package with members sorted and timestamps fixed, so that equal content has equal bytes."""
    first = "[Content_Types].xml"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(source.namelist(), key=lambda member: (member != first, member)):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            info.external_attr = 0
            target.writestr(info, source.read(name), compresslevel=6)
    return buffer.getvalue()


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_PART = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_PROPERTIES = "docProps/core.xml"


def document_text(data: bytes, properties: bool = False) -> str:
    """All words of a DOCX (body, headers, footers, notes), a line each; `properties`: the title too."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    out: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in sorted(package.namelist()):
            if not _TEXT_PART.fullmatch(name) and not (properties and name == _PROPERTIES):
                continue
            for element in etree.fromstring(package.read(name), parser).iter():
                if element.tag == f"{_W}t" or (name == _PROPERTIES and element.text):
                    out.append(element.text or "")
                elif element.tag in (f"{_W}br", f"{_W}p", f"{_W}cr"):
                    out.append("\n")
                elif element.tag == f"{_W}tab" and element.getparent().tag == f"{_W}r":
                    out.append("\t")
    return "".join(out)
