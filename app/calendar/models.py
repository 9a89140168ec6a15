"""Days on which the week alone does not tell whether people work."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Versioned


class CalendarDay(Versioned, Base):
    """A holiday, a transferred day off, or a working Saturday."""

    __tablename__ = "calendar_days"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, unique=True)
    is_working: Mapped[bool] = mapped_column(Boolean)
    title: Mapped[str] = mapped_column(String(200), default="")

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y}"
