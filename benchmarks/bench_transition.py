"""A committed transition on PostgreSQL against the same rows by hand-made SQL, and against django-fsm-2 with log.

    python -m benchmarks.bench_transition [RESULT.json]

Ours is what `cases.service.act` does between knowing that the actor sees the case and carrying out effects: lock
and read the state, decide with the facts given, write event, chained journal record, projection and outbox row,
commit. The facts' own queries are measured apart. Each side takes the same twelve steps of the shipped procedure
with fresh cases, in rounds that take turns; figures are ratios of medians of one run. At the end several clients of
ours, then as many of the peer, work at once.
"""

# ruff: noqa: E501  # a statement is easier to read in one line
from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from app import config, wiring
from app.admin import verify
from app.admin.bootstrap import bootstrap
from app.audit import service as audit
from app.audit.service import GENESIS, chain, stream_of
from app.cases import queries, rows, writer
from app.cases.context import context
from app.cases.models import Case, Programme
from app.cases.projection import case_fields, changes
from app.cases.service import take_step
from app.core.actor import SYSTEM, Actor
from app.core.clock import SystemClock
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import load_reference
from app.engine.machine import decide, facts_needed
from app.engine.state import (
    Accepted,
    Action,
    Cast,
    Complete,
    Context,
    FactValue,
    Fire,
    Open,
    State,
    Voter,
    replace,
)
from app.jobs.outbox import Promise, row_of
from app.schools.queries import organisations
from benchmarks import clients_together
from benchmarks.asked import Asked, judge
from benchmarks.bare_messages import Sender, taken_down
from benchmarks.clients_together import CLIENTS
from benchmarks.peer_process import Peer, keep
from tests.servers import machine
from tests.servers.databases import PostgresTemplate
from tests.servers.postgresql import PostgresServer

CASES = 12  # cases of one round on each side
ROUNDS = 9
SQL = "times of hand-made SQL"
PLAIN_DJANGO = "times as many per second as django-fsm-2 with log"
TOGETHER = f"… {CLIENTS} clients at once"
BARE = "… the messages of a step by bare libpq, nothing decided: the floor"
SAME_ROWS = "… that also writes rounds, tasks, votes, a chained journal and an outbox"
TODAY = date(2025, 1, 22)
FACTS: dict[str, Any] = {
    "diagnostics.actual_risks": 3,
    "plans.content_hash": "a" * 64,
    "results.content_hash": "b" * 64,
}
STEPS: tuple[tuple[str, str, Action], ...] = (
    ("3", "methodist", Fire("start_diagnosis")),
    ("9", "director", Complete("fill_diagnosis")),
    ("8", "curator", Complete("verify_risks")),
    ("3", "methodist", Complete("check_diagnosis")),
    ("3", "methodist", Fire("submit_diagnosis")),
    ("3", "methodist", Complete("prepare_plan")),
    ("4", "chair", Cast("for")),
    ("5", "secretary", Cast("for")),
    ("6", "member", Cast("for", "Согласен")),
    ("2", "clerk", Fire("adopt_plan")),
    ("3", "methodist", Fire("start_events")),
    ("3", "methodist", Fire("start_review")),
)
VOTERS = tuple(Voter(key, f"№ {key}", role) for key, role in
               (("4", "chair"), ("5", "secretary"), ("6", "member"), ("7", "member"), ("10", "member")))  # fmt: skip


