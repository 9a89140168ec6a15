"""Writing the journal: what was done, by whom, and what the values were before."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, insert, update
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditDetail, AuditHead, AuditRecord
from app.core.canonical import canonical_json
from app.core.db import Base
from app.core.unit_of_work import Work

GENESIS = "0" * 64
_HEADS = cast(Table, AuditHead.__table__)


class Act(NamedTuple):
    """What one record tells: about which row, ids and codes, and values that may name people."""

    subject: Base | tuple[str, int | None]
    data: Mapping[str, Any] | None = None
    values: Mapping[str, Any] | None = None


def record(
    work: Work,
    tag: str,
    subject: Base | tuple[str, int | None],
    *,
    case_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    stream: str | None = None,
) -> AuditRecord:
    """Append one act to its stream (the case's own, otherwise the system's) and chain it.

    `tag` reads `thing:act` («visit:add»). `data` holds ids and codes only and is chained as it is;
    `values` may name people and is kept erasably, the chain holds its salted hash.
    """
    (entry,) = record_all(work, tag, [Act(subject, data, values)], case_id=case_id, stream=stream)
    return entry


def record_all(
    work: Work, tag: str, acts: Sequence[Act], *, case_id: int | None = None, stream: str | None = None
) -> list[AuditRecord]:
    """As `record`, for several acts in their order: a record of each, written together."""
    if not acts:
        return []
    session = work.session
    if any(isinstance(act.subject, Base) for act in acts):
        session.flush()  # the subjects' keys are needed in the records
    stream = stream or stream_of(case_id)
    head = _advance_head(session, stream, len(acts))
    entries, details = [], []
    for act in acts:
        clean = _plain(dict(act.data or {}))
        kept = _plain(dict(act.values)) if act.values else None
        row, detail = chain(work, stream, head, tag, _key_of(act.subject), case_id, clean, kept)
        head = (row["seq"], row["hash"])
        entries.append(AuditRecord(**row))
        details.append(detail)
    work.recorded += len(entries)
    session.add_all(entries)
    session.flush()  # the head's new hash goes out with the records, while the head is locked
    if case_id is not None:
        work.touched[case_id] = f"{entries[-1].id}"
    session.execute(update(_HEADS).where(_HEADS.c.stream == stream).values(hash=head[1]))
    session.add_all(
        AuditDetail(record_id=entry.id, erased_at=None, **detail)
        for entry, detail in zip(entries, details, strict=True)
        if detail is not None
    )
    return entries


def _key_of(subject: Base | tuple[str, int | None]) -> tuple[str, int | None]:
    return (subject.__tablename__, getattr(subject, "id", None)) if isinstance(subject, Base) else subject


def stream_of(case_id: int | None) -> str:
    """The chain a record belongs to: the case's own, otherwise the system's."""
    return "system" if case_id is None else f"case:{case_id}"


def chain(
    work: Work,
    stream: str,
    head: tuple[int, str],
    tag: str,
    subject: tuple[str, int | None],
    case_id: int | None,
    data: dict[str, Any],
    values: dict[str, Any] | None,
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The columns of the record that follows `head` (its number and hash), and of its erasable details.

    `data` and `values` must be as JSON gives them back; the new head is the record's `seq` and `hash`.
    """
    data = data | in_place_of(work)
    next_link = link(work, stream, head, tag, subject, case_id, canonical_json(data), values)
    record = {
        "stream": stream, "seq": next_link.seq, "at": work.now, "actor_id": work.actor.user_id, "tag": tag,
        "subject_type": subject[0], "subject_id": subject[1], "case_id": case_id, "data": data,
        "details_hash": next_link.details_hash, "prev_hash": head[1], "hash": next_link.hash,
    }  # fmt: skip
    return record, {"salt": next_link.salt, "values": values} if values else None


class Link(NamedTuple):
    """What joins a record to the chain: its number and hash, and those of its erasable details."""

    seq: int
    hash: str
    details_hash: str | None
    salt: str


def link(
    work: Work,
    stream: str,
    head: tuple[int, str],
    tag: str,
    subject: tuple[str, int | None],
    case_id: int | None,
    data: str,
    values: Mapping[str, Any] | None,
) -> Link:
    """The link that follows `head`, for data that are canonical JSON already: a step writes them as they are hashed."""
    seq = head[0] + 1
    salt = secrets.token_hex(16) if values else ""
    details_hash = details_digest(salt, values) if values else None
    # as `canonical_json` spells a record's content (see `verify`), without spelling the data a second time
    content = (
        f'{{"actor":{_number(work.actor.user_id)},"at":"{work.now.isoformat()}","case":{_number(case_id)},"data":{data},'
        f'"details":{"null" if details_hash is None else _quoted(details_hash)},"seq":{seq},"stream":{_quoted(stream)},'
        f'"subject":[{_quoted(subject[0])},{_number(subject[1])}],"tag":{_quoted(tag)}}}'
    )
    return Link(seq, sha256((head[1] + content).encode()).hexdigest(), details_hash, salt)


def _number(value: int | None) -> int | str:
    return "null" if value is None else value


_quoted = encode_basestring  # a string as canonical JSON spells it


def in_place_of(work: Work) -> dict[str, int]:
    """Whom the actor stands in for in this act and by which substitution; chained with the other ids."""
    if work.acting is None:
        return {}
    return {"on_behalf_of": work.acting.user_id, "substitution": work.acting.substitution_id}


def revise(
    work: Work, obj: Base, changes: Mapping[str, Any], tag: str, *, case_id: int | None = None
) -> dict[str, tuple[Any, Any]]:
    """Correct fields of a row and keep the old values in the history; the answer is {field: (old, new)}.

    Nothing is recorded when nothing differs.
    """
    changed = {
        name: (getattr(obj, name), value) for name, value in changes.items() if getattr(obj, name) != value
    }
    for name, (_old, new) in changed.items():
        setattr(obj, name, new)
    if changed:
        values = {name: {"old": old, "new": new} for name, (old, new) in changed.items()}
        record(work, tag, obj, case_id=case_id, data={"fields": sorted(changed)}, values=values)
    return changed


def chained(previous: str, content: Mapping[str, Any]) -> str:
    """The hash of a record: of the one before it and of its own content."""
    return sha256((previous + canonical_json(content)).encode()).hexdigest()


def details_digest(salt: str, values: Mapping[str, Any]) -> str:
    return sha256((salt + canonical_json(values)).encode()).hexdigest()


def _advance_head(session: Any, stream: str, steps: int) -> tuple[int, str]:
    """Lock the stream's head and step it by so many records: (number, hash) of the last one before them."""
    step = (
        update(_HEADS)
        .where(_HEADS.c.stream == stream)
        .values(seq=_HEADS.c.seq + steps)
        .returning(_HEADS.c.seq, _HEADS.c.hash)
    )
    row = session.execute(step).one_or_none()
    if row is None:
        try:
            with session.begin_nested():  # two first writers: one inserts, the other finds the row
                session.execute(insert(_HEADS).values(stream=stream, seq=0, hash=GENESIS))
        except IntegrityError:
            pass
        row = session.execute(step).one()
    return row.seq - steps, row.hash


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The values as JSON holds them, so that what is hashed is what is read back."""
    loaded: dict[str, Any] = json.loads(canonical_json(values))
    return loaded
