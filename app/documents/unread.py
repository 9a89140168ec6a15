"""Who has not read a paper yet: found for the lists of those who wait, told on the day and again every morning."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import joinedload

from app.access.memberships import accounts_holding
from app.access.permissions import CAPABILITIES
from app.access.roles import ROLE_TITLES
from app.access.scopes import as_system
from app.access.substitutions import acting_for
from app.cases.roles import may_in_programme
from app.cases.terms import calendar_of
from app.core.ports import Matter, Message
from app.core.unit_of_work import Work
from app.documents.models import Acknowledgement, Document
from app.documents.rules import NUMBERED, DocumentState
from app.engine.deadlines import add_working_days
from app.jobs import outbox

READING = "documents.reading"  # every morning
PART = f"{READING}.part"
AT_ONCE = 50  # addressees told in one transaction
READERS = ("director", "deputy", "curator")  # who reads for a school
SENT = NUMBERED - {DocumentState.cancelled, DocumentState.repealed, DocumentState.archived}


@dataclass(frozen=True)
class Late:
    """A paper some have not read in time: how many, since when it is with them, the earliest of their terms."""

    document: Document
    number: int
    since: datetime
    due: date | None


def unread(
    work: Work,
    *,
    by: date | None = None,
    own: bool = False,
    of: Collection[int] | None = None,
    rows: Sequence[int] | None = None,
) -> Sequence[Acknowledgement]:
    """Lines nobody has read yet, of papers that stand: those whose term ended before the day `by`, the actor's `own`,
    those `of` these papers, those of the keys in `rows`."""
    query = (
        select(Acknowledgement)
        .join(Document, Document.id == Acknowledgement.document_id)
        .options(
            joinedload(Acknowledgement.document), joinedload(Acknowledgement.organisation),
            joinedload(Acknowledgement.person),
        )
        .where(*_waits())
        .order_by(Acknowledgement.id)
    )  # fmt: skip
    if by is not None:
        query = query.where(Acknowledgement.due < by)
    if own:
        query = query.where(_own(work))
    if of is not None:
        query = query.where(Acknowledgement.document_id.in_(of))
    if rows is not None:
        query = query.where(Acknowledgement.id.in_(rows))
    return work.session.scalars(query).all()


def late(work: Work) -> list[Late]:
    """Papers the actor registers that others have not read in time, in the order in which they were sent."""
    if not work.actor.has(*CAPABILITIES["documents.register"]):
        return []
    number, since, due = (
        func.count(Acknowledgement.id), func.min(Acknowledgement.sent_at), func.min(Acknowledgement.due),
    )  # fmt: skip
    rows = (
        select(Acknowledgement.document_id, number.label("number"), since.label("since"), due.label("due"))
        .join(Document, Document.id == Acknowledgement.document_id)
        .where(*_waits(), Acknowledgement.due < work.today, ~_own(work))
        .group_by(Acknowledgement.document_id)
        .order_by(func.min(Acknowledgement.id))
    )
    told = {row.document_id: row for row in work.session.execute(rows)}
    papers = {
        paper.id: paper for paper in work.session.scalars(select(Document).where(Document.id.in_(told)))
    }
    return [
        Late(papers[key], row.number, row.since, row.due)
        for key, row in told.items()
        if may_in_programme(work, "documents.register", papers[key].programme)
    ]


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (
        Acknowledgement.read_at.is_(None), Acknowledgement.released_on.is_(None),
        Document.state.in_([str(state) for state in SENT]),
    )  # fmt: skip


def _own(work: Work) -> ColumnElement[bool]:
    """A line the actor may read: his school's, or his in person."""
    schools = {held.organisation_id for held in work.actor.memberships if held.role in READERS}
    of_school = func.coalesce(Acknowledgement.organisation_id.in_(sorted(schools)), false())
    if work.actor.person_id is None:
        return of_school
    return of_school | func.coalesce(Acknowledgement.person_id == work.actor.person_id, false())


def remind(work: Work) -> int:
    """Once a day, whoever has not read a paper on the day before its term or later is reminded."""
    soon = add_working_days(work.today, 1, calendar_of(work)).due
    near = [
        row for row in unread(work)
        if row.due is not None and row.due <= soon and row.reminded_on != work.today
    ]  # fmt: skip
    for row in near:
        row.reminded_on = work.today
    tell(work, near)
    return len(near)


def tell(work: Work, rows: Sequence[Acknowledgement]) -> None:
    """A few at once; an order to all schools of a region by workers, who hold the database a moment for each part."""
    if len(rows) <= AT_ONCE:
        for row in rows:
            notify(work, row)
        return
    for start in range(0, len(rows), AT_ONCE):
        some = [row.id for row in rows[start : start + AT_ONCE]]
        outbox.enqueue(work, PART, f"{work.now.isoformat()}/{some[0]}", {"rows": some})


def tell_part(work: Work, payload: Mapping[str, Any]) -> None:
    """Tell those of these addressees who have not read their paper meanwhile."""
    wanted = [int(one) for one in payload["rows"]]
    for row in unread(work, rows=wanted):
        notify(work, row)


def notify(work: Work, row: Acknowledgement) -> None:
    """Hand the reminder to the room of notifications, when this installation has one."""
    tell = work.ports.notify
    if tell is None:
        return
    with as_system(work.session):  # whoever sends it, the addressee is told
        day, due = work.today.isoformat(), row.due.isoformat() if row.due else ""
        line = f"document:{row.document_id}:{row.addressee}"
        people = {user_id: [Matter("paper", row=row.id)] for user_id in readers(work, row)}
        told = Message(
            _sentence(work, row), {"title": row.document.title, "due": due}, due=row.due, matters=people,
            link=f"/documents/{row.document_id}", key=f"{line}:{day}", about=line,
        )  # fmt: skip
        tell(work, people, told)


def _is_unread(_work: Work, row: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition «the paper stands, and whoever may read it for this addressee, the reader too, is waited for»."""
    lines = select(Acknowledgement.id).join(Document, Document.id == Acknowledgement.document_id)
    return lines.where(Acknowledgement.id == row, *_waits()).exists()


# what notices of this room ask for
OPEN_MATTERS = {"paper": _is_unread}


def _sentence(work: Work, row: Acknowledgement) -> str:
    """Sent just now, still to be read by its day, or not read in time: a reminder does not repeat the first letter."""
    if row.reminded_on is None or row.due is None:
        return "document.read"
    return "document.unread" if row.due >= work.today else "document.unread_late"


def readers(work: Work, row: Acknowledgement) -> list[int]:
    """The accounts that may press the button for this addressee, with those who stand in for them."""
    found: set[int] = set()
    if row.organisation_id:
        office = row.organisation_id
        for held in accounts_holding(work.session, READERS, work.today, office):
            found.add(held.user_id)
            acting = acting_for(
                work.session, {held.user_id}, work.today, role=held.role, organisation_id=office,
                programme_id=row.document.programme_id,
            )  # fmt: skip
            found |= {one.substitute_user_id for one in acting.get(held.user_id, [])}
    if row.person_id:
        everybody = accounts_holding(work.session, ROLE_TITLES, work.today)
        found |= {m.user_id for m in everybody if m.person_id == row.person_id}
    return sorted(found)
