"""Tables of the journal. The chained record holds ids, tags and salted hashes; what a person wrote or
is called stands in `audit_details`, which can be erased without breaking the chain (152-ФЗ).
Triggers of the migration refuse to change or delete a record on both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class AuditHead(Base):
    """The end of one stream; its row is the lock under which the next record is written."""

    __tablename__ = "audit_heads"

    stream: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))


class AuditRecord(Base):
    """One act, chained to the one before it in its stream."""

    __tablename__ = "audit_records"
    __table_args__ = (UniqueConstraint("stream", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(Integer)  # ab_user.id; no key: accounts may be erased
    tag: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(Integer)
    case_id: Mapped[int | None] = mapped_column(Integer, index=True)
    data: Mapped[dict[str, Any]]
    details_hash: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditDetail(Base):
    """The values of one act: erasable; the record keeps only their salted hash."""

    __tablename__ = "audit_details"

    record_id: Mapped[int] = mapped_column(Integer, ForeignKey("audit_records.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]]
    erased_at: Mapped[datetime | None]
