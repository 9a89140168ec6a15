"""An ordered evidence package and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case, Programme
from app.core.db import Base
from app.files.models import StoredFile


class EvidencePackage(Base):
    """One order of one person: of a case, or (then `case_id` is empty) of all cases of a programme he sees."""

    __tablename__ = "evidence_packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[int] = mapped_column(Integer, index=True)
    ordered_name: Mapped[str] = mapped_column(String(200), default="")
    ready_at: Mapped[datetime | None]
    file_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    manifest_hash: Mapped[str] = mapped_column(String(64), default="")
    files: Mapped[int] = mapped_column(Integer, default=0)
    trouble: Mapped[str] = mapped_column(String(400), default="")
    programme: Mapped[Programme] = relationship()
    case: Mapped[Case | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class EvidencePackageCase(Base):
    """A case a finished package tells of: whoever may not see it any more does not keep the package either."""

    __tablename__ = "evidence_package_cases"

    package_id: Mapped[int] = mapped_column(Integer, ForeignKey("evidence_packages.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), primary_key=True)
