"""What would become of a case in another version: each fate, and the difference of two versions in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.engine import Complete, Definition, Fire
from app.engine.comparing.comparison import compare
from app.engine.deadlines import PlainWeek, add_working_days
from app.engine.definition import akin
from app.engine.events import from_dict
from app.engine.evolution import fold
from app.engine.migrating.migration import extended, plan, rule_between
from app.engine.reading.loader import loads
from app.engine.recounting import counted_anew, recount
from app.engine.state import State, from_record, to_record
from app.engine.trials.worlds import Holidays
from tests.unit.engine.conftest import NOW

PROCEDURE = Path(__file__).parents[3] / "workflows" / "school_support"
FIRST = (PROCEDURE / "v1.yaml").read_text(encoding="utf-8")
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


def test_of_what_only_has_another_id_nothing_is_told(shipped: Definition, desk: Any) -> None:
    """«Задача «А» становится задачей «А»» says nothing; the event knows the ids."""
    titles = shipped.stages["curator_agreement"].titles
    text = SECOND.replace("{ru: Договор о сотрудничестве школ, en: Cooperation agreement of the schools}",
                          f"{{ru: {titles['ru']}, en: {titles['en']}}}", 1)  # fmt: skip
    desk.walk_to("curator_agreement")
    planned = plan(shipped, loads(text, "same title"), desk.now(), desk.ctx("admin"))
    assert (planned.fate, planned.target, planned.codes) == ("moves", "cooperation", ())


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


def _moved_to(text: str, rule: str = "terms: recount") -> Definition:
    """The second version of the shipped procedure with this text."""
    second = text.replace("version: 1\n", "version: 2\n", 1) + f"\nmigrations:\n  - {{from: 1, {rule}}}\n"
    return loads(second, "second")


def _without(text: str, *steps: str) -> str:
    for step in steps:
        start = text.index(f"  {step}:\n")
        text = text[:start] + text[text.index("\n\n", start) + 2 :]
    return text


def test_a_case_that_stands_still_does_not_move_where_nothing_resumes_it(
    shipped: Definition, desk: Any
) -> None:
    there = _moved_to(_without(FIRST, "suspend", "resume"))
    desk.walk_to("diagnosis")
    assert plan(shipped, there, desk.now(), desk.ctx("admin")).fate == "moves"
    desk.act("methodist", Fire("suspend", "ремонт"))
    planned = plan(shipped, there, desk.now(), desk.ctx("admin"))
    assert (planned.fate, planned.codes, planned.event) == ("refused", ("no_resume",), None)
    assert "«Диагностика»" in planned.notes[0].texts["ru"]


def test_an_open_task_that_now_belongs_to_another_stage_is_told_with_the_term_it_loses(
    shipped: Definition, desk: Any
) -> None:
    start, end = FIRST.index("      verify_risks:\n"), FIRST.index("      check_diagnosis:\n")
    task, rest = FIRST[start:end], FIRST[:start] + FIRST[end:]
    place = rest.index("    tasks:\n", rest.index("  plan_approval:\n")) + len("    tasks:\n")
    there = _moved_to(rest[:place] + task + rest[place:])
    desk.walk_to("diagnosis")
    planned = plan(shipped, there, desk.now(), desk.ctx("admin"))
    assert (planned.fate, planned.codes) == ("loses_term", ("task_elsewhere", "term_off"))
    assert "«Утверждение плана»" in planned.notes[0].texts["ru"]
    desk.act("curator", Complete("verify_risks"))
    done = plan(shipped, there, desk.now(), desk.ctx("admin"))
    assert (done.fate, done.codes) == ("moves", ()), "what was done stays done there"


def test_a_pause_as_long_as_the_term_itself_is_not_taken_back_by_a_shorter_term(
    shipped: Definition, desk: Any
) -> None:
    desk.walk_to("diagnosis")
    days = desk.now().term.working_days
    desk.act("methodist", Fire("suspend", "ремонт"))
    desk.today = add_working_days(desk.today, days, PlainWeek()).due
    desk.act("methodist", Fire("resume"))
    assert desk.now().term.working_days == days
    shorter = FIRST.replace(f"working_days: {days}", f"working_days: {days - 5}", 1)
    planned = plan(shipped, _moved_to(shorter), desk.now(), desk.ctx("admin"))
    assert (planned.fate, planned.codes) == ("moves", ())


def test_a_term_kept_by_one_move_is_counted_from_its_beginning_by_the_next(
    shipped: Definition, desk: Any
) -> None:
    desk.walk_to("diagnosis")
    begins = desk.now().term.start
    second = _moved_to(FIRST.replace("working_days: 15", "working_days: 20", 1), "terms: keep")
    text = FIRST.replace("working_days: 15", "working_days: 25", 1).replace("version: 1\n", "version: 3\n", 1)
    third = loads(text + "\nmigrations:\n  - {from: 2, terms: recount}\n", "third")
    old, new, newest = akin([shipped, second, third])
    kept = plan(old, new, desk.now(), desk.ctx("admin"))
    assert kept.event is not None
    planned = plan(new, newest, fold(new, [*desk.events, kept.event]), desk.ctx("admin"))
    assert planned.event is not None
    assert planned.event.term == add_working_days(begins, 25, PlainWeek())


def test_a_prolonged_term_that_a_move_has_lengthened_follows_the_calendar_from_its_beginning(
    shipped: Definition, desk: Any
) -> None:
    desk.walk_to("diagnosis")
    desk.act("methodist", Fire("suspend", "ремонт"))
    desk.today += timedelta(days=6)
    desk.act("methodist", Fire("resume"))
    due = desk.now().due
    longer = FIRST.replace("working_days: 15", "working_days: 20", 1)
    old, new = akin([shipped, _moved_to(longer)])
    planned = plan(old, new, desk.now(), desk.ctx("admin"))
    assert planned.event is not None
    off = Holidays(frozenset({due - timedelta(days=1), due}))
    there = recount(old, desk.events, off, NOW, "7")
    here = recount(new, [*desk.events, planned.event], off, NOW, "7")
    assert there is not None
    assert here is not None
    assert there.term is not None
    assert here.term is not None
    assert here.term.due == add_working_days(there.term.due, 5, off).due
    assert from_dict(here.to_dict()).term.is_prolonged
