"""A methodical material of the bank, and a publication on a site."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.core.db import Base, Versioned
from app.schools.models import Organisation


class Material(Versioned, Base):
    """A title of the bank; `search_key` is what a search compares (lower case, ё as е)."""

    __tablename__ = "library_materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(500))
    authors: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str] = mapped_column(String(30))
    year: Mapped[int | None] = mapped_column(Integer)
    url: Mapped[str] = mapped_column(String(1000), default="")
    audience: Mapped[list[Any]] = mapped_column(default=list)
    risks: Mapped[list[Any]] = mapped_column(default=list)
    subject: Mapped[str] = mapped_column(String(60), default="")
    annotation: Mapped[str] = mapped_column(Text, default="")
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(String(500))
    is_demo: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]

    def __str__(self) -> str:
        return self.title


class Publication(Versioned, Base):
    """A page about the project: of a case's school (`case_id`) or of another organisation (the centre).

    The address is kept as it was typed; `alive` is entered by hand or checked, `checked_on` says when.
    """

    __tablename__ = "library_publications"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"), index=True)
    url: Mapped[str] = mapped_column(String(1000))
    what: Mapped[str] = mapped_column(String(300))
    published_on: Mapped[date | None] = mapped_column(Date)
    alive: Mapped[str] = mapped_column(String(10), default="unknown")
    checked_on: Mapped[date | None] = mapped_column(Date)
    is_demo: Mapped[bool] = mapped_column(default=False)
    case: Mapped[Case | None] = relationship()
    organisation: Mapped[Organisation] = relationship()

    def __str__(self) -> str:
        return self.what
