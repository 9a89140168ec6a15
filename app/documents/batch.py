"""Several papers in one go: an agreement for each case, one order for all, with a result per row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.access.scopes import as_system, get_visible
from app.cases.models import Case, Programme
from app.cases.queries import list_cases
from app.core.errors import Invalid, NotFound, OporaError, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents import proofing, starting
from app.documents.docx.frozen import thaw
from app.documents.models import Document
from app.documents.proofing import Unverified
from app.documents.queries import get_document
from app.documents.starting import Beginning
from app.documents.templates import Template, edition_of
from app.documents.values import missing

MAX_AT_ONCE = 300

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
        return list(list_cases(work.session, programme_id=programme.id))
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


def _one(write: Writer, kind: Template, programme_id: int, case_ids: tuple[int, ...], title: str) -> Row:
    try:
        with write() as work:
            document, is_new = begun(work, kind, programme_id, case_ids)
            return _row(work, document, is_new=is_new)
    except OporaError as error:
        return Row(title, reasons=why_not(error))


def begun(work: Work, kind: Template, programme_id: int, case_ids: tuple[int, ...]) -> tuple[Document, bool]:
    """The draft about these cases, and whether it was not there before. Raises what `starting.begin` raises."""
    with as_system(work.session):  # no more than the last key
        last = work.session.scalar(select(func.max(Document.id))) or 0
    key = _begin(work, kind, programme_id, case_ids)
    return get_visible(work.session, Document, key), key > last


def why_not(error: OporaError) -> list[Reason]:
    """The sentences of a refusal, each with the page where it can be mended."""
    if isinstance(error, Refusal):
        return list(error.reasons)
    if isinstance(error, Invalid):
        return [Reason(text) for text in list(error.fields.values()) or [error.message]]
    if isinstance(error, Stale):
        return [Reason(text) for text in (error.message, *error.changes)]
    return [Reason(error.message)]


def _begin(work: Work, kind: Template, programme_id: int, case_ids: tuple[int, ...]) -> int:
    if kind.code in work.ports.reports:
        return work.ports.reports[kind.code](work, case_ids[0])
    target_id = None
    if kind.link:
        programme = work.session.get(Programme, programme_id)
        if programme is None:
            raise NotFound
        targets = starting.targets_for(work, kind, programme, case_ids[0])
        if not targets:
            raise Refusal(
                [Reason(_("There is no agreement in force to change."), f"/cases/{case_ids[0]}/documents")]
            )
        target_id = targets[0].id
    return starting.begin(work, Beginning(kind.code, programme_id, case_ids, target_id)).id


def _row(work: Work, document: Document, *, is_new: bool) -> Row:
    template = edition_of(document)
    values = thaw(document.values)
    lacking = [one.label for one in missing(template, values)] if document.is_draft else []
    names: list[Unverified] = []
    if document.is_draft:
        content = work.ports.storage.get(document.template_hash)
        found = proofing.proof(work, template, content, values, document.typed, lambda one: "")
        names = found.unverified
        lacking += [label for label in found.lacking if label not in lacking]
    return Row(document.title, document.id, is_new, lacking, names)


def told(row: Row) -> Text:
    """What became of it, in a word."""
    if row.document_id is None:
        return _("not made")
    if row.missing:
        return _("incomplete")
    return _("made") if row.is_new else _("was there already")
