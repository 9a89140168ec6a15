"""A file somebody gave: its content by SHA-256, its name only here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class StoredFile(Base):
    """Belongs to one case or, for papers of many cases, to one programme (then `case_id` is empty)."""

    __tablename__ = "stored_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    case_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    uploaded_by: Mapped[int | None] = mapped_column(Integer)
    uploaded_at: Mapped[datetime]

    def __str__(self) -> str:
        return self.name
