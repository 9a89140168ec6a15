"""Terms of a case that is moved while it stands still, whose tasks the move opens again, or that is reinstated."""

from __future__ import annotations

from datetime import date

from app.engine import Cast, Complete, Definition, Fire, Open, Reopen, fold
from app.engine.definition import akin
from app.engine.migrating.migration import Plan, plan
from app.engine.reading.loader import loads
from tests.unit.engine.anchored import ANCHORED, PREPARED, AnchoredDesk, counted

WITHOUT = ANCHORED.replace("    due: {working_days: 15, since: paper.ordered_on}\n", "")


def moved(desk: AnchoredDesk, rule: str, *, on: date, new: str = ANCHORED) -> tuple[Definition, Plan]:
    """The case moved to version 2 of the procedure on this day."""
    text = new.replace("version: 1", "version: 2") + f"migrations:\n  - {rule}\n"
    old, there = akin([desk.definition, loads(text, "second.yaml")])
    desk.today, desk.definition = on, old
    found = plan(old, there, desk.now(), desk.ctx())
    desk.take_over(there, found)
    return there, found


def printing(procedure: str) -> AnchoredDesk:
    """A case whose order is being printed."""
    desk = AnchoredDesk(loads(procedure, "first.yaml"))
    for action in (Open(), *PREPARED, Fire("adopt")):
        desk.act(action)
    return desk


def test_a_plain_term_that_is_new_to_a_case_that_stands_still_counts_none_of_the_pause() -> None:
    desk = printing(WITHOUT)
    desk.act(Fire("pause"), date(2025, 1, 10))
    plain = ANCHORED.replace("working_days: 15, since: paper.ordered_on", "working_days: 5")
    there, found = moved(desk, "{from: 1}", on=date(2025, 2, 3), new=plain)
    assert found.codes == ("term_added",)
    desk.act(Fire("go_on"), date(2025, 2, 5))
    assert desk.due() == counted(date(2025, 2, 5), 5)
    assert fold(there, desk.events) == desk.now()


def test_an_event_during_the_pause_begins_no_term_by_the_move() -> None:
    desk = printing(WITHOUT)
    desk.act(Fire("pause"), date(2025, 1, 10))
    desk.facts["paper.ordered_on"] = date(2025, 2, 3)
    there, found = moved(desk, "{from: 1}", on=date(2025, 2, 3))
    assert found.codes == ("term_waits",)
    assert desk.due() is None
    desk.act(Fire("go_on"), date(2025, 2, 5))
    assert desk.due() == counted(date(2025, 2, 5), 15)
    assert fold(there, desk.events) == desk.now()


def test_an_event_before_the_pause_begins_its_term_by_the_move_and_the_pause_is_added_once() -> None:
    desk = printing(WITHOUT)
    desk.act(Fire("pause"), date(2025, 1, 10))
    desk.facts["paper.ordered_on"] = date(2025, 1, 9)
    moved(desk, "{from: 1}", on=date(2025, 2, 3))
    assert desk.due() == counted(date(2025, 1, 9), 15)
    desk.act(Fire("go_on"), date(2025, 2, 5))
    assert desk.due() == counted(date(2025, 2, 5), 14), "one day had passed before the pause"


def test_what_waited_for_a_task_that_is_to_be_done_again_begins_anew_also_when_it_was_done_itself() -> None:
    desk = AnchoredDesk()
    for action in (Open(), Complete("write"), Complete("check")):
        desk.act(action)
    there, _ = moved(desk, "{from: 1, reopens: [write]}", on=date(2025, 2, 3))
    assert desk.now().tasks["check"].status == "done"
    desk.act(Complete("write"), date(2025, 2, 10))
    desk.act(Reopen("check", "заново"), date(2025, 2, 11))
    assert desk.due("check") == counted(date(2025, 2, 10), 5)
    assert fold(there, desk.events) == desk.now()


def test_a_task_opened_again_by_the_move_begins_the_term_that_was_taken_back_before() -> None:
    desk = AnchoredDesk()
    for action in (Open(), Complete("write"), Complete("check")):
        desk.act(action)
    desk.act(Reopen("write", "заново"), date(2025, 1, 13))
    desk.act(Complete("write"), date(2025, 2, 10))
    there, found = moved(desk, "{from: 1, reopens: [check]}", on=date(2025, 2, 11))
    assert found.codes == ("task_reopened", "term_added")
    assert desk.due("check") == counted(date(2025, 2, 10), 5)
    assert fold(there, desk.events) == desk.now()


def test_votes_that_become_void_take_the_term_of_what_was_done_after_them() -> None:
    desk = AnchoredDesk()
    for action in (Open(), Complete("write"), Cast("for"), Complete("publish")):
        desk.act(action)
    other = ANCHORED.replace("binds: paper.hash", "binds: paper.other")
    desk.facts["paper.other"] = "second"
    there, _ = moved(desk, "{from: 1, votes: void}", on=date(2025, 2, 3), new=other)
    assert (desk.now().approval, desk.now().tasks["publish"].term) == ("open", None)
    desk.act(Reopen("publish", "заново"))
    assert desk.due("publish") is None
    desk.act(Cast("for"), date(2025, 2, 4))
    assert desk.due("publish") == counted(date(2025, 2, 4), 4)
    assert fold(there, desk.events) == desk.now()


def test_a_term_from_before_the_termination_is_later_by_it_when_the_case_is_reinstated() -> None:
    due = []
    for stop, go_on in (
        (Fire("pause"), Fire("go_on")),
        (Fire("stop", "прекращено"), Fire("take_up", "продолжено")),
    ):
        desk = printing(ANCHORED)
        desk.act(stop, date(2025, 1, 14))
        desk.facts["paper.ordered_on"] = date(2025, 1, 13)
        desk.act(go_on, date(2025, 2, 3))
        assert fold(desk.definition, desk.events) == desk.now()
        due.append(desk.due())
    assert due == [counted(date(2025, 2, 3), 14)] * 2
