"""How fast the engine decides and reads a definition, against `transitions` and python-statemachine 3.

    python -m benchmarks.bench_engine [RESULT.json]

Everyone takes, or refuses, the same step of the shipped procedure: `submit_diagnosis`, with a role, three required
tasks and three guards. The peers' machines are in peer_machines.py. Rounds take turns; each figure is a ratio of
medians of one run, in processor time, so that a busy machine slows all alike. A decision is what `decide()` answers:
accepted, or refused. The rest of the answer is made when somebody reads it, so each figure stands twice: «decision
only», and «all read»: code, names, page and sentence of every reason, or the events with their terms and the new
state. A peer's refusal has its sentences, in one language, in both.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app.cases.writing.snapshots import case_fields, state_from_rows
from app.engine.actions import Complete, Fire, Open
from app.engine.answers import Accepted
from app.engine.context import Context, FactValue
from app.engine.machine import decide
from app.engine.reading import loader
from app.engine.state import State
from benchmarks.asked import Asked, judge
from benchmarks.peer_process import Peer, keep, show

SHIPPED = Path(__file__).resolve().parents[1] / "workflows/school_support/v1.yaml"
ROUNDS = 15
# against whom → the peer's side, ours, and what is asked for or reached: decision only (accepted, refused), all read
AGAINST: dict[str, tuple[str, str, tuple[float, float], tuple[float, float]]] = {
    "transitions": ("transitions", "", (10, 10), (1.7, 3.2)),
    "transitions, machine from a row": ("transitions, machine from a row", "row", (100, 100), (18, 45)),
    "transitions, model from a row added to one machine": (
        "transitions, model from a row",
        "row",
        (35, 40),
        (7, 17),
    ),
    "python-statemachine 3": ("statemachine", "", (300, 300), (22, 40)),
    "python-statemachine 3, machine from a row": (
        "statemachine, machine from a row",
        "row",
        (300, 300),
        (120, 300),
    ),
}
NOW, TODAY = datetime(2025, 1, 22, 9, tzinfo=UTC), date(2025, 1, 22)
WALK = (
    ("methodist", Fire("start_diagnosis")), ("director", Complete("fill_diagnosis")),
    ("curator", Complete("verify_risks")), ("methodist", Complete("check_diagnosis")),
)  # fmt: skip
STEP = Fire("submit_diagnosis")
GOOD = {
    name: FactValue(True)
    for name in (
        "case.curator_assigned", "case.curator_not_supported", "diagnostics.studies_complete",
        "diagnostics.risks_verified", "diagnostics.analysis_written",
    )
} | {"diagnostics.actual_risks": FactValue(3)}  # fmt: skip
BAD = GOOD | {
    "diagnostics.studies_complete": FactValue(False, ("№ 1", "№ 2")), "diagnostics.actual_risks": FactValue(0),
}  # fmt: skip
# name → (library, what, how the peer comes by its state, steps of one round)
PEERS = {
    "transitions": ("transitions", "", 400),
    "transitions, model from a row": ("transitions", "model", 100),
    "transitions, machine from a row": ("transitions", "machine", 15),
    "statemachine": ("statemachine", "", 30),
    "statemachine, machine from a row": ("statemachine", "row", 5),
}


def context(role: str, facts: dict[str, FactValue]) -> Context:
    return Context(actor="1", roles=frozenset({role}), now=NOW, today=TODAY, facts=facts)


class Ours:
    """The case before the step, and as its row."""

    def __init__(self) -> None:
        self.definition = loader.load(SHIPPED)
        state: State | None = None
        for role, action in (("methodist", Open()), *WALK):
            decided = decide(self.definition, state, action, context(role, GOOD))
            assert isinstance(decided, Accepted)
            state = decided.state
        assert state is not None
        self.state = state
        self.row = {**case_fields(state), "opened_at": state.opened_at}
        self.row["snapshot"] = json.loads(json.dumps(self.row["snapshot"]))  # as the driver gives it
        self.contexts = {"accepted": context("methodist", GOOD), "refused": context("director", BAD)}

    def seconds(self, what: str, how: str, times: int) -> float:
        """Seconds of one decision."""
        definition, state, ctx, row = self.definition, self.state, self.contexts[what], self.row
        works = isinstance(decide(definition, state, STEP, ctx), Accepted)
        assert works is (what == "accepted")
        read = read_events if works else read_reasons
        begun = time.process_time()
        if how == "row":
            for _ in range(times):
                decide(definition, state_from_rows(row, row["snapshot"], ()), STEP, ctx)
        elif how == "row, read":
            for _ in range(times):
                read(decide(definition, state_from_rows(row, row["snapshot"], ()), STEP, ctx))
        elif how == "read":
            for _ in range(times):
                read(decide(definition, state, STEP, ctx))
        else:
            for _ in range(times):
                decide(definition, state, STEP, ctx)
        return (time.process_time() - begun) / times


def read_events(decided: Any) -> None:
    """What happened, with the terms, and where the case stands then."""
    _read = decided.events, decided.state


def read_reasons(decided: Any) -> None:
    """Everything that stands against the step, with the sentences in one language, as a page or a message takes it."""
    for reason in decided.reasons:
        _read = reason.code, reason.texts["ru"], reason.items, reason.link


def middles(sides: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Seconds of each side, the median of rounds that take turns."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS + 1):
        for name, measure in sides.items():
            seconds = measure()
            if number:
                times[name].append(seconds)
    return {name: statistics.median(each) for name, each in times.items()}


def decisions(what: str, ours: Ours, peer: Peer) -> dict[str, Any]:
    """Ratios for accepted or refused steps."""
    sides: dict[str, Callable[[], float]] = {
        f"ours, {how}" if how else "ours": lambda how=how, times=times: ours.seconds(what, how, times)  # type: ignore[misc]
        for how, times in (("", 4000), ("read", 1000), ("row", 2000), ("row, read", 1000))
    }
    for name, (library, fresh, times) in PEERS.items():
        sides[name] = lambda library=library, fresh=fresh, times=times: peer.ask(library, what, fresh, times)  # type: ignore[misc]
    middle = middles(sides)
    figures: dict[str, Any] = {}
    for name, (side, how, *_) in AGAINST.items():
        own = f"ours, {how}" if how else "ours"
        figures[f"{name}: decision only"] = round(middle[side] / middle[own], 1)
        figures[f"{name}: all read"] = round(middle[side] / middle[f"{own}, read"], 2)
    return {**figures, "microseconds": {name: round(seconds * 1e6, 2) for name, seconds in middle.items()}}


def reading() -> dict[str, float]:
    """Milliseconds for reading and checking the shipped definition: the first in a process, and each further one."""
    text = SHIPPED.read_text(encoding="utf-8")
    times = []
    for number in range(ROUNDS + 1):
        begun = time.process_time()
        definition, findings = loader.parse_text(text, f"<{number}>")  # without what `loads` remembers
        times.append((time.process_time() - begun) * 1000)
        assert definition is not None and not [one for one in findings if one.severity == "error"]
    return {"first": round(times[0], 1), "further, median": round(statistics.median(times[1:]), 1)}


def main() -> None:
    result: dict[str, Any] = {"reading and checking a definition, milliseconds": reading()}
    ours, peer = Ours(), Peer("peer_machines.py")
    for what in ("accepted", "refused"):
        result[what] = decisions(what, ours, peer)
    peer.close()
    show(result)
    keep(sys.argv[1] if len(sys.argv) > 1 else "engine.json", result)
    rows = [
        Asked(f"times {name}: {part}, {what}", result[what][f"{name}: {part}"], least[number])
        for number, what in enumerate(("accepted", "refused"))
        for name, (_side, _how, alone, whole) in AGAINST.items()
        for part, least in (("decision only", alone), ("all read", whole))
    ]
    reading_ms = result["reading and checking a definition, milliseconds"]["further, median"]
    judge([*rows, Asked("reading and checking, milliseconds", reading_ms, most=20)])


if __name__ == "__main__":
    main()
