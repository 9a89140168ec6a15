"""What one paper does to an earlier one: changes, cancels, repeals it. Declared while the paper is made, in effect
when it comes into force, taken back when its registration turns out to be a mistake.

An annulled line of the journal is none of this: it says that a number was given by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.access.scopes import as_system, get_visible
from app.cases.roles import require_in_programme
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentLink
from app.documents.rules import LINKS_OF, NUMBERED, DocumentState, LinkKind, act_in_words, next_state
from app.documents.steps import locked, move, note
from app.documents.texts import Within
from app.engine.wording import inner


@dataclass(frozen=True)
class Mark:
    """One line of «отметка»: the sentence, and the other paper when the reader may open it."""

    text: str
    other_id: int | None = None
    is_applied: bool = True
    link_id: int = 0
    suffers: bool = False


def declare(
    work: Work, document_id: int, target_id: int, kind: LinkKind, expected_version: int | None = None
) -> DocumentLink:
    """Say that the paper changes, cancels or repeals an earlier one; it will when it is in force.

    Raises NotFound, Forbidden, Stale, Refusal (it is registered already), Invalid at `target` or `kind`.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.draft", document.programme)
    if document.in_state in NUMBERED:
        raise Refusal([Reason(_("The paper is registered: what it acts upon no longer changes."))])
    return aim(work, document, get_visible(work.session, Document, target_id), kind)


def aim(work: Work, document: Document, target: Document, kind: LinkKind) -> DocumentLink:
    """As `declare`, for a paper nobody else has seen yet, whoever has it drawn up."""
    if kind not in LINKS_OF.get(document.of_kind, ()):
        raise Invalid(fields={"kind": _("A paper of this kind does nothing of the sort.")})
    _check(document, target, kind)
    if any(
        link.target_id == target.id for link in _links(work, document.id) if link.document_id == document.id
    ):
        raise Invalid(fields={"target": _("This is declared already.")})
    link = DocumentLink(
        document_id=document.id, target_id=target.id, kind=kind.value, state_before="", declared_at=work.now,
        declared_by=work.actor.user_id, applied_at=None,
    )  # fmt: skip
    work.session.add(link)
    note(work, document, "document:link", data={"target": target.id, "kind": kind.value})
    return link


def drop(work: Work, document_id: int, link_id: int, expected_version: int | None = None) -> None:
    """Take a declaration back before it took effect. Raises NotFound, Forbidden, Stale, Refusal."""
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.draft", document.programme)
    link = get_visible(work.session, DocumentLink, link_id)
    if link.document_id != document.id or link.applied_at is not None:
        raise Refusal([Reason(_("The paper is registered: what it acts upon no longer changes."))])
    work.session.delete(link)
    note(work, document, "document:unlink", data={"target": link.target_id, "kind": link.kind})


def apply_links(work: Work, document: Document) -> None:
    """The paper came into force: the papers it acts upon change their state, in one order of locks."""
    with as_system(work.session):  # what an order does does not depend on who registers it
        declared = [
            x for x in _links(work, document.id) if x.document_id == document.id and x.applied_at is None
        ]
        for link in sorted(declared, key=lambda link: link.target_id):
            target = locked(work, link.target_id, None)
            kind = LinkKind(link.kind)
            if next_state(target.of_kind, target.in_state, kind.move) is None:
                told = _(
                    "The paper “%(title)s” is “%(state)s” now. Correct what this paper does to it, then register.",
                    title=inner(target.title), state=Within(target.state_label),
                )  # fmt: skip
                raise Refusal([Reason(told, f"/documents/{document.id}")])
            link.state_before = target.state
            move(target, kind.move)
            link.applied_at = work.now
            note(
                work,
                target,
                f"document:{kind.move.value}",
                data={"by": document.id, "number": document.number},
            )


def take_back(work: Work, document: Document) -> None:
    """The registration of the paper was annulled: what it did to others is undone, unless more happened since."""
    with as_system(work.session):
        for link in _links(work, document.id):
            if link.document_id != document.id or link.applied_at is None:
                continue
            target = locked(work, link.target_id, None)
            after = next_state(target.of_kind, DocumentState(link.state_before), LinkKind(link.kind).move)
            newer = any(
                other.applied_at is not None and other.applied_at >= link.applied_at
                for other in _links(work, target.id)
                if other.target_id == target.id and other.id != link.id
            )
            if target.in_state == after and not newer:
                target.state = link.state_before
            link.applied_at, link.state_before = None, ""
            note(work, target, "document:unlinked", data={"by": document.id})


def candidates(work: Work, document: Document) -> Sequence[Document]:
    """Papers of the same kind and programme this one may act upon, the latest first."""
    query = (
        select(Document)
        .where(
            Document.programme_id == document.programme_id, Document.kind == document.kind,
            Document.id != document.id,
        )
        .order_by(Document.dated.desc(), Document.id.desc())
        .limit(300)
    )  # fmt: skip
    return [
        paper
        for paper in work.session.scalars(query).all()
        if any(next_state(paper.of_kind, paper.in_state, kind.move) for kind in LINKS_OF[document.of_kind])
    ]


def marks_of(session: Session, document_ids: Iterable[int]) -> dict[int, list[Mark]]:
    """What was done by and to each of these papers, both sides, oldest first."""
    ids = sorted(set(document_ids))
    found: dict[int, list[Mark]] = {}
    if not ids:
        return found
    visible = set(session.scalars(select(Document.id).where(Document.id.in_(ids))).all())
    with as_system(session):  # a school learns the number of the order that cancelled its own
        links = session.scalars(
            select(DocumentLink)
            .options(joinedload(DocumentLink.document), joinedload(DocumentLink.target))
            .where(or_(DocumentLink.document_id.in_(ids), DocumentLink.target_id.in_(ids)))
            .order_by(DocumentLink.id)
        ).all()
        told = [(link, link.document, link.target) for link in links]
    others = {paper.id for _link, one, other in told for paper in (one, other)}
    open_to_reader = visible | set(session.scalars(select(Document.id).where(Document.id.in_(others))).all())
    for link, one, other in told:
        kind, is_applied = LinkKind(link.kind), link.applied_at is not None
        for paper, partner, suffers in ((one, other, False), (other, one, True)):
            if paper.id in ids and (is_applied or not suffers):
                text = act_in_words(paper.of_kind, kind, partner.number, partner.dated, suffers=suffers)
                opened = partner.id if partner.id in open_to_reader else None
                found.setdefault(paper.id, []).append(Mark(text, opened, is_applied, link.id, suffers))
    return found


def _links(work: Work, document_id: int) -> Sequence[DocumentLink]:
    return work.session.scalars(
        select(DocumentLink)
        .where(or_(DocumentLink.document_id == document_id, DocumentLink.target_id == document_id))
        .order_by(DocumentLink.id)
    ).all()


def _check(document: Document, target: Document, kind: LinkKind) -> None:
    if (
        target.id == document.id
        or target.kind != document.kind
        or target.programme_id != document.programme_id
    ):
        raise Invalid(fields={"target": _("Choose a registered paper of the same kind and programme.")})
    if next_state(target.of_kind, target.in_state, kind.move) is None:
        raise Invalid(
            fields={"target": _("The paper “%(title)s” is not in force.", title=inner(target.title))}
        )
