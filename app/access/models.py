"""Memberships: which person holds which role in which organisation, from when until when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


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


class LoginSession(Base):
    """One open session of an account; ended by logging out, a new password or a dismissal."""

    __tablename__ = "login_sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LoginGuard(Base):
    """Failed attempts to log in as one account name, and until when further ones are refused."""

    __tablename__ = "login_guards"

    username: Mapped[str] = mapped_column(String(150), primary_key=True)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
