"""Reading events, participation and teachers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case
from app.core.errors import NotFound
from app.events.models import (
    EventInvitation,
    Participation,
    ParticipationTeacher,
    ProgrammeEvent,
    TeacherCard,
)
from app.events.rules import Attendance, Counts, count

_OF_SCHOOL = (
    joinedload(Participation.case).joinedload(Case.school),
    selectinload(Participation.people).joinedload(ParticipationTeacher.teacher),
    joinedload(Participation.evidence),
)


def events_of_programme(session: Session, programme_id: int) -> Sequence[ProgrammeEvent]:
    """Events by day, those called off among them."""
    return session.scalars(
        select(ProgrammeEvent)
        .where(ProgrammeEvent.programme_id == programme_id)
        .order_by(ProgrammeEvent.starts, ProgrammeEvent.id)
    ).all()


def get_event(session: Session, event_id: int) -> ProgrammeEvent:
    """The event with its programme and the invitations this actor may see. Raises NotFound."""
    event = session.scalars(
        select(ProgrammeEvent)
        .options(
            joinedload(ProgrammeEvent.programme),
            selectinload(ProgrammeEvent.invitations).joinedload(EventInvitation.case).joinedload(Case.school),
        )
        .where(ProgrammeEvent.id == event_id)
    ).one_or_none()
    if event is None:
        raise NotFound
    return event


def participations(session: Session, events: Iterable[int]) -> dict[int, list[Participation]]:
    """Visible participation rows by event."""
    rows: dict[int, list[Participation]] = defaultdict(list)
    ids = sorted(set(events))
    for row in session.scalars(
        select(Participation).options(*_OF_SCHOOL).where(Participation.event_id.in_(ids))
    ):
        rows[row.event_id].append(row)
    return rows


def invited(session: Session, events: Iterable[int]) -> dict[int, set[int]]:
    """Cases called to each event, as far as visible."""
    rows: dict[int, set[int]] = defaultdict(set)
    ids = sorted(set(events))
    for row in session.scalars(select(EventInvitation).where(EventInvitation.event_id.in_(ids))):
        rows[row.event_id].add(row.case_id)
    return rows


def participation_of(session: Session, event_id: int, case_id: int) -> Participation | None:
    return session.scalars(
        select(Participation)
        .options(*_OF_SCHOOL)
        .where(Participation.event_id == event_id, Participation.case_id == case_id)
    ).one_or_none()


def of_case(session: Session, case: Case) -> list[tuple[ProgrammeEvent, bool, Participation | None]]:
    """Events the school is called to or took part in: (event, invited, participation), by day."""
    called = {
        row.event_id
        for row in session.scalars(select(EventInvitation).where(EventInvitation.case_id == case.id))
    }
    rows = {
        row.event_id: row
        for row in session.scalars(
            select(Participation).options(*_OF_SCHOOL).where(Participation.case_id == case.id)
        )
    }
    return [
        (event, event.id in called, rows.get(event.id))
        for event in events_of_programme(session, case.programme_id)
        if event.id in called or event.id in rows
    ]


def counts(rows: Iterable[Participation]) -> Counts:
    """Persons and person-events of these rows."""
    return count(Attendance(row.teachers, tuple(p.teacher_id for p in row.people)) for row in rows)


def counts_of_case(session: Session, case_id: int) -> Counts:
    """Persons and person-events of a school, without events that were called off."""
    rows = session.scalars(
        select(Participation)
        .join(ProgrammeEvent, ProgrammeEvent.id == Participation.event_id)
        .options(selectinload(Participation.people))
        .where(Participation.case_id == case_id, ProgrammeEvent.cancelled_at.is_(None))
    ).all()
    return counts(rows)


def teachers_of(session: Session, organisation_id: int, *, archived: bool = False) -> Sequence[TeacherCard]:
    """Teachers of a school by name."""
    query = (
        select(TeacherCard)
        .where(TeacherCard.organisation_id == organisation_id)
        .order_by(TeacherCard.is_archived, TeacherCard.name_key, TeacherCard.id)
    )
    if not archived:
        query = query.where(TeacherCard.is_archived.is_(False))
    return session.scalars(query).all()


def get_teacher(session: Session, organisation_id: int, teacher_id: int) -> TeacherCard:
    found = session.scalars(
        select(TeacherCard).where(
            TeacherCard.id == teacher_id, TeacherCard.organisation_id == organisation_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def attended_by(session: Session, case_id: int) -> dict[int, list[ProgrammeEvent]]:
    """Teacher → events he took part in, by day: the trajectory of his card."""
    query = (
        select(ParticipationTeacher.teacher_id, ProgrammeEvent)
        .join(Participation, Participation.id == ParticipationTeacher.participation_id)
        .join(ProgrammeEvent, ProgrammeEvent.id == Participation.event_id)
        .where(Participation.case_id == case_id)
        .order_by(ProgrammeEvent.starts, ProgrammeEvent.id)
    )
    found: dict[int, list[ProgrammeEvent]] = defaultdict(list)
    for teacher_id, event in session.execute(query):
        found[teacher_id].append(event)
    return found
