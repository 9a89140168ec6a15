"""Papers begun by a person: which kinds there are, which cases or which earlier paper each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.access.scopes import as_system, get_visible
from app.cases.models import Case, CaseStatus, Programme
from app.cases.queries import list_cases, lock_cases, lock_programme
from app.cases.roles import require_in_programme, require_running
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents import links
from app.documents.drafting import blank, cover, ensure_draft, fill
from app.documents.models import Document, DocumentCase, DocumentLink
from app.documents.queries import list_documents
from app.documents.rules import PLAN_CHANGE, PLAN_ORDER, STANDING, DocumentState, LinkKind, next_state
from app.documents.sources import order_of
from app.documents.steps import note
from app.documents.templates import Template, registry

_AMENDED = {PLAN_CHANGE: PLAN_ORDER, "agreement_extra": "agreement"}  # what only they may change
_EXTRAS = frozenset({"agreement_extra"})  # are changed by a new one, not themselves
OF_CASES = ("programme", "pair", "meeting")
MOST = 3_000  # papers in force to choose from


@dataclass(frozen=True)
class Beginning:
    """What a person chose: the kind, the programme, the cases or the paper it acts upon."""

    template: str
    programme_id: int
    case_ids: tuple[int, ...] = ()
    target_id: int | None = None


def kinds(work: Work) -> list[Template]:
    """Every kind of paper in effect today, in the order of the manifest."""
    return [registry().on(code, work.today) for code in registry().codes]


def kind_named(work: Work, code: str) -> Template | None:
    """The kind a person may begin, None for one that is printed elsewhere or unknown."""
    return next((kind for kind in kinds(work) if kind.code == code and kind.is_begun), None)


def begin(work: Work, beginning: Beginning) -> Document:
    """The draft, filled from its sources; the open one when the same was begun already.

    Raises NotFound, Forbidden, Refusal (a case is closed or suspended), Invalid at `cases` or `target`.
    """
    kind = kind_named(work, beginning.template)
    if kind is None:
        raise Invalid(_("A report is printed from the page of what it is about."))
    programme = get_visible(work.session, Programme, beginning.programme_id)
    require_in_programme(work, "documents.draft", programme)
    kind = registry(work).on(
        kind.code, work.today, programme.authority_id
    )  # the authority's own edition, if any
    if kind.scope in OF_CASES and not kind.link:
        return _about_cases(work, kind, programme, beginning.case_ids)
    if kind.link:
        return _about_paper(work, kind, programme, beginning.target_id)
    return _about_nothing(work, kind, programme)


def draft_decided(work: Work, template: str, case: Case, subject: str = "") -> Document:
    """What a decision about the case has drawn up. A plan adopted anew, while the order that approved it is in
    force, is worded by an order that changes that one: two orders approving one plan would contradict each other."""
    with as_system(work.session):  # an effect of a decision, whoever took it
        change = registry(work).on(PLAN_CHANGE, work.today, case.programme.authority_id)
        order = order_of(work, case.id) if template == PLAN_ORDER else None
        if order is None or not _may_suffer(change, order):
            return ensure_draft(work, template, case, subject)
        document = _upon(work, change, order)
        link = next(one for one in document.cases if one.case_id == case.id)
        # a draft begun by hand before counts for the decision
        link.stage, link.round = case.stage, case.round
        fill(work, document, change)
    return document


def cases_for(work: Work, kind: Template, programme: Programme) -> list[Case]:
    """The cases a paper of the kind may be about, by the schools' names."""
    return [
        case
        for case in list_cases(work.session, programme_id=programme.id)
        if _is_open(kind, case) and _is_ready(work, kind, case)
    ]


def _is_open(kind: Template, case: Case) -> bool:
    if kind.after_closing:
        return case.status != CaseStatus.cancelled
    return case.status == CaseStatus.active


def _is_ready(work: Work, kind: Template, case: Case) -> bool:
    """Whether there is anything yet for a paper of the kind to say about the case."""
    if kind.code == "order_curators":
        return case.curator_id is not None
    return kind.code != "order_finish" or _outcome(work, case) == "effective"


def chosen_first(work: Work, kind: Template, cases: Sequence[Case]) -> list[int]:
    """The cases that are ticked when the form opens: those the paper would speak about."""
    if kind.scope == "pair":
        return []
    if kind.code == "order_results":
        return [case.id for case in cases if _outcome(work, case) is not None]
    return [case.id for case in cases]


