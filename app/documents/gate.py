"""The door for uploaded files: a DOCX or a scan goes in only when all in it is known and harmless.

Allow-lists throughout; sizes are counted while unpacking, whatever headers claim; any surprise is a refusal.
"""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from enum import StrEnum

from lxml import etree

from app.core.errors import OporaError
from app.core.i18n import Text, _

MAX_DOCX = 5_000_000  # bytes packed
MAX_UNPACKED = 40_000_000  # bytes of all parts
MAX_PART = 15_000_000
MAX_PARTS = 200
MAX_ELEMENTS = 400_000
MAX_SCAN = 20 * 1024 * 1024
MAX_SIDE = 20_000  # pixels


class HostileFile(OporaError):
    """A file that is not let in; the sentence says why."""

    status = 422

    def __init__(self, reason: Text | str) -> None:
        super().__init__(_("The file is refused: %(reason)s", reason=reason))
        self.reason = reason


class ScanType(StrEnum):
    pdf = "pdf"
    jpeg = "jpeg"
    png = "png"


# --- DOCX ---------------------------------------------------------------------------------------

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


# --- scans ----------------------------------------------------------------------------------------

_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToR|XFA)\b")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_EXTENSIONS = {
    "pdf": ScanType.pdf,
    "jpg": ScanType.jpeg,
    "jpeg": ScanType.jpeg,
    "png": ScanType.png,
}


def check_scan(data: bytes, name: str) -> ScanType:
    """The kind of a scan (PDF, JPEG or PNG, by content, the name must agree), or HostileFile."""
    try:
        return _check_scan(data, name)
    except HostileFile:
        raise
    except Exception as surprise:
        raise HostileFile(_("it cannot be read (%(kind)s)", kind=type(surprise).__name__)) from surprise


def _check_scan(data: bytes, name: str) -> ScanType:
    if not data:
        raise HostileFile(_("it is empty"))
    if len(data) > MAX_SCAN:
        raise HostileFile(_("it is larger than %(n)s MB", n=MAX_SCAN // 1024 // 1024))
    if data.startswith(b"%PDF-"):
        kind = ScanType.pdf
        if b"%%EOF" not in data[-2048:]:
            raise HostileFile(_("the PDF is cut off"))
        plain = _HEX_NAME.sub(lambda found: bytes([int(found[1], 16)]), data)
        if _ACTIVE.search(data) or _ACTIVE.search(plain):
            raise HostileFile(_("the PDF holds a script, an action or an attached file"))
    elif data.startswith(b"\xff\xd8\xff"):
        kind = ScanType.jpeg
        if b"\xff\xd9" not in data[-4096:]:
            raise HostileFile(_("the picture is cut off"))
    elif data.startswith(_MAGIC["png"]):
        kind = ScanType.png
        if data[12:16] != b"IHDR" or b"IEND" not in data[-64:]:
            raise HostileFile(_("the picture is cut off"))
        if max(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) > MAX_SIDE:
            raise HostileFile(_("the picture is too large"))
    else:
        raise HostileFile(_("only PDF, JPEG and PNG are taken"))
    _stem, dot, extension = clean_name(name).rpartition(".")
    if not dot or _EXTENSIONS.get(extension.lower()) is not kind:
        raise HostileFile(_("the name of the file does not fit its content"))
    return kind


def clean_name(name: str, limit: int = 150) -> str:
    """A file name fit to be shown and saved: NFC, no folders, no control or direction signs, never empty."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co")
    )
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    if len(name) > limit:
        stem = stem[: limit - len(extension) - 1].rstrip(" .")
    name = f"{stem}.{extension}" if extension else stem
    return name or "file"