class Bench:
    """The product on a PostgreSQL of its own, and a plain connection to the same database."""

    hand: psycopg.Connection[Any]

    def __init__(self, system: Runtime, hand: psycopg.Connection[Any] | None = None) -> None:
        self.system = system
        if hand is not None:
            self.hand = hand
        with system.work(SYSTEM) as work:
            self.definition = work.ports.definitions.latest(work.session, "school_support")
        facts = {name: FactValue(FACTS.get(name, True)) for name in _every_fact(self.definition)}
        self.contexts = [self._context(person, role, facts) for person, role, _action in STEPS]
        self.made = 0

    def _context(self, person: str, role: str, facts: dict[str, FactValue]) -> Context:
        now = datetime.now(UTC)
        return Context(
            actor=person, roles=frozenset({role}), now=now, today=TODAY, facts=facts, voters=VOTERS
        )

    def cases(self, number: int) -> list[int]:
        """Fresh cases, just opened."""
        keys = []
        with self.system.work(SYSTEM) as work:
            first = queries.programmes(work.session)[-1]
            schools = [one for one in organisations(work.session) if one.kind == "school"][:4]
            for _ in range(number):
                if self.made % len(schools) == 0:
                    programme = Programme(
                        code=f"B{self.made}", title="…", year=2025, starts=first.starts, ends=first.ends,
                        authority_id=first.authority_id, centre_id=first.centre_id, settings={}, is_demo=False,
                        created_at=work.now,
                    )  # fmt: skip
                    work.session.add(programme)
                    work.session.flush()
                    self.programme_id = programme.id
                case = Case(
                    code=f"B{self.made}", programme_id=self.programme_id, school_id=schools[self.made % 4].id,
                    definition_code=self.definition.code, definition_version=self.definition.version,
                    definition_hash=self.definition.hash, opened_at=work.now, stage=self.definition.initial, round=1,
                    status="active", version=0, entered_at=work.now,
                )  # fmt: skip
                work.session.add(case)
                work.session.flush()
                self.made += 1
                standing = writer.lock(work, case.id)
                ctx = Context(actor="3", roles=frozenset({"methodist"}), now=work.now, today=TODAY)
                assert isinstance(take_step(work, standing, self.definition, None, Open(), ctx), Accepted)
                data = {"school": case.school_id, "curator": None}
                audit.record(work, "case:open", case, case_id=case.id, data=data)
                keys.append(case.id)
        self.system.database.session.remove()
        return keys

    def ours(self) -> float:
        """Seconds of one committed transition of the product."""
        return self.steps(self.cases(CASES))

    def steps(self, keys: list[int]) -> float:
        begun = time.perf_counter()
        for key in keys:
            for number, (person, _role, action) in enumerate(STEPS):
                with self.system.work(Actor(int(person), "Методист М.М.")) as work:
                    standing = writer.lock(work, key)
                    state = standing.state(work, self.definition)
                    promise = Promise("bench.note", f"{key}:{number}", {"case": key})
                    ctx = replace(self.contexts[number], now=work.now)
                    took = take_step(work, standing, self.definition, state, action, ctx, (promise,))
                    assert isinstance(took, Accepted), took.reasons
        return (time.perf_counter() - begun) / (len(keys) * len(STEPS))

    def by_hand(self) -> float:
        """Seconds of the same rows, written by somebody who knows beforehand what the engine would decide."""
        seconds = 0.0
        keys = self.cases(CASES)
        with self.system.work(SYSTEM) as work:
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
        for (person, _role, action), ctx in zip(STEPS, self.contexts, strict=True):
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

    def facts(self) -> float:
        """Seconds of what is left out of the above: roles, facts and voters of one step, asked in the database."""
        (key,) = self.cases(1)
        with self.system.work(SYSTEM) as work:
            standing = writer.lock(work, key)
            state = standing.state(work, self.definition)
            case = queries.get_case(work.session, key)
            needed = facts_needed(self.definition, state, Fire("start_diagnosis"))
            begun = time.perf_counter()
            for _ in range(20):
                context(work, case, self.definition, state, needed)
            return (time.perf_counter() - begun) / 20


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _every_fact(definition: Any) -> set[str]:
    """All facts some guard or vote asks for."""
    guards = [guard for step in definition.transitions.values() for guard in step.when]
    guards += [guard for stage in definition.stages.values() for task in stage.tasks for guard in task.when]
    named = {name for guard in guards for name in guard.expression.names()}
    return named | {stage.approval.binds for stage in definition.stages.values() if stage.approval}


@dataclass(frozen=True)
class Client:
    """Makes, in a process of its own, a client of the product that takes rounds of steps."""

    settings: config.Settings

    def __call__(self, number: int) -> Callable[[], float]:
        bench = Bench(wiring.build(self.settings, SystemClock()))
        bench.made = (number + 1) * 100_000
        return bench.ours


