"""What waits for a person among the papers: drafts to complete, papers to sign, papers to register."""

from __future__ import annotations

from collections.abc import Sequence

from flask import has_request_context, url_for

from app.access.permissions import CAPABILITIES
from app.access.substitutions import right_used
from app.cases.models import CaseStatus, Programme
from app.cases.roles import may_in_programme, programme_rights
from app.core.errors import Reason
from app.core.i18n import Text, _, n_
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.documents import acknowledgement, incoming, unread
from app.documents.docx.frozen import thaw
from app.documents.models import Acknowledgement, Document, Incoming
from app.documents.queries import unfinished_papers
from app.documents.rules import PURPOSES, SIGNERS, DocumentKind, DocumentState, missing_signers
from app.documents.sent_back import look_at_stays, to_take_back, withdrawal
from app.documents.signers import ROLE_LABELS
from app.documents.subjects import number_and_day
from app.documents.templates import edition_of
from app.documents.values import missing

# who completes a draft: the minutes are the secretary's, everything else the clerk's
DRAFTER = {DocumentKind.protocol: "secretary"}
_NAMED = 20  # addressees of one line
COLLECTOR = DRAFTER  # and sees to it that it is signed


def document_queue(work: Work) -> list[QueueItem]:
    """Papers whose next step is the actor's."""
    papers = unfinished_papers(work.session)
    look_at_stays(work, papers)
    return [item for document in papers if (item := _item(work, document)) is not None]


def _item(work: Work, document: Document) -> QueueItem | None:
    title: Text
    reasons: tuple[Reason, ...] = ()
    if gone := to_take_back(work, document):
        if not may_in_programme(work, "documents.register", document.programme):
            return None  # nobody is asked to sign what has to become a draft again
        title = _("Withdraw to the draft: %(title)s", title=document.title)
        return _line(work, document, title, (withdrawal(document, gone),), CAPABILITIES["documents.register"])
    in_curation = document.template == "agreement" and "curation" in work.ports.pages
    match document.in_state:
        case DocumentState.draft if _stands_still(document) or (
            in_curation and _is_being_agreed(work, document)
        ):
            return None
        case DocumentState.draft if work.actor.has(DRAFTER.get(document.of_kind, "clerk")):
            template = edition_of(document)
            reasons = tuple(
                Reason(_("Fill in: %(label)s", label=f.label))
                for f in missing(template, thaw(document.values))
            )
            title = _("Complete the draft: %(title)s", title=document.title)
        case DocumentState.to_sign if not in_curation and (roles := _signs(work, document)):
            lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
            reasons = tuple(Reason(_("No signature: %(role)s", role=ROLE_LABELS[role])) for role in lacking)
            if roles & set(lacking):
                title = _("Sign: %(title)s (%(purpose)s)", title=document.title,
                          purpose=PURPOSES[document.of_kind])  # fmt: skip
            elif work.actor.has(COLLECTOR.get(document.of_kind, "clerk")):
                title = _("Have it signed: %(title)s", title=document.title)
            else:
                return None
        case DocumentState.signed if not in_curation and may_in_programme(
            work, "documents.register", document.programme
        ):
            title = _("Register: %(title)s", title=document.title)
        case _:
            return None
    return _line(work, document, title, reasons, _whose(work, document))


def _line(
    work: Work, document: Document, title: Text, reasons: tuple[Reason, ...], roles: frozenset[str]
) -> QueueItem:
    return QueueItem(
        title=title, where=_where(document), link=_link(document), since=document.sent_at or document.created_at,
        case_id=document.cases[0].case_id if len(document.cases) == 1 else None, missing=reasons, kind="document",
        behalf=_behalf(work, document.programme, roles),
    )  # fmt: skip


def _stands_still(document: Document) -> bool:
    """Whether nobody is asked to complete the draft: work on all its cases was suspended or terminated.

    Minutes are written all the same: the meeting was held.
    """
    if document.kind == DocumentKind.protocol or not document.cases:
        return False
    return all(link.case.status in (CaseStatus.suspended, CaseStatus.cancelled) for link in document.cases)


def _is_being_agreed(work: Work, document: Document) -> bool:
    """The agreement is being made in its own room, which says what to do next: its paper follows by itself.

    A draft that could not follow is left to be completed once the case has gone on.
    """
    definitions = work.ports.definitions
    return any(
        definitions.of(work.session, link.case).stages[link.case.stage].page == "curation"
        for link in document.cases
    )


def _whose(work: Work, document: Document) -> frozenset[str]:
    """Roles out of which the actor has this paper among his own."""
    drafter = DRAFTER.get(document.of_kind, "clerk")
    if document.in_state == DocumentState.draft:
        return frozenset({drafter})
    if document.in_state == DocumentState.signed:
        return CAPABILITIES["documents.register"]
    return frozenset(SIGNERS[document.of_kind]) & work.actor.roles or frozenset({drafter})


