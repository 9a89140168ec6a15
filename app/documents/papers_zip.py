"""Papers in one ZIP: under names that are free on every system, equal papers as an equal file."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import TypeVar

from app.audit import service as audit
from app.core.errors import Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.docx.frozen import thaw
from app.documents.docx.rendering import RenderError, render
from app.documents.models import Document
from app.documents.printing import PAPER, REGISTERED
from app.documents.queries import file_of, get_document
from app.documents.templates import edition_of
from app.documents.values import missing

MAX_NAME = 120
_BAD = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

C = TypeVar("C")


def archive(work: Work, document_ids: Sequence[int]) -> bytes:
    """One ZIP of the finished papers: equal papers give an equal file. Raises Refusal when none is finished.

    Every paper taken home is written down in its history.
    """
    files: list[tuple[str, bytes]] = []
    for key in dict.fromkeys(document_ids):
        document = get_document(work.session, key)
        content = _content(work, document)
        if content is not None:
            files.append((document.title, content))
            audit.record(
                work, "document:download", document, stream=f"document:{document.id}", data={"copy": "zip"}
            )
    if not files:
        raise Refusal([Reason(_("None of these documents is complete yet."))])
    return b"".join(stream((title, partial(bytes, content)) for title, content in sorted(files)))


def stream(files: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[bytes]:
    """A ZIP of (title, read) as pieces, one paper in memory at a time: equal papers give equal bytes."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as target:
        for name, read in sorted(_named(sorted(files, key=itemgetter(0))), key=itemgetter(0)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # no moment leaves a trace
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, read(), zipfile.ZIP_STORED)  # a DOCX is packed already
            yield sink.taken()
    yield sink.taken()


class _Sink(io.BytesIO):
    """What a ZIP writes to: the part that was taken is gone, places go on counting from the beginning."""

    gone = 0

    def tell(self) -> int:
        return self.gone + super().tell()

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        return self.gone + super().seek(place - self.gone if whence == io.SEEK_SET else place, whence)

    def taken(self) -> bytes:
        piece = self.getvalue()
        self.gone += len(piece)
        super().seek(0)
        self.truncate(0)
        return piece


def safe_name(title: str) -> str:
    """A title as the name of a file on every system: «№ 65/23» → «№ 65-23», composed letters, no tricks."""
    name = unicodedata.normalize("NFC", title).replace(": ", ", ").replace("\u00a0", " ")
    name = " ".join(_BAD.sub("-", name).split()).strip(". -")[:MAX_NAME].rstrip(". ")
    return f"_{name}" if not name or _DEVICES.fullmatch(name) else name


def _content(work: Work, document: Document) -> bytes | None:
    """The finished file: as it was printed, else printed now; None while something is missing."""
    for copy in (REGISTERED, PAPER):
        row = file_of(document, copy)
        if row is not None and row.file is not None:
            return work.ports.storage.get(row.file.sha256)
    template = edition_of(document)
    values = thaw(document.values)
    if missing(template, values):
        return None
    try:
        return render(work.ports.storage.get(document.template_hash), values)
    except RenderError:
        return None


def _named(files: Sequence[tuple[str, C]]) -> Iterator[tuple[str, C]]:
    """The papers in their order under names that are free on every system."""
    taken: set[str] = set()
    for title, content in files:
        stem = safe_name(title)
        name, no = stem, 1
        while name.casefold() in taken:
            no += 1
            name = f"{stem} ({no})"
        taken.add(name.casefold())
        yield f"{name}.docx", content
