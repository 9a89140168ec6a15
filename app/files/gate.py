"""What may come in as a scan or a photo, judged by its bytes and never by its name."""

from __future__ import annotations

import unicodedata

from app.core.errors import Invalid
from app.core.i18n import _

MAX_SIZE = 20 * 1024 * 1024
_MAGIC = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
)


def check_scan(data: bytes, field: str = "scan") -> tuple[str, str]:
    """Media type and extension of a PDF, JPEG or PNG.

    Raises Invalid at `field` for anything else, an empty file, or one above 20 MB.
    """
    if not data:
        raise Invalid(fields={field: _("The file is empty.")})
    if len(data) > MAX_SIZE:
        raise Invalid(fields={field: _("The file is larger than 20 MB. Scan it with a lower resolution.")})
    for magic, media_type, extension in _MAGIC:
        if data.startswith(magic):
            if media_type == "application/pdf" and b"%%EOF" not in data[-2048:]:
                raise Invalid(fields={field: _("The PDF is cut off. Save it again and attach it once more.")})
            return media_type, extension
    raise Invalid(fields={field: _("This is not a PDF, JPEG or PNG file.")})


def clean_name(name: str, extension: str) -> str:
    """The name as people wrote it, without paths, control and direction signs; always with its true extension."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem = name[: -len(extension)] if name.lower().endswith(extension) else name.rsplit(".", 1)[0]
    return (stem.strip(" .")[:150] or "file") + extension
