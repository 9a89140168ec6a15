"""Four eyes: everybody who did the work in this round is its author, not only whoever did it last."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.engine.actions import Complete, Fire, Reopen
from app.engine.authors import authors, doings
from app.engine.definition import Definition, akin
from app.engine.events import Event, Migrated, TaskCompleted, Undone
from app.engine.evolution import evolve, in_force
from app.engine.migrating.migration import plan, undo
from app.engine.reading.loader import load, loads
from app.engine.state import State
from app.engine.trials.reading import read_scenarios
from app.engine.trials.scenarios import rehearse
from app.engine.trials.walks import Walk
from app.engine.trials.worlds import World
from tests.unit.engine.test_other_procedures import PROCEDURE

FOLDER = Path(__file__).parents[3] / "workflows" / "school_support"


def barred(desk: Any) -> frozenset[str]:
    approval = desk.definition.stages[desk.now().stage].approval
    return authors(approval, desk.now(), desk.events)


def test_whoever_did_it_before_it_was_done_again_is_an_author_too(desk: Any) -> None:
    desk.walk_to("plan_approval", 1)
    assert barred(desk) == {"methodist"}
    desk.act("methodist", Reopen("prepare_plan", "Дополнить"))
    assert barred(desk) == {"methodist"}
    desk.act("methodist2", Complete("prepare_plan"))
    assert barred(desk) == {"methodist", "methodist2"}


def test_another_round_has_its_own_authors(desk: Any) -> None:
    desk.walk_to("plan_approval", 1)
    desk.act("methodist", Reopen("prepare_plan", "Дополнить"))
    desk.act("methodist2", Complete("prepare_plan"))
    desk.act("chair", Fire("return_plan", "Переделать", {"about": "terms"}))
    assert barred(desk) == frozenset()
    desk.act("methodist3", Complete("prepare_plan"))
    assert barred(desk) == {"methodist3"}


def test_authors_come_along_to_another_version_and_back(desk: Any) -> None:
    text = (FOLDER / "v2.yaml").read_text(encoding="utf-8").replace("prepare_plan", "write_plan")
    text = text.replace("tasks: {report", "tasks: {prepare_plan: write_plan, report")
    old, new = akin([desk.definition, loads(text, "v2")])
    desk.walk_to("plan_approval", 1)
    desk.act("methodist", Reopen("prepare_plan", "Дополнить"))
    desk.act("methodist2", Complete("prepare_plan"))
    before = desk.now()
    moved = plan(old, new, before, desk.ctx("admin")).event
    assert moved is not None
    there = evolve(new, before, moved)
    approval = new.stages[there.stage].approval
    assert approval is not None
    assert approval.opens_after == ("write_plan",)
    assert authors(approval, there, [*desk.events, moved]) == {"methodist", "methodist2"}
    back = undo(old, new, before, there, desk.ctx("admin"))
    desk.state, desk.events = evolve(old, there, back), [*desk.events, moved, back]
    assert barred(desk) == {"methodist", "methodist2"}


SCENARIO = """\
workflow: other
today: 2025-01-22
people:
  ivanov: {roles: [author, member], name: Условный}
  petrov: {roles: [author], name: Примеров}
  chair: {roles: [chair], name: Образцова}
facts: {paper.hash: one}
scenarios:
  twice:
    titles: {ru: Написано дважды, en: Written twice}
    steps:
      - {by: ivanov, open: true}
      - {by: ivanov, complete: write}
      - {by: petrov, reopen: write, comment: Дополнить}
      - {by: petrov, complete: write}
      - {by: ivanov, vote: for, expect: {refused: [excluded]}}
      - {by: chair, vote: for, expect: {events: [vote_cast, approval_decided]}}
"""


def test_scenarios_are_played_by_the_same_rule() -> None:
    scenarios, wrong = read_scenarios(SCENARIO, "twice.yaml")
    assert not wrong, [one.texts["en"] for one in wrong]
    faults = rehearse(loads(PROCEDURE), scenarios).findings
    assert [one.texts["en"] for one in faults] == []


def test_what_is_counted_is_what_a_history_tells_event_by_event() -> None:
    versions = akin([load(path) for path in sorted(FOLDER.glob("v*.yaml"))])
    seen = 0
    for number in range(40):
        chances = (random.Random(f"authors/{number}/{what}") for what in range(3))
        walk = Walk([World(one) for one in versions], *chances)
        walk.wander()
        if walk.state is None:
            continue
        told = _event_by_event(versions[0], walk.events)
        for task in walk.state.tasks:
            found = {walk.events[place].actor for place in doings([task], walk.state, walk.events)}
            assert found == told.get(task, set()), f"history {number}, task {task}"
            seen += len(found)
    assert seen > 30


def _event_by_event(definition: Definition, events: Sequence[Event]) -> dict[str, set[str]]:
    """Who did each task, kept while the case goes on and forgotten where a round begins anew."""
    state: State | None = None
    doers: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for event in events:
        definition = in_force(definition, event)
        state = evolve(definition, state, event)
        if isinstance(event, TaskCompleted):
            doers.setdefault(event.task, set()).add(event.actor)
        elif isinstance(event, Migrated):
            before, doers = doers, {new: doers.get(old, set()) for old, new in event.tasks.items()}
        elif isinstance(event, Undone):
            doers = before
        doers = {
            task: {*who} for task, who in doers.items() if task in state.tasks and state.tasks[task].times
        }
    return doers
