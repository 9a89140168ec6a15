"""Papers that name a person and wait for a signature, and numbers reserved for him."""

from __future__ import annotations

from sqlalchemy import select

from app.audit import service as audit
from app.core.errors import Invalid, Reason, Refusal
from app.core.holdings import CLOSE, HAND_ON, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents.drafting import fill
from app.documents.frozen import read
from app.documents.models import Document, Incoming, NumberGap, Registration, Series
from app.documents.numbering import GapReason
from app.documents.rules import DocumentState
from app.documents.signers import PRINTED
from app.documents.templates import edition_for
from app.schools.models import Person

_UNSIGNED = (DocumentState.draft.value, DocumentState.to_sign.value)


def _named(document: Document, person_id: int) -> bool:
    """Whether the paper names this person as its executor or as one who signs it."""
    signed = {signature.role for signature in document.signatures}
    return document.executor_id == person_id or any(
        read(document.values, path) == person_id for role, path in PRINTED.items() if role not in signed
    )


def papers(work: Work, leaver: Leaver) -> list[Holding]:
    """Papers without all signatures that name the person; by kind and state, without their contents."""
    rows = work.session.scalars(
        select(Document).where(Document.state.in_(_UNSIGNED)).order_by(Document.id)
    ).all()
    found = []
    for row in rows:
        if not _named(row, leaver.person_id):
            continue
        part = _("executor") if row.executor_id == leaver.person_id else _("signs")
        where = _("%(part)s; %(state)s", part=part, state=row.state_label)
        found.append(Holding(str(row.id), f"№ {row.id} · {row.title}", where))
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
    return _("The draft is filled anew: who signs follows from the positions")


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
    HoldingSource("papers", _("Papers without a signature"), papers, settle_paper, order=60),
    HoldingSource("answers", _("Answers to incoming documents"), answers, settle_answer, order=62),
    HoldingSource("reservations", _("Reserved numbers"), reservations, settle_reservation, order=65),
]
