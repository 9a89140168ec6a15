"""Events of a programme, invited schools, who took part, and the cards of teachers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case, Programme
from app.core.db import Base, Versioned
from app.files.models import StoredFile
from app.schools.models import Organisation


class ProgrammeEvent(Versioned, Base):
    """A seminar, a workshop, an open lesson …; `series` joins the meetings of one standing seminar."""

    __tablename__ = "programme_events"
    __table_args__ = (Index("ix_programme_events_day", "programme_id", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"))
    send_key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(300))
    series: Mapped[str] = mapped_column(String(300), default="")
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(300), default="")
    organiser: Mapped[str] = mapped_column(String(300), default="")
    topic: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    programme: Mapped[Programme] = relationship()
    invitations: Mapped[list[EventInvitation]] = relationship(back_populates="event")

    @property
    def last_day(self) -> date:
        return self.ends or self.starts

    def __str__(self) -> str:
        return self.title


class EventInvitation(Base):
    """A school called to an event."""

    __tablename__ = "event_invitations"
    __table_args__ = (UniqueConstraint("event_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(Integer, ForeignKey("programme_events.id"))
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    event: Mapped[ProgrammeEvent] = relationship(back_populates="invitations")
    case: Mapped[Case] = relationship()


class TeacherCard(Versioned, Base):
    """A teacher of a school, entered by its deputy: never an account, never asked to type anything."""

    __tablename__ = "teacher_cards"
    __table_args__ = (UniqueConstraint("organisation_id", "name_key", "subject_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))  # surname and initials
    name_key: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(120))
    subject_key: Mapped[str] = mapped_column(String(120))
    deficits: Mapped[str] = mapped_column(Text, default="")
    training_until: Mapped[date | None] = mapped_column(Date)  # further training (ДПО) counts until
    is_archived: Mapped[bool] = mapped_column(default=False)
    organisation: Mapped[Organisation] = relationship()


class Participation(Versioned, Base):
    """How many teachers of a school took part in an event, those named, and the evidence."""

    __tablename__ = "participations"
    __table_args__ = (UniqueConstraint("event_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(Integer, ForeignKey("programme_events.id"))
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    teachers: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text, default="")
    evidence_link: Mapped[str] = mapped_column(String(500), default="")
    evidence_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(200), default="")
    event: Mapped[ProgrammeEvent] = relationship()
    case: Mapped[Case] = relationship()
    evidence: Mapped[StoredFile | None] = relationship()
    people: Mapped[list[ParticipationTeacher]] = relationship(
        back_populates="participation", cascade="all, delete-orphan", order_by="ParticipationTeacher.id"
    )


class ParticipationTeacher(Base):
    """One teacher at one event: one person-event."""

    __tablename__ = "participation_teachers"
    __table_args__ = (UniqueConstraint("participation_id", "teacher_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(Integer, ForeignKey("participations.id"))
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    teacher_id: Mapped[int] = mapped_column(Integer, ForeignKey("teacher_cards.id"), index=True)
    participation: Mapped[Participation] = relationship(back_populates="people")
    teacher: Mapped[TeacherCard] = relationship()
