"""Registration: a signed paper gets its number in one transaction, and its registered copy is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from app.access.scopes import as_system
from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.roles import require_in_programme
from app.core.errors import Invalid, NotFound, OporaError, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents import journal, reservations
from app.documents.docx.frozen import thaw
from app.documents.drafting import SIDES, ensure_draft, freeze_and_send
from app.documents.journal import HandEntry, Line
from app.documents.links import apply_links
from app.documents.models import Document, DocumentCase, NumberGap, Registration, Series
from app.documents.numbering import RegisterNumber, SeriesKey, next_number
from app.documents.printing import request_copy, try_paper
from app.documents.queries import find_series
from app.documents.rules import DocumentKind, DocumentState, Move, next_state
from app.documents.sent_back import why_taken_back
from app.documents.signing import SignatureInput, settle_signatures, sign_one
from app.documents.sources import order_of, protocol_of
from app.documents.steps import locked, move, note, why_not
from app.documents.templates import edition_of
from app.documents.terms import prolong
from app.documents.values import covered, gather


@dataclass(frozen=True)
class RegisterInput:
    """How a signed paper is registered: by the next number, by hand, by a number that was kept for it;
    an agreement by the schools' own numbers."""

    dated: date
    by_hand: HandEntry | None = None
    comment: str = ""
    numbers: Mapping[str, str] = field(
        default_factory=dict
    )  # agreement: {"curator": "7", "supported": "3/25"}
    sheets: str = ""
    mailing: str = ""
    folder: str = ""
    note: str = ""
    reservation_id: int | None = None  # the number kept for this paper


