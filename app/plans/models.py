"""Tables of the plan: measures, reports on their occurrences, and snapshots of what was submitted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Versioned
from app.files.models import StoredFile
from app.plans.rules import ReportStatus
from app.plans.terms import Recurrence, Term


class PlanItem(Versioned, Base):
    """A measure of a case's plan. The term is kept as it was written and as dates."""

    __tablename__ = "plan_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    direction: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(Text)
    term: Mapped[str] = mapped_column(String(200), default="")
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    recurrence: Mapped[str] = mapped_column(String(12), default="once")
    owner_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    owner: Mapped[str] = mapped_column(String(300), default="")
    expected_result: Mapped[str] = mapped_column(Text, default="")
    indicator: Mapped[str] = mapped_column(String(300), default="")
    participants: Mapped[str] = mapped_column(String(300), default="")
    risk_code: Mapped[str] = mapped_column(String(40), default="")
    risk: Mapped[str] = mapped_column(String(300), default="")
    level: Mapped[str] = mapped_column(String(12), default="municipal")
    reports: Mapped[list[PlanReport]] = relationship(back_populates="item", order_by="PlanReport.occurrence")

    @property
    def span(self) -> Term | None:
        """The term as dates; None while it is not known."""
        if self.starts is None or self.ends is None:
            return None
        return Term(self.starts, self.ends, Recurrence(self.recurrence))


class PlanReport(Versioned, Base):
    """What became of one occurrence of a measure; `occurrence` is its day in the approved plan."""

    __tablename__ = "plan_reports"
    __table_args__ = (UniqueConstraint("item_id", "occurrence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    item_id: Mapped[int] = mapped_column(Integer, ForeignKey("plan_items.id"), index=True)
    occurrence: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(12))
    done_on: Mapped[date | None] = mapped_column(Date)
    evidence: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    file_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    moved_to: Mapped[date | None] = mapped_column(Date)  # the new term asked for last
    approved_to: Mapped[date | None] = mapped_column(Date)  # the one approved last, which counts
    refused_because: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    move_approved_by: Mapped[int | None] = mapped_column(Integer)
    move_approved_at: Mapped[datetime | None]
    reported_by: Mapped[int | None] = mapped_column(Integer)
    reported_at: Mapped[datetime]
    item: Mapped[PlanItem] = relationship(back_populates="reports")
    file: Mapped[StoredFile | None] = relationship()

    @property
    def due(self) -> date:
        """The day it falls due now: the new one once a move is approved, until another is."""
        return self.approved_to or self.occurrence

    @property
    def is_move_refused(self) -> bool:
        """A new term was asked for and refused; `refused_because` says why, `reason` why it was asked for."""
        return self.status == ReportStatus.planned and self.moved_to != self.approved_to

    @property
    def has_evidence(self) -> bool:
        return bool(self.evidence or self.link or self.file_id)


class PlanSnapshot(Base):
    """The plan as it was submitted in a round; never changed."""

    __tablename__ = "plan_snapshots"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    round: Mapped[int] = mapped_column(Integer)
    content: Mapped[list[Any]]
    hash: Mapped[str] = mapped_column(String(64))
    submitted_by: Mapped[int | None] = mapped_column(Integer)
    submitted_name: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
