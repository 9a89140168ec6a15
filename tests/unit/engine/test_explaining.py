"""Prepared sentences and moves say the same as the definition read word by word, on random histories and facts."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import random
import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.engine import reasons
from app.engine.actions import Fire
from app.engine.answers import Accepted, Reason, reason
from app.engine.context import Context, FactValue
from app.engine.deadlines import PlainWeek, add_working_days
from app.engine.definition import Definition
from app.engine.elements import Guard
from app.engine.events import Moved, from_dict
from app.engine.evolution import evolve
from app.engine.explaining import standing_reasons
from app.engine.machine import (
    decide,
    guard_reader,
    is_stale,
    step_reasons,
    tally_of,
    task_reasons,
)
from app.engine.reading import loader
from app.engine.reading.conditions import parse
from app.engine.state import State, TaskState
from app.engine.trials.walks import Walk
from app.engine.trials.worlds import World, fired
from app.engine.wording import PLACEHOLDER, both, plural, printed

WORKFLOWS = Path(__file__).resolve().parents[3] / "workflows/school_support"
CONDITIONS = (
    "a", "not a", "a = true", "a and b", "a or b", "a and not (b or c >= 1)", "c >= 1", "c != 2", "1 < c", "c <= 0.5",
    'd in ["x", "y"]', 'd not in ["x"]', "c in [1, 2]", "e > 2025-01-22", "c = b", "stage.round >= 2 and a",
    "stage.round >= 3", "approval.failed",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    2,
    3,
    0.5,
    Decimal("0.5"),
    float("nan"),
    "x",
    "y",
    "",
    date(2025, 2, 1),
)
ITEMS = (
    (),
    ("№ 4",),
    ("№ 4", "№ 7"),
    ("№ 4", "№ 4"),
    ("a", "b", "a", "{value}"),
    tuple(f"№ {n}" for n in range(40)),
)
TEXTS: tuple[Any, ...] = (None, None, None, "Своя причина", {"ru": "Своя", "en": "Its own"}, "")
TEMPLATES = (
    "Нет данных", "100 % {names}", "Нет: {names}", "Нет ({names}) у {count}", "{value}: {names}", "{value}",
    "{count:дело|дела|дел}: {names}", "{count:дело|дела|дел} и {names}",
    "{names} – {count:дело|дела|дел} – {value}", "{",
)  # fmt: skip


def _pair(russian: str) -> dict[str, str]:
    return {"ru": russian, "en": russian.replace("дело|дела|дел", "case|cases")}


def _filled(template: str, language: str, value: object, items: tuple[str, ...]) -> str:
    """As the format says it, placeholder by placeholder."""

    def said(match: re.Match[str]) -> str:
        name, _, forms = match[1].partition(":")
        if name == "names":
            return ", ".join(items)
        if name == "value":
            return printed(value, language)
        return plural(language, len(items), *forms.split("|")) if forms else str(len(items))

    if not items:
        template = template.replace(": {names}", "").replace(" ({names})", "")
    return re.sub(PLACEHOLDER, said, template)


def _of_guard(guard: Guard, state: State, ctx: Context, stale: bool) -> Reason | None:
    """What the guard says, or None; guards of the vote are compared elsewhere."""
    read = guard_reader(state, ctx, stale)
    if guard.expression.truth(read) is True:
        return None
    names = list(dict.fromkeys(name for atom in guard.expression.failing(read) for name in atom.operands()))
    facts = [ctx.facts[name] for name in names if name in ctx.facts]
    items = tuple(dict.fromkeys(item for fact in facts for item in fact.items))
    link = next((fact.link for fact in facts if fact.link), None) or guard.link
    own = None
    for fact in facts:
        own = own or fact.text
    if own is not None:
        return Reason(guard.id, {"ru": own, "en": own} if isinstance(own, str) else own, link, items)
    value = read(names[0]) if names else None
    wants = any("{count" in text or "{names" in text for text in guard.text.values())
    said = guard.text
    if guard.unknown is not None and (value is None or (not items and wants)):
        said = guard.unknown
    if not items:  # what counts or lists nothing would not be true
        number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        bare = [text.replace(": {names}", "").replace(" ({names})", "") for text in said.values()]
        if any("{names}" in text or ("{count" in text and not number) for text in bare):
            said = reasons.NOT_KNOWN if value is None else reasons.NOT_MET
    return Reason(
        guard.id, {lang: _filled(said[lang], lang, value, items) for lang in ("ru", "en")}, link, items
    )


def _of_guards(
    definition: Definition, guards: tuple[Guard, ...], state: State, ctx: Context, told: Collection[str] = ()
) -> list[Reason]:
    found = []
    stale = is_stale(definition, state, ctx)
    for guard in guards:
        if any(name == "approval.passed" for name in guard.expression.names()):
            count = tally_of(definition, state, ctx) if state.approval == "open" else None
            read = guard_reader(state, ctx, stale)
            found += reasons.of_guards((guard,), read, ctx.facts, definition, state, count, stale, told)
        elif said := _of_guard(guard, state, ctx, stale):
            found.append(said)
    return found


def _role(definition: Definition, roles: tuple[str, ...], ctx: Context) -> list[Reason]:
    if ctx.roles & set(roles):
        return []
    return [reasons.refusal("role", items=roles, roles=reasons.role_titles(definition, roles))]


def _against_step(definition: Definition, state: State, step_id: str, ctx: Context) -> list[Reason]:
    step = definition.transitions[step_id]
    found = _role(definition, step.by, ctx)
    if step.kind == "forward":
        found += [
            reasons.open_task(definition, task)
            for task in definition.stages[state.stage].tasks
            if not task.optional and not state.is_done(task.id)
        ]
    told = {task_id for reason in found if reason.code == "task_open" for task_id in reason.items}
    found += _of_guards(definition, step.when, state, ctx, told)
    if step.outcome_from and not found:
        fact = ctx.facts.get(step.outcome_from)
        if fact is None or fact.value not in definition.outcomes:
            found.append(reasons.refusal("outcome_unknown", fact.link if fact else None))
    return found


def _against_task(definition: Definition, state: State, task_id: str, ctx: Context) -> list[Reason]:
    task = definition.task(task_id)
    assert task is not None
    found = _role(definition, task.roles, ctx)
    if state.is_done(task_id) and not task.repeatable:
        return [*found, reasons.refusal("task_done", task=task.titles)]
    return found + _of_guards(definition, task.when, state, ctx)


def _facts(chance: random.Random, values: Mapping[str, Any]) -> dict[str, FactValue]:
    """Facts as rooms may give them: some unknown or not given, with names, pages and sentences of their own."""
    return {
        name: FactValue(chance.choice((value, None, False, 0)), chance.choice(ITEMS), chance.choice((None, "plans")),
                        chance.choice(TEXTS))
        for name, value in values.items() if chance.random() < 0.9
    }  # fmt: skip


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("number", range(12))
def test_everything_that_stands_against_a_step_is_said_as_the_definition_says_it(
    version: str, number: int
) -> None:
    definition = loader.load(WORKFLOWS / f"{version}.yaml")
    walk = Walk([World(definition)], *(random.Random(f"explained/{number}/{what}") for what in range(3)))
    chance = random.Random(f"{version}/{number}")
    compared = 0
    for _ in range(30):
        likely = walk._likely()
        if likely:
            walk.attempt(*chance.choice(likely))
        state = walk.state
        if state is None:
            continue
        for person in walk.world.people:
            ctx = dataclasses.replace(
                walk.world.context(person, walk.today, walk.facts, state), facts=_facts(chance, walk.facts)
            )
            for step in definition.leaving[state.stage]:
                if not standing_reasons(definition, state, step):
                    said = _against_step(definition, state, step.id, ctx)
                    assert step_reasons(definition, state, step, ctx) == said
                    compared += len(said)
            if state.is_active:
                for task in definition.stages[state.stage].tasks:
                    said = _against_task(definition, state, task.id, ctx)
                    assert task_reasons(definition, state, task.id, ctx) == said
                    compared += len(said)
    assert compared > 1000


def test_every_kind_of_condition_is_explained_as_it_is_written() -> None:
    shipped = loader.load(WORKFLOWS / "v1.yaml")
    walk = Walk([World(shipped)], *(random.Random(f"conditions/{what}") for what in range(3)))
    while walk.state is None or walk.state.stage != "diagnosis":
        walk.attempt(*random.Random(0).choice(walk._likely()))
    chance, state, step = random.Random("explained"), walk.state, shipped.transitions["submit_diagnosis"]
    for number in range(300):
        guards = tuple(
            Guard(
                id=f"g{place}", expression=parse(chance.choice(CONDITIONS)), text=_pair(chance.choice(TEMPLATES)),
                unknown=chance.choice((None, _pair(chance.choice(TEMPLATES)))), link=chance.choice((None, "plans")),
            )
            for place in range(chance.randint(1, 4))
        )  # fmt: skip
        definition = dataclasses.replace(
            shipped, transitions={**shipped.transitions, step.id: dataclasses.replace(step, when=guards)}
        )
        for _ in range(20):
            facts = _facts(chance, {name: chance.choice(VALUES) for name in "abcde"})
            ctx = walk.world.context("methodist1" if number % 2 else "head1", walk.today, {}, state)
            ctx = dataclasses.replace(ctx, facts=facts)
            said = _against_step(definition, state, step.id, ctx)
            assert step_reasons(definition, state, definition.transitions[step.id], ctx) == said
            decided = decide(definition, state, Fire(step.id), ctx)
            assert isinstance(decided, Accepted) is (not said)
            assert isinstance(decided, Accepted) or decided.reasons == tuple(said)


@pytest.mark.parametrize(
    ("value", "russian", "english"),
    [
        (None, "Пока неизвестно, выполнено ли условие этого шага", "It is not known yet"),
        (False, "Условие этого шага не выполнено", "A condition of this step does not hold"),
        (0, "Нет 0\u00a0листов", "0\u00a0sheets are missing"),
    ],
)
def test_of_what_is_unknown_no_number_is_told(value: Any, russian: str, english: str) -> None:
    """Without a sentence of its own for the unknown: «0 листов» would say that they were counted."""
    counted = {
        "ru": "Нет {count:листа|листов|листов}: {names}",
        "en": "{count:sheet is|sheets are} missing ({names})",
    }
    for template in (counted, {"ru": "В {names} нет листов", "en": "No sheets in {names}"}):
        guard = Guard(id="sheets", expression=parse("paper.complete"), text=template, link="plans")
        found = reasons.teller(guard)(FactValue(value))
        if template is counted or value is None:
            assert found.texts["ru"] == russian
            assert found.texts["en"].startswith(english)
        assert "{" not in found.texts["ru"] + found.texts["en"]
        assert found.link == "plans"
        named = reasons.teller(guard)(FactValue(None, items=("№ 4",)))
        assert named.texts["ru"] in ("Нет 1\u00a0листа: № 4", "В № 4 нет листов")


@pytest.mark.parametrize("number", range(12))
def test_a_move_gives_the_state_its_events_give_and_leaves_no_field_out(number: int) -> None:
    definition = loader.load(WORKFLOWS / "v1.yaml")
    walk = Walk([World(definition)], *(random.Random(f"moved/{number}/{what}") for what in range(3)))
    chance = random.Random(number)
    moves = 0
    for _ in range(120):
        before = walk.state
        likely = walk._likely()
        if before is not None and likely:
            person, action = chance.choice(likely)
            decided = decide(
                definition, before, action, walk.world.context(person, walk.today, walk.facts, before)
            )
            if isinstance(decided, Accepted):
                after = before
                for event in decided.events:
                    after = evolve(definition, after, event)
                    assert list(vars(event)) == [field.name for field in dataclasses.fields(event)]
                    assert from_dict(json.loads(json.dumps(event.to_dict()))) == event
                    moves += isinstance(event, Moved)
                assert decided.state == after
                names = [field.name for field in dataclasses.fields(State)]
                assert [name for name in vars(decided.state) if name != "done"] == names
                assert decided.state.done == {
                    key for key, task in after.tasks.items() if task.status == "done"
                }
                for task in decided.state.tasks.values():
                    assert list(vars(task)) == [field.name for field in dataclasses.fields(TaskState)]
        if likely:
            walk.attempt(*chance.choice(likely))
    assert moves > 5


def test_a_return_that_keeps_the_votes_keeps_what_they_were_given_for(shipped: Definition, desk: Any) -> None:
    step = shipped.transitions["return_plan"]
    desk.walk_to("plan_approval", 3)
    for keeps, votes in ((("votes", "prepare_plan"), desk.now().votes), ((), ())):
        definition = dataclasses.replace(
            shipped, transitions={**shipped.transitions, step.id: dataclasses.replace(step, keeps=keeps)}
        )
        decided = decide(definition, desk.now(), fired(step.id, step.form), desk.ctx("chair"))
        assert isinstance(decided, Accepted)
        kept = bool(keeps)
        assert (decided.state.votes, decided.state.approval) == (votes, "passed" if kept else None)
        assert decided.state.content_hash == ("plan-1" if kept else None)
        assert decided.state.is_done("prepare_plan") is kept
        assert ("prepare_plan" in decided.state.done) is kept


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_prepared_sentence_is_filled_as_one_read_word_by_word(template: str) -> None:
    pair = _pair(template)
    for items in ITEMS:
        for value in (None, True, 3, "x", date(2025, 1, 22)):
            wanted = {
                "ru": _filled(template, "ru", value, items),
                "en": _filled(pair["en"], "en", value, items),
            }
            assert both(pair, value, items) == wanted


def test_a_reason_made_quickly_is_a_reason_like_any_other() -> None:
    quick, plain = (make("a", {"ru": "б", "en": "b"}, None, ("x",)) for make in (reason, Reason))
    assert type(quick) is Reason
    assert (quick, repr(quick)) == (plain, repr(plain))
    assert quick != Reason("a", {"ru": "б", "en": "c"}, None, ("x",))
    assert pickle.loads(pickle.dumps(quick)) == copy.deepcopy(quick) == plain
    assert dataclasses.replace(quick, link="plans").link == "plans"
    assert dataclasses.asdict(quick) == {
        "code": "a",
        "texts": {"ru": "б", "en": "b"},
        "link": None,
        "items": ("x",),
    }
    with pytest.raises(dataclasses.FrozenInstanceError):
        quick.code = "c"  # type: ignore[misc]


def test_a_calendar_that_remembers_counts_as_one_that_does_not() -> None:
    class Forgetful:
        def is_working(self, day: date) -> bool:
            return day.weekday() < 5

    chance = random.Random("terms")
    for _ in range(2000):
        start, days = date.fromordinal(chance.randint(738000, 739500)), chance.randint(0, 30)
        assert add_working_days(start, days, PlainWeek()) == add_working_days(start, days, Forgetful())
