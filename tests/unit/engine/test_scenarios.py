"""Scenarios: the shipped ones show all of the procedure; a wrong one is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import Definition
from app.engine.finding_texts import TEXTS
from app.engine.reading.loader import loads
from app.engine.scenario_texts import SCENARIO_TEXTS
from app.engine.trials.coverage import Target, targets_of
from app.engine.trials.reading import Scenario, read_scenarios
from app.engine.trials.scenarios import Rehearsal, printed, rehearse

FOLDER = Path(__file__).parents[3] / "workflows" / "school_support"
HEAD = """workflow: school_support
today: 2025-01-22
people:
  chair: {roles: [chair], name: Председатель}
facts: {case.curator_assigned: true, case.curator_not_supported: true}
scenarios:
  first:
    titles: {ru: Первый, en: First}
    steps:
"""


def shipped_scenarios() -> list[Scenario]:
    found: list[Scenario] = []
    for path in sorted((FOLDER / "scenarios").glob("*.yaml")):
        scenarios, faults = read_scenarios(path.read_text(encoding="utf-8"), path.name)
        assert faults == []
        found += scenarios
    return found


def play(definition: Definition, text: str) -> Rehearsal:
    scenarios, faults = read_scenarios(text, "s.yaml")
    assert faults == []
    return rehearse(definition, scenarios)


def codes(rehearsal: Rehearsal) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.code) for fault in rehearsal.findings]


def test_the_shipped_scenarios_pass_and_show_everything(shipped: Definition) -> None:
    played = rehearse(shipped, shipped_scenarios())
    assert played.findings == []
    assert played.coverage.missing() == []
    assert played.coverage.percent == 100
    assert all(seen == total > 0 for seen, total in played.coverage.counts().values())


@pytest.mark.parametrize("missing", range(0, 111, 10))
def test_what_nobody_has_shown_is_told_with_its_place(shipped: Definition, missing: int) -> None:
    played = rehearse(shipped, shipped_scenarios())
    target: Target = targets_of(shipped)[missing]
    played.coverage.seen.remove(target)
    (found,) = played.coverage.missing()
    assert found.code == f"uncovered_{target.kind}"
    assert target.id in found.message_ru
    assert found.line > 1
    assert played.coverage.percent < 100


def test_a_step_removed_from_the_scenarios_is_missed(shipped: Definition) -> None:
    kept = [
        one for one in shipped_scenarios() if one.id not in ("plan_changed_on_the_way", "plan_tie_against")
    ]
    missing = {(one.code, one.message) for one in rehearse(shipped, kept).coverage.missing()}
    assert ("uncovered_transition", "No scenario takes “change_plan” from “events”") in missing
    assert ("uncovered_approval", "No scenario sees the vote “plan_vote” fail") in missing


STEPS: dict[str, tuple[str, list[tuple[int, int, str]]]] = {
    "as promised": ("- {by: methodist, open: true, expect: {stage: identified, due_in: 5, events: [case_opened]}}", []),
    "another stage": ("- {by: methodist, open: true, expect: {stage: diagnosis}}", [(10, 53, "expected_other")]),
    "another term": ("- {by: methodist, open: true, expect: {due: 2025-01-30}}", [(10, 51, "expected_other")]),
    "refused, not promised": (
        "- {by: methodist, open: true}\n      - {by: director, fire: start_diagnosis}",
        [(11, 9, "step_refused")],
    ),
    "promised, not refused": (
        "- {by: methodist, open: true, expect: {refused: [role]}}", [(10, 9, "step_accepted")]
    ),
    "another reason": (
        "- {by: methodist, open: true}\n      - {by: methodist, open: true, expect: {refused: [role]}}",
        [(11, 55, "expected_other")],
    ),
    "another sentence": (
        "- {by: methodist, open: true}\n"
        "      - {by: methodist, open: true, expect: {refused: [already_open], says: {ru: Нельзя}}}",
        [(11, 77, "expected_other")],
    ),
    "nobody opened it": ("- {expect: {stage: identified}}", [(10, 9, "not_opened")]),
    "time goes back": ("- {day: 2025-01-21, by: methodist, open: true}", [(10, 9, "clock_back")]),
    "no such transition": ("- {by: methodist, fire: fly}", [(10, 31, "unknown_transition")]),
    "no such task": ("- {by: methodist, complete: fly}", [(10, 35, "unknown_task")]),
    "no such fact": ("- {by: methodist, open: true, facts: {weather.fine: true}}", [(10, 45, "fact_unasked")]),
    "no such person": ("- {by: wizard, open: true}", [(10, 14, "unknown_person")]),
    "no such stage": ("- {by: methodist, open: true, expect: {stage: sky}}", [(10, 53, "unknown_stage")]),
    "no such outcome": ("- {by: methodist, open: true, expect: {outcome: sky}}", [(10, 55, "unknown_outcome")]),
    "no such expected task": (
        "- {by: methodist, open: true, expect: {tasks: {fly: done}}}", [(10, 53, "unknown_task")]),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_a_scenario_that_goes_otherwise_is_told_with_its_place(shipped: Definition, name: str) -> None:
    step, wanted = STEPS[name]
    assert codes(play(shipped, f"{HEAD}      {step}\n")) == wanted


UNREADABLE = {
    "unknown key": ("- {by: methodist, opens: true}", "unknown_key"),
    "two actions": ("- {by: methodist, open: true, vote: for}", "not_one_action"),
    "nobody acts": ("- {open: true}", "not_one_action"),
    "unknown expectation": ("- {by: methodist, open: true, expect: {weather: fine}}", "unknown_key"),
    "not a day": ("- {day: tomorrow}", "wrong_type"),
    "no days later": ("- {later: 0}", "bad_number"),
    "not yaml": ("- {by: [", "not_yaml"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_vocabulary_is_closed(name: str) -> None:
    step, code = UNREADABLE[name]
    scenarios, faults = read_scenarios(f"{HEAD}      {step}\n", "s.yaml")
    assert scenarios == []
    assert code in [fault.code for fault in faults]
    assert all(fault.file == "s.yaml" and fault.line >= 1 and fault.column >= 1 for fault in faults)


def test_a_scenario_goes_on_from_another_and_only_if_that_one_passed(shipped: Definition) -> None:
    text = HEAD + (
        "      - {by: methodist, open: true, expect: {round: 2}}\n"
        "  second:\n    titles: {ru: Второй, en: Second}\n    after: first\n    steps: [{later: 1}]\n"
        "  third:\n    titles: {ru: Третий, en: Third}\n    after: nobody\n    steps: [{later: 1}]\n"
        "  fourth:\n    titles: {ru: Круг, en: Circle}\n    after: fourth\n    steps: [{later: 1}]\n"
    )
    played = play(shipped, text)
    assert {one: faults[0].code for one, faults in played.faults.items()} == {
        "first": "expected_other", "second": "base_failed", "third": "unknown_scenario", "fourth": "scenario_circle",
    }  # fmt: skip
    assert set(played.failed) == set(played.faults)


def test_scenarios_of_another_procedure_or_version(shipped: Definition) -> None:
    text = HEAD.replace("school_support", "another") + "      - {by: methodist, open: true}\n"
    assert [fault.code for fault in play(shipped, text).findings] == ["other_workflow"]
    later = HEAD.replace("today:", "versions: [2]\ntoday:", 1) + "      - {by: methodist, open: true}\n"
    assert play(shipped, later).faults == {}


def test_a_veto_is_one_of_the_ends_of_a_vote_that_has_it(shipped: Definition) -> None:
    source = (
        (FOLDER / "v1.yaml")
        .read_text(encoding="utf-8")
        .replace("      tie: chair\n", "      tie: chair\n      veto: [chair]\n", 1)
    )
    played = rehearse(loads(source, "veto"), shipped_scenarios())
    ends = {
        target.side
        for target in played.coverage.seen
        if target.kind == "approval" and target.id == "plan_vote"
    }
    assert "veto" in ends
    assert any(target.side == "veto" for target in targets_of(played.definition))


def test_figures_are_printed_as_in_the_file() -> None:
    assert printed({"a": (1, 0, True, None), "b": "x"}) == "{a: [1, 0, true, null], b: x}"


def test_every_sentence_has_both_languages_and_a_name_of_its_own() -> None:
    assert not set(TEXTS) & set(SCENARIO_TEXTS)
    assert all(english and russian for english, russian in SCENARIO_TEXTS.values())
