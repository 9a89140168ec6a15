"""Rows of the results: figures by procedure and year, risks, the official list, and the review of a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Versioned
from app.results.rules import Count, Procedure


class AssessmentFigure(Versioned, Base):
    """How many took part in a procedure of a year and how many were below the threshold; counts only, no pupils.

    `held=False` is «не проводилось»: it is neither zero nor «not low». `programme_grade` is the grade whose
    programme was tested, where it differs (ВПР of autumn 2022). `biased` keeps the official sign of
    non-objective marking beside the figure.
    """

    __tablename__ = "results_figures"
    __table_args__ = (
        UniqueConstraint("case_id", "year", "kind", "subject", "grade"),
        CheckConstraint("below >= 0 AND below <= participants", name="below_within"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    year: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(40))
    grade: Mapped[int] = mapped_column(Integer)
    programme_grade: Mapped[int | None] = mapped_column(Integer)
    held: Mapped[bool] = mapped_column(Boolean, default=True)
    participants: Mapped[int] = mapped_column(Integer, default=0)
    below: Mapped[int] = mapped_column(Integer, default=0)
    biased: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(String(300), default="")

    @property
    def procedure(self) -> Procedure:
        return Procedure(self.kind, self.subject, self.grade)

    @property
    def count(self) -> Count:
        return Count(self.participants, self.below, self.held)


class RiskChange(Versioned, Base):
    """A risk of the school before the support and after it, by the same edition of the dictionary."""

    __tablename__ = "results_risks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")


class ListNotice(Versioned, Base):
    """An external document that puts the school on the official list of a year or takes it off."""

    __tablename__ = "results_notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    year: Mapped[int] = mapped_column(Integer)
    included: Mapped[bool] = mapped_column(Boolean)
    number: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date] = mapped_column(Date)
    issuer: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(Text, default="")


class ResultsReview(Versioned, Base):
    """The methodist's analysis, the outcome proposed with its grounds, and the one the group decided.

    `proposal` keeps what was known when the outcome was proposed: grounds, signs, causes, the rule's version;
    `proposed_for` is the hash of those figures, so that a later correction shows the proposal as out of date.
    """

    __tablename__ = "results_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), unique=True)
    analysis: Mapped[str] = mapped_column(Text, default="")
    analysed_by: Mapped[str] = mapped_column(String(200), default="")
    analysed_at: Mapped[datetime | None]
    proposed: Mapped[str | None] = mapped_column(String(20))
    proposal: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proposed_for: Mapped[str] = mapped_column(String(64), default="")
    proposed_at: Mapped[datetime | None]
    decided: Mapped[str | None] = mapped_column(String(20))
    justification: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None]
