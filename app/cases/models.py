"""Programme, case and the plain rows its engine state is made of; each equals the fold of its events."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Versioned
from app.core.i18n import _
from app.schools.models import Organisation, Person


class CaseStatus(StrEnum):
    active = "active"
    suspended = "suspended"
    closed = "closed"
    cancelled = "cancelled"


LIVE = (CaseStatus.active, CaseStatus.suspended)  # of a case that is under way or will go on


class MeetingStatus(StrEnum):
    planned = "planned"
    held = "held"


class VersionStatus(StrEnum):
    draft = "draft"
    checked = "checked"
    published = "published"
    retired = "retired"


class ProcessVersion(Base):
    """A version of a procedure: free text as a draft, immutable in structure from its publication on.

    `revision` counts its texts; `scenarios` are the files uploaded beside it, name → text.
    """

    __tablename__ = "process_versions"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default="published")
    published_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    changed_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    scenarios: Mapped[dict[str, Any] | None]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class ProcessRevision(Base):
    """A text a version had, kept when another took its place: who wrote it and when."""

    __tablename__ = "process_revisions"
    __table_args__ = (UniqueConstraint("version_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(Integer, ForeignKey("process_versions.id"))
    revision: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(Integer)
    actor_name: Mapped[str] = mapped_column(String(200), default="")


class Programme(Versioned, Base):
    """A project in a year; `settings` holds the configurable rules with their sources."""

    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    year: Mapped[int] = mapped_column(Integer)
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    authority_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"))
    centre_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
    authority: Mapped[Organisation] = relationship(foreign_keys=[authority_id])
    centre: Mapped[Organisation] = relationship(foreign_keys=[centre_id])
    cases: Mapped[list[Case]] = relationship(back_populates="programme")

    def __str__(self) -> str:
        return f"{_('“%(name)s”', name=self.title)}, {self.year}"


class Case(Base):
    """The support of one school in one programme; stage … content_hash are the projection of its events."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("programme_id", "school_id"),
        Index("ix_cases_stage_due", "stage", "due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    school_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"), index=True)
    curator_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("organisations.id"), index=True)
    definition_code: Mapped[str] = mapped_column(String(60))
    definition_version: Mapped[int] = mapped_column(Integer)
    definition_hash: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    # projection
    stage: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    entered_at: Mapped[datetime]
    due: Mapped[date | None] = mapped_column(Date)
    approval: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(40))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    # what of the engine's state has no column: see cases.snapshots; only the next step reads it
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)

    programme: Mapped[Programme] = relationship(back_populates="cases")
    school: Mapped[Organisation] = relationship(foreign_keys=[school_id])
    curator: Mapped[Organisation | None] = relationship(foreign_keys=[curator_id])

    def __str__(self) -> str:
        return self.code


class StageRound(Base):
    """One stay in a stage; going back opens the next number."""

    __tablename__ = "stage_rounds"
    __table_args__ = (UniqueConstraint("case_id", "opened_seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"))
    stage: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    opened_seq: Mapped[int] = mapped_column(Integer)
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    left_by: Mapped[str | None] = mapped_column(String(60))  # the transition that ended it


class CaseTask(Base):
    """A task of the present round; done ones stay with the round they were done in."""

    __tablename__ = "case_tasks"
    __table_args__ = (UniqueConstraint("case_id", "stage", "round", "task"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"))
    stage: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    task: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20))
    due: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[str | None] = mapped_column(String(20))
    done_at: Mapped[datetime | None]


class CaseVote(Base):
    """A person's latest vote in a round, for one state of the content; void once the content has changed."""

    __tablename__ = "case_votes"
    __table_args__ = (UniqueConstraint("case_id", "stage", "round", "voter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"))
    stage: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    voter: Mapped[str] = mapped_column(String(20))  # ab_user.id as the engine knows it
    choice: Mapped[str] = mapped_column(String(10))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]
    void: Mapped[bool] = mapped_column(Boolean, default=False)


class CaseEvent(Base):
    """One thing that happened to a case, in order. `comment` and `fields` are a person's words: erasable."""

    __tablename__ = "case_events"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"))
    seq: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(Integer)
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    on_behalf_of: Mapped[int | None] = mapped_column(Integer)


class Meeting(Versioned, Base):
    """A meeting of the coordination group; its protocol is a document of the programme."""

    __tablename__ = "meetings"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    held_on: Mapped[date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default="planned")
    chair_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    secretary_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    present: Mapped[list[Any]] = mapped_column(default=list)  # person ids
    programme: Mapped[Programme] = relationship()
    chair: Mapped[Person | None] = relationship(foreign_keys=[chair_id])
    secretary: Mapped[Person | None] = relationship(foreign_keys=[secretary_id])
    items: Mapped[list[MeetingItem]] = relationship(back_populates="meeting", order_by="MeetingItem.position")


class MeetingItem(Versioned, Base):
    """One question of the agenda about one case, with what was heard and decided."""

    __tablename__ = "meeting_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(Integer, ForeignKey("meetings.id"), index=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    stage: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    heard: Mapped[str] = mapped_column(Text, default="")
    decided: Mapped[str] = mapped_column(Text, default="")
    meeting: Mapped[Meeting] = relationship(back_populates="items")
    case: Mapped[Case] = relationship()