def register(
    work: Work, document_id: int, entry: RegisterInput, expected_version: int | None = None
) -> Document:
    """Give a signed paper its number, under the lock of its series, and have the registered copy printed.

    Raises NotFound, Forbidden, Stale, Refusal (not signed, or a plan in it was sent back), Invalid at `number`,
    `reason`, `leap`, `reservation`, `dated`, `comment` (a date out of order needs one), `curator_number`,
    `supported_number`.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.register", document.programme)
    if reason := why_not_registered(work, document):
        raise Refusal([reason])
    dated = document.dated if document.kind == DocumentKind.protocol and document.dated else entry.dated
    if dated > work.today:
        raise Invalid(fields={"dated": _("This date has not come yet.")})
    if document.kind == DocumentKind.agreement:
        rows = _register_by_schools(work, document, dated, entry)
    else:
        rows = [_register_here(work, document, dated, entry)]
    _number(work, document, dated, rows, entry)
    if _is_due(work, document):
        enforce(work, document)
    return document


def why_not_registered(work: Work, document: Document) -> Reason | None:
    """Why the paper gets no number now; None when it can."""
    return why_not(document, Move.register) or why_taken_back(work, document)


def _number(
    work: Work, document: Document, dated: date, rows: list[Registration], entry: RegisterInput
) -> None:  # fmt: skip
    work.session.flush()
    document.dated, document.registered_at = dated, work.now
    document.number = ", ".join(printed(row) for row in rows)
    move(document, Move.register)
    note(work, document, "document:register", data={
        "number": document.number, "dated": dated.isoformat(), "by_hand": entry.by_hand is not None,
        "reservation": entry.reservation_id,
        "lines": [row.id for row in rows],
    }, values={"comment": entry.comment} if entry.comment else None)  # fmt: skip
    request_copy(work, document, rows)


def enforce(work: Work, document: Document) -> None:
    """The paper takes effect: an order by its registration, an agreement when its term begins."""
    if next_state(document.of_kind, document.in_state, Move.enforce) is not None:
        move(document, Move.enforce)
        note(work, document, "document:enforce")
        apply_links(work, document)
        prolong(work, document)


def _is_due(work: Work, document: Document) -> bool:
    if document.kind == DocumentKind.agreement:
        starts = thaw(document.values).get("starts")
        return starts is None or starts <= work.today
    return document.kind == DocumentKind.order


def preview_number(work: Work, document: Document, day: date) -> str:
    """The number the paper would get now; another clerk may be faster. Empty when the series is full."""
    template = edition_of(document)
    series = _series(work, document, day)
    try:
        number = journal.next_free(work, series) if series else next_number(0)
    except Invalid:
        return ""
    return number.printed(template.series)


def open_reservations(work: Work, document: Document, day: date) -> Sequence[NumberGap]:
    """Numbers kept in the series this paper falls into, still to be used."""
    series = _series(work, document, day)
    return reservations.live(work, series) if series else []


def _series(work: Work, document: Document, day: date) -> Series | None:
    template = edition_of(document)
    with as_system(work.session):  # only its numbers are looked at
        return find_series(
            work.session, document.programme.authority_id, template.kind, template.series, day.year
        )


def printed(row: Registration) -> str:
    """«12-оп» — the number of a line with the index of its series."""
    return row.spelling or f"{row.number}{row.suffix}{row.series.prefix}"


def _register_here(work: Work, document: Document, dated: date, entry: RegisterInput) -> Registration:
    template = edition_of(document)
    key = SeriesKey.on(document.programme.authority_id, document.kind, template.series, dated)
    series = journal.lock_series(work, key)
    kept = None
    if entry.by_hand is not None:
        number = journal.typed_number(series, entry.by_hand)
    elif entry.reservation_id is not None:
        kept = reservations.chosen(work, series, entry.reservation_id)
        number = RegisterNumber(kept.first)
    else:
        number = journal.next_free(work, series)
    found = journal.warnings(
        work, series, number, dated, signed=_last_signed(document), ground=_ground(work, document)
    )
    journal.require_comment(found, entry.comment)
    line = _line(document, dated, entry)
    if entry.by_hand is not None:
        return journal.enter_by_hand(work, series, line, entry.by_hand)
    if kept is not None:
        return journal.enter_reserved(work, series, line, kept)
    return journal.enter_next(work, series, line)


def _register_by_schools(
    work: Work, document: Document, dated: date, entry: RegisterInput
) -> list[Registration]:
    case = get_case(work.session, document.cases[0].case_id)
    template = edition_of(document)
    known = gather(work, document, template)
    numbers = {
        side: (entry.numbers.get(side) or (known.get(side) or {}).get("number") or "").strip()
        for side in SIDES
    }
    empty = {
        f"{side}_number": _("Give the number of this school's journal.")
        for side in SIDES
        if not numbers[side]
    }
    if empty:
        raise Invalid(fields=empty)
    values = thaw(document.values)
    rows = []
    for side, school_id in zip(SIDES, (case.curator_id, case.school_id), strict=True):
        if school_id is None:
            raise NotFound
        series = journal.lock_series(
            work, SeriesKey.on(school_id, document.kind, template.series, dated), kept_here=False
        )
        try:
            if side == SIDES[0]:
                found = journal.warnings(
                    work, series, None, dated, signed=_last_signed(document), ground=_ground(work, document),
                    starts=values.get("starts"), ends=values.get("ends"),
                )  # fmt: skip
                journal.require_comment(found, entry.comment)
            rows.append(journal.note_number(work, series, _line(document, dated, entry, side), numbers[side]))
        except Invalid as error:
            told = error.fields.get("number") or ("" if error.fields else error.message)
            raise Invalid(fields={f"{side}_number": told} if told else error.fields) from error
    return rows


def _line(document: Document, dated: date, entry: RegisterInput, party: str = "") -> Line:
    signers = "; ".join(", ".join(filter(None, (s.person.short, s.position))) for s in document.signatures)
    return Line(
        dated=dated, title=document.title, signed_by=signers[:300],
        executor=document.executor.short if document.executor else "", sheets=entry.sheets, mailing=entry.mailing,
        folder=entry.folder, note=entry.note, comment=entry.comment.strip(), document_id=document.id, party=party,
        scan_id=document.signatures[-1].file_id if document.signatures else None,
    )  # fmt: skip


def _last_signed(document: Document) -> date | None:
    return max((s.signed_on for s in document.signatures), default=None)


def _ground(work: Work, document: Document) -> date | None:
    """The date of the paper this one rests on: an agreement on the order, an order on the minutes."""
    with as_system(work.session):  # the dates of two papers agree or not, whoever registers
        cases = covered(work, document)
        if document.kind == DocumentKind.agreement:
            order = order_of(work, cases[0].id)
            return order.dated if order else None
        if document.template == "order_plan":
            minutes = protocol_of(work, cases)
            return minutes.dated if minutes else None
    return None


def settle_agreement(
    work: Work, case: Case, *, signed: Mapping[str, date], file_id: int, dated: date, numbers: Mapping[str, str],
    comment: str = "",
) -> Document | None:  # fmt: skip
    """Both schools signed and numbered their agreement elsewhere: print it so, in its registered copy.

    None when the paper cannot follow (a form of a name is missing): then the clerk completes it, and what
    was decided elsewhere stands.
    """
    with as_system(work.session):  # follows a decision that was already allowed
        document = ensure_draft(work, "agreement", case)
        try:
            with work.session.begin_nested():  # all of it or nothing
                _follow(work, document, signed, file_id, RegisterInput(
                    dated=dated, numbers=numbers, comment=comment or str(_("as the schools registered it"))
                ))  # fmt: skip
        except OporaError:
            work.session.refresh(document)
            return None
    return document


def _follow(
    work: Work, document: Document, signed: Mapping[str, date], file_id: int, entry: RegisterInput
) -> None:  # fmt: skip
    if document.is_draft:
        freeze_and_send(work, document)
        try_paper(work, document)
    if document.in_state == DocumentState.to_sign:
        for role, day in signed.items():
            if not any(s.role == role for s in document.signatures):
                sign_one(work, document, SignatureInput(role, day), file_id)
        settle_signatures(work, document)
    if document.in_state == DocumentState.signed:
        _number(work, document, entry.dated, _register_by_schools(work, document, entry.dated, entry), entry)
    enforce(work, document)


def end_agreement(work: Work, case: Case, *, reason: str) -> None:
    """The case's agreement paper that stands is over, with the reason in the history; no paper: nothing to do."""
    with as_system(work.session):  # the act of a school or the clerk is about the authority's paper
        papers = work.session.scalars(
            select(Document)
            .join(DocumentCase, DocumentCase.document_id == Document.id)
            .where(DocumentCase.case_id == case.id, Document.kind == str(DocumentKind.agreement))
        ).all()
        for document in papers:
            if next_state(document.of_kind, document.in_state, Move.terminate) is not None:
                move(document, Move.terminate)
                note(work, document, "document:terminate", values={"reason": reason} if reason else None)
