"""Memberships: which person holds which role in which organisation, from when until when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import Boolean, ColumnElement, Date, ForeignKey, Index, Integer, String, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Versioned
from app.core.i18n import Inflected


class Membership(Base):
    """A role held in an organisation between two dates; two roles in two schools are two rows."""

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_user_dates", "user_id", "since", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"))
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    @classmethod
    def valid_on(cls, day: date) -> ColumnElement[bool]:
        """The condition «the membership is held on `day`»."""
        return and_(cls.since <= day, or_(cls.until.is_(None), cls.until >= day))


class Scope(Protocol):
    """What of an absent person's roles goes over: of one role or all, in one organisation or all, for one programme."""

    @property
    def role(self) -> str: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def programme_id(self) -> int | None: ...


def goes_over(scope: Scope, role: str, organisation_id: int) -> bool:
    """Whether this role of the absent person is in the scope; the administrator's opens the whole system or nothing."""
    if role == "admin" and scope.programme_id is not None:
        return False
    return scope.role in ("", role) and scope.organisation_id in (None, organisation_id)


class Substitution(Versioned, Base):
    """Somebody stands in for an absent person by an order, from a day to a day, in all his roles or in one.

    `role` and `organisation_id` both empty: all roles. `last_day` ends it before its time. A row is never
    deleted: what was done in another's place refers to it.
    """

    __tablename__ = "substitutions"
    __table_args__ = (
        Index("ix_substitutions_substitute_dates", "substitute_user_id", "since", "until"),
        Index("ix_substitutions_absent_dates", "absent_user_id", "since", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id"))
    absent_name: Mapped[str] = mapped_column(String(120))  # «Образцова М.И.»
    absent_whom: Mapped[str] = mapped_column(String(120))  # «Образцову М.И.»
    substitute_user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id"))
    substitute_name: Mapped[str] = mapped_column(String(120))
    substitute_person_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    role: Mapped[str] = mapped_column(String(20), default="")
    organisation_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("organisations.id"))
    programme_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("programmes.id"))
    ground: Mapped[str] = mapped_column(String(200))  # «приказ № 15-к от 03.03.2025»
    is_acting: Mapped[bool] = mapped_column(Boolean, default=False)  # signs papers as «И.о. …»
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(Integer)
    last_day: Mapped[date | None] = mapped_column(Date)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(Integer)

    @property
    def whom(self) -> Inflected:
        """«за Образцову М.И.», for sentences in both languages."""
        return Inflected(self.absent_whom, self.absent_name)

    @property
    def ends(self) -> date:
        """The last day it is in force."""
        return self.until if self.last_day is None else min(self.until, self.last_day)

    @classmethod
    def in_force(cls, first: date, last: date | None = None) -> ColumnElement[bool]:
        """The condition «the substitution is in force on a day from `first` to `last`», or on the one day."""
        return and_(
            cls.since <= (last or first), cls.until >= first, or_(cls.last_day.is_(None), cls.last_day >= first)
        )  # fmt: skip


class AccountLanguage(Base):
    """The language a person reads letters in; without a row it is Russian."""

    __tablename__ = "account_languages"

    user_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(String(2))


class LoginSession(Base):
    """One open session of an account; ended by logging out, a new password or a dismissal."""

    __tablename__ = "login_sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SentForm(Base):
    """The mark of a form that has added something, and the key of what it added (see access.sent_forms)."""

    __tablename__ = "sent_forms"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id", ondelete="CASCADE"))
    made: Mapped[int | None] = mapped_column(Integer)
    sent_at: Mapped[datetime]


class LoginGuard(Base):
    """Failed attempts to log in as one account name, and until when further ones are refused."""

    __tablename__ = "login_guards"

    username: Mapped[str] = mapped_column(String(150), primary_key=True)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]


class LoginAddress(Base):
    """Failed attempts to log in from one address of the network, under whatever names, counted until an instant."""

    __tablename__ = "login_addresses"

    address: Mapped[str] = mapped_column(String(43), primary_key=True)
    failed: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime]
