"""The door for uploaded templates: a DOCX goes in only when all in it is known and harmless.

Allow-lists throughout; sizes are counted while unpacking, whatever headers claim; any surprise is a refusal.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from app.core.errors import OporaError
from app.core.i18n import Text, _

MAX_DOCX = 5_000_000  # bytes packed
MAX_UNPACKED = 40_000_000  # bytes of all parts
MAX_PART = 15_000_000
MAX_PARTS = 200
MAX_ELEMENTS = 400_000


class HostileFile(OporaError):
    """A file that is not let in; the sentence says why."""

    status = 422

    def __init__(self, reason: Text | str) -> None:
        super().__init__(_("The file is refused: %(reason)s", reason=reason))
        self.reason = reason


_PART = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(core|app|custom)\.xml|docProps/thumbnail\.(jpeg|jpg|png)"
    r"|word/(document|styles|stylesWithEffects|settings|fontTable|webSettings|numbering|footnotes|endnotes|comments"
    r"|header\d{0,3}|footer\d{0,3}|theme/theme\d{1,2})\.xml"
    r"|word/_rels/[A-Za-z]+\d{0,3}\.xml\.rels|word/theme/_rels/theme\d{1,2}\.xml\.rels"
    r"|word/media/[A-Za-z0-9_-]{1,60}\.(png|jpeg|jpg)"
    r"|customXml/(item|itemProps)\d{1,3}\.xml|customXml/_rels/item\d{1,3}\.xml\.rels"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = frozenset(
    [
        f"{_PACKAGE}relationships/metadata/core-properties",
        f"{_PACKAGE}relationships/metadata/thumbnail",
        "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
    ]
    + [
        f"{_OFFICE}relationships/{kind}"
        for kind in (
            "officeDocument",
            "extended-properties",
            "custom-properties",
            "styles",
            "settings",
            "fontTable",
            "webSettings",
            "numbering",
            "footnotes",
            "endnotes",
            "comments",
            "header",
            "footer",
            "theme",
            "image",
            "customXml",
            "customXmlProps",
        )
    ]
)
_TYPES = re.compile(
    r"application/vnd\.openxmlformats-officedocument\.wordprocessingml\."
    r"(document\.main|styles|settings|fontTable|webSettings|numbering|footnotes|endnotes|comments|header|footer)\+xml"
    r"|application/vnd\.openxmlformats-officedocument\.(theme|extended-properties|custom-properties"
    r"|customXmlProperties)\+xml"
    r"|application/vnd\.openxmlformats-package\.(relationships|core-properties)\+xml"
    r"|application/vnd\.ms-word\.stylesWithEffects\+xml|application/xml|text/xml|image/(png|jpeg|jpg)"
)
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_NAMESPACES = re.compile(
    r"http://schemas\.openxmlformats\.org/(wordprocessingml|drawingml|officeDocument|markup-compatibility|package"
    r"|schemaLibrary)/.*|http://schemas\.microsoft\.com/office/(word|drawing|2006|thememl)/?.*"
    r"|http://purl\.org/dc/.*|http://www\.w3\.org/(XML/1998/namespace|2001/XMLSchema-instance)"
    r"|urn:schemas-microsoft-com:(vml|office:office|office:word)"
)
_FORBIDDEN_WORDS = """
    altChunk object OLEObject control subDoc attachedTemplate frameset frame mailMerge movie script hyperlink
    saveThroughXslt documentProtection writeProtection externalData embedFont embedRegular embedBold ocx
    contentPart chart relIds dataBinding smartTag