def _behalf(work: Work, programme: Programme, roles: frozenset[str]) -> str:
    """Whom the actor stands in for in this, «Образцову М.И.»; empty when it is his own."""
    found = right_used(work.actor, [h for h in programme_rights(work.actor, programme) if h.role in roles])
    return found.whom if found else ""


def _signs(work: Work, document: Document) -> set[str]:
    """The signatures that are the actor's own to give, and the role of whoever collects them."""
    own = {role for role in SIGNERS[document.of_kind] if role in work.actor.roles}
    if work.actor.has(COLLECTOR.get(document.of_kind, "clerk")):
        own.add("collector")
    return own


def _where(document: Document) -> str:
    return ", ".join(link.case.school.short_name for link in document.by_school) or str(document.programme)


def _link(document: Document) -> str:
    if has_request_context():
        return url_for("DocumentView.show", document_id=document.id)
    return f"/documents/{document.id}"


def paper_page(case_id: int, template: str) -> str:
    """The way to the paper a task of the case asks for; which one that is is asked when somebody goes there."""
    return f"/cases/{case_id}/documents/for/{template}"


def reading_queue(work: Work) -> list[QueueItem]:
    """Papers the actor has to read, and those of the clerk that somebody has not read in time."""
    items = []
    for row in unread.unread(work, own=True):
        if acknowledgement.capacity_of(work, row) is None:
            continue
        title = _("Read the document: %(title)s", title=row.document.title)
        school = [row.organisation.short_name] if row.organisation else []
        reads = [h for h in work.actor.memberships
                 if h.role in unread.READERS and h.organisation_id == row.organisation_id]  # fmt: skip
        stands = right_used(work.actor, reads)
        items.append(
            QueueItem(
                title=title, where=" · ".join([number_and_day(row.document), *school]), link=_link(row.document),
                since=row.sent_at, due=row.due, kind="document", behalf=stands.whom if stands else "",
            )
        )  # fmt: skip
    late = unread.late(work)
    named: dict[int, list[Acknowledgement]] = {one.document.id: [] for one in late if one.number <= _NAMED}
    for row in unread.unread(work, by=work.today, of=named) if named else ():
        named[row.document_id].append(row)
    return items + [_not_read(one, named.get(one.document.id)) for one in late]


def _not_read(late: unread.Late, named: Sequence[Acknowledgement] | None) -> QueueItem:
    """Those who have not read a paper in time, by name where they are few: of many tells the paper's own page."""
    document, where = late.document, [number_and_day(late.document)]
    if named is None:
        where.append(str(n_("%(n)s addressee", "%(n)s addressees", late.number)))
    names = acknowledgement.names(named or ())
    return QueueItem(
        title=_("Not read in time: %(title)s", title=document.title), where=" · ".join(where),
        link=f"{_link(document)}#readers", since=late.since, due=late.due,
        missing=tuple(Reason(name) for name in names), kind="document",
    )  # fmt: skip


def incoming_queue(work: Work) -> list[QueueItem]:
    """Incoming papers that wait for an answer: the executor's, of whoever stands in for him, or the office's."""
    items = []
    for row in incoming.list_incoming(work, waiting=True):
        if row.executor_id is None:
            if may_in_programme(work, "documents.incoming", row.programme):
                office = CAPABILITIES["documents.incoming"]
                items.append(_to_answer(row, _behalf(work, row.programme, office)))
        elif row.executor_id == work.actor.person_id:
            items.append(_to_answer(row))
        elif (whom := _stood_in_for(work, row)) is not None:
            items.append(_to_answer(row, whom))
    return items


def _stood_in_for(work: Work, row: Incoming) -> str | None:
    """The executor the actor stands in for, «Учебную А.П.»; None when he stands in for somebody else or nobody."""
    rights = programme_rights(work.actor, row.programme)
    stands = (h.stands_for for h in rights if h.stands_for is not None)
    return next((one.whom for one in stands if one.person_id == row.executor_id), None)


def _to_answer(row: Incoming, behalf: str = "") -> QueueItem:
    number = _("inc. No. %(number)s", number=f"{row.registration.number}{row.registration.suffix}")
    return QueueItem(
        title=_("Answer: %(subject)s", subject=row.subject), where=f"{number} · {row.sender}",
        link=_incoming_link(row), since=row.created_at, due=row.answer_due,
        case_id=row.cases[0].case_id if len(row.cases) == 1 else None, kind="document", behalf=behalf,
    )  # fmt: skip


def _incoming_link(row: Incoming) -> str:
    if has_request_context():
        return url_for("IncomingView.show", incoming_id=row.id)
    return f"/incoming/{row.id}"


QUEUES: list[QueueSource] = [document_queue, reading_queue, incoming_queue]
