"""What people changed in the content of a case between two moments, from its journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.audit.models import AuditDetail, AuditRecord
from app.audit.queries import field_title, readable
from app.cases.models import Case
from app.core.unit_of_work import Work


@dataclass
class Change:
    """What became of one thing between two instants: `fields` are (label, before, after)."""

    about: str
    at: datetime
    fields: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """What people did to the content between two instants: values that differ, and deeds with how often."""

    things: list[Change]
    deeds: list[tuple[str, int]]

    def __len__(self) -> int:
        return len(self.things) + len(self.deeds)


def content_changes(work: Work, case: Case, since: datetime, until: datetime) -> Changes:
    """What people changed in the case's content in between, each thing once: its value before and its value after.

    What was changed and changed back is left out.
    """
    query = (
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(
            AuditRecord.case_id == case.id, AuditRecord.tag.not_like("case:%"), AuditRecord.at > since,
            AuditRecord.at <= until,
        )
        .order_by(AuditRecord.id)
    )  # fmt: skip
    things: dict[tuple[str, int | None], Change] = {}
    values: dict[tuple[str, int | None], dict[str, list[Any]]] = {}
    deeds: Counter[str] = Counter()
    pairs: Sequence[Any] = work.session.execute(query).all()
    for record, detail in pairs:
        told = work.ports.tags.get(record.tag)
        if told is None:
            continue  # a record for the journal only, such as a download
        key = (record.subject_type, record.subject_id)
        kept = detail.values if detail and detail.erased_at is None else {}
        changes = {n: c for n, c in kept.items() if isinstance(c, dict) and set(c) == {"old", "new"}}
        if not changes:
            deeds[str(told)] += 1
            continue
        things.setdefault(key, Change(str(readable(work, kept.get("about", "")) or told), record.at))
        for name, change in changes.items():
            values.setdefault(key, {}).setdefault(name, [change["old"], None])[1] = change["new"]
    for key, thing in things.items():
        thing.fields = [
            (named, readable(work, old), readable(work, new))
            for name, (old, new) in values[key].items()
            if old != new and (named := field_title(work, name))
        ]
    differing = sorted((thing for thing in things.values() if thing.fields), key=lambda thing: thing.at)
    return Changes(differing, deeds.most_common())
