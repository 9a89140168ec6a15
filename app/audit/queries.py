"""Reading the journal of one thing: what was done to it, by whom, and what the values were before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

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


class LastAct(NamedTuple):
    """Who did a thing last; `id` tells one act from the next."""

    id: int
    actor_id: int | None
    who: str
    at: datetime


def last_act(work: Work, tag: str, table: str, key: int) -> LastAct | None:
    """The last act of this kind on this thing, for pages whose own permission has been checked."""
    query = (
        select(AuditRecord.id, AuditRecord.actor_id, AuditRecord.at)
        .where(AuditRecord.tag == tag, AuditRecord.subject_type == table, AuditRecord.subject_id == key)
        .order_by(AuditRecord.id.desc())
    )
    with as_system(work.session):
        row = work.session.execute(query.limit(1)).first()
    if row is None:
        return None
    user = work.session.get(User, row.actor_id) if row.actor_id else None
    return LastAct(row.id, row.actor_id, user.get_full_name() if user else "", row.at)


def told_changes(work: Work, values: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """(name of the field, old, new) in the reader's words; what has no words, such as a key or a hash, is not told."""
    return [
        (named, readable(work, change["old"]), readable(work, change["new"]))
        for name, change in values.items()
        if isinstance(change, dict) and set(change) == {"old", "new"} and (named := field_title(work, name))
    ]


def field_title(work: Work, name: str) -> str:
    """The field as people call it; one kept by its own words (a procedure) is called so, a bare code is not."""
    title = work.ports.field_titles.get(name)
    return str(title) if title is not None else "" if name.isascii() else name


def readable(work: Work, value: Any) -> Any:
    """A value of the journal as people write it: days as 22.01.2025, codes and words of closed lists by their names."""
    if isinstance(value, list):
        return ", ".join(str(readable(work, one)) for one in value)
    if not isinstance(value, str):
        return value
    try:
        found = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return str(work.ports.value_titles.get(value, value))
    if isinstance(found, datetime):
        found = found.astimezone(work.ports.zone)
    return f"{found:%d.%m.%Y}"


def _is_same_act(one: AuditRecord, other: AuditRecord) -> bool:
    """Whether both records tell of one act, each in the stream of another case."""
    same = ("tag", "at", "actor_id", "subject_type", "subject_id", "data")
    return one.case_id != other.case_id and all(getattr(one, name) == getattr(other, name) for name in same)


def _entry(
    work: Work, record: AuditRecord, detail: AuditDetail | None, names: dict[int, str], behalf: Names
) -> dict[str, Any]:
    values = detail.values if detail is not None and detail.erased_at is None else {}
    return {
        "title": work.ports.tags[record.tag], "kind": "edit", "at": record.at, "changes": told_changes(work, values),
        "who": behalf.of(names.get(record.actor_id or 0, ""), record.data.get("substitution")),
        "note": values.get("note", ""),
    }  # fmt: skip
