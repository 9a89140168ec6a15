"""Random histories of a procedure: whatever people try, the promises hold, and the case can still be finished.

Everything follows from the seed: run `n` of seed `s` is the same on every machine.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.engine.checks import guards_of
from app.engine.definition import Definition, Form
from app.engine.events import Event, Moved, from_dict
from app.engine.evolution import fold
from app.engine.guards import Value
from app.engine.machine import decide
from app.engine.offers import offers
from app.engine.state import (
    CHOICES,
    Accepted,
    Action,
    Cast,
    Complete,
    ContentChanged,
    Context,
    FactValue,
    Fire,
    IllegalHistory,
    Open,
    Refused,
    Reopen,
    State,
    Voter,
)
from app.engine.trial_values import holding, values_of

START = date(2025, 1, 9)
LENGTH = 120
# A case that is led on by willing people must be over by then.
ENOUGH_STEPS = 200
REASON = "причина"
# How often each kind of step is tried, so that histories get far and still turn back.
WEIGHTS = {"forward": 40, "skip": 10, "task": 20, "vote": 12, "resume": 10, "reopen": 6, "return": 3}


class Divergence(AssertionError):
    """A promise was broken; `history` are the actions that led there."""

    def __init__(self, promise: str, history: list[str]) -> None:
        self.promise = promise
        self.history = history
        super().__init__(promise)


@dataclass
class Report:
    """What many runs have seen."""

    runs: int = 0
    accepted: int = 0
    refused: int = 0
    events: int = 0
    longest: int = 0
    finished_alone: int = 0
    led_to_the_end: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    divergences: list[tuple[int, Divergence]] = field(default_factory=list)


def simulate(definition: Definition, runs: int, seed: int) -> Report:
    """Try so many histories; a broken promise ends its run and is reported with the number of the run."""
    report = Report()
    world = World(definition)
    for number in range(runs):
        walk = Walk(world, random.Random(f"{seed}/{number}"))  # noqa: S311  # repeatable, guards no secret
        report.runs += 1
        try:
            walk.wander()
            report.finished_alone += walk.is_over
            walk.compare()
            walk.finish()
            report.led_to_the_end += 1
            walk.compare()
        except Divergence as broken:
            report.divergences.append((number, broken))
        report.accepted += walk.accepted
        report.refused += walk.refused
        report.events += len(walk.events)
        report.longest = max(report.longest, len(walk.events))
        moves = [event for event in walk.events if isinstance(event, Moved)]
        report.stages.update({definition.initial, *(move.target for move in moves)})
        report.steps.update(move.transition for move in moves)
    return report


class World:
    """What every run of a definition needs: people, possible values of facts, possible actions."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.people = {f"{role}1": role for role in definition.roles}
        approvals = [stage.approval for stage in definition.stages.values() if stage.approval]
        for role in {role for approval in approvals for role in approval.voters if role != approval.tie}:
            self.people[f"{role}2"] = role
        self.values = values_of(definition)
        self.good = self._good_values()
        tasks = [task.id for stage in definition.stages.values() for task in stage.tasks]
        self.actions: list[Action] = [Open(), ContentChanged(), *(Cast(choice) for choice in CHOICES)]
        self.actions += [Complete(task) for task in tasks] + [Reopen(task, REASON) for task in tasks]
        self.actions += [fired(step.id, step.form) for step in definition.transitions.values()]

    def _good_values(self) -> dict[str, Value]:
        """For each fact a value with which the guards that ask for it hold, as far as one alone can do."""
        good: dict[str, Value] = {name: values[0] for name, values in self.values.items()}
        for _, guard in guards_of(self.definition):
            good.update(holding(guard, good, self.values))
        return good

    def context(self, person: str, today: date, facts: dict[str, Value], state: State | None) -> Context:
        """What the engine is told when this person acts."""
        stage = self.definition.stages[state.stage if state else self.definition.initial]
        authors: frozenset[str] = frozenset()
        if stage.approval and state:
            done = (state.tasks.get(task) for task in stage.approval.opens_after)
            authors = frozenset(task.done_by for task in done if task and task.done_by)
        return Context(
            actor=person,
            roles=frozenset({self.people[person]}) if person in self.people else frozenset(),
            now=datetime.combine(today, time(9), UTC),
            today=today,
            facts={name: FactValue(value) for name, value in facts.items()},
            voters=tuple(Voter(one, one, role) for one, role in self.people.items()),
            authors=authors,
        )


