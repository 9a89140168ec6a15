"""The rows a step writes, as values: events, their journal records, rounds, tasks, votes; `writer` sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table

from app.audit.models import AuditDetail, AuditHead, AuditRecord
from app.audit.service import chain, stream_of
from app.cases.models import Case, CaseEvent, CaseTask, CaseVote, StageRound
from app.cases.writing.projection import Projection
from app.core.unit_of_work import Work
from app.engine.events import Event
from app.jobs.models import OutboxJob

ALL = CASES, EVENTS, ROUNDS, TASKS, VOTES, HEADS, RECORDS, DETAILS, JOBS = tuple(
    cast(Table, model.__table__)
    for model in (Case, CaseEvent, StageRound, CaseTask, CaseVote, AuditHead, AuditRecord, AuditDetail, OutboxJob)
)  # fmt: skip
KEYS = {TASKS: ("case_id", "stage", "round", "task"), VOTES: ("case_id", "stage", "round", "voter")}


def told(event: Event) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """What an event says in ids and codes, and the words of a person: comment and fields."""
    data = event.to_dict()
    return data, str(data.pop("comment", "") or ""), dict(data.pop("fields", {}) or {})


def event_row(work: Work, case_id: int, seq: int, event: Event) -> dict[str, Any]:
    """One event; the words a person wrote stand beside it, where they can be erased."""
    data, comment, fields = told(event)
    return {
        "case_id": case_id, "seq": seq, "type": event.type, "data": data, "comment": comment, "fields": fields,
        "at": work.now, "actor_id": work.actor.user_id, "actor_name": work.actor.name,
        "on_behalf_of": work.acting.user_id if work.acting else None,
    }  # fmt: skip


def chained_rows(
    work: Work, case_id: int, head: tuple[int, str], rows: Sequence[Mapping[str, Any]]
) -> tuple[tuple[int, str], list[dict[str, Any]], list[dict[str, Any]]]:
    """The new head, the records and the erasable details of events that have their keys."""
    records, details = [], []
    stream = stream_of(case_id)
    for row in rows:
        words = row["comment"] or row["fields"]
        record, detail = chain(
            work, stream, head, f"case:{row['type']}", (EVENTS.name, row["id"]), case_id,
            {"seq": row["seq"], "event": row["data"]},
            {"comment": row["comment"], "fields": row["fields"]} if words else None,
        )  # fmt: skip
        records.append(record)
        if detail is not None:
            details.append({"seq": record["seq"], **detail})
        head = (record["seq"], record["hash"])
    return head, records, details


def rows_of(case_id: int, changed: Projection) -> dict[Table, list[dict[str, Any]]]:
    """Rows to insert, and to rewrite where they are already there."""
    rows: dict[Table, list[dict[str, Any]]] = {}
    if changed.rounds:
        rows[ROUNDS] = [{"case_id": case_id, **vars(one)} for one in changed.rounds]
    for table, found in ((TASKS, changed.tasks), (VOTES, changed.votes)):
        if found:
            names = KEYS[table][1:]
            rows[table] = [
                {"case_id": case_id, **dict(zip(names, key, strict=True)), **values}
                for key, values in found.items()
            ]
    return rows
