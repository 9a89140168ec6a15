"""The field for a file: what comes is the kind of file that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from flask_wtf.file import FileField, FileStorage
from wtforms.validators import StopValidation

from app.core.i18n import _
from app.ui.fields import Label

SCAN_TYPES = ("pdf", "jpg", "jpeg", "png")
SCAN_MEGABYTES = 20


class ScanField(FileField):
    """A signed paper or a photo. Checks name, size and first bytes; `data` is the uploaded file or None."""

    _HEADS: ClassVar[dict[str, tuple[bytes, ...]]] = {
        "pdf": (b"%PDF-",), "jpg": (b"\xff\xd8\xff",), "jpeg": (b"\xff\xd8\xff",),
        "png": (b"\x89PNG\r\n\x1a\n",),
        "docx": (b"PK\x03\x04",), "xlsx": (b"PK\x03\x04",), "zip": (b"PK\x03\x04",),
    }  # fmt: skip

    def __init__(
        self, label: Label, *, required: bool = False, types: Sequence[str] = SCAN_TYPES,
        megabytes: int = SCAN_MEGABYTES, validators: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        self.types, self.megabytes = tuple(types), megabytes
        shown = ", ".join(t.upper() for t in types if t != "jpeg")
        kwargs.setdefault("description", _("%(types)s, up to %(mb)s MB", types=shown, mb=megabytes))
        kwargs["render_kw"] = {"accept": ",".join(f".{t}" for t in types), **(kwargs.get("render_kw") or {})}
        self._required = required
        super().__init__(label, list(validators), **kwargs)
        if required:
            self.flags.required = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        files = [f for f in valuelist if isinstance(f, FileStorage) and f.filename]
        self.data = files[0] if files else None
        self.raw_data = files

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            if self._required:
                raise StopValidation(str(_("Choose a file.")))
            return
        kind = (self.data.filename or "").rpartition(".")[2].lower()
        stream = self.data.stream
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(0)
        head = stream.read(8)
        stream.seek(0)
        shown = ", ".join(t.upper() for t in self.types if t != "jpeg")
        if kind not in self.types or not any(head.startswith(h) for h in self._HEADS.get(kind, (b"",))):
            raise StopValidation(str(_("This file is not accepted here. Choose %(types)s.", types=shown)))
        if not size:
            raise StopValidation(str(_("The file is empty.")))
        if size > self.megabytes * 1024 * 1024:
            raise StopValidation(str(_("The file is larger than %(mb)s MB.", mb=self.megabytes)))
