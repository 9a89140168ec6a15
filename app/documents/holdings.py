"""Papers that name a person or wait for his word: signatures, answers, reading, typing not saved, numbers kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.access.memberships import accounts_holding
from app.audit import service as audit
from app.core.errors import Invalid, Reason, Refusal
from app.core.holdings import CLOSE, HAND_ON, HisAlready, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _, numbered
from app.core.unit_of_work import Work
from app.documents import acknowledgement
from app.documents.docx.frozen import read
from app.documents.drafting import fill
from app.documents.models import (
    Acknowledgement,
    Document,
    DraftInput,
    Incoming,
    NumberGap,
    Registration,
    Series,
)
from app.documents.numbering import GapReason
from app.documents.rules import DocumentKind, DocumentState
from app.documents.signers import PRINTED
from app.documents.templates import edition_for
from app.documents.texts import Within
from app.documents.unread import READERS, unread
from app.schools.models import Person

_UNSIGNED = (DocumentState.draft.value, DocumentState.to_sign.value)
# an order that another one changed is left out: the change says who has the control now
_BINDING = (DocumentState.signed.value, DocumentState.registered.value, DocumentState.in_force.value)


def _named(document: Document, person_id: int) -> bool:
    """Whether the paper names this person as its executor, as one who signs it or who has the control."""
    signed = {signature.role for signature in document.signatures}
    if document.kind == DocumentKind.order and read(document.values, "control.id") == person_id:
        return True
    return document.executor_id == person_id or any(
        read(document.values, path) == person_id for role, path in PRINTED.items() if role not in signed
    )


def _called(document: Document) -> str:
    """«№ 12-оп · Приказ …»: a paper has no number before it is registered."""
    return f"{numbered(document.number)} · {document.title}" if document.number else document.title


def papers(work: Work, leaver: Leaver) -> list[Holding]:
    """Papers without all signatures that name the person; by kind and state, without their contents."""
    rows = work.session.scalars(
        select(Document)
        .options(selectinload(Document.signatures))
        .where(Document.state.in_(_UNSIGNED))
        .order_by(Document.id)
    ).all()
    found = []
    for row in rows:
        if not _named(row, leaver.person_id):
            continue
        part = _("executor") if row.executor_id == leaver.person_id else _("signs or has the control")
        where = _("%(part)s; %(state)s", part=part, state=Within(row.state_label))
        found.append(Holding(str(row.id), _called(row), where))
    return found


def settle_paper(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """The successor becomes the executor of a draft; who signs follows from the positions on its date."""
    row = work.session.get_one(Document, int(key))
    if row.state != DocumentState.draft.value:
        raise Refusal(
            [Reason(_("The paper is with the signers and names the employee: withdraw it to a draft first."))]
        )
    handed = row.executor_id == leaver.person_id
    if handed:
        if successor is None or successor.person_id is None:
            raise Invalid(_("The successor has no card among the employees: papers need one."))
        changes = {"executor": {"old": leaver.name, "new": successor.name}}
        row.executor_id = successor.person_id
        row.executor = work.session.get_one(Person, successor.person_id)
        audit.record(work, "document:edit", row, stream=f"document:{row.id}",
                     data={"fields": ["executor_id"]}, values=changes)  # fmt: skip
    fill(work, row, edition_for(work, row))
    if handed:
        return _("The successor is the executor; the draft is filled anew")
    if _named(row, leaver.person_id):  # his last day has not come: nothing to hand on yet
        return _("He holds the office until %(day)s and the draft names him still; refresh it after that day",
                 day=f"{leaver.last_day:%d.%m.%Y}")  # fmt: skip
    return _("The draft is filled anew: who signs follows from the positions")


def controls(work: Work, leaver: Leaver) -> list[Holding]:
    """Orders that lay the control on this person: only another order can lay it on somebody else."""
    rows = work.session.scalars(
        select(Document)
        .where(Document.kind == DocumentKind.order.value, Document.state.in_(_BINDING))
        .order_by(Document.id)
    ).all()
    where = _("only an order that changes it lays the control on another person")
    return [
        Holding(str(row.id), _called(row), where, acts=())
        for row in rows
        if read(row.values, "control.id") == leaver.person_id
    ]


def settle_control(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    raise Refusal([Reason(_("Only an order that changes it lays the control on another person."))])


def readings(work: Work, leaver: Leaver) -> list[Holding]:
    """Papers sent to the person to be read, and those of a school where nobody would be left to read them."""
    rows = unread(work)
    alone = _read_alone(work, leaver, {row.organisation_id for row in rows if row.organisation_id})
    found = []
    for row in rows:
        paper = row.document
        title = _called(paper)
        if row.person_id == leaver.person_id:
            where = _("sent to the employee in person")
            found.append(Holding(str(row.id), title, where, acts=(HAND_ON, CLOSE)))
        elif row.organisation is not None and row.organisation_id in alone:
            where = _("nobody else reads for %(school)s", school=row.organisation.short_name)
            found.append(Holding(str(row.id), title, where))
    return found


def _read_alone(work: Work, leaver: Leaver, offices: Collection[int]) -> set[int]:
    """Of these schools those the leaver reads for, and nobody does after him."""
    now, then = (
        accounts_holding(work.session, READERS, day, offices)
        for day in (work.today, leaver.last_day + timedelta(days=1))
    )
    read_by_others = {m.organisation_id for m in then if m.user_id not in leaver.user_ids}
    return {m.organisation_id for m in now if m.user_id in leaver.user_ids} - read_by_others


def settle_reading(
    work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None
) -> Text | HisAlready:
    """A paper sent in person is sent to the successor; a school's goes over with the role that reads for it."""
    row = work.session.get_one(Acknowledgement, int(key))
    if row.organisation is not None:
        if _read_alone(work, leaver, {row.organisation.id}):
            raise Refusal(
                [Reason(_("Nobody would read for %(school)s: hand on the role first.",
                          school=row.organisation.short_name))]
            )  # fmt: skip
        return _("Goes over to the successor with the role")
    if act == CLOSE:
        acknowledgement.release(work, row, leaver.last_day, leaver.ground)
        return _("Nobody waits for the employee any longer; the paper says that he left")
    if successor is None or successor.person_id is None:
        raise Invalid(_("The successor has no card among the employees: papers need one."))
    instead = work.session.get_one(Person, successor.person_id)
    if acknowledgement.release(work, row, leaver.last_day, leaver.ground, instead):
        return _("The paper is sent to the successor to be read")
    return HisAlready(_("The successor was sent this paper already"))


