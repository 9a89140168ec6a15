"""Who has to read a registered paper and who has: the mailing, «ознакомлен(а)» on the screen or on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.roles import ROLE_TITLES
from app.access.scopes import as_system, get_visible
from app.access.substitutions import use
from app.audit import service as audit
from app.cases.roles import require_in_programme
from app.cases.terms import calendar_of
from app.core.errors import Forbidden, Invalid, NotFound, Reason, Refusal
from app.core.i18n import _, in_locale
from app.core.unit_of_work import Work
from app.documents.models import Acknowledgement, Document
from app.documents.proofs import Proof
from app.documents.queries import standing_lines
from app.documents.rules import DocumentKind
from app.documents.steps import lock_visible, locked, note
from app.documents.unread import READERS, SENT, tell
from app.engine.deadlines import add_working_days
from app.files.service import keep_scan
from app.schools.models import Organisation, Person
from app.schools.queries import positions_on

TERM = 3  # working days to read it, offered to the clerk


@dataclass(frozen=True)
class Mailing:
    """To whom a paper goes, and by when it is to be read."""

    organisation_ids: tuple[int, ...] = ()
    person_ids: tuple[int, ...] = ()
    due: date | None = None


@dataclass(frozen=True)
class PaperSheet:
    """The sheet of acknowledgement signed on paper: who signed it, when, and its scan."""

    reader: str
    read_on: date
    scan: Proof


def term(work: Work, days: int = TERM) -> date:
    """So many working days from today."""
    return add_working_days(work.today, days, calendar_of(work)).due


def proposed(work: Work, document: Document) -> list[Organisation]:
    """The schools a paper is about and their curators: who is usually sent it."""
    with as_system(work.session):  # the clerk sends it to all it is about
        found = {
            school.id: school
            for link in document.cases
            for school in (link.case.school, link.case.curator)
            if school is not None
        }
    return sorted(found.values(), key=lambda school: school.sort_key)


def send(work: Work, document_id: int, mailing: Mailing, expected_version: int | None = None) -> int:
    """Send a registered paper to its addressees; those it was sent to before stay as they are.

    The answer is how many are new. Raises NotFound, Forbidden, Stale, Refusal (no number yet, or no longer in
    force), Invalid at `organisations` (nobody chosen) or `due`.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.register", document.programme)
    if document.in_state not in SENT or document.kind == DocumentKind.report:
        raise Refusal([Reason(_("Only a registered paper that stands is sent out."))])
    if mailing.due is not None and mailing.due < work.today:
        raise Invalid(fields={"due": _("This date has passed.")})
    known = {row.addressee for row in addressees(work, document.id) if not row.is_released}
    schools = _schools(work, mailing.organisation_ids)
    people = [get_visible(work.session, Person, key) for key in dict.fromkeys(mailing.person_ids)]
    wanted: list[tuple[str, int | None, int | None]] = [(f"org:{one.id}", one.id, None) for one in schools]
    wanted += [(f"person:{one.id}", None, one.id) for one in people]
    if not wanted:
        raise Invalid(fields={"organisations": _("Choose at least one addressee.")})
    new = [one for one in wanted if one[0] not in known]
    if new:
        _address(work, document, new, mailing.due)
    return len(new)


def _schools(work: Work, keys: Sequence[int]) -> Sequence[Organisation]:
    """Raises NotFound when the actor may not see one of them."""
    found = work.session.scalars(select(Organisation).where(Organisation.id.in_(keys))).all()
    if len(found) < len(set(keys)):
        raise NotFound
    return sorted(found, key=lambda one: one.id)


def _address(
    work: Work, document: Document, new: Sequence[tuple[str, int | None, int | None]], due: date | None
) -> None:
    """Put the addressees on the paper's list, note it in the history and the journal, tell them."""
    left = {row.addressee: row for row in addressees(work, document.id)}
    for addressee, organisation_id, person_id in new:
        row = left.get(addressee)
        if row is None:
            row = Acknowledgement(
                document_id=document.id, addressee=addressee, organisation_id=organisation_id, person_id=person_id,
                reader="", capacity="", on_paper=False,
            )  # fmt: skip
            work.session.add(row)
        row.sent_at, row.sent_by, row.due, row.reminded_on = work.now, work.actor.user_id, due, None
        row.released_on, row.released_ground = None, ""  # he is back
    work.session.flush()
    note(work, document, "document:mail", data={"to": [one[0] for one in new]})
    _tell_journal(work, document)
    wanted = {one[0] for one in new}
    tell(work, [row for row in addressees(work, document.id) if row.addressee in wanted])


def release(
    work: Work, row: Acknowledgement, last_day: date, ground: str, instead: Person | None = None
) -> bool:
    """Nobody waits any longer for a person who leaves; `instead` is sent the paper in his place.

    The line stays on the sheet and says so. False when the one in his place was sent the paper before.
    """
    if row.person_id is None or row.read_at is not None:
        raise Refusal([Reason(_("This is noted already."))])
    row.released_on, row.released_ground = last_day, ground[:200]
    document = row.document
    note(
        work,
        document,
        "document:released",
        data={"addressee": row.addressee, "last_day": last_day.isoformat()},
    )
    known = {one.addressee for one in addressees(work, document.id) if not one.is_released}
    if instead is None or f"person:{instead.id}" in known:
        return False
    due = row.due if row.due is None or row.due >= work.today else term(work)
    _address(work, document, [(f"person:{instead.id}", None, instead.id)], due)
    return True


