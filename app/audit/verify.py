"""Proof that the journal is whole: every record chained to the one before, every value to its hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditDetail, AuditHead, AuditRecord
from app.audit.service import GENESIS, chained, details_digest
from app.core.i18n import _


def findings(session: Session) -> Iterator[str]:
    """One sentence per fault; none when the chain, its heads and the kept values agree."""
    heads = {head.stream: head for head in session.scalars(select(AuditHead))}
    ends: dict[str, tuple[int, str]] = {}
    query = (
        select(AuditRecord).order_by(AuditRecord.stream, AuditRecord.seq).execution_options(yield_per=1000)
    )
    for record in session.scalars(query):
        seq, previous = ends.get(record.stream, (0, GENESIS))
        if record.seq != seq + 1:
            yield str(_("Journal %(stream)s: record %(seq)s is missing (next is %(next)s)",
                        stream=record.stream, seq=seq + 1, next=record.seq))  # fmt: skip
        content = {
            "stream": record.stream, "seq": record.seq, "at": record.at.isoformat(), "actor": record.actor_id,
            "tag": record.tag, "subject": [record.subject_type, record.subject_id], "case": record.case_id,
            "data": record.data, "details": record.details_hash,
        }  # fmt: skip
        if record.prev_hash != previous or record.hash != chained(previous, content):
            yield str(_("Journal %(stream)s: record %(seq)s (%(tag)s) was altered or cut out of its chain",
                        stream=record.stream, seq=record.seq, tag=record.tag))  # fmt: skip
        ends[record.stream] = (record.seq, record.hash)
    for stream, head in heads.items():
        if ends.get(stream, (0, GENESIS)) != (head.seq, head.hash):
            yield str(_("Journal %(stream)s: the head says %(said)s records, the chain ends at %(end)s",
                        stream=stream, said=head.seq, end=ends.get(stream, (0, ""))[0]))  # fmt: skip
    for stream in ends.keys() - heads.keys():
        yield str(_("Journal %(stream)s: the stream has records but no head", stream=stream))
    pairs: Iterable[Any] = session.execute(
        select(AuditRecord, AuditDetail).outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.details_hash.is_not(None)).execution_options(yield_per=1000)
    )  # fmt: skip
    for record, detail in pairs:
        if detail is None:
            yield str(_("Journal %(stream)s: the values of record %(seq)s are gone without an erasure",
                        stream=record.stream, seq=record.seq))  # fmt: skip
        elif detail.erased_at is None and details_digest(detail.salt, detail.values) != record.details_hash:
            yield str(_("Journal %(stream)s: the values of record %(seq)s (%(tag)s) were altered",
                        stream=record.stream, seq=record.seq, tag=record.tag))  # fmt: skip
