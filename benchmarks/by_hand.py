"""The rows of a transition by hand-made SQL in one transaction: the side our own steps are measured against."""

# ruff: noqa: E501  # a statement is easier to read in one line
from __future__ import annotations

import json
import time
from typing import Any

import psycopg

from app.audit.service import GENESIS, chain, stream_of
from app.cases.writing import rows, writer
from app.cases.writing.projection import changes
from app.cases.writing.snapshots import case_fields
from app.core.actor import SYSTEM, Actor
from app.core.unit_of_work import Work
from app.engine.answers import Accepted
from app.engine.machine import decide
from app.engine.records import replace
from app.engine.state import State
from app.jobs.outbox import Promise, row_of
from benchmarks.steps import CASES, STEPS, Steps


class ByHand:
    """Writes on a plain connection what it has been told beforehand that the engine would decide."""

    def __init__(self, steps: Steps, hand: psycopg.Connection[Any]) -> None:
        self.steps, self.hand, self.definition = steps, hand, steps.definition

    def seconds(self) -> float:
        """Seconds of the same rows, written by somebody who knows beforehand what the engine would decide."""
        seconds = 0.0
        keys = self.steps.cases(CASES)
        with self.steps.system.work(SYSTEM) as work:
            plans = {key: self._plan(work, key) for key in keys}
        for key in keys:
            for number, plan in enumerate(plans[key]):
                begun = time.perf_counter()
                self._write(key, number, *plan)
                seconds += time.perf_counter() - begun
        return seconds / (len(keys) * len(STEPS))

    def _plan(self, work: Work, key: int) -> list[tuple[Work, Accepted, Any, dict[str, Any]]]:
        state: State | None = writer.lock(work, key).state(work, self.definition)
        plan = []
        for (person, _role, action), ctx in zip(STEPS, self.steps.contexts, strict=True):
            decided = decide(self.definition, state, action, replace(ctx, now=work.now))
            assert isinstance(decided, Accepted)
            actor = Work(work.session, Actor(int(person), "Методист М.М."), work.now, work.ports)
            changed = changes(self.definition, state, decided.events, decided.state)
            plan.append((actor, decided, changed, case_fields(decided.state)))
            state = decided.state
        return plan

    def _write(
        self, key: int, number: int, work: Work, decided: Accepted, changed: Any, columns: dict[str, Any]
    ) -> None:
        execute, stream = self.hand.execute, stream_of(key)
        with self.hand.transaction():
            row = execute("SELECT version FROM cases WHERE id = %s FOR UPDATE", (key,)).fetchone()
            assert row and row[0] + len(decided.events) == columns["version"]
            seq, last = execute(
                "SELECT seq, hash FROM audit_heads WHERE stream = %s FOR UPDATE", (stream,)
            ).fetchone() or (0, GENESIS)
            for version, event in enumerate(decided.events, start=row[0] + 1):
                one = rows.event_row(work, key, version, event)
                (event_id,) = execute(
                    "INSERT INTO case_events (case_id, seq, type, data, comment, fields, at, actor_id, actor_name)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                    (key, version, one["type"], _json(one["data"]), one["comment"], _json(one["fields"]), one["at"],
                     one["actor_id"], one["actor_name"]),
                ).fetchone()  # type: ignore[misc]  # fmt: skip
                values = {"comment": one["comment"], "fields": one["fields"]} if one["comment"] else None
                record, detail = chain(
                    work, stream, (seq, last), f"case:{event.type}", ("case_events", event_id), key,
                    {"seq": version, "event": one["data"]}, values,
                )  # fmt: skip
                (record_id,) = execute(
                    "INSERT INTO audit_records (stream, seq, at, actor_id, tag, subject_type, subject_id, case_id, data,"
                    " details_hash, prev_hash, hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                    (stream, record["seq"], record["at"], record["actor_id"], record["tag"], "case_events", event_id, key,
                     _json(record["data"]), record["details_hash"], record["prev_hash"], record["hash"]),
                ).fetchone()  # type: ignore[misc]  # fmt: skip
                if detail:
                    execute(
                        'INSERT INTO audit_details (record_id, salt, "values") VALUES (%s, %s, %s)',
                        (record_id, detail["salt"], _json(detail["values"])),
                    )
                seq, last = record["seq"], record["hash"]
            execute("UPDATE audit_heads SET seq = %s, hash = %s WHERE stream = %s", (seq, last, stream))
            execute(
                "UPDATE cases SET stage = %s, round = %s, status = %s, version = %s, entered_at = %s, due = %s,"
                " approval = %s, outcome = %s, content_hash = %s, snapshot = %s WHERE id = %s",
                (*(columns[name] for name in list(columns)[:-1]), _json(columns["snapshot"]), key),
            )
            if changed.left:
                execute(
                    "UPDATE stage_rounds SET left_at = %s, left_by = %s WHERE case_id = %s AND left_at IS NULL",
                    (*changed.left, key),
                )
            for opened in changed.rounds:
                execute(
                    "INSERT INTO stage_rounds (case_id, stage, round, opened_seq, entered_at) VALUES (%s, %s, %s, %s, %s)",
                    (key, opened.stage, opened.round, opened.opened_seq, opened.entered_at),
                )
            for (stage, circle, task), values in changed.tasks.items():
                execute(
                    "INSERT INTO case_tasks (case_id, stage, round, task, status, due, done_by, done_at)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (case_id, stage, round, task) DO UPDATE"
                    " SET status = excluded.status, due = excluded.due, done_by = excluded.done_by,"
                    " done_at = excluded.done_at",
                    (key, stage, circle, task, *values.values()),
                )
            for (stage, circle, voter), values in changed.votes.items():
                execute(
                    "INSERT INTO case_votes (case_id, stage, round, voter, choice, content_hash, at, void)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (case_id, stage, round, voter) DO UPDATE"
                    " SET choice = excluded.choice, content_hash = excluded.content_hash, at = excluded.at,"
                    " void = excluded.void",
                    (key, stage, circle, voter, *values.values()),
                )
            job = row_of(work, Promise("bench.note", f"{key}:{number}", {"case": key}))
            execute(
                "INSERT INTO outbox_jobs (kind, key, payload, state, attempts, available_at, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (kind, key) DO NOTHING RETURNING id",
                (
                    job["kind"],
                    job["key"],
                    _json(job["payload"]),
                    job["state"],
                    0,
                    job["available_at"],
                    job["created_at"],
                ),
            )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
