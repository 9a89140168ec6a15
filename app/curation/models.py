"""Agreement with its two sides, planned and held visits, recommendations, words about a report."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.core.db import Base, Versioned
from app.core.i18n import Text as Words
from app.curation.rules import AGREEMENT_STATES, NOT_CONCLUDED, AgreementState
from app.files.models import StoredFile
from app.schools.models import Organisation

_LIVE = text("state NOT IN ('expired', 'terminated')")


class Agreement(Versioned, Base):
    """A gratuitous agreement on cooperation of one pair; at most one per case that is not over."""

    __tablename__ = "agreements"
    __table_args__ = (
        Index("uq_agreements_live", "case_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    dated: Mapped[date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(200))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    visits_planned: Mapped[int] = mapped_column(Integer)
    date_comment: Mapped[str] = mapped_column(Text, default="")  # why it is dated before the order
    scan_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    in_force_at: Mapped[datetime | None]
    ended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    case: Mapped[Case] = relationship()
    scan: Mapped[StoredFile | None] = relationship()
    sides: Mapped[list[AgreementSide]] = relationship(
        back_populates="agreement", order_by="AgreementSide.side"
    )

    def side(self, code: str) -> AgreementSide:
        return next(s for s in self.sides if s.side == code)

    @property
    def is_signed(self) -> bool:
        """Whether both schools have signed it."""
        return all(side.signed_on is not None for side in self.sides)

    @property
    def state_label(self) -> Words:
        """Where it stands, in words; one that was given up before both had signed was never concluded."""
        if self.state == AgreementState.terminated and not self.is_signed:
            return NOT_CONCLUDED
        return AGREEMENT_STATES[self.state]

    @property
    def revision(self) -> int:
        """Grows with every change of the agreement or of a side: what a form about the whole is filled from."""
        return self.version + sum(side.version for side in self.sides)


class AgreementSide(Versioned, Base):
    """One school's part: the number in its own journal, and its signature."""

    __tablename__ = "agreement_sides"
    __table_args__ = (
        UniqueConstraint("agreement_id", "side"),
        UniqueConstraint("organisation_id", "number_year", "number_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(Integer, ForeignKey("agreements.id"))
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    side: Mapped[str] = mapped_column(String(10))
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"))
    number: Mapped[str | None] = mapped_column(String(40))
    number_key: Mapped[str | None] = mapped_column(String(40))
    number_year: Mapped[int | None] = mapped_column(Integer)
    registered_on: Mapped[date | None] = mapped_column(Date)
    registered_by: Mapped[str] = mapped_column(String(200), default="")
    signed_on: Mapped[date | None] = mapped_column(Date)
    signed_by: Mapped[str] = mapped_column(String(200), default="")  # whose signature stands on the paper
    signed_entered_by: Mapped[str] = mapped_column(String(200), default="")
    agreement: Mapped[Agreement] = relationship(back_populates="sides")
    organisation: Mapped[Organisation] = relationship()

    @property
    def revision(self) -> int:
        """Grows with every change of this side, of the state or of the scan: what the side's form is filled from."""
        return self.version + self.agreement.version


class PlannedVisit(Base):
    """A period in which one visit is due, and the visit that fulfilled it."""

    __tablename__ = "planned_visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    visit_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("visits.id", ondelete="SET NULL"))


class Visit(Versioned, Base):
    """A visit that took place, with its report; `lessons` is a list of {grade, subject, teacher, finding}."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("case_id", "send_key"),
        Index("ix_visits_case_day", "case_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"))
    send_key: Mapped[str] = mapped_column(String(64))  # a form sent twice makes one visit
    held_on: Mapped[date] = mapped_column(Date)
    held_until: Mapped[date | None] = mapped_column(Date)
    mode: Mapped[str] = mapped_column(String(20))
    ground: Mapped[str] = mapped_column(String(20))
    ground_comment: Mapped[str] = mapped_column(Text, default="")
    purpose: Mapped[str] = mapped_column(Text)
    plan_item: Mapped[str] = mapped_column(String(300), default="")
    risk: Mapped[str] = mapped_column(String(300), default="")
    curator_people: Mapped[str] = mapped_column(Text)
    school_people: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[list[Any]] = mapped_column(default=list)
    findings: Mapped[str] = mapped_column(Text)
    report: Mapped[str] = mapped_column(String(20), default="draft")
    withdrawn_at: Mapped[datetime | None]  # entered by mistake
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200), default="")
    compiler_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))  # who signs the report
    case: Mapped[Case] = relationship()
    recommendations: Mapped[list[Recommendation]] = relationship(
        back_populates="visit", order_by="Recommendation.position, Recommendation.id"
    )
    notes: Mapped[list[VisitNote]] = relationship(back_populates="visit", order_by="VisitNote.id")
    files: Mapped[list[VisitFile]] = relationship(back_populates="visit", order_by="VisitFile.id")

    @property
    def is_locked(self) -> bool:
        return self.report == "acknowledged" or self.withdrawn_at is not None


class Recommendation(Versioned, Base):
    """What the curator advised: who does it, until when, and what became of it."""

    __tablename__ = "recommendations"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    visit_id: Mapped[int] = mapped_column(Integer, ForeignKey("visits.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    executor: Mapped[str] = mapped_column(String(200))
    due: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), default="open")
    status_note: Mapped[str] = mapped_column(Text, default="")
    status_at: Mapped[datetime | None]
    status_by: Mapped[str] = mapped_column(String(200), default="")
    visit: Mapped[Visit] = relationship(back_populates="recommendations")


class VisitNote(Base):
    """A dated word about a report: submitted, acknowledged, objected, or an addition after the lock."""

    __tablename__ = "visit_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    visit_id: Mapped[int] = mapped_column(Integer, ForeignKey("visits.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200), default="")
    visit: Mapped[Visit] = relationship(back_populates="notes")


class VisitFile(Base):
    """A photo or a scan that belongs to a visit."""

    __tablename__ = "visit_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    visit_id: Mapped[int] = mapped_column(Integer, ForeignKey("visits.id"), index=True)
    file_id: Mapped[int] = mapped_column(Integer, ForeignKey("stored_files.id"))
    visit: Mapped[Visit] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship()