def typing(work: Work, leaver: Leaver) -> list[Holding]:
    """What the person typed into drafts and did not save: seen by nobody else, so named by the draft alone."""
    rows = work.session.execute(
        select(DraftInput, Document).join(Document, Document.id == DraftInput.document_id)
        .where(DraftInput.user_id.in_(leaver.user_ids), Document.state == DocumentState.draft.value)
        .order_by(DraftInput.id)
    ).all()  # fmt: skip
    return [
        Holding(str(row.id), _called(document),
                _("typed on %(day)s", day=f"{row.saved_at:%d.%m.%Y}"), acts=(HAND_ON, CLOSE))
        for row, document in rows
    ]  # fmt: skip


def settle_typing(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """The successor finds it on the page of the draft; or it is thrown away."""
    row = work.session.get_one(DraftInput, int(key))
    document = work.session.get_one(Document, row.document_id)
    if act == HAND_ON:
        if successor is None or successor.user_id is None:
            raise Invalid(_("The successor has no account: drafts are typed with one."))
        own = select(DraftInput.id).where(
            DraftInput.document_id == row.document_id, DraftInput.user_id == successor.user_id
        )
        if work.session.scalars(own).first() is not None:
            raise Refusal(
                [Reason(_("The successor has typed into this draft himself and not saved it yet."))]
            )
        row.user_id = successor.user_id
    else:
        work.session.delete(row)
    audit.record(work, "document:typing", document, stream=f"document:{document.id}", data={"act": act})
    return _("The successor finds it in the draft") if act == HAND_ON else _("Thrown away")


def answers(work: Work, leaver: Leaver) -> list[Holding]:
    """Incoming papers the person is to answer; by number, without sender and subject."""
    rows = work.session.execute(
        select(Incoming, Registration)
        .join(Registration, Registration.id == Incoming.registration_id)
        .where(
            Incoming.executor_id == leaver.person_id, Incoming.answer_due.is_not(None),
            Incoming.answered_on.is_(None), Registration.annulled_at.is_(None),
        )
        .order_by(Incoming.id)
    ).all()  # fmt: skip
    return [
        Holding(
            str(row.id),
            _("Incoming No. %(number)s", number=f"{line.number}{line.suffix}"),
            _("answer by %(day)s", day=f"{row.answer_due:%d.%m.%Y}"),
            acts=(HAND_ON, CLOSE),
        )
        for row, line in rows
    ]


def settle_answer(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """The successor answers; or nobody by name, and it waits for the office."""
    row = work.session.get_one(Incoming, int(key))
    if act == CLOSE:
        audit.revise(work, row, {"executor_id": None}, "incoming:executor")
        return _("Waits for the office")
    if successor is None or successor.person_id is None:
        raise Invalid(_("The successor has no card among the employees: papers need one."))
    audit.revise(work, row, {"executor_id": successor.person_id}, "incoming:executor")
    return _("The successor answers")


def reservations(work: Work, leaver: Leaver) -> list[Holding]:
    """Numbers of journals kept for this person."""
    person = work.session.get_one(Person, leaver.person_id)
    names = {person.short, person.full_name, f"{person.given} {person.patronymic} {person.surname}"}
    names = {_plain(name) for name in names}
    rows = work.session.execute(
        select(NumberGap, Series).join(Series, Series.id == NumberGap.series_id)
        .where(NumberGap.reason == GapReason.reserved.value, NumberGap.until >= work.today)
        .order_by(NumberGap.id)
    ).all()  # fmt: skip
    return [
        Holding(
            str(gap.id),
            _("Number %(number)s of %(year)s", number=f"{gap.first}{series.prefix}", year=series.year),
            _("until %(day)s", day=f"{gap.until:%d.%m.%Y}") if gap.until else "",
            acts=(HAND_ON, CLOSE),
        )
        for gap, series in rows
        if _plain(gap.holder) in names
    ]  # fmt: skip


def _plain(name: str) -> str:
    return " ".join(name.replace("\u00a0", " ").casefold().replace("ё", "е").split())


def settle_reservation(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    row = work.session.get_one(NumberGap, int(key))
    if act == CLOSE:
        audit.revise(work, row, {"until": work.today}, "journal:holder")
        return _("Kept until today; not used, it stays in the journal as not used")
    if successor is None:
        raise Invalid(_("Name the successor."))
    audit.revise(work, row, {"holder": successor.name[:200]}, "journal:holder")
    return _("Kept for the successor")


HOLDINGS = [
    HoldingSource("papers", _("Papers without a signature"), papers, settle_paper, order=60, shown=Document),
    HoldingSource(
        "typing", _("Typed into drafts and not saved"), typing, settle_typing, order=61, shown=DraftInput
    ),
    HoldingSource(
        "answers", _("Answers to incoming documents"), answers, settle_answer, order=62, shown=Incoming
    ),
    HoldingSource("readings", _("Papers to be read"), readings, settle_reading, order=63, is_told=True),
    HoldingSource("controls", _("Control of orders"), controls, settle_control, order=64, shown=Document),
    HoldingSource(
        "reservations", _("Reserved numbers"), reservations, settle_reservation, order=65, shown=NumberGap
    ),
]
