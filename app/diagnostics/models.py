"""Tables of the diagnosis: studies, the methodist's analysis, the dictionary of risks and the risk profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Versioned


class DiagnosisProfile(Versioned, Base):
    """The diagnosis of one case: the edition of the risk dictionary it is made with, and the conclusion."""

    __tablename__ = "diagnosis_profiles"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), unique=True)
    edition: Mapped[str] = mapped_column(String(10))
    conclusion: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime]


class Study(Versioned, Base):
    """One of the four studies; `figures` holds the answers to exactly the questions of rules.STUDIES."""

    __tablename__ = "diagnosis_studies"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")  # why there are no data
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    filled_by: Mapped[int | None] = mapped_column(Integer)
    filled_at: Mapped[datetime]


class StudyAnalysis(Versioned, Base):
    """What the methodist concludes from one study; apart from the study, so that two authors do not collide."""

    __tablename__ = "diagnosis_analyses"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    analysis: Mapped[str] = mapped_column(Text)
    recommendations: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[int | None] = mapped_column(Integer)
    written_at: Mapped[datetime]


class RiskFactor(Base):
    """A risk factor of one edition of the dictionary; editions stand side by side and are not rewritten."""

    __tablename__ = "risk_factors"
    __table_args__ = (UniqueConstraint("edition", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(Integer)

    def __str__(self) -> str:
        return self.title


class RiskEntry(Versioned, Base):
    """One line of a school's risk profile; a change after the curator's check asks for a new check."""

    __tablename__ = "risk_entries"
    __table_args__ = (UniqueConstraint("case_id", "factor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    factor_id: Mapped[int] = mapped_column(Integer, ForeignKey("risk_factors.id"))
    significance: Mapped[str] = mapped_column(String(10))
    evidence: Mapped[str] = mapped_column(Text)
    is_actual: Mapped[bool] = mapped_column(Boolean, default=True)
    verified_by: Mapped[int | None] = mapped_column(Integer)
    verified_name: Mapped[str] = mapped_column(String(200), default="")
    verified_at: Mapped[datetime | None]
    verified_comment: Mapped[str] = mapped_column(Text, default="")
    factor: Mapped[RiskFactor] = relationship()