def targets_for(
    work: Work, kind: Template, programme: Programme, case_id: int | None = None
) -> list[Document]:
    """The papers in force that one of the kind may change, cancel or repeal, the latest first."""
    found = list_documents(
        work.session, programme_id=programme.id, case_id=case_id, kind=kind.kind, states=STANDING, limit=MOST
    )
    return [paper for paper in found if _may_suffer(kind, paper)]


def successors(work: Work, document: Document) -> list[Template]:
    """The kinds that may change, cancel or repeal this paper as it stands now."""
    return [kind for kind in kinds(work) if kind.link and _may_suffer(kind, document)]


def _may_suffer(kind: Template, paper: Document) -> bool:
    if paper.kind != kind.kind or paper.dated is None or paper.template in _EXTRAS:
        return False
    is_its_kind = _AMENDED.get(kind.code, paper.template) == paper.template
    return is_its_kind and next_state(paper.of_kind, paper.in_state, LinkKind(kind.link).move) is not None


def _outcome(work: Work, case: Case) -> str | None:
    """The outcome the case ended with, or the one the group has voted on."""
    source = work.ports.facts.get("results.decided_outcome")
    value = case.outcome or (source(work.session, case.id).value if source else None)
    return value if isinstance(value, str) else None


def _about_cases(work: Work, kind: Template, programme: Programme, case_ids: Sequence[int]) -> Document:
    cases = lock_cases(work.session, case_ids)  # none is suspended or closed at this very moment
    if not cases:
        raise Invalid(fields={"cases": _("Choose at least one case.")})
    if any(case.programme_id != programme.id for case in cases):
        raise Invalid(fields={"cases": _("A paper is about cases of one programme.")})
    if kind.scope == "pair" and len(cases) > 1:
        raise Invalid(fields={"cases": _("An agreement is about one pair of schools.")})
    for case in cases:
        if not _is_open(kind, case):
            require_running(case)
    unready = ", ".join(case.school.short_name for case in cases if not _is_ready(work, kind, case))
    if unready and kind.code == "order_curators":
        raise Invalid(fields={"cases": _("No curator school yet: %(names)s", names=unready)})
    if unready:
        told = _("The group has not decided that these moved to the effective mode: %(names)s", names=unready)
        raise Invalid(fields={"cases": told})
    return cover(work, kind, cases)


def _about_paper(work: Work, kind: Template, programme: Programme, target_id: int | None) -> Document:
    if target_id is None:
        raise Invalid(fields={"target": _("Choose the document.")})
    target = get_visible(work.session, Document, target_id)
    if target.programme_id != programme.id or not _may_suffer(kind, target):
        raise Invalid(fields={"target": _("This document cannot be changed by such a paper.")})
    return _upon(work, kind, target)


def _upon(work: Work, kind: Template, target: Document) -> Document:
    """The open draft of the kind that acts upon the paper; made when there is none."""
    with as_system(work.session):
        lock_programme(work.session, target.programme_id)  # two who begin at once share one draft
        upon_it = select(DocumentLink.document_id).where(DocumentLink.target_id == target.id)
        if (begun := _begun(work, kind, Document.id.in_(upon_it))) is not None:
            return begun
        document = blank(work, kind, target.programme)
        for link in target.cases:  # it is about the same schools
            # a change of plans approves anew only those adopted since (`draft_decided`), not what is being revised
            stay = link if kind.code == PLAN_CHANGE else link.case
            document.cases.append(DocumentCase(case_id=link.case_id, stage=stay.stage, round=stay.round))
        work.session.flush()
        note(work, document, "document:draft", data={"template": kind.code})
        links.aim(work, document, target, LinkKind(kind.link))
        work.session.flush()
        fill(work, document, kind)
    return document


def _about_nothing(work: Work, kind: Template, programme: Programme) -> Document:
    """About the programme as a whole: no case tells of it, no school sees its draft."""
    if not kind.repeats and (begun := _begun(work, kind, Document.programme_id == programme.id)) is not None:
        return begun
    document = blank(work, kind, programme)
    note(work, document, "document:draft", data={"template": kind.code})
    fill(work, document, kind)
    return document


def _begun(work: Work, kind: Template, about: ColumnElement[bool]) -> Document | None:
    """The draft of the kind about the same, whoever began it."""
    with as_system(work.session):
        return work.session.scalars(
            select(Document)
            .where(about, Document.template == kind.code, Document.state == DocumentState.draft.value)
            .limit(1)
        ).first()
