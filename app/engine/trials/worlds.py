"""The world random histories of a procedure happen in: its people, possible facts and actions, and holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from app.engine.actions import CHOICES, Action, Cast, Complete, ContentChanged, Fire, Open, Reopen, Settle
from app.engine.anchors import LATEST
from app.engine.authors import authors
from app.engine.checking.names import guards_of
from app.engine.context import Context, FactValue, Voter
from app.engine.deadlines import Calendar, PlainWeek
from app.engine.definition import Definition
from app.engine.elements import Form
from app.engine.events import Event
from app.engine.guards import Value
from app.engine.state import State
from app.engine.trials.values import holding, values_of

START = date(2025, 1, 9)
REASON = "причина"


class World:
    """What every run of a definition needs: people, possible values of facts, possible actions."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.people = {f"{role}1": role for role in definition.roles}
        approvals = [stage.approval for stage in definition.stages.values() if stage.approval]
        for role in dict.fromkeys(r for approval in approvals for r in approval.voters if r != approval.tie):
            self.people[f"{role}2"] = role
        # Of these one may leave: somebody of the role is left to vote.
        self.doubled = sorted(one for one in self.people if one.endswith("2"))
        self._electorates: dict[str | None, tuple[Voter, ...]] = {}
        self.values = values_of(definition)
        self.good = self._good_values()
        tasks = [task for stage in definition.stages.values() for task in stage.tasks]
        self.actions: list[Action] = [
            Open(),
            ContentChanged(),
            Settle(),
            *(Cast(choice) for choice in CHOICES),
        ]
        self.actions += [completed(task.id, task.form) for task in tasks]
        self.actions += [Reopen(task.id, REASON) for task in tasks]
        self.actions += [fired(step.id, step.form) for step in definition.transitions.values()]

    def _good_values(self) -> dict[str, Value]:
        """For each fact a value with which the guards that ask for it hold, as far as one alone can do."""
        good: dict[str, Value] = {name: values[0] for name, values in self.values.items()}
        for _, guard in guards_of(self.definition):
            good.update(holding(guard, good, self.values))
        return good

    def context(
        self,
        person: str,
        today: date,
        facts: dict[str, Value],
        state: State | None,
        calendar: Calendar | None = None,
        barred: str | None = None,
        events: Sequence[Event] = (),
    ) -> Context:
        """What the engine is told when this person acts; `events` are those that led to the state."""
        stage = self.definition.stages[state.stage if state else self.definition.initial]
        drew_up: frozenset[str] = frozenset()
        if stage.approval and state:
            drew_up = authors(stage.approval, state, events)
        return Context(
            actor=person,
            roles=frozenset({self.people[person]}) if person in self.people else frozenset(),
            now=datetime.combine(today, time(9), UTC),
            today=today,
            facts={name: _told(value) for name, value in facts.items()},
            voters=self._voters(barred),
            authors=drew_up,
            calendar=calendar or PlainWeek(),
        )

    def _voters(self, barred: str | None) -> tuple[Voter, ...]:
        known = self._electorates.get(barred)
        if known is None:
            known = self._electorates[barred] = tuple(
                Voter(one, one, role, "away" if one == barred else None) for one, role in self.people.items()
            )
        return known


_told = lru_cache(maxsize=1000, typed=True)(FactValue)  # few values, asked for by every person at every step


class Holidays:
    """A working week with these days off: what an administrator may turn the calendar into."""

    def __init__(self, off: frozenset[date]) -> None:
        self.off = off

    def is_working(self, day: date) -> bool:
        """True on weekdays that are no holidays."""
        return day.weekday() < 5 and day not in self.off


def fired(step: str, form: Form) -> Fire:
    """The transition with its form filled in."""
    return Fire(step, REASON, _answers(form))


def completed(task: str, form: Form | None) -> Complete:
    """The task with its form, if it has one, filled in."""
    return Complete(task) if form is None else Complete(task, REASON, _answers(form))


def _answers(form: Form) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for asked in form.fields:
        if asked.required:
            day = LATEST if asked.not_before else START
            plain: dict[str, Any] = {"text": REASON, "number": 1, "date": day.isoformat(), "bool": True}
            answers[asked.id] = asked.choices[0].id if asked.kind == "choice" else plain[asked.kind]
    return answers