def measure(server: PostgresServer, folder: Path) -> dict[str, Any]:
    database = PostgresTemplate(server).clone()
    settings = config.load(
        {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url, "SECRET_KEY": "k" * 40,
         "STORAGE_URL": f"file:{folder / 'files'}"}, demo=True, var=folder,
    )  # fmt: skip
    system = wiring.build(settings, SystemClock())
    bootstrap(system)
    with system.work(SYSTEM) as work:
        load_reference(work)
    name = database.url.rpartition("/")[2]
    times: dict[str, list[float]] = {
        "ours": [],
        "by hand": [],
        "django": [],
        "django, the same rows": [],
        "facts": [],
    }
    peer = Peer("peer_django.py", "127.0.0.1", str(server.port), server.create(), "opora_owner")
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user="opora", dbname=name, autocommit=True
    ) as hand:
        hand.execute("SET timezone = 'UTC'")
        bench = Bench(system, hand)
        for number in range(ROUNDS + 1):
            took = {
                "ours": bench.ours(), "by hand": bench.by_hand(), "django": peer.ask("plain", CASES),
                "django, the same rows": peer.ask("whole", CASES),
                "facts": bench.facts(),
            }  # fmt: skip
            if number:  # the first round warms plans and caches of all
                for side, seconds in took.items():
                    times[side].append(seconds)
    bare, plain = _bare(server, bench, peer)
    peer.close()
    together = clients_together.ours(Client(settings))
    apart = clients_together.theirs(
        lambda: Peer("peer_django.py", "127.0.0.1", str(server.port), server.create(), "opora_owner"),
        "plain",
        CASES,
    )
    faults = list(map(str, verify.findings(system)))
    assert not faults, faults[:3]  # hand-made and ours alike: each case equals its events, the chain is whole
    system.database.dispose()
    middle = {side: statistics.median(each) for side, each in times.items()}
    return {
        SQL: round(middle["ours"] / middle["by hand"], 2),
        PLAIN_DJANGO: round(middle["django"] / middle["ours"], 2),
        SAME_ROWS: round(
            middle["django, the same rows"] / middle["ours"], 2
        ),
        TOGETHER: round(apart / together, 2),
        BARE: round(plain / bare, 2),
        "facts, in transitions": round(middle["facts"] / middle["ours"], 2),
        "per second": {side: round(1 / seconds) for side, seconds in middle.items()},
        f"per second, {CLIENTS} clients": {"ours": round(CLIENTS / together), "django": round(CLIENTS / apart)},
        "best of the rounds, microseconds": {side: round(min(each) * 1e6) for side, each in times.items()},
        "steps": len(STEPS), "cases of a round": CASES, "rounds": ROUNDS,
    }  # fmt: skip


def _bare(server: PostgresServer, bench: Bench, peer: Peer) -> tuple[float, float]:
    """Seconds of one step's messages with nothing decided, and of the peer's step in the same minutes."""
    rounds = [bench.cases(CASES) for _ in range(ROUNDS // 2 + 1)]
    bench.system.database.dispose()  # a database is copied only while nobody uses it
    copy = server.create(template=bench.system.database.url.rpartition("/")[2])
    sent = [taken_down(partial(bench.steps, keys)) for keys in rounds]
    bare, plain = [], []
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user="opora", dbname=copy, autocommit=True
    ) as connection:
        sender = Sender(connection)
        for messages in sent:
            sender.prepare(messages)
        for messages in sent:
            bare.append(sender.send(messages) / (CASES * len(STEPS)))
            plain.append(peer.ask("plain", CASES))
    return statistics.median(bare[1:]), statistics.median(plain[1:])


def main() -> None:
    binaries = machine.postgresql_bin()
    if binaries is None:
        print("no PostgreSQL on this machine: transitions are not measured")
        return
    server = PostgresServer(binaries)
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            result = measure(server, Path(folder))
    finally:
        server.remove()
    for name, value in result.items():
        print(f"{name}: {value}")
    keep(sys.argv[1] if len(sys.argv) > 1 else "transition.json", result)
    judge(
        [
            Asked(SQL, result[SQL], most=1.6),
            Asked(PLAIN_DJANGO, result[PLAIN_DJANGO], least=1.8),  # 3 asked: see the README beside
            Asked(TOGETHER, result[TOGETHER], least=1.6),
            Asked(SAME_ROWS, result[SAME_ROWS], least=4.0),
        ]
    )


if __name__ == "__main__":
    main()
