"""Editions of templates an authority uploaded, and the PDF copies LibreOffice made of papers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Versioned
from app.files.models import StoredFile
from app.schools.models import Organisation


class VersionState(StrEnum):
    draft = "draft"
    published = "published"
    retired = "retired"


class TemplateVersion(Versioned, Base):
    """An uploaded edition of a template: its file (by hash, in the storage), when it applies, what the check found.

    The file never changes; a mended one is another edition. A paper remembers the hash it was printed with.
    """

    __tablename__ = "template_versions"
    __table_args__ = (Index("ix_template_versions_code", "organisation_id", "code", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"))
    code: Mapped[str] = mapped_column(String(40))
    template_hash: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), default=VersionState.draft)
    effective_from: Mapped[date | None] = mapped_column(Date)
    effective_until: Mapped[date | None] = mapped_column(Date)  # its last day
    note: Mapped[str] = mapped_column(Text, default="")  # what is new in it, in the clerk's words
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int | None] = mapped_column(Integer)
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(Integer)
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[int | None] = mapped_column(Integer)
    retired_because: Mapped[str] = mapped_column(Text, default="")
    organisation: Mapped[Organisation] = relationship()

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.draft

    @property
    def is_published(self) -> bool:
        return self.state == VersionState.published

    def __str__(self) -> str:
        return self.file_name


class TemplatePictures(Base):
    """How a test paper looks with the edition in effect and with this one: files and pages, by hash."""

    __tablename__ = "template_pictures"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(Integer, ForeignKey("template_versions.id"), unique=True)
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime]
    rendered_at: Mapped[datetime | None]


class DocumentPdf(Base):
    """The PDF of one printed file of a paper, or why there is none; found again by the hash of the DOCX."""

    __tablename__ = "document_pdfs"
    __table_args__ = (UniqueConstraint("document_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))  # of the DOCX
    file_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    trouble: Mapped[str] = mapped_column(String(40), default="")  # a name of pdf.TROUBLES
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    asked_at: Mapped[datetime]
    rendered_at: Mapped[datetime | None]
    file: Mapped[StoredFile | None] = relationship()
