"""The compiled tests of a definition say the same as its guards and sentences, on random histories and values."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.engine.actions import Complete, Fire, Open
from app.engine.answers import Accepted
from app.engine.compiling import gate
from app.engine.context import Context, FactValue
from app.engine.definition import Definition
from app.engine.elements import Guard
from app.engine.explaining import fire_reasons
from app.engine.machine import decide, guard_reader, task_reasons
from app.engine.reading import loader
from app.engine.reading.conditions import parse
from app.engine.records import replace
from app.engine.state import State
from app.engine.trials.walks import Walk
from app.engine.trials.worlds import World

SHIPPED = Path(__file__).resolve().parents[3] / "workflows/school_support/v1.yaml"
CONDITIONS = (
    "a", "a = true", "not a", "a and b", "a or b", "a and not (b or c >= 1)", "c >= 1", "c < 3 or a", "c != 2",
    "d in [\"x\", \"y\"]", "d not in [\"x\"]", "c in [1, 2]", "e > 2025-01-22", "c = b", "c <= 0.5", "1 < c",
    "stage.round >= 2", "approval.passed and a", "approval.failed or not approval.passed", "d = \"x\" and c > 0",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, 3, 0.5, Decimal("0.5"), float("nan"), "x", "y", "z", "", date(2025, 1, 22),
    date(2025, 2, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def definition() -> Definition:
    return loader.load(SHIPPED)


def _state(definition: Definition, approval: str | None, number: int) -> State:
    ctx = Context(actor="1", roles=frozenset(), now=datetime(2025, 1, 9, tzinfo=UTC), today=date(2025, 1, 9))
    opened = decide(definition, None, Open(), ctx)
    assert isinstance(opened, Accepted)
    return replace(opened.state, approval=approval, round=number)


def test_a_compiled_condition_is_as_true_as_the_written_one(definition: Definition) -> None:
    chance = random.Random("conditions")
    states = [
        _state(definition, approval, number) for approval in (None, "passed", "failed") for number in (1, 2)
    ]
    for text in CONDITIONS:
        expression = parse(text)
        opens = gate(
            frozenset({"active"}),
            frozenset({"methodist"}),
            frozenset(),
            (Guard(id="g", expression=expression, text={}),),
        )
        for _ in range(400):
            facts = {name: FactValue(chance.choice(VALUES)) for name in "abcde" if chance.random() < 0.9}
            state, stale = chance.choice(states), chance.random() < 0.3
            ctx = Context(
                actor="1",
                roles=frozenset({"methodist"}),
                now=state.entered_at,
                today=date(2025, 1, 9),
                facts=facts,
            )
            written = expression.truth(guard_reader(state, ctx, stale))
            assert opens(state, ctx, stale) is (written is True), (text, facts, stale)


@pytest.mark.parametrize("number", range(40))
def test_a_step_works_when_and_only_when_no_sentence_stands_against_it(
    definition: Definition, number: int
) -> None:
    walk = Walk([World(definition)], *(random.Random(f"compiled/{number}/{what}") for what in range(3)))
    chance = random.Random(number)
    for _ in range(30):
        for name in walk.facts:
            if chance.random() < 0.2:
                walk.facts[name] = chance.choice([walk.world.good[name], *walk.world.values[name], None])
        likely = walk._likely()
        if likely:
            walk.attempt(*chance.choice(likely))
        if walk.state is None:
            continue
        for person in walk.world.people:
            ctx = walk.world.context(person, walk.today, walk.facts, walk.state)
            for action in walk.world.actions:
                if isinstance(action, Fire):
                    against = fire_reasons(definition, walk.state, action, ctx)
                elif isinstance(action, Complete):
                    against = task_reasons(definition, walk.state, action.task, ctx)
                else:
                    continue
                assert isinstance(decide(definition, walk.state, action, ctx), Accepted) is (not against), (
                    action
                )
