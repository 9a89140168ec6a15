"""Papers of other organisations: registered in our journal with the sender's number, and answered in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access.scopes import as_system, get_visible
from app.audit import service as audit
from app.cases.models import Case, CaseTask, Programme
from app.cases.queries import get_case
from app.cases.roles import may, require_in_programme
from app.cases.service import complete_task
from app.cases.terms import calendar_of
from app.core.errors import Invalid, NotFound, OporaError, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents import journal
from app.documents.journal import HandEntry, Line
from app.documents.models import Document, Incoming, IncomingCase, Registration, Series
from app.documents.numbering import SeriesKey
from app.documents.proofs import Proof
from app.documents.rules import INCOMING, INCOMING_LABELS, NUMBERED, IncomingKind
from app.documents.steps import lock_visible
from app.engine.deadlines import Term, add_working_days
from app.files.service import keep_scan
from app.schools.models import Person

CONFIRM_LIST = "confirm_list"  # the task of a case that an official inclusion in the list closes
LONGEST = 365


@dataclass(frozen=True)
class IncomingInput:
    """What stands on the paper and what is to become of it; `answer_days` are working days from its receipt."""

    kind: IncomingKind
    sender: str
    subject: str
    received_on: date
    case_ids: tuple[int, ...] = ()
    sender_number: str = ""
    sender_date: date | None = None
    answer_days: int | None = None
    answer_due: date | None = None
    executor_id: int | None = None
    folder: str = ""
    note: str = ""
    comment: str = ""
    by_hand: HandEntry | None = None


@dataclass(frozen=True)
class AnswerInput:
    """Our answer: a paper kept here, or the number of one that is not."""

    answered_on: date
    document_id: int | None = None
    text: str = ""


def receive(work: Work, programme_id: int, data: IncomingInput, scan: Proof | None = None) -> Incoming:
    """Register an incoming paper under the next number of «Входящие», and close what it answers in its cases.

    Raises NotFound, Forbidden, Invalid at `sender`, `subject`, `received_on`, `sender_date`, `sender_number`
    (registered already), `cases`, `answer_days`, `answer_due`, `scan`, `number`, `reason`, `leap`, `comment`.
    """
    programme = get_visible(work.session, Programme, programme_id)
    require_in_programme(work, "documents.incoming", programme)
    cases = [get_case(work.session, case_id) for case_id in dict.fromkeys(data.case_ids)]
    _check(work, data, programme, cases)
    due = data.answer_due or (
        counted(work, data.received_on, data.answer_days).due if data.answer_days else None
    )
    stored = keep_scan(work, scan.data, scan.name, programme_id=programme.id) if scan is not None else None
    work.session.flush()
    key = SeriesKey.on(programme.authority_id, INCOMING, "", data.received_on)
    series = journal.lock_series(work, key)
    _once(work, programme, data)
    row = _enter(work, series, data, stored.id if stored else None)
    incoming = Incoming(
        programme_id=programme.id, registration_id=row.id, kind=data.kind.value, sender=data.sender.strip(),
        sender_number=data.sender_number.strip(), sender_date=data.sender_date, subject=data.subject.strip(),
        answer_days=data.answer_days, answer_due=due, executor_id=data.executor_id, created_at=work.now,
        created_by=work.actor.user_id, answer="",
    )  # fmt: skip
    incoming.cases = [IncomingCase(case_id=case.id) for case in cases]
    work.session.add(incoming)
    work.session.flush()
    keys: list[int | None] = [case.id for case in cases]
    for key_of_case in keys or [None]:
        audit.record(work, "incoming:add", incoming, case_id=key_of_case,
                     data={"kind": incoming.kind, "number": f"{row.number}{row.suffix}", "line": row.id})  # fmt: skip
    if data.kind == IncomingKind.listing:
        for case in cases:
            _confirm(work, case)
    return incoming


def why_not_answered(incoming: Incoming) -> Reason | None:
    """Why neither answer nor term of the paper is entered any more; None when they are."""
    return Reason(_("The answer is noted already.")) if incoming.answered_on is not None else None


def answer(work: Work, incoming_id: int, data: AnswerInput, expected_version: int | None = None) -> Incoming:
    """Note how and when the paper was answered. Raises NotFound, Forbidden, Stale, Refusal, Invalid at `document`,
    `text`, `answered_on`."""
    incoming = _locked(work, incoming_id, expected_version)
    if obstacle := why_not_answered(incoming):
        raise Refusal([obstacle])
    if data.answered_on > work.today:
        raise Invalid(fields={"answered_on": _("This date has not come yet.")})
    if data.answered_on < incoming.registration.dated:
        raise Invalid(fields={"answered_on": _("Nobody answers a paper before it came.")})
    paper = get_visible(work.session, Document, data.document_id) if data.document_id else None
    if paper is not None and (paper.in_state not in NUMBERED or paper.programme_id != incoming.programme_id):
        raise Invalid(fields={"document": _("Choose a registered document of the same programme.")})
    if paper is not None and paper.dated is not None and paper.dated < incoming.registration.dated:
        raise Invalid(fields={"document": _("This document is older than the paper it is to answer.")})
    if paper is None and not data.text.strip():
        raise Invalid(fields={"text": _("Choose the document that answers, or write its number and date.")})
    incoming.answer_id, incoming.answered_on = (paper.id if paper else None), data.answered_on
    incoming.answer = data.text.strip()[:400]
    _note(
        work,
        incoming,
        "incoming:answer",
        {"document": incoming.answer_id, "on": data.answered_on.isoformat()},
    )
    return incoming


def set_term(
    work: Work, incoming_id: int, due: date | None, reason: str, expected_version: int | None = None
) -> Incoming:
    """Move the answer's term (prolonged by the sender) or say that no answer is needed, with the reason.

    Raises NotFound, Forbidden, Stale, Refusal (answered), Invalid at `due` or `reason`.
    """
    incoming = _locked(work, incoming_id, expected_version)
    if obstacle := why_not_answered(incoming):
        raise Refusal([obstacle])
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    if due is not None and due < incoming.registration.dated:
        raise Invalid(fields={"due": _("The term is not before the day the paper came.")})
    old, incoming.answer_due = incoming.answer_due, due
    incoming.answer_days = None
    _note(work, incoming, "incoming:term", {"old": old.isoformat() if old else None,
                                            "new": due.isoformat() if due else None}, reason.strip())  # fmt: skip
    return incoming


def counted(work: Work, start: date, days: int) -> Term:
    """The term of an answer in working days, able to say how it was counted."""
    return add_working_days(start, days, calendar_of(work))


_WHOLE = (
    joinedload(Incoming.registration).joinedload(Registration.series),
    joinedload(Incoming.registration).joinedload(Registration.scan),
    joinedload(Incoming.executor),
    joinedload(Incoming.answer_paper),
    joinedload(Incoming.programme),
    selectinload(Incoming.cases).joinedload(IncomingCase.case).joinedload(Case.school),
)


def list_incoming(
    work: Work, *, case_id: int | None = None, kind: str = "", waiting: bool = False, limit: int = 300
) -> Sequence[Incoming]:
    """Visible incoming papers, the newest first; `waiting` only those without an answer, the most urgent first."""
    query = select(Incoming).options(*_WHOLE).limit(limit)
    if case_id is not None:
        query = query.where(
            Incoming.id.in_(select(IncomingCase.incoming_id).where(IncomingCase.case_id == case_id))
        )
    if kind:
        query = query.where(Incoming.kind == kind)
    if waiting:
        query = query.where(Incoming.answer_due.is_not(None), Incoming.answered_on.is_(None))
        query = query.order_by(Incoming.answer_due, Incoming.id)
    else:
        query = query.order_by(Incoming.created_at.desc(), Incoming.id.desc())
    return [row for row in work.session.scalars(query).all() if not waiting or row.is_open]


def listings(session: Session, case_id: int) -> list[tuple[str, str]]:
    """The page and the name of each incoming paper that puts the school of the case on the official list."""
    about = select(IncomingCase.incoming_id).where(IncomingCase.case_id == case_id)
    query = (
        select(Incoming)
        .options(joinedload(Incoming.registration))
        .where(Incoming.id.in_(about), Incoming.kind == IncomingKind.listing.value)
        .order_by(Incoming.id.desc())
    )
    return [
        (f"/incoming/{row.id}", f"{row.subject}, {row.registration.signed_by}")
        for row in session.scalars(query)
    ]


def get_incoming(work: Work, incoming_id: int) -> Incoming:
    found = work.session.scalars(
        select(Incoming).options(*_WHOLE).where(Incoming.id == incoming_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def of_lines(session: Session, line_ids: Sequence[int]) -> dict[int, Incoming]:
    """Line of the journal → the incoming paper it registers."""
    if not line_ids:
        return {}
    rows = session.scalars(
        select(Incoming)
        .options(joinedload(Incoming.answer_paper))
        .where(Incoming.registration_id.in_(line_ids))
    ).all()
    return {row.registration_id: row for row in rows}


def _enter(work: Work, series: Series, data: IncomingInput, scan_id: int | None) -> Registration:
    by_hand = data.by_hand
    number = journal.typed_number(series, by_hand) if by_hand else journal.next_free(work, series)
    journal.require_comment(journal.warnings(work, series, number, data.received_on), data.comment)
    line = Line(
        dated=data.received_on, title=f"{INCOMING_LABELS[data.kind].in_('ru')}. {data.subject.strip()}"[:400],
        signed_by=_sender(data)[:300], executor=_executor(work, data.executor_id), folder=data.folder.strip(),
        note=data.note.strip(), comment=data.comment.strip(), scan_id=scan_id,
    )  # fmt: skip
    if by_hand is not None:
        return journal.enter_by_hand(work, series, line, by_hand)
    return journal.enter_next(work, series, line)


def _sender(data: IncomingInput) -> str:
    """«Рособрнадзор, № 07-12 от 09.01.2025»."""
    number = f"№ {data.sender_number.strip()}" if data.sender_number.strip() else "б/н"
    day = f" от {data.sender_date:%d.%m.%Y}" if data.sender_date else ""
    return f"{data.sender.strip()}, {number}{day}"


def _executor(work: Work, person_id: int | None) -> str:
    return get_visible(work.session, Person, person_id).short if person_id else ""


def _check(work: Work, data: IncomingInput, programme: Programme, cases: Sequence[Case]) -> None:
    wrong: dict[str, object] = {}
    if not data.sender.strip():
        wrong["sender"] = _("Say who sent it.")
    if not data.subject.strip():
        wrong["subject"] = _("Say what it is about.")
    if data.received_on > work.today:
        wrong["received_on"] = _("This date has not come yet.")
    if data.sender_date is not None and data.sender_date > data.received_on:
        wrong["sender_date"] = _("It was sent after it came: check both dates.")
    if any(case.programme_id != programme.id for case in cases):
        wrong["cases"] = _("A paper is about cases of one programme.")
    if data.kind == IncomingKind.listing and not cases:
        wrong["cases"] = _("Choose the schools that were included in the list.")
    if data.answer_days is not None and not 1 <= data.answer_days <= LONGEST:
        wrong["answer_days"] = _("From 1 to %(last)s working days.", last=LONGEST)
    if data.answer_due is not None and data.answer_days is not None:
        wrong["answer_due"] = _("Give either the number of days or the day, not both.")
    elif data.answer_due is not None and data.answer_due < data.received_on:
        wrong["answer_due"] = _("The term is not before the day the paper came.")
    if wrong:
        raise Invalid(fields=wrong)  # type: ignore[arg-type]


def _once(work: Work, programme: Programme, data: IncomingInput) -> None:
    """The same paper is not registered twice, whoever is faster. Raises Invalid at `sender_number`."""
    number = data.sender_number.strip()
    if not number or data.by_hand is not None:
        return
    with as_system(work.session):
        twin = work.session.scalars(
            select(Incoming)
            .join(Registration, Registration.id == Incoming.registration_id)
            .where(
                Incoming.programme_id == programme.id, Incoming.sender == data.sender.strip(),
                Incoming.sender_number == number, Incoming.sender_date == data.sender_date,
                Registration.annulled_at.is_(None),
            )
        ).first()  # fmt: skip
    if twin is not None:
        told = _(
            "This paper is registered already: incoming No. %(number)s.", number=twin.registration.number
        )
        raise Invalid(fields={"sender_number": told})


def _confirm(work: Work, case: Case) -> None:
    """The official list came: the task that waits for it is done, when the actor is the one to do it."""
    waits = work.session.scalars(
        select(CaseTask.id).where(
            CaseTask.case_id == case.id, CaseTask.stage == case.stage, CaseTask.round == case.round,
            CaseTask.task == CONFIRM_LIST, CaseTask.status == "open",
        )
    ).first()  # fmt: skip
    if waits is None or not may(work, "case.open", case):
        return
    try:
        with work.session.begin_nested():
            complete_task(work, case.id, CONFIRM_LIST, expected_version=case.version)
    except OporaError:
        return  # the paper is registered all the same; the task can be closed by hand


def _locked(work: Work, incoming_id: int, expected_version: int | None) -> Incoming:
    incoming = lock_visible(work, Incoming, incoming_id)
    require_in_programme(work, "documents.incoming", incoming.programme)
    if expected_version is not None and incoming.version != expected_version:
        raise Stale
    return incoming


def _note(work: Work, incoming: Incoming, tag: str, data: dict[str, object], why: str = "") -> None:
    values = {"note": why} if why else None
    keys: list[int | None] = sorted(link.case_id for link in incoming.cases)  # type: ignore[assignment]
    for case_id in keys or [None]:
        audit.record(work, tag, incoming, case_id=case_id, data=data, values=values)
