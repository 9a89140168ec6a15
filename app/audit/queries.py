"""Reading the journal of one thing: what was done to it, by whom, and what the values were before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select

from app.access.scopes import as_system
from app.access.substitutions import Names
from app.audit.models import AuditDetail, AuditRecord
from app.core.unit_of_work import Work


def history_of(work: Work, *subjects: tuple[str, Sequence[int]], limit: int = 200) -> list[dict[str, Any]]:
    """Acts on the things named by (table, keys), newest first, as `ui.timeline` prints them.

    For pages whose own permission has been checked: acts of other people are shown too. One act that was noted in
    each of its cases is told once.
    """
    records, wanted = AuditRecord.__table__.c, [s for s in subjects if s[1]]
    if not wanted:
        return []
    with as_system(work.session):  # the page shows the thing to this person; its corrections belong to it
        rows = work.session.execute(
            select(AuditRecord, AuditDetail)
            .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
            .where(or_(*(records.subject_type.in_([t]) & records.subject_id.in_(keys) for t, keys in wanted)))
            .order_by(AuditRecord.id.desc())
            .limit(limit)
        ).all()
    ids = {record.actor_id for record, _detail in rows if record.actor_id}
    names = {u.id: u.get_full_name() for u in work.session.scalars(select(User).where(User.id.in_(ids)))}
    behalf = Names(work.session, [record.data.get("substitution") for record, _detail in rows])
    told: list[dict[str, Any]] = []
    before: AuditRecord | None = None
    for record, detail in rows:
        if record.tag not in work.ports.tags:
            continue
        entry = _entry(work, record, detail, names, behalf)
        if not (before is not None and _is_same_act(before, record) and entry == told[-1]):
            told.append(entry)
        before = record
    return told


def _is_same_act(one: AuditRecord, other: AuditRecord) -> bool:
    """Whether both records tell of one act, each in the stream of another case."""
    same = ("tag", "at", "actor_id", "subject_type", "subject_id", "data")
    return one.case_id != other.case_id and all(getattr(one, name) == getattr(other, name) for name in same)


def _entry(
    work: Work, record: AuditRecord, detail: AuditDetail | None, names: dict[int, str], behalf: Names
) -> dict[str, Any]:
    values = detail.values if detail is not None and detail.erased_at is None else {}
    changes = [
        (str(work.ports.field_titles.get(name, name)), change["old"], change["new"])
        for name, change in values.items()
        if isinstance(change, dict) and set(change) == {"old", "new"}
    ]
    return {
        "title": work.ports.tags[record.tag], "kind": "edit", "at": record.at, "changes": changes,
        "who": behalf.of(names.get(record.actor_id or 0, ""), record.data.get("substitution")),
        "note": values.get("note", ""),
    }  # fmt: skip