class Walk:
    """One random history."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.definition = world.definition
        self.facts = dict(world.good)
        self.today = START
        self.state: State | None = None
        self.events: list[Event] = []
        self.history: list[str] = []
        self.accepted = self.refused = 0

    @property
    def is_over(self) -> bool:
        """Whether the case is closed."""
        return self.state is not None and self.state.status == "closed"

    def wander(self) -> None:
        """Try things, mostly sensible ones, in a world whose facts come and go."""
        mess = self.chance.randrange(4)
        for _ in range(self.chance.randrange(1, LENGTH)):
            self.today += timedelta(days=self.chance.randrange(3))
            if self.chance.randrange(10) < mess and self.facts:
                name = self.chance.choice(sorted(self.facts))
                self.facts[name] = self.chance.choice([self.world.good[name], *self.world.values[name], None])
            likely = self._likely() if self.chance.random() < 0.7 else []
            if likely:
                weights = [WEIGHTS.get(_kind(self.definition, action), 1) for _, action in likely]
                self.attempt(*self.chance.choices(likely, weights)[0], offered=True)
            else:
                person = self.chance.choice(sorted(self.world.people))
                self.attempt(person, self.chance.choice(self.world.actions))

    def attempt(self, person: str, action: Action, offered: bool = False) -> bool:
        """One action of one person; whether it got through. Raises Divergence for a broken promise."""
        before = self.state
        ctx = self.world.context(person, self.today, self.facts, before)
        self.history.append(f"{self.today} {person}: {action}")
        result = decide(self.definition, before, action, ctx)
        if isinstance(result, Refused):
            self.refused += 1
            self._must(bool(result.reasons), "a refusal gives a reason")
            texts = [text for reason in result.reasons for text in (reason.texts["ru"], reason.texts["en"])]
            self._must(all(text and "{" not in text for text in texts), "a reason is a whole sentence")
            again = isinstance(action, Cast) and result.codes == ("already_voted",)
            self._must(not offered or again, f"what is offered works, not {result.codes}")
            return False
        self.accepted += 1
        self._legal(before, result)
        self.state = result.state
        self.events += result.events
        return True

    def compare(self) -> None:
        """The case equals the fold of its events, also after they have been to JSON and back."""
        if self.state is None:
            return
        try:
            again = [from_dict(event.to_dict()) for event in self.events]
            folded = fold(self.definition, again)
        except (IllegalHistory, ValueError) as error:
            raise Divergence(f"every event is legal: {error}", self.history) from error
        self._must(again == self.events, "events survive JSON")
        self._must(folded == self.state, "the case equals the fold of its events")
        self._must(self.state.version == len(self.events), "every event counts one version")

    def finish(self) -> None:
        """Willing people with every paper in order bring the case to its end, wherever it stands."""
        self.facts = dict(self.world.good)
        for _ in range(ENOUGH_STEPS):
            if self.is_over:
                return
            moves = self._likely(willing=True)
            self._must(bool(moves), "from every state the case can go on")
            self.attempt(*moves[0], offered=True)
        self._must(False, f"the case can be finished within {ENOUGH_STEPS} steps")

    def _likely(self, willing: bool = False) -> list[tuple[str, Action]]:
        """Steps that would work now; willing people take only those that lead to the end, the nearest first."""
        if self.state is None:
            return [(next(iter(self.world.people)), Open())]
        found: list[tuple[int, str, Action]] = []
        for person in self.world.people:
            ctx = self.world.context(person, self.today, self.facts, self.state)
            for offer in offers(self.definition, self.state, ctx):
                if not offer.works:
                    continue
                if offer.kind == "task":
                    task = self.definition.stages[self.state.stage].task(offer.id)
                    if not willing or (task and not task.optional):
                        found.append((1, person, Complete(offer.id)))
                elif offer.kind == "vote":
                    mine = self.state.vote_of(person)
                    if not willing:
                        found.append((2, person, Cast(self.chance.choice(("for", "for", *CHOICES)))))
                    elif mine is None or mine.void or mine.choice != "for":
                        found.append((2, person, Cast("for")))
                else:
                    order = _order(offer.step_kind or "", self.state)
                    if not willing or order:
                        found.append((order or 9, person, fired(offer.id, offer.form or Form())))
        if willing:
            found.sort(key=lambda one: one[0])
        return [(person, action) for _, person, action in found]

    def _legal(self, before: State | None, result: Accepted) -> None:
        """No transition without its event and none without a transition."""
        if before is None:
            return
        moved = [event for event in result.events if isinstance(event, Moved)]
        after = result.state
        changed = (before.stage, before.round, before.status) != (after.stage, after.round, after.status)
        self._must(changed == bool(moved) and len(moved) <= 1, "one event for every transition")
        self._must(after.version == before.version + len(result.events), "versions go up by the events")
        self._must(bool(result.events) or after == before, "nothing changes without an event")

    def _must(self, holds: bool, promise: str) -> None:
        if not holds:
            raise Divergence(promise, self.history)


def _order(kind: str, state: State) -> int:
    """How willing people rank a transition; 0 = they do not take it."""
    if kind in ("forward", "skip"):
        return 1
    if kind == "resume" or (kind == "reopen" and state.status == "cancelled"):
        return 3
    return 4 if kind == "return" and state.approval == "failed" else 0


def _kind(definition: Definition, action: Action) -> str:
    if isinstance(action, Fire):
        return definition.transitions[action.transition].kind
    return "task" if isinstance(action, Complete) else "vote"


def fired(step: str, form: Form) -> Fire:
    """The transition with its form filled in."""
    answers: dict[str, Any] = {}
    for asked in form.fields:
        if asked.required:
            plain: dict[str, Any] = {"text": REASON, "date": START.isoformat(), "bool": True}
            answers[asked.id] = asked.choices[0].id if asked.kind == "choice" else plain[asked.kind]
    return Fire(step, REASON, answers)