"""
_FORBIDDEN = frozenset(_FORBIDDEN_WORDS.split())
_FIELD = re.compile(
    r"\s*(PAGE|NUMPAGES|SECTIONPAGES|SECTION|PAGEREF\s+_?\w+|SEQ\s+\w+|TOC)"
    r"(\s+(\\\*\s*(MERGEFORMAT|Arabic|roman|ROMAN)|\\[a-z]|\"\d-\d\"))*\s*",
    re.IGNORECASE,
)
_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}


def check_docx(data: bytes) -> None:
    """Let a DOCX in, or raise HostileFile with the reason."""
    try:
        _check_package(data)
    except HostileFile:
        raise
    except (MemoryError, RecursionError, Exception) as surprise:
        raise HostileFile(_("it cannot be read (%(kind)s)", kind=type(surprise).__name__)) from surprise


def _check_package(data: bytes) -> None:
    if len(data) > MAX_DOCX:
        raise HostileFile(_("it is larger than %(n)s MB", n=MAX_DOCX // 1_000_000))
    if not data.startswith(b"PK\x03\x04"):
        raise HostileFile(_("it is not a DOCX document"))
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        if len(members) > MAX_PARTS:
            raise HostileFile(_("too many parts"))
        if package.comment:
            raise HostileFile(_("something stands behind the document"))
        left = MAX_UNPACKED
        seen: set[str] = set()
        for member in members:
            content = _read(package, member, min(left, MAX_PART))
            if member.filename.lower() in seen:
                raise HostileFile(_("the part %(name)s is there twice", name=member.filename))
            seen.add(member.filename.lower())
            left -= len(content)
            parts[member.filename] = content
    for needed in ("[Content_Types].xml", "_rels/.rels", "word/document.xml"):
        if needed not in parts:
            raise HostileFile(_("the part %(name)s is missing", name=needed))
    budget = MAX_ELEMENTS
    for name, content in parts.items():
        extension = name.rpartition(".")[2]
        if extension in _MAGIC:
            if not content.startswith(_MAGIC[extension]):
                raise HostileFile(_("the picture %(name)s is not a picture", name=name))
            continue
        budget -= _check_xml(name, content, parts, budget)


def _read(package: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    name = member.filename
    if not _PART.fullmatch(name) or member.orig_filename != name:
        raise HostileFile(_("the part %(name)s is not allowed", name=name[:80]))
    if member.flag_bits & 0x1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise HostileFile(_("the part %(name)s is packed in an unusual way", name=name))
    out = bytearray()
    with package.open(member) as stream:
        while chunk := stream.read(65_536):  # counted here: the sizes in the headers may lie
            out += chunk
            if len(out) > limit:
                raise HostileFile(_("unpacked it is too large"))
    return bytes(out)


def _check_xml(name: str, content: bytes, parts: dict[str, bytes], budget: int) -> int:
    if re.search(rb"<!(DOCTYPE|ENTITY)", content, re.IGNORECASE) or b"\x00" in content:
        raise HostileFile(_("the part %(name)s declares a document type", name=name))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    root = etree.fromstring(content, parser)
    tree = root.getroottree()
    if (tree.docinfo.encoding or "UTF-8").upper() not in ("UTF-8", "US-ASCII", "ASCII"):
        raise HostileFile(_("the part %(name)s has an unusual encoding", name=name))
    if tree.docinfo.doctype:
        raise HostileFile(_("the part %(name)s declares a document type", name=name))
    if root.getprevious() is not None or root.getnext() is not None:
        _refuse_instructions(name, root)
    count = 0
    for node in root.iter():
        count += 1
        if count > budget:
            raise HostileFile(_("too many elements"))
        if not isinstance(node.tag, str):
            if isinstance(node, etree._Comment):
                continue
            raise HostileFile(_("the part %(name)s holds a processing instruction", name=name))
        qualified = etree.QName(node)
        if name.startswith("customXml/"):
            continue  # bibliographies and the like: data no reader of ours executes
        if qualified.namespace and not _NAMESPACES.fullmatch(qualified.namespace):
            raise HostileFile(_("unknown kind of content: %(kind)s", kind=qualified.namespace[:80]))
        if qualified.localname in _FORBIDDEN:
            raise HostileFile(_("%(what)s is not allowed", what=qualified.localname))
    if name == "[Content_Types].xml":
        _check_types(root)
    elif name.endswith(".rels"):
        _check_relations(name, root, parts)
    else:
        _check_fields(root)
    return count


def _refuse_instructions(name: str, root: etree._Element) -> None:
    for sibling in (*root.itersiblings(preceding=True), *root.itersiblings()):
        if not isinstance(sibling, etree._Comment):
            raise HostileFile(_("the part %(name)s holds a processing instruction", name=name))


def _check_types(root: etree._Element) -> None:
    main = None
    for node in root:
        kind = node.get("ContentType") or ""
        if not _TYPES.fullmatch(kind):
            raise HostileFile(_("unknown kind of content: %(kind)s", kind=kind[:80]))
        if (node.get("PartName") or "").lower() == "/word/document.xml":
            main = kind
    if main != _MAIN_TYPE:
        raise HostileFile(_("it is not a DOCX document"))


def _check_relations(name: str, root: etree._Element, parts: dict[str, bytes]) -> None:
    base = posixpath.dirname(posixpath.dirname(name))
    for node in root:
        kind, target = node.get("Type") or "", node.get("Target") or ""
        if (node.get("TargetMode") or "Internal").lower() != "internal":
            raise HostileFile(_("it points outside: %(target)s", target=target[:80]))
        if kind not in _RELATIONS:
            raise HostileFile(
                _("a link of the kind %(kind)s is not allowed", kind=kind.rpartition("/")[2][:80])
            )
        inner = (
            target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
        )
        if ":" in target or "\\" in target or "%" in target or inner not in parts:
            raise HostileFile(_("it points outside: %(target)s", target=target[:80]))


def _instructions(root: etree._Element) -> Iterator[str]:
    """Each field's code, put together from its pieces (Word cuts them; an attacker does too)."""
    stack: list[list[str]] = []
    for node in root.iter(f"{{{_WORD}}}fldSimple", f"{{{_WORD}}}fldChar", f"{{{_WORD}}}instrText"):
        local = etree.QName(node).localname
        if local == "fldSimple":
            yield node.get(f"{{{_WORD}}}instr") or ""
        elif local == "instrText":
            if stack:
                stack[-1].append(node.text or "")
            else:
                yield node.text or ""
        else:
            kind = node.get(f"{{{_WORD}}}fldCharType")
            if kind == "begin":
                stack.append([])
            elif kind == "end" and stack:
                yield "".join(stack.pop())
    for unfinished in stack:
        yield "".join(unfinished)


def _check_fields(root: etree._Element) -> None:
    for code in _instructions(root):
        if code.strip() and not _FIELD.fullmatch(code):
            raise HostileFile(_("the field %(code)s is not allowed", code=code.strip()[:60]))
