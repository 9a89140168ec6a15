"""Several papers in one go: an agreement for each case, one order for all, with a result per row and one ZIP."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import func, select

from app.audit import service as audit
from app.cases.models import Case, Programme
from app.core.errors import Invalid, NotFound, OporaError, Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents import proofing, starting
from app.documents.frozen import thaw
from app.documents.models import Document
from app.documents.printing import PAPER, REGISTERED
from app.documents.proofing import Unverified
from app.documents.queries import file_of, get_document
from app.documents.rendering import RenderError, render
from app.documents.starting import Beginning
from app.documents.templates import Template, registry
from app.documents.values import missing

MAX_AT_ONCE = 300
MAX_NAME = 120
_BAD = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

C = TypeVar("C")
Writer = Callable[[], AbstractContextManager[Work]]


@dataclass
class Row:
    """What became of one paper of the batch."""

    title: str
    document_id: int | None = None
    is_new: bool = False
    missing: list[str] = field(default_factory=list)
    unverified: list[Unverified] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)  # why it was not made

    @property
    def is_complete(self) -> bool:
        return self.document_id is not None and not self.missing


def kinds(work: Work) -> list[Template]:
    """The kinds that can be made for many cases at once, in the order of the manifest."""
    return [kind for kind in starting.kinds(work) if is_one_for_all(kind) or is_one_each(work, kind)]


def is_one_for_all(kind: Template) -> bool:
    """One paper covers every chosen case."""
    return kind.scope == "programme" and not kind.link


def is_one_each(work: Work, kind: Template) -> bool:
    """Every chosen case gets a paper of its own."""
    return kind.scope == "pair" or kind.code in work.ports.reports


def cases_for(work: Work, kind: Template, programme: Programme) -> list[Case]:
    """The cases that can be ticked for the kind."""
    if kind.code in work.ports.reports:
        return sorted(programme.cases, key=lambda case: (case.school.sort_key, case.id))
    return starting.cases_for(work, kind, programme)


def make(write: Writer, kind: Template, programme_id: int, cases: Sequence[tuple[int, str]]) -> list[Row]:
    """Make the papers, each in a unit of work of its own: one that cannot be made stops no other.

    `cases`: (key, school). Raises Invalid when none or too many are chosen.
    """
    if not cases:
        raise Invalid(fields={"cases": _("Choose at least one case.")})
    if len(cases) > MAX_AT_ONCE:
        raise Invalid(fields={"cases": _("At most %(n)s cases at once.", n=MAX_AT_ONCE)})
    if is_one_for_all(kind):
        names = ", ".join(school for _key, school in cases)
        return [_one(write, kind, programme_id, tuple(key for key, _school in cases), names)]
    return [_one(write, kind, programme_id, (key,), school) for key, school in cases]


def rows_of(work: Work, document_ids: Iterable[int]) -> list[Row]:
    """The rows of papers made before, as they stand now. Raises NotFound."""
    return [_row(work, get_document(work.session, key), is_new=False) for key in document_ids]


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
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in sorted(_named(sorted(files))):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # no moment leaves a trace
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, content, zipfile.ZIP_STORED)  # a DOCX is packed already
    return buffer.getvalue()


def stream(files: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[bytes]:
    """A ZIP of (title, read) as pieces, one paper in memory at a time: equal papers give equal bytes."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as target:
        for name, read in _named(sorted(files, key=lambda one: one[0])):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, read(), zipfile.ZIP_STORED)
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


def _one(write: Writer, kind: Template, programme_id: int, case_ids: tuple[int, ...], title: str) -> Row:
    try:
        with write() as work:
            document, is_new = begun(work, kind, programme_id, case_ids)
            return _row(work, document, is_new=is_new)
    except OporaError as error:
        return Row(title, reasons=why_not(error))


def begun(work: Work, kind: Template, programme_id: int, case_ids: tuple[int, ...]) -> tuple[Document, bool]:
    """The draft about these cases, and whether it was not there before. Raises what `starting.begin` raises."""
    last = work.session.scalar(select(func.max(Document.id))) or 0
    key = _begin(work, kind, programme_id, case_ids)
    work.session.flush()
    document = get_document(work.session, key)
    return document, document.id > last


def why_not(error: OporaError) -> list[Reason]:
    """The sentences of a refusal, each with the page where it can be mended."""
    if isinstance(error, Refusal):
        return list(error.reasons)
    if isinstance(error, Invalid):
        return [Reason(text) for text in list(error.fields.values()) or [error.message]]
    return [Reason(error.message)]


def _begin(work: Work, kind: Template, programme_id: int, case_ids: tuple[int, ...]) -> int:
    if kind.code in work.ports.reports:
        return work.ports.reports[kind.code](work, case_ids[0])
    target_id = None
    if kind.link:
        programme = work.session.get(Programme, programme_id)
        if programme is None:
            raise NotFound
        target_id = next(
            (
                paper.id
                for paper in starting.targets_for(work, kind, programme)
                if case_ids[0] in {link.case_id for link in paper.cases}
            ),
            None,
        )
        if target_id is None:
            raise Refusal(
                [Reason(_("There is no agreement in force to change."), f"/cases/{case_ids[0]}/documents")]
            )
    return starting.begin(work, Beginning(kind.code, programme_id, case_ids, target_id)).id


def _row(work: Work, document: Document, *, is_new: bool) -> Row:
    template = registry().of(document.template, document.template_hash)
    values = thaw(document.values)
    lacking = [one.label for one in missing(template, values)] if document.is_draft else []
    names: list[Unverified] = []
    if document.is_draft:
        content = work.ports.storage.get(document.template_hash)
        found = proofing.proof(work, template, content, values, document.typed, lambda one: "")
        names = found.unverified
        lacking += [label for label in found.lacking if label not in lacking]
    return Row(document.title, document.id, is_new, lacking, names)


def _content(work: Work, document: Document) -> bytes | None:
    """The finished file: as it was printed, else printed now; None while something is missing."""
    for copy in (REGISTERED, PAPER):
        row = file_of(document, copy)
        if row is not None and row.file is not None:
            return work.ports.storage.get(row.file.sha256)
    template = registry().of(document.template, document.template_hash)
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


def told(row: Row) -> Text:
    """What became of it, in a word."""
    if row.document_id is None:
        return _("not made")
    if row.missing:
        return _("incomplete")
    return _("made") if row.is_new else _("was there already")
