"""A committed transition on PostgreSQL against the same rows by hand-made SQL, and against django-fsm-2 with log.

    python -m benchmarks.bench_transition [RESULT.json]

Ours is what `cases.service.act` does between knowing that the actor sees the case and carrying out effects: lock
and read the state, decide with the facts given, write event, chained journal record, projection and outbox row,
commit. The facts' own queries are measured apart. Each side takes the same twelve steps of the shipped procedure
with fresh cases, in rounds that take turns; figures are ratios of medians of one run. At the end several clients of
ours, then as many of the peer, work at once.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from app import config, wiring
from app.admin import verify
from app.admin.bootstrap import bootstrap
from app.core.actor import SYSTEM
from app.core.clock import SystemClock
from app.demo.penza import load_reference
from benchmarks import clients_together
from benchmarks.asked import Asked, judge
from benchmarks.bare_messages import Sender, taken_down
from benchmarks.by_hand import ByHand
from benchmarks.clients_together import CLIENTS
from benchmarks.peer_process import Peer, keep
from benchmarks.steps import CASES, STEPS, Steps
from tests.servers import machine
from tests.servers.databases import PostgresTemplate
from tests.servers.postgresql import PostgresServer

ROUNDS = 9
SQL = "times of hand-made SQL"
PLAIN_DJANGO = "times as many per second as django-fsm-2 with log"
TOGETHER = f"… {CLIENTS} clients at once"
BARE = "… the messages of a step by bare libpq, nothing decided: the floor"
SAME_ROWS = "… that also writes rounds, tasks, votes, a chained journal and an outbox"


@dataclass(frozen=True)
class Client:
    """Makes, in a process of its own, a client of the product that takes rounds of steps."""

    settings: config.Settings

    def __call__(self, number: int) -> Callable[[], float]:
        steps = Steps(wiring.build(self.settings, SystemClock()))
        steps.made = (number + 1) * 100_000
        return steps.ours


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
        steps = Steps(system)
        by_hand = ByHand(steps, hand)
        for number in range(ROUNDS + 1):
            took = {
                "ours": steps.ours(), "by hand": by_hand.seconds(), "django": peer.ask("plain", CASES),
                "django, the same rows": peer.ask("whole", CASES),
                "facts": steps.facts(),
            }  # fmt: skip
            if number:  # the first round warms plans and caches of all
                for side, seconds in took.items():
                    times[side].append(seconds)
    bare, plain = _bare(server, steps, peer)
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


def _bare(server: PostgresServer, steps: Steps, peer: Peer) -> tuple[float, float]:
    """Seconds of one step's messages with nothing decided, and of the peer's step in the same minutes."""
    rounds = [steps.cases(CASES) for _ in range(ROUNDS // 2 + 1)]
    steps.system.database.dispose()  # a database is copied only while nobody uses it
    copy = server.create(template=steps.system.database.url.rpartition("/")[2])
    sent = [taken_down(partial(steps.take, keys)) for keys in rounds]
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
