"""Random histories of the shipped procedure: whatever people try, the case equals the fold of its events."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import (
    Accepted,
    Action,
    Cast,
    Complete,
    ContentChanged,
    Definition,
    Fire,
    Open,
    Reason,
    Refused,
    Reopen,
    decide,
    facts_needed,
    fold,
    offers,
    waiting_for,
)
from app.engine.events import Moved, from_dict
from tests.fuzz import runs

PEOPLE = (
    "head",
    "clerk",
    "methodist",
    "chair",
    "secretary",
    "member1",
    "curator",
    "director",
    "deputy",
    "admin",
)


def actions(definition: Definition) -> list[Action]:
    tasks = [task.id for stage in definition.stages.values() for task in stage.tasks]
    result: list[Action] = [
        Open(),
        ContentChanged(),
        *(Cast(choice) for choice in ("for", "against", "abstain")),
    ]
    result += [Complete(task) for task in tasks] + [Reopen(task, "причина") for task in tasks]
    for step in definition.transitions.values():
        fields = {field.id: field.choices[0].id for field in step.form.fields if field.required}
        result.append(Fire(step.id, "причина", fields))
    return result


@pytest.mark.fuzz
@settings(max_examples=runs(500), deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 60), mess=st.integers(0, 3))
def test_random_histories_keep_the_promises(
    new_desk: Any, shipped: Definition, seed: int, length: int, mess: int
) -> None:
    chance = random.Random(seed)
    desk = new_desk(facts=dict(new_desk().facts), events=[], state=None)
    every = actions(shipped)
    facts = list(desk.facts)
    for _ in range(length):
        desk.today += timedelta(days=chance.randrange(3))
        if chance.randrange(10) < mess:
            name = chance.choice(facts)
            usual = "effective" if name.endswith("outcome") else True
            desk.facts[name] = chance.choice([None, False, usual, chance.randrange(3)])
        likely = [o for actor in PEOPLE for o in _likely(desk, actor)]
        actor, action = (
            chance.choice(likely)
            if likely and chance.random() < 0.7
            else (
                chance.choice(PEOPLE),
                chance.choice(every),
            )
        )
        before = desk.state
        result = decide(shipped, before, action, desk.ctx(actor))
        if isinstance(result, Refused):
            assert result.reasons
            assert all(isinstance(reason, Reason) and reason.texts["ru"] for reason in result.reasons)
            continue
        assert isinstance(result, Accepted)
        assert facts_needed(shipped, before, action) <= set(desk.facts)
        _one_event_for_every_change(before, result)
        desk.state = result.state
        desk.events += result.events
        assert (
            waiting_for(shipped, desk.now(), desk.voters)
            or desk.now().status in ("closed", "cancelled")
            or (desk.now().approval == "open")
        )
    if desk.events:
        again = [from_dict(event.to_dict()) for event in desk.events]
        assert again == desk.events
        assert fold(shipped, again) == desk.state
        assert desk.now().version == len(desk.events)


def _likely(desk: Any, actor: str) -> list[tuple[str, Action]]:
    """Steps that would work, so that histories get far."""
    if desk.state is None:
        return [("methodist", Open())]
    found: list[tuple[str, Action]] = []
    for offer in offers(desk.definition, desk.state, desk.ctx(actor)):
        if not offer.works:
            continue
        if offer.kind == "vote":
            found += [(actor, Cast("for")), (actor, Cast("for")), (actor, Cast("against"))]
        elif offer.kind == "task":
            found += [(actor, Complete(offer.id))] * 3
        else:
            fields = {field.id: field.choices[0].id for field in offer.form.fields if field.required}
            found += [(actor, Fire(offer.id, "причина", fields))] * (5 if offer.step_kind == "forward" else 1)
    return found


def _one_event_for_every_change(before: Any, result: Accepted) -> None:
    moved = [event for event in result.events if isinstance(event, Moved)]
    if before is None:
        return
    changed = (before.stage, before.round, before.status) != (
        result.state.stage,
        result.state.round,
        result.state.status,
    )
    assert changed == bool(moved)
    assert len(moved) <= 1
    assert result.state.version == before.version + len(result.events)
    if not result.events:
        assert result.state == before


@pytest.mark.fuzz
@settings(max_examples=runs(100), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_an_offer_that_works_is_accepted(new_desk: Any, shipped: Definition, seed: int) -> None:
    chance = random.Random(seed)
    desk = new_desk(facts=dict(new_desk().facts), events=[], state=None)
    for _ in range(40):
        likely = [o for actor in PEOPLE for o in _likely(desk, actor)]
        if not likely:
            break
        actor, action = chance.choice(likely)
        if isinstance(action, Cast) and (mine := desk.now().vote_of(actor)) and mine.choice == action.choice:
            continue
        desk.act(actor, action)


def test_random_histories_get_to_the_end(new_desk: Any) -> None:
    stages = set()
    for seed in range(40):
        chance = random.Random(seed)
        desk = new_desk(facts=dict(new_desk().facts), events=[], state=None)
        for _ in range(60):
            likely = [o for actor in PEOPLE for o in _likely(desk, actor)]
            result = desk.tries(*chance.choice(likely)) if likely else None
            if isinstance(result, Accepted):
                desk.state = result.state
                stages.add(result.state.stage)
    assert len(stages) == 7


def test_the_engine_is_pure() -> None:
    code = "import sys, app.engine, app.engine.reading.loader, app.engine.drawing.diagram; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {name.split(".")[0] for name in loaded} & {
        "flask",
        "sqlalchemy",
        "pydantic",
        "jinja2",
        "flask_babel",
    }
    ours = {name for name in loaded if name.startswith("app.")}
    assert {name for name in ours if name != "app.engine" and not name.startswith("app.engine.")} == set()
