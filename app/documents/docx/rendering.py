"""A DOCX paper from a template and plain values, or a refusal that names what is missing or wrong.

docxtpl is the template language; our sandbox is its world. A template is compiled once (`compiled`); what that
does not cover docxtpl renders itself. Equal input gives equal bytes. Whatever a template prints must be found in
the text of the paper, so nothing is lost on the way without a word.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jinja2
from docxtpl import DocxTemplate
from jinja2 import meta, nodes
from lxml import etree

from app.core.i18n import _
from app.documents.docx.compiled import Compiled, compiled
from app.documents.docx.intake import (
    Intake,
    MissingFields,
    RenderError,
    TemplateMistake,
    ValueRefused,
    is_plain,
)
from app.documents.docx.paper import OddValue, Paper, XmlPaper
from app.documents.docx.parts import EPOCH
from app.documents.docx.sandbox import Sandbox

__all__ = [
    "MAX_TEMPLATE",
    "MissingFields",
    "RenderError",
    "TemplateMistake",
    "ValueRefused",
    "document_text",
    "render",
    "template_names",
]

MAX_TEMPLATE = 5_000_000  # bytes


def render(template_bytes: bytes, values: Mapping[str, Any], *, check: bool = False) -> bytes:
    """The finished DOCX; equal template and values give equal bytes.

    Raises MissingFields (all names at once), ValueRefused (by name) or TemplateMistake. A compiled template is
    proved to print every value; `check` looks for them in the finished paper all the same.
    """
    if len(template_bytes) > MAX_TEMPLATE:
        raise TemplateMistake(_("the file is too large"))
    ready = compiled(template_bytes)
    if not ready.reason:
        try:
            return _print(ready, values, check)
        except OddValue:
            pass  # only docxtpl itself knows what it makes of this value
    return _print_by_docxtpl(ready, template_bytes, values)


def _print(ready: Compiled, values: Mapping[str, Any], check: bool) -> bytes:
    if is_plain(values):
        paper = XmlPaper({}, hasty=True)
        try:
            result = ready.render(values, paper, check=check)
            if not paper.missing:
                return result
        except OddValue:
            raise
        except Exception:  # noqa: S110 -- said below
            pass
    intake = Intake()  # something is wrong: once more, with the names of all places
    plain: Any = intake.take(values, "")
    paper = XmlPaper(intake.paths)
    with _refusals(paper):
        result = ready.render(plain, paper, check=check)
    if paper.missing:
        raise MissingFields(paper.missing)
    return result


def _print_by_docxtpl(ready: Compiled, template_bytes: bytes, values: Mapping[str, Any]) -> bytes:
    intake = Intake()
    plain = intake.take(values, "")
    sandbox = Sandbox(intake)
    document = _run(template_bytes, sandbox, plain)
    if sandbox.paper.missing:
        raise MissingFields(sandbox.paper.missing)
    properties = document.docx.core_properties  # python-docx would write the present moment into a new one
    properties.created = properties.modified = EPOCH
    properties.last_modified_by = ""
    buffer = io.BytesIO()
    document.save(buffer)
    result = ready.repack(buffer.getvalue())
    text = document_text(result, properties=True)
    lost = [piece for piece in sorted(sandbox.paper.printed) if piece not in text]
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
    with _refusals(sandbox.paper):
        document = DocxTemplate(io.BytesIO(template_bytes))
        document.render(plain, jinja_env=sandbox, autoescape=True)
    return document


@contextmanager
def _refusals(paper: Paper) -> Iterator[None]:
    """Whatever a template does, it is a refusal in words."""
    try:
        yield
    except (RenderError, OddValue):
        raise
    except jinja2.UndefinedError as mistake:
        raise MissingFields([*paper.missing, str(mistake)]) from mistake
    except jinja2.TemplateSyntaxError as mistake:
        raise TemplateMistake(mistake.message or "") from mistake
    except jinja2.TemplateError as mistake:
        raise TemplateMistake(str(mistake)[:200]) from mistake
    except Exception as mistake:  # a broken or hostile file
        raise TemplateMistake(type(mistake).__name__) from mistake


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
