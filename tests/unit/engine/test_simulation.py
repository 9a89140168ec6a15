"""Random histories keep the promises, repeat by their seed, and a broken engine would be noticed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.engine import Definition
from app.engine.reading.conditions import parse
from app.engine.reading.loader import loads
from app.engine.trials import values as trial_values
from app.engine.trials import walks
from app.engine.trials.simulation import simulate
from tests.fuzz import runs

SHIPPED = Path(__file__).parents[3] / "workflows" / "school_support" / "v1.yaml"


def edition(number: int) -> Definition:
    return loads(SHIPPED.with_name(f"v{number}.yaml").read_text(encoding="utf-8"), f"v{number}")


@pytest.mark.fuzz
@pytest.mark.parametrize("number", [1, 3])
def test_every_history_of_the_shipped_procedure_keeps_the_promises(number: int) -> None:
    procedure = edition(number)
    report = simulate(procedure, runs(60), seed=2025)
    assert [(number, broken.promise, broken.history[-5:]) for number, broken in report.divergences] == []
    assert report.led_to_the_end == report.runs
    assert set(report.stages) == set(procedure.stages)
    assert report.accepted > report.refused > 0


@pytest.mark.fuzz
@pytest.mark.parametrize("order", [(1, 2), (2, 1), (1, 3), (3, 2)])
def test_histories_that_move_between_the_versions_and_back_keep_the_promises(order: tuple[int, int]) -> None:
    first, other = map(edition, order)
    report = simulate(first, runs(25), 2026, [other])
    assert [(number, broken.promise, broken.history[-5:]) for number, broken in report.divergences] == []
    assert report.led_to_the_end == report.runs
    assert report.migrated > report.undone > 0


def test_a_task_that_may_be_repeated_is_done_once_on_the_way_to_the_end() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    task = "      prepare_plan:\n"
    assert task in text
    procedure = loads(text.replace(task, f"{task}        repeatable: true\n", 1), "repeatable")
    report = simulate(procedure, 10, 5)
    assert [(broken.promise, broken.history[-5:]) for _number, broken in report.divergences] == []


def test_a_task_that_may_be_left_undone_is_done_when_the_vote_waits_for_it() -> None:
    """The vote opens after an optional task alone: willing people do it, for nothing else leads on."""
    text = SHIPPED.read_text(encoding="utf-8")
    task = "      prepare_plan:\n"
    procedure = loads(text.replace(task, f"{task}        optional: true\n", 1), "optional")
    report = simulate(procedure, 10, 5)
    assert [(broken.promise, broken.history[-5:]) for _number, broken in report.divergences] == []


def test_a_seed_gives_the_same_histories(shipped: Definition) -> None:
    assert simulate(shipped, 5, 7) == simulate(shipped, 5, 7)
    assert simulate(shipped, 5, 7) != simulate(shipped, 5, 8)


def test_a_seed_gives_the_same_histories_in_every_process() -> None:
    """What was found must be found again: nothing may hang on the order of a set."""
    root = SHIPPED.parents[2]
    command = [sys.executable, "app.py", "workflow", "simulate", "--runs", "4", "--seed", "7"]
    said = {
        subprocess.run(
            command, cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "2")
    }
    assert len(said) == 1


def test_a_fold_that_differs_is_noticed(shipped: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(definition: Definition, events: Any) -> Any:
        return real(definition, list(events)[:-1])

    real = walks.fold
    monkeypatch.setattr(walks, "fold", forgetful)
    report = simulate(shipped, 3, 1)
    assert {broken.promise for _, broken in report.divergences} == {"the case equals the fold of its events"}
    assert all(broken.history for _, broken in report.divergences)


def test_a_procedure_that_cannot_end_is_noticed() -> None:
    source = SHIPPED.read_text(encoding="utf-8").replace(
        "if: diagnostics.studies_complete\n", "if: diagnostics.studies_complete and stage.round > 1\n"
    )  # fmt: skip
    report = simulate(loads(source, "endless"), 3, 1)
    assert len(report.divergences) == 3
    assert {broken.promise for _, broken in report.divergences} == {"from every state the case can go on"}


def test_what_stopped_a_case_is_told_and_of_its_way_only_what_came_about() -> None:
    source = SHIPPED.read_text(encoding="utf-8").replace(
        "if: diagnostics.studies_complete\n", "if: diagnostics.studies_complete and stage.round > 1\n"
    )  # fmt: skip
    (_, broken), *_ = simulate(loads(source, "endless"), 3, 1).divergences
    assert broken.history[-1].endswith(
        "the case stands at “diagnosis”, round 1; against its steps onward: fill_diagnosis: studies_complete; "
        "check_diagnosis: studies_complete; submit_diagnosis: task_open, studies_complete"
    )
    assert not any("submit_diagnosis" in line for line in broken.history[:-1])


def test_where_nobody_may_take_a_termination_back_it_is_an_end() -> None:
    source = re.sub(r"(?s)  reinstate:\n.*", "", SHIPPED.read_text(encoding="utf-8"))
    report = simulate(loads(source, "for good"), 10, 1)
    assert report.steps["terminate"] > 0
    assert [(broken.promise, broken.history[-5:]) for _number, broken in report.divergences] == []


@pytest.mark.parametrize(
    "condition",
    [
        "a.b",
        "not a.b",
        "a.b >= 3",
        "a.b < 2025-01-22",
        'a.b in ["x", "y"]',
        'a.b != "x" and c.d = 2',
        "a.b = c.d",
    ],
)
def test_values_are_found_with_which_a_guard_holds(shipped: Definition, condition: str) -> None:
    guard = next(iter(shipped.transitions["start_diagnosis"].when))
    fitted = type(guard)(guard.id, parse(condition), guard.text)
    atoms = fitted.expression.atoms()
    values = {name: [v for atom in atoms if name in atom.operands() for v in trial_values.values_for(atom)]
              for name in fitted.expression.names()}  # fmt: skip
    chosen = trial_values.holding(fitted, {name: tried[0] for name, tried in values.items()}, values)
    assert fitted.expression.truth(chosen.get) is True
