"""The procedure of another municipality (`tests/data/growth`): a share, a veto, a term from a fact."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cases.procedures.rehearsal import play_files
from app.cases.stages import PLAN, RESULTS, deciding_on, is_before, leaving_asks, submitting, tasks_of_page
from app.engine import Definition
from app.engine.comparing.comparison import compare
from app.engine.reading.loader import loads
from app.engine.trials.simulation import simulate
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


SECOND = (
    ("version: 1\n", "version: 2\n"),
    ("      take_in:\n", "      accept_it:\n"),
    ("  pairing:\n    titles: {ru: Подбор наставника, en: Pairing}\n"
     "    due: {working_days: 5, since: documents.order_date}\n\n", ""),
    ("    to: pairing\n", "    to: commission_order\n"),
    ("    from: [commission, pairing]\n", "    from: [commission, commission_order]\n"),
    ("  work:\n    titles: {ru: Работа команды, en: Work of the team}\n",
     "  commission_order:\n    titles: {ru: Приказ и работа, en: Order and work}\n"),
    ("    from: work\n", "    from: commission_order\n"),
    ("    to: work\n", "    to: commission_order\n"),
)  # fmt: skip
MOVES = """
migrations:
  from: 1
  stages: {pairing: commission_order, work: commission_order}
  tasks: {take_in: accept_it}
"""


def test_stages_that_became_one_and_a_task_with_another_code_are_told_so(procedure: Definition) -> None:
    first = growth().replace(
        "    titles: {ru: Подбор наставника, en: Pairing}\n",
        "    titles: {ru: Подбор наставника, en: Pairing}\n    tasks:\n      meet:\n"
        "        titles: {ru: Познакомиться, en: Meet}\n        roles: [director]\n",
    )
    text = growth()
    text = text[: text.index("  begin:\n")] + text[text.index("  sum_up:\n") :]
    for old, new in SECOND:
        assert old in text, old
        text = text.replace(old, new)
    text = text.replace(
        "    titles: {ru: Приказ и работа, en: Order and work}\n",
        "    titles: {ru: Приказ и работа, en: Order and work}\n    tasks:\n      meet:\n"
        "        titles: {ru: Познакомиться, en: Meet}\n        roles: [director]\n",
    )
    told = [one.texts["ru"] for one in compare(loads(first), loads(text + MOVES))]
    assert told[:3] == [
        "Этап «Подбор наставника» заменён этапом «Приказ и работа»",
        "Этап «Работа команды» заменён этапом «Приказ и работа»",
        "Задача «Принять заявку»: код take_in → accept_it",
    ]
    assert not [one for one in told if "Познакомиться" in one], "the task came along with its stage"


def test_a_step_with_another_code_is_compared_with_what_it_was(procedure: Definition) -> None:
    step = "  begin:\n"
    assert step in growth()
    second = growth().replace("version: 1\n", "version: 2\n", 1).replace(step, "  set_out:\n")
    titles = procedure.transitions["begin"].titles
    bare = [one.texts["ru"] for one in compare(procedure, loads(second))]
    assert f"Переход «{titles['ru']}» убран" in bare
    told = compare(procedure, loads(f"{second}\nmigrations: {{from: 1, transitions: {{begin: set_out}}}}\n"))
    assert [one.texts["ru"] for one in told] == [
        f"Переход «{titles['ru']}»: код begin → set_out",
        "Перевод случаев с версии 1: добавлено правило",
        f"Перевод случаев с версии 1: переходы: добавлено — begin → {titles['ru']}",
    ]
    assert told[0].texts["en"] == f"The transition “{titles['en']}”: id begin → set_out"
