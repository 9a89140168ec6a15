"""Many papers made at once: the batch and what became of each of its papers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Programme
from app.core.db import Base

WAITING, MADE = "waiting", "made"  # still to be done
PRINTED, INCOMPLETE, REFUSED, FAILED = "printed", "incomplete", "refused", "failed"
TO_DO = (WAITING, MADE)


class DocumentBatch(Base):
    """Papers of one kind a person asked for in one go; `finished_at` is None while workers make and print them."""

    __tablename__ = "document_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    template: Mapped[str] = mapped_column(String(40))
    author_id: Mapped[int | None] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    programme: Mapped[Programme] = relationship()


class DocumentBatchRow(Base):
    """One paper of a batch; `told` says in its reader's language why it is not there or what it lacks."""

    __tablename__ = "document_batch_rows"
    __table_args__ = (Index("ix_document_batch_rows_state", "batch_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(Integer, ForeignKey("document_batches.id"))
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"))
    name: Mapped[str] = mapped_column(String(400))  # the school's, then the paper's
    document_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("documents.id"))
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    is_new: Mapped[bool] = mapped_column(Boolean, default=False)
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
