"""Printed again from the frozen values with the kept template: does the file say what was printed then?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.roles import require_in_programme
from app.core.errors import Reason, Refusal
from app.core.i18n import Text, _
from app.core.ports import Storage
from app.core.unit_of_work import Work
from app.documents.docx.frozen import thaw
from app.documents.docx.package import canonical, unpack
from app.documents.docx.rendering import RenderError, render
from app.documents.models import Document
from app.documents.printing import REGISTERED, numbered
from app.documents.queries import file_of, get_document
from app.documents.rules import DocumentKind


class Verdict(StrEnum):
    """How the two printings relate."""

    same = "same"  # byte for byte
    equal = "equal"  # another packing, the same content in canonical XML
    differs = "differs"
    unprintable = "unprintable"


VERDICTS: dict[Verdict, Text] = {
    Verdict.same: _("the same file, byte for byte"),
    Verdict.equal: _("the same content, packed differently"),
    Verdict.differs: _("the content differs from what was printed"),
    Verdict.unprintable: _("it cannot be printed again: the template or the file is not in the storage"),
}
COPIES = {"paper": _("the text for signing"), "registered": _("the registered copy")}


@dataclass(frozen=True)
class Comparison:
    """One file of a paper and its second printing."""

    copy: str
    verdict: Verdict
    parts: tuple[str, ...] = ()  # parts of the file that differ

    @property
    def is_good(self) -> bool:
        return self.verdict in (Verdict.same, Verdict.equal)

    @property
    def text(self) -> Text:
        return _("%(copy)s: %(verdict)s", copy=COPIES[self.copy], verdict=VERDICTS[self.verdict])


def compare(work: Work, document_id: int) -> list[Comparison]:
    """Print the paper again and compare; the check itself is noted in the paper's history.

    Raises NotFound, Forbidden, Refusal for a draft, whose values are not frozen, or when nothing is printed yet.
    """
    document = get_document(work.session, document_id)
    require_in_programme(work, "documents.draft", document.programme)
    if document.is_draft and document.kind != DocumentKind.report:
        raise Refusal(
            [Reason(_("Only a paper that was sent for signing is compared: a draft still changes."))]
        )
    with as_system(work.session):  # every line of the journal, both schools'
        found = list(comparisons(work.session, work.ports.storage, document))
    if not found:
        raise Refusal([Reason(_("The document is being prepared. Try again in a moment."))])
    audit.record(
        work, "document:compare", document, stream=f"document:{document.id}",
        data={row.copy: row.verdict.value for row in found},
    )  # fmt: skip
    return found


def comparisons(session: Session, storage: Storage, document: Document) -> Iterator[Comparison]:
    """The standing printings of the paper, each printed once more."""
    for copy in COPIES:
        row = file_of(document, copy)
        if row is None or row.file is None:
            continue
        try:
            kept = storage.get(row.file.sha256)
            template = storage.get(document.template_hash)
        except FileNotFoundError:
            yield Comparison(copy, Verdict.unprintable)
            continue
        values = thaw(document.values)
        if copy == REGISTERED:
            values = numbered(session, document, values)
        try:
            again = render(template, values)
        except RenderError:
            yield Comparison(copy, Verdict.differs)
            continue
        yield _compared(copy, kept, again)


def _compared(copy: str, kept: bytes, again: bytes) -> Comparison:
    if hashlib.sha256(kept).digest() == hashlib.sha256(again).digest():
        return Comparison(copy, Verdict.same)
    old, new = unpack(kept), unpack(again)
    parts = tuple(sorted(name for name in {*old, *new} if not _is_equal(name, old.get(name), new.get(name))))
    return Comparison(copy, Verdict.differs if parts else Verdict.equal, parts)


def _is_equal(name: str, one: bytes | None, other: bytes | None) -> bool:
    if one is None or other is None or one == other:
        return one == other
    return name.endswith((".xml", ".rels")) and canonical(one) == canonical(other)
