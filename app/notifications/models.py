"""A notice of one person, and how each person wants to hear of what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class Notification(Base):
    """Something one person was told, once per key; the sentence is made from `code` and `params` when read.

    `mail` is how it was to go by mail when it was made; `letter` is the letter it goes with, `mailed_at` when
    the mail server took that letter.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index(None, "user_id", "read_at"),
        Index(None, "mail", "mailed_at"),
        Index(None, "letter"),
        Index(None, "user_id", "about"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    about: Mapped[str | None] = mapped_column(String(200))  # the newest of those about one thing counts
    kind: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    link: Mapped[str] = mapped_column(String(300))
    case_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("cases.id"))
    due: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mail: Mapped[str] = mapped_column(String(10), default="product")
    letter: Mapped[str | None] = mapped_column(String(120))
    mailed_at: Mapped[datetime | None]


class NoticeMatter(Base):
    """One thing a notice asks of its reader (`core.ports.Matter`); whether it is done is asked of the rows it names."""

    __tablename__ = "notice_matters"
    __table_args__ = (UniqueConstraint("notification_id", "kind", "name", "row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    notification_id: Mapped[int] = mapped_column(Integer, ForeignKey("notifications.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    row: Mapped[int] = mapped_column(Integer)


class NoticeChoice(Base):
    """The way a person chose for one kind of notices; without a row the kind's default counts."""

    __tablename__ = "notice_choices"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    way: Mapped[str] = mapped_column(String(10))
