"""What would become of a case in another version: each fate, and the difference of two versions in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.engine import Definition
from app.engine.comparison import compare
from app.engine.deadlines import PlainWeek
from app.engine.definition import akin
from app.engine.evolution import fold
from app.engine.loader import loads
from app.engine.migration import extended, plan, rule_between
from app.engine.recounting import counted_anew, recount
from app.engine.state import State, from_record, to_record
from app.engine.trial_worlds import Holidays
from tests.unit.engine.conftest import NOW

PROCEDURE = Path(__file__).parents[3] / "workflows" / "school_support"
SECOND = (PROCEDURE / "v2.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def second() -> Definition:
    return loads(SECOND, "v2")


def test_a_case_whose_stage_was_replaced_moves_by_the_rule_and_needs_a_mapping_without_it(
    shipped: Definition, second: Definition, desk: Any
) -> None:
    desk.walk_to("curator_agreement")
    planned = plan(shipped, second, desk.now(), desk.ctx("admin"))
    assert (planned.fate, planned.target, planned.codes) == ("moves", "cooperation", ("stage_becomes",))
    silent = loads(SECOND[: SECOND.index("\nmigrations:")] + "\n", "silent")
    lost = plan(shipped, silent, desk.now(), desk.ctx("admin"))
    assert (lost.fate, lost.codes, lost.event) == ("needs_mapping", ("stage_unmapped",), None)
    assert "Договор со школой-куратором" in lost.notes[0].texts["ru"]
    rule = extended(rule_between(shipped, silent), shipped, {"curator_agreement": "cooperation"}, {})
    assert plan(shipped, silent, desk.now(), desk.ctx("admin"), rule).fate == "moves"


def test_a_stage_without_a_term_in_the_new_version_loses_it(shipped: Definition, desk: Any) -> None:
    start = SECOND.index("  cooperation:\n")
    due = SECOND.index("    due:", start)
    text = SECOND[:due] + SECOND[SECOND.index("\n\n", due) + 1 :]
    desk.walk_to("curator_agreement")
    planned = plan(shipped, loads(text, "no term"), desk.now(), desk.ctx("admin"))
    assert (planned.fate, "term_lost" in planned.codes) == ("loses_term", True)
    assert planned.event is not None
    assert planned.event.lost == ("",)


@pytest.mark.parametrize(("rule", "fate"), [("keep", "moves"), ("void", "moves"), ("refuse", "refused")])
def test_votes_in_progress_follow_the_rule(shipped: Definition, desk: Any, rule: str, fate: str) -> None:
    desk.walk_to("plan_approval", 2)  # the plan is prepared, one of three has voted
    there = loads(SECOND.replace("votes: keep", f"votes: {rule}"), rule)
    planned = plan(shipped, there, desk.now(), desk.ctx("admin"))
    assert planned.fate == fate
    assert ("votes_void" in planned.codes) is (rule == "void")


def test_open_tasks_left_in_another_stage_have_no_running_terms(
    shipped: Definition, second: Definition, desk: Any
) -> None:
    """A changed calendar moves the terms of where the case stands, not of where it stood before the move."""
    desk.walk_to("diagnosis")
    rule = extended(rule_between(shipped, second), shipped, {"diagnosis": "events"}, {})
    first, other = akin([shipped, second])
    planned = plan(first, other, desk.now(), desk.ctx("admin"), rule)
    assert planned.event is not None
    events = [*desk.events, planned.event]
    moved = fold(other, events)
    assert moved.tasks["fill_diagnosis"].status == "open"
    assert set(counted_anew(other, events, PlainWeek())) <= {
        "",
        *(task.id for task in other.stages["events"].tasks),
    }
    holidays = Holidays(frozenset(desk.today + timedelta(days=number) for number in range(1, 9)))
    event = recount(other, events, holidays, NOW, "admin")
    assert event is not None
    assert fold(other, [*events, event]).due != moved.due


def test_a_closed_case_stays_in_its_version(shipped: Definition, second: Definition, desk: Any) -> None:
    desk.walk_to("closed")
    planned = plan(shipped, second, desk.now(), desk.ctx("admin"))
    assert (planned.fate, planned.codes) == ("refused", ("closed",))


def test_a_state_survives_its_record(desk: Any) -> None:
    state: State = desk.walk_to("results_review", 3).now()
    assert from_record(to_record(state), state.version) == state
    assert fold(desk.definition, desk.events) == state


def test_the_difference_is_told_in_both_languages_and_titles_are_told_apart(
    shipped: Definition, second: Definition
) -> None:
    told = compare(shipped, second)
    russian = [change.texts["ru"] for change in told]
    assert "Срок этапа «Диагностика»: 15 → 20\u00a0рабочих дней" in russian
    assert "Этап «Договор со школой-куратором» заменён этапом «Договор о сотрудничестве школ»" in russian
    assert "Term of the stage “Diagnosis”: 15 → 20\u00a0working days" in [
        change.texts["en"] for change in told
    ]
    assert compare(shipped, shipped) == []
    source = (PROCEDURE / "v1.yaml").read_text(encoding="utf-8")
    retitled = loads(source.replace("ru: Диагностика, en", "ru: Изучение школы, en", 1), "retitled")
    assert [(one.structural, one.texts["ru"]) for one in compare(shipped, retitled)] == [
        (False, "Этап «Изучение школы»: название: «Диагностика» → «Изучение школы»")
    ]


def test_another_ground_of_a_term_or_a_vote_is_told_as_words(second: Definition) -> None:
    cited = {
        "source: &settings {ru: '[cfg] настройки программы', en: '[cfg] settings of the programme'}": (
            "source: &settings пункт 7 Положения",
            {
                "ru": "Срок этапа «Школа выявлена»: основание: «[cfg] настройки программы» → «пункт 7 Положения»",
                "en": "Term of the stage “School identified”: ground: "
                "“[cfg] settings of the programme” → “пункт 7 Положения”",
            },
        ),
        ", en: '[cfg] rules of the coordination group: more": (
            ", en: '[cfg] rules of the group: more",
            {
                "ru": "Голосование «Решение координационной группы по плану»: основание (на другом языке)",
                "en": "Vote “Decision of the coordination group on the plan”: ground: “[cfg] rules of the coordination "
                "group: more than half of its members, a tie is decided by the chair” → “[cfg] rules of the group: "
                "more than half of its members, a tie is decided by the chair”",
            },
        ),
        "source: *settings\n    tasks:": (
            "source: ''\n    tasks:",
            {
                "ru": "Срок этапа «Диагностика»: основание: «[cfg] настройки программы» → нет",
                "en": "Term of the stage “Diagnosis”: ground: “[cfg] settings of the programme” → none",
            },
        ),
    }
    for old, (new, texts) in cited.items():
        assert old in SECOND
        told = compare(second, loads(SECOND.replace(old, new, 1), new))
        assert texts in [one.texts for one in told]
        assert not any(one.structural for one in told)
