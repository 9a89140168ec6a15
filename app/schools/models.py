"""Organisations, the people who work there, and the positions they hold from a day to a day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Versioned


class OrganisationKind(StrEnum):
    authority = "authority"
    centre = "centre"
    school = "school"


class Gender(StrEnum):
    masculine = "masculine"
    feminine = "feminine"
    neuter = "neuter"


class Organisation(Versioned, Base):
    """An authority, a methodical centre or a school.

    `short_name` («СОШ № 41») is what pages print, `full_name` what documents print;
    `forms` keeps the verified case forms of both: {"full": {"nomn": …}, "short": {…}}.
    """

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    full_name: Mapped[str] = mapped_column(String(400))
    short_name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(120), index=True)
    search_key: Mapped[str] = mapped_column(String(600))
    gender: Mapped[str] = mapped_column(String(10), default="neuter")
    address: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    site: Mapped[str] = mapped_column(String(300), default="")
    forms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    forms_checked_by: Mapped[int | None] = mapped_column(Integer)
    forms_checked_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.short_name


class Person(Versioned, Base):
    """A named employee; `forms` holds six case forms of the full name (nomn gent datv accs ablt loct)."""

    __tablename__ = "persons"
    __table_args__ = (Index("ix_persons_search", "search_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    surname: Mapped[str] = mapped_column(String(80))
    given: Mapped[str] = mapped_column(String(80))
    patronymic: Mapped[str] = mapped_column(String(80), default="")
    gender: Mapped[str] = mapped_column(String(10))
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    search_key: Mapped[str] = mapped_column(String(300))
    forms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    forms_checked_by: Mapped[int | None] = mapped_column(Integer)
    forms_checked_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    positions: Mapped[list[Position]] = relationship(back_populates="person", order_by="Position.id")

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.surname, self.given, self.patronymic) if part)

    @property
    def initials(self) -> str:
        return ".".join(part[0] for part in (self.given, self.patronymic) if part) + "."

    @property
    def short(self) -> str:
        """«Фамилия И.О.», as the body of a text prints it."""
        return f"{self.surname}\u00a0{self.initials}"

    def __str__(self) -> str:
        return self.short


class Position(Versioned, Base):
    """A position a person holds in an organisation; `is_acting` prints as «и.о.».

    `forms` are the six cases of the title alone, checked once for all who bear the same title.
    """

    __tablename__ = "positions"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(Integer, ForeignKey("persons.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(
        Integer, server_default=text("1")
    )  # positions were not counted at first
    forms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    forms_checked_by: Mapped[int | None] = mapped_column(Integer)
    forms_checked_at: Mapped[datetime | None]
    is_signatory: Mapped[bool] = mapped_column(default=False)  # signs for the organisation
    is_acting: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str] = mapped_column(Text, default="")  # «Устава», «приказа от … № …»
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    person: Mapped[Person] = relationship(back_populates="positions")
    organisation: Mapped[Organisation] = relationship()

    def __str__(self) -> str:
        return self.title


class RememberedForm(Base):
    """Case forms a person answered for, proposed to everybody of the same surname, name or title.

    `kind` says what the word is: surname, given, patronymic, position; `word` is in small letters.
    """

    __tablename__ = "remembered_forms"
    __table_args__ = (UniqueConstraint("kind", "word", "gender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    word: Mapped[str] = mapped_column(String(400))
    gender: Mapped[str] = mapped_column(String(10), default="")
    forms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    noted_by: Mapped[int | None] = mapped_column(Integer)
    noted_at: Mapped[datetime]
