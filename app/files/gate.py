"""What may come in as a scan or a photo, judged by its bytes and never by its name."""

from __future__ import annotations

import re
import unicodedata

from app.core.errors import Invalid
from app.core.i18n import Text, _

MAX_SIZE = 20 * 1024 * 1024
MAX_SIDE = 20_000  # pixels
MAX_NAME = 150
# what a PDF does when it is opened; a name in it may be spelled with #-codes
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToR|XFA)\b")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_PNG = b"\x89PNG\r\n\x1a\n"


def check_scan(data: bytes, field: str = "scan") -> tuple[str, str]:
    """Media type and extension of a PDF, JPEG or PNG.

    Raises Invalid at `field` for anything else: empty, above 20 MB, cut off, or a PDF that acts.
    """
    if not data:
        raise _refusal(field, _("The file is empty."))
    if len(data) > MAX_SIZE:
        raise _refusal(field, _("The file is larger than 20 MB. Scan it with a lower resolution."))
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:]:
            raise _refusal(field, _("The PDF is cut off. Save it again and attach it once more."))
        plain = _HEX_NAME.sub(lambda found: bytes([int(found[1], 16)]), data)
        if _ACTIVE.search(data) or _ACTIVE.search(plain):
            raise _refusal(
                field, _("The PDF holds a script, an action or an attached file. Print it to PDF anew.")
            )
        return "application/pdf", ".pdf"
    if data.startswith(b"\xff\xd8\xff"):
        if b"\xff\xd9" not in data[-4096:]:
            raise _refusal(field, _("The picture is cut off. Save it again and attach it once more."))
        return "image/jpeg", ".jpg"
    if data.startswith(_PNG):
        if data[12:16] != b"IHDR" or b"IEND" not in data[-64:]:
            raise _refusal(field, _("The picture is cut off. Save it again and attach it once more."))
        if max(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) > MAX_SIDE:
            raise _refusal(field, _("The picture is too large. Scan it with a lower resolution."))
        return "image/png", ".png"
    raise _refusal(field, _("This is not a PDF, JPEG or PNG file."))


def clean_name(name: str, extension: str) -> str:
    """The name as people wrote it, without folders, control and direction signs; always with its true extension."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" or sign.isspace())
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).strip(" .")
    stem, dot, last = name.rpartition(".")
    if not dot or not 1 <= len(last) <= 5:
        stem = name
    return (stem[:MAX_NAME].strip(" .") or "file") + extension


def _refusal(field: str, sentence: Text) -> Invalid:
    return Invalid(fields={field: sentence})
