"""Events of terms as an author writes them: read, refused, compared, migrated, and played in scenarios."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from app.engine import Cast, Complete, FactValue, Fire, Open, Reopen, fold
from app.engine.anchors import NO_NAMES, STAGE, DateNames
from app.engine.checking.checks import check
from app.engine.comparing.comparison import compare
from app.engine.comparing.words import RoomNames
from app.engine.definition import Definition, akin
from app.engine.drawing.diagram import draw
from app.engine.migrating.migration import Plan, plan, undo
from app.engine.reading.loader import loads, parse_text
from app.engine.trials.reading import read_scenarios
from app.engine.trials.scenarios import rehearse
from app.engine.trials.simulation import simulate
from tests.unit.engine.anchored import ANCHORED, ORDER, AnchoredDesk, counted
from tests.unit.engine.broken_since import BROKEN_SINCE

SCHEMA = json.loads((Path(__file__).parents[3] / "workflows" / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FACTS = {"paper.hash", "paper.ordered_on"}


def findings_of(text: str) -> list[Any]:
    definition, findings = parse_text(text, "anchored.yaml")
    if definition is None:
        return findings
    return check(definition, FACTS, known_dates={"paper.ordered_on"})


# ── reading and checking ──────────────────────────────────────────────────────────────────────────


def test_the_definition_is_clean() -> None:
    assert findings_of(ANCHORED) == []
    VALIDATOR.validate(yaml.safe_load(ANCHORED))


@pytest.mark.parametrize("name", BROKEN_SINCE)
def test_a_term_from_nothing_is_told_where_it_stands(name: str) -> None:
    old, new, code = BROKEN_SINCE[name]
    assert ANCHORED.count(old) == 1
    text = ANCHORED.replace(old, new)
    found = findings_of(text)
    assert code in [one.code for one in found]
    told = next(one for one in found if one.code == code)
    assert "since" in text.splitlines()[told.line - 1]
    assert told.message_ru != told.message
    assert "{" not in told.message + told.message_ru
    if code == "bad_value":
        assert not VALIDATOR.is_valid(yaml.safe_load(text))
    if code == "since_circle":
        assert [one.code for one in found].count(code) == 1


@pytest.mark.parametrize(
    ("stage", "task", "told"),
    [
        ("working_days: 20, since: opened", "working_days: 21", True),  # entering is never before the opening
        ("working_days: 20, since: opened", "working_days: 20", False),
        ("working_days: 20", "working_days: 21, since: done:check", True),  # at the earliest on the first day
        ("working_days: 20", "working_days: 21, since: vote_passed", True),
        ("working_days: 20", "working_days: 21, since: opened", False),  # the opening may be long ago
        ("working_days: 20, since: vote_opened", "working_days: 21, since: vote_passed", True),
        ("working_days: 20, since: vote_opened", "working_days: 21", False),
        ("working_days: 20, since: paper.ordered_on", "working_days: 21, since: paper.ordered_on", True),
        (
            "working_days: 20",
            "working_days: 21, since: paper.ordered_on",
            False,
        ),  # nobody knows which is first
        ("working_days: 20, since: done:check", "working_days: 21, since: done:check", True),
        ("working_days: 20, since: done:check", "working_days: 21, since: done:write", False),
    ],
)
def test_a_task_that_ends_after_its_stage_is_warned_of_where_it_can_be_known(
    stage: str, task: str, told: bool
) -> None:
    text = ANCHORED.replace("due: {working_days: 20, since: opened}", f"due: {{{stage}}}")
    text = text.replace("due: {working_days: 4, since: vote_passed}", f"due: {{{task}}}")
    found = [one for one in findings_of(text) if one.code == "task_after_stage"]
    assert [one.severity for one in found] == ["warning"] * told
    if told:
        line = text.splitlines()[found[0].line - 1]
        assert line[found[0].column - 1 :] == f"{{{task}}}"
        loads(text)


def test_where_kinds_of_facts_are_not_known_none_is_blamed() -> None:
    text = ANCHORED.replace("since: done:bind", "since: paper.hash")
    assert findings_of(ANCHORED.replace("since: paper.ordered_on", "since: paper.hash"))
    assert parse_text(text)[1] == []
    definition = loads(text)
    assert check(definition, FACTS) == []


def test_a_stage_that_may_be_passed_by_is_warned_of_not_refused() -> None:
    skipped = ANCHORED + (
        "  hurry:\n    titles: {ru: Сразу, en: Hurry}\n    kind: skip\n    from: draft\n    to: print\n"
        "    by: [author]\n    form: {comment: required}\n"
    )
    found = findings_of(skipped)
    assert [(one.code, one.severity) for one in found] == [("since_may_never", "warning")]
    loads(skipped)


@pytest.mark.parametrize(
    "value",
    ["entered", "opened", "vote_opened", "vote_passed", "done:write", "paper.ordered_on", "Entered", "", "done",
     "done:", "done: write", "done:Write", "done:a.b", "a.b.c", ".b", "a.", "vote", "done:write ", " entered",
     "a" * 61 + ".b", "done:" + "a" * 60, "done:" + "a" * 61, None, True, 5, ["entered"], {"done": "write"}, "due.is",
     "done:1"],
)  # fmt: skip
def test_schema_and_parser_accept_the_same_events(value: Any) -> None:
    data = yaml.safe_load(ANCHORED)
    data["stages"]["draft"]["tasks"]["check"]["due"]["since"] = value
    findings = parse_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))[1]
    assert VALIDATOR.is_valid(data) == ("bad_value" not in {one.code for one in findings})


def test_entered_written_or_left_out_is_the_same_procedure() -> None:
    written = ANCHORED.replace("due: {working_days: 3}", "due: {working_days: 3, since: entered}")
    assert loads(written, "a").hash == loads(ANCHORED, "b").hash
    assert loads(ANCHORED.replace("since: opened", "since: entered"), "c").hash != loads(ANCHORED, "b").hash


# ── comparison ────────────────────────────────────────────────────────────────────────────────────


def told(old: str, new: str, dates: DateNames = NO_NAMES) -> dict[str, str]:
    before, after = loads(old, "old"), loads(new.replace("version: 1", "version: 2"), "new")
    return {one.path: one.texts["ru"] for one in compare(before, after, RoomNames(dates))}


def test_another_event_is_told_in_words() -> None:
    new = ANCHORED.replace("since: done:write}\n      invite", "since: vote_opened}\n      invite")
    new = new.replace("remind: [1], since: done:write", "remind: [1], since: vote_opened")
    assert told(ANCHORED, new) == {
        "stages.draft.tasks.check.due": (
            "Задача «Проверить»: срок: отсчёт со дня: выполнения задачи «Написать» → открытия голосования"
        )
    }


def test_a_term_that_is_new_tells_its_event() -> None:
    without = ANCHORED.replace("    due: {working_days: 15, since: paper.ordered_on}\n", "")
    assert told(without, ANCHORED) == {
        "stages.print.due": "Срок этапа «Печать»: нет → 15\u00a0рабочих дней со дня даты «paper.ordered_on»"
    }
    named = {"paper.ordered_on": ("приказа", "the order")}
    assert told(without, ANCHORED, named)["stages.print.due"].endswith("рабочих дней со дня приказа")


def test_the_number_of_days_agrees() -> None:
    new = ANCHORED.replace("working_days: 15", "working_days: 21")
    assert told(ANCHORED, new)["stages.print.due"] == "Срок этапа «Печать»: 15 → 21\u00a0рабочий день"


def test_the_drawing_says_what_a_term_is_counted_from() -> None:
    definition = loads(ANCHORED, "anchored")
    named = {"paper.ordered_on": ("приказа", "the order")}
    for language, said in (("ru", "15 раб. дн. со дня приказа"), ("en", "15 working days from the order")):
        drawing = draw(definition, language, dates=named).replace("\u00a0", " ")
        assert said in drawing
        assert "paper.ordered_on" not in drawing


def test_a_task_that_was_renamed_is_no_other_event() -> None:
    new = ANCHORED.replace("write", "compose") + "migrations:\n  - {from: 1, tasks: {write: compose}}\n"
    assert "stages.draft.tasks.check.due" not in told(ANCHORED, new)


# ── migration ─────────────────────────────────────────────────────────────────────────────────────


def moved(desk: AnchoredDesk, new: str, rule: str, *, on: date) -> tuple[Definition, Plan]:
    """The case planned into version 2 of the procedure; both versions know one another."""
    text = new.replace("version: 1", "version: 2") + f"migrations:\n  - {rule}\n"
    old, there = akin([desk.definition, loads(text, "second.yaml")])
    desk.today, desk.definition = on, old
    return there, plan(old, there, desk.now(), desk.ctx())


ENTERED = ANCHORED.replace("since: done:write}\n      invite", "}\n      invite").replace(
    "due: {working_days: 5, remind: [1], since: done:write}", "due: {working_days: 5, remind: [1]}"
)
DAY = date(2025, 1, 15)


def test_a_term_moved_to_an_event_still_to_come_is_lost_when_recounted_and_stays_when_kept() -> None:
    desk = AnchoredDesk(loads(ENTERED, "entered.yaml"))
    desk.act(Open())
    there, found = moved(desk, ANCHORED, "{from: 1, terms: recount}", on=DAY)
    assert found.fate == "loses_term"
    assert "срок «Проверить» начнётся, когда будет выполнена задача «Написать»" in [
        one.texts["ru"] for one in found.notes
    ]
    assert found.event is not None
    assert found.event.lost == ("check",)
    _there, kept = moved(
        AnchoredDesk(desk.definition, state=desk.state), ANCHORED, "{from: 1, terms: keep}", on=DAY
    )
    assert kept.fate == "moves"
    desk.take_over(there, found)
    assert desk.due("check") is None
    desk.act(Complete("write"), date(2025, 1, 20))
    assert desk.due("check") == counted(date(2025, 1, 20), 5)
    assert fold(there, desk.events) == desk.now()


def test_a_term_moved_to_an_event_that_was_is_counted_from_it() -> None:
    desk = AnchoredDesk(loads(ENTERED, "entered.yaml"))
    desk.act(Open())
    desk.act(Complete("write"), date(2025, 1, 13))
    _there, found = moved(desk, ANCHORED, "{from: 1, terms: recount}", on=DAY)
    assert (found.fate, found.codes) == ("moves", ("term_moved",))
    assert found.event is not None
    assert found.event.terms["check"].due == counted(date(2025, 1, 13), 5)
    assert "задачи «Написать» (13.01.2025)" in found.event.terms["check"].texts["ru"]


def test_a_task_that_is_done_again_by_the_move_takes_the_term_with_it() -> None:
    desk = AnchoredDesk()
    for action in (Open(), Complete("write")):
        desk.act(action)
    there, found = moved(desk, ANCHORED, "{from: 1, reopens: [write]}", on=DAY)
    assert found.fate == "loses_term"
    assert found.event is not None
    assert set(found.event.lost) == {"check", "invite"}
    desk.take_over(there, found)
    assert (desk.due("check"), desk.due("invite")) == (None, None)


def test_a_new_term_begins_where_its_event_was_and_waits_where_it_was_not() -> None:
    without = (
        ANCHORED.replace("        due: {working_days: 2, since: vote_opened}\n", "")
        .replace("        due: {working_days: 4, since: vote_passed}\n", "")
        .replace("    due: {working_days: 20, since: opened}\n", "")
    )
    desk = AnchoredDesk(loads(without, "without.yaml"))
    for action in (Open(), Complete("write")):
        desk.act(action)
    there, found = moved(desk, ANCHORED, "{from: 1}", on=DAY)
    assert (found.fate, found.codes) == ("moves", ("term_added", "term_added", "term_waits"))
    desk.take_over(there, found)
    assert desk.due() == counted(date(2025, 1, 9), 20)
    assert desk.due("invite") == counted(DAY, 2)  # nobody kept when the vote opened: from the move
    assert desk.text("invite").startswith(
        "2 рабочих дня со дня перевода случая, в котором уже шло голосование, на новый порядок (15.01.2025)"
    )
    assert desk.due("publish") is None


def test_a_move_that_changes_nothing_moves_as_is_and_is_undone_to_the_letter() -> None:
    desk = AnchoredDesk()
    for action in (Open(), Complete("write")):
        desk.act(action)
    before, old = desk.now(), desk.definition
    there, found = moved(desk, ANCHORED, "{from: 1, terms: recount}", on=DAY)
    assert (found.fate, found.codes) == ("moves", ())
    old = desk.definition
    desk.take_over(there, found)
    back = undo(old, there, before, desk.now(), desk.ctx())
    desk.definition = old
    desk.take(back)
    assert desk.now() == replace(before, version=before.version + 2)


def test_a_renamed_task_is_the_same_event() -> None:
    desk = AnchoredDesk()
    for action in (Open(), Complete("write")):
        desk.act(action)
    there, found = moved(
        desk,
        ANCHORED.replace("write", "compose"),
        "{from: 1, terms: recount, tasks: {write: compose}}",
        on=DAY,
    )
    assert (found.fate, found.codes) == ("moves", ()), "only its id is another, so nobody needs to hear of it"
    desk.take_over(there, found)
    desk.act(Reopen("compose", "ошибка"))
    assert desk.due("check") is None


def test_a_date_known_when_the_case_moves_begins_the_term() -> None:
    desk = AnchoredDesk().printing(date(2025, 1, 20))
    desk.facts["paper.ordered_on"] = FactValue(date(2025, 1, 17), of=ORDER)
    _there, found = moved(desk, ANCHORED, "{from: 1}", on=date(2025, 1, 21))
    assert (found.fate, found.codes) == ("moves", ("term_added",))
    assert found.event is not None
    assert found.event.term is not None
    assert found.event.term.due == counted(date(2025, 1, 17), 15)


def test_a_lost_term_is_warned_of_in_the_check() -> None:
    second = ANCHORED.replace("version: 1", "version: 2").replace(
        "        due: {working_days: 7, since: done:write}\n", ""
    )
    second += "migrations:\n  - {from: 1}\n"
    found = check(loads(second, "second.yaml"), earlier={1: loads(ANCHORED, "first.yaml")})
    assert [(one.code, one.severity) for one in found] == [("term_lost", "warning")]


def test_histories_that_move_between_versions_with_other_events_keep_the_promises() -> None:
    second = ENTERED.replace("version: 1", "version: 2").replace(
        "since: vote_passed", "since: paper.ordered_on"
    )
    second += "migrations:\n  - {from: 1, terms: recount}\n"
    for first, other in ((ANCHORED, second), (second, ANCHORED)):
        report = simulate(loads(first, "a"), 60, 11, [loads(other, "b")])
        assert [str(one) for _, one in report.divergences] == []
        assert report.migrated > 20


# ── scenarios ─────────────────────────────────────────────────────────────────────────────────────

SCENARIOS = """\
workflow: anchored
today: 2025-01-09
people:
  boss: {roles: [author, chair]}
