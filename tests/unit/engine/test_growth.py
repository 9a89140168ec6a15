"""The procedure of another municipality (`tests/data/growth`): a share, a veto, a term from a fact."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cases.rehearsal import play_files
from app.cases.stages import PLAN, RESULTS, deciding_on, is_before, leaving_asks, submitting, tasks_of_page
from app.engine import Definition
from app.engine.loader import loads
from app.engine.simulation import simulate
from tests.procedures import growth

ROOT = Path(__file__).parents[3]
GROWTH = ROOT / "tests" / "data" / "growth" / "v1.yaml"


@pytest.fixture(scope="module")
def procedure() -> Definition:
    return loads(growth())


def test_its_scenarios_pass_and_show_everything() -> None:
    said: list[str] = []
    assert play_files([GROWTH], said.append) == 0, said


def test_a_term_that_waits_in_a_stage_entered_anew_breaks_no_promise(procedure: Definition) -> None:
    """A look at a case of which nothing follows begins no term; the night does."""
    report = simulate(procedure, 60, seed=1)
    assert [(number, broken.promise) for number, broken in report.divergences] == []


def test_stages_are_known_by_what_the_procedure_says(procedure: Definition) -> None:
    assert deciding_on(procedure, PLAN) == {"commission"}
    assert deciding_on(procedure, RESULTS) == {"review"}
    assert submitting(procedure, "commission", PLAN) == {"present"}
    assert submitting(procedure, "review", PLAN) == submitting(procedure, "gone", PLAN) == frozenset()
    assert leaving_asks(procedure, "plans.items_reported") == {"work"}
    agreement = leaving_asks(procedure, "curation.agreement_in_force")
    assert [stage for stage in procedure.stages if is_before(procedure, stage, agreement)] == [
        "application", "commission",
    ]  # fmt: skip
    assert [task.id for task in tasks_of_page(procedure, "commission", "plans")] == ["present"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_so_are_those_of_penza(number: int) -> None:
    shipped = loads((ROOT / "workflows" / "school_support" / f"v{number}.yaml").read_text(encoding="utf-8"))
    assert deciding_on(shipped, PLAN) == {"plan_approval"}
    assert deciding_on(shipped, RESULTS) == {"results_review"}
    assert submitting(shipped, "plan_approval", PLAN) == {"prepare_plan"}
    assert leaving_asks(shipped, "plans.items_reported") == {"events"}
    assert {task.id for task in tasks_of_page(shipped, "diagnosis", "diagnostics")} == {
        "fill_diagnosis", "verify_risks", "check_diagnosis",
    }  # fmt: skip


def test_without_a_bound_vote_the_page_tells(procedure: Definition) -> None:
    loose = loads(growth().replace("      binds: plans.content_hash\n", ""))
    assert deciding_on(loose, PLAN) == {"commission"}
    neither = loads(
        growth().replace("      binds: results.content_hash\n", "").replace("page: results", "page: case")
    )
    assert deciding_on(neither, RESULTS) == frozenset()