def acknowledge(work: Work, acknowledgement_id: int) -> Acknowledgement:
    """«Ознакомлен(а)»: the actor has read the paper, for his school or for himself. Once is enough.

    Raises NotFound, Forbidden (the line is another's), Refusal (read already).
    """
    row = lock_visible(work, Acknowledgement, acknowledgement_id)
    with in_locale("ru"):  # kept for the sheet: one language, whichever the reader has chosen
        capacity = capacity_of(work, row)
    if capacity is None:
        raise Forbidden
    if row.read_at is not None:
        raise Refusal([Reason(_("This is noted already."))])
    if row.is_released:
        raise Refusal([Reason(_("The addressee has left: nobody waits for this any longer."))])
    if row.organisation_id is not None:
        use(work, *READERS, organisation_id=row.organisation_id)
    row.read_at, row.read_on, row.read_by = work.now, work.today, work.actor.user_id
    row.reader, row.capacity = work.actor.name[:200], capacity[:300]
    _note_reading(work, row, "document:read", {"addressee": row.addressee})
    return row


def note_paper(work: Work, acknowledgement_id: int, sheet: PaperSheet) -> Acknowledgement:
    """«Ознакомлен на бумаге»: the clerk keeps the scan of the signed sheet.

    Raises NotFound, Forbidden, Refusal (read already), Invalid at `reader`, `read_on` or `scan`.
    """
    row = lock_visible(work, Acknowledgement, acknowledgement_id)
    document = get_visible(work.session, Document, row.document_id)
    require_in_programme(work, "documents.register", document.programme)
    if row.read_at is not None:
        raise Refusal([Reason(_("This is noted already."))])
    if not sheet.reader.strip():
        raise Invalid(fields={"reader": _("Say who signed the sheet.")})
    if sheet.read_on > work.today:
        raise Invalid(fields={"read_on": _("This date has not come yet.")})
    if document.dated is not None and sheet.read_on < document.dated:
        raise Invalid(fields={"read_on": _("Nobody reads a document before its date.")})
    stored = keep_scan(work, sheet.scan.data, sheet.scan.name, programme_id=document.programme_id)
    work.session.flush()
    row.read_at, row.read_on, row.read_by = work.now, sheet.read_on, work.actor.user_id
    row.reader, row.on_paper, row.scan_id = sheet.reader.strip()[:200], True, stored.id
    row.capacity = (row.organisation.short_name if row.organisation else "")[:300]
    _note_reading(work, row, "document:read_on_paper", {"addressee": row.addressee, "file": stored.id})
    return row


def addressees(work: Work, document_id: int) -> Sequence[Acknowledgement]:
    """The addressees of a paper the actor may see, with what is known of each."""
    return work.session.scalars(
        select(Acknowledgement)
        .options(joinedload(Acknowledgement.organisation), joinedload(Acknowledgement.person))
        .where(Acknowledgement.document_id == document_id)
        .order_by(Acknowledgement.id)
    ).all()


def capacity_of(work: Work, row: Acknowledgement) -> str | None:
    """On whose behalf the actor would read it: «Директор, МБОУ СОШ № 41»; None when the line is another's."""
    if row.person_id is not None and row.person_id == work.actor.person_id:
        return str(_("in person"))
    own = [
        held
        for held in work.actor.memberships
        if held.role in READERS and held.organisation_id == row.organisation_id
    ]
    if not own or row.organisation is None:
        return None
    # his own right before another's, and whoever heads the school before whoever advises others
    held = min(own, key=lambda one: (one.stands_for is not None, READERS.index(one.role)))
    place = f"{ROLE_TITLES[held.role]}, {row.organisation.short_name}"
    return place if held.stands_for is None else f"{place}, {_('for %(whom)s', whom=held.stands_for.whom)}"


def directors(work: Work, organisation_id: int, day: date) -> str:
    """Who signs the sheet for a school, offered to the clerk."""
    with as_system(work.session):
        return next(
            (p.person.short for p in positions_on(work.session, organisation_id, day) if p.is_signatory), ""
        )


def names(rows: Iterable[Acknowledgement]) -> list[str]:
    return [name for row in rows if (name := _name(row))]


def _name(row: Acknowledgement) -> str:
    if row.organisation is not None:
        return row.organisation.short_name
    return row.person.short if row.person is not None else ""


def _note_reading(work: Work, row: Acknowledgement, tag: str, data: dict[str, object]) -> None:
    """In the history of the reader's own case; a school does not learn from its history who else has read."""
    with as_system(work.session):
        own = next(
            (link.case_id for link in row.document.cases
             if row.organisation_id in (link.case.school_id, link.case.curator_id)), None,
        )  # fmt: skip
        audit.record(work, tag, row.document, case_id=own, data=data)


def _tell_journal(work: Work, document: Document) -> None:
    """The column «рассылка» of the journal names the addressees."""
    with as_system(work.session):
        told = "; ".join(names(addressees(work, document.id)))[:200]
        lines = [line for line in standing_lines(work.session, document.id) if not line.party]
    for line in lines:
        audit.revise(work, line, {"mailing": told}, "journal:mailing")