facts: {paper.hash: first}
scenarios:
  printed:
    titles: {ru: Печать, en: Print}
    steps:
      - {by: boss, open: true, expect: {due_in: 20, task_due: {write: 2025-01-14, check: null, publish: null}}}
      - {by: boss, complete: write, later: 2, expect: {task_due_in: {check: 5, invite: 2, publish: null},
         events: [task_completed, approval_opened, terms_started]}}
      - {by: boss, complete: check}
      - {by: boss, vote: for, expect: {task_due_in: {publish: 4}}}
      - {by: boss, complete: publish}
      - {by: boss, fire: adopt, expect: {due: null, task_due: {bind: 2025-01-22, send: null}}}
      - {facts: {paper.ordered_on: 2025-01-10}, expect: {due: null}}
      - {later: 1, expect: {due: 2025-01-31}}
"""


def test_a_scenario_promises_when_a_term_begins_also_at_night() -> None:
    scenarios, faults = read_scenarios(SCENARIOS, "anchored.scenarios.yaml")
    assert faults == []
    played = rehearse(loads(ANCHORED, "anchored.yaml"), scenarios)
    assert [str(one) for one in played.findings] == []


def test_a_scenario_that_promises_another_day_fails() -> None:
    scenarios, _faults = read_scenarios(SCENARIOS.replace("2025-01-31", "2025-02-01"), "x.yaml")
    played = rehearse(loads(ANCHORED, "anchored.yaml"), scenarios)
    assert [one.code for one in played.findings] == ["expected_other"]


def test_the_end_of_a_vote_is_reached_by_the_scenarios_people() -> None:
    desk = AnchoredDesk()
    for action in (
        Open(),
        Complete("write"),
        Cast("for"),
        Complete("check"),
        Complete("publish"),
        Fire("adopt"),
    ):
        desk.act(action)
    assert desk.now().stage == "print"
    assert desk.due(STAGE) is None


def test_what_is_lost_in_a_move_is_told_in_the_words_of_the_room() -> None:
    desk = AnchoredDesk(loads(ENTERED, "entered.yaml"))
    desk.act(Open())
    desk.facts["paper.ordered_on"] = FactValue(None, until={"ru": "выйдет приказ", "en": "the order is out"})
    new = ENTERED.replace("due: {working_days: 3}", "due: {working_days: 3, since: paper.ordered_on}")
    _there, found = moved(desk, new, "{from: 1, terms: recount}", on=DAY)
    assert [one.texts["ru"] for one in found.notes] == ["срок «Написать» начнётся, когда выйдет приказ"]
    assert [one.texts["en"] for one in found.notes] == ["the term of “Write” begins when the order is out"]
