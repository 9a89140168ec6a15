"""Tasks kept in a row: a step changes a copy, what nobody read stays as it was kept, and both sides stay equal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from app.cases.writing.snapshots import StoredTasks, case_fields, snapshot, state_from_rows
from app.engine.actions import Complete, Fire, Open
from app.engine.answers import Accepted
from app.engine.context import Context, FactValue
from app.engine.machine import decide
from app.engine.reading import loader
from app.engine.state import State, TaskState
from app.engine.trials.worlds import World

SHIPPED = Path(__file__).resolve().parents[2] / "workflows/school_support/v1.yaml"
NOW = datetime(2025, 1, 22, 9, tzinfo=UTC)
WALK = (
    ("methodist", Open()), ("methodist", Fire("start_diagnosis")), ("director", Complete("fill_diagnosis")),
    ("curator", Complete("verify_risks")), ("methodist", Complete("check_diagnosis")),
    ("methodist", Fire("submit_diagnosis")), ("methodist", Complete("prepare_plan")),
)  # fmt: skip


def _from_its_row(state: State) -> State:
    row = {**case_fields(state), "opened_at": state.opened_at}
    return state_from_rows(row, json.loads(json.dumps(row["snapshot"])))


def test_steps_taken_from_rows_give_what_steps_from_memory_give() -> None:
    definition = loader.load(SHIPPED)
    facts = {name: FactValue(value) for name, value in World(definition).good.items()}
    state: State | None = None
    for role, action in WALK:
        ctx = Context("1", frozenset({role}), NOW, date(2025, 1, 22), facts)
        kept = _from_its_row(state) if state else None
        in_memory, from_row = decide(definition, state, action, ctx), decide(definition, kept, action, ctx)
        assert isinstance(in_memory, Accepted)
        assert isinstance(from_row, Accepted)
        assert (from_row.events, from_row.state) == (in_memory.events, in_memory.state)
        assert from_row.state.done == in_memory.state.done
        assert json.dumps(snapshot(from_row.state)) == json.dumps(snapshot(in_memory.state))
        assert kept is None or kept == state
        state = in_memory.state


def test_a_copy_is_changed_alone() -> None:
    tasks = StoredTasks()
    tasks._kept = {"a": ["open", None, None, None, 0, None], "b": ["done", "1", None, None, 1, None]}
    copied = tasks.copy()
    copied["a"] = TaskState("done", "2", NOW, None, 1)
    copied["c"] = TaskState()
    del copied["b"]
    assert (dict(tasks), dict(copied)) == (
        {"a": TaskState(), "b": TaskState("done", "1", None, None, 1)},
        {"a": TaskState("done", "2", NOW, None, 1), "c": TaskState()},
    )
    assert list(copied.kept()) == ["a", "c"]
    assert copied.kept()["a"] == ["done", "2", NOW.isoformat(), None, 1, None]
    assert "b" not in copied
    assert copied.get("b") is None
