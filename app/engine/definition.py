"""One version of a published procedure, with what is derived from it once.

Its parts stand in `elements`. Built by `loader`, judged by `checks`, run by `machine`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.engine.automatic import facts_alone, leaving_alone
from app.engine.compiling import StepTest, TaskTest, step_tests, task_tests
from app.engine.elements import Migration, Outcome, Role, Stage, Task, Titles, Transition
from app.engine.findings import Finding
from app.engine.structure import hash_of


@dataclass(frozen=True, eq=False, repr=False)
class Definition:
    """One version of a procedure. Equal structure gives an equal `hash`; titles and notes do not count."""

    code: str
    version: int
    titles: Titles
    initial: str
    roles: Mapping[str, Role]
    outcomes: Mapping[str, Outcome]
    stages: Mapping[str, Stage]
    transitions: Mapping[str, Transition]
    migrations: tuple[Migration, ...] = ()
    name: str = "<text>"
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, repr=False)
    # other versions by hash, as far as whoever loaded this one knows them: a case may have begun in one
    editions: Mapping[str, Definition] = field(default_factory=dict, repr=False)
    # faults of the words alone: a version published before they were looked for can still be read
    beside: tuple[Finding, ...] = field(default=(), repr=False)
    hash: str = field(init=False)
    leaving: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False)
    rank: Mapping[str, int] = field(init=False, repr=False)
    ahead: Mapping[str, frozenset[str]] = field(init=False, repr=False)
    # stages with a term that is not counted from entering them
    anchored: frozenset[str] = field(init=False, repr=False)
    # stage → step or task → what must hold for it
    step_tests: Mapping[str, Mapping[str, StepTest]] = field(init=False, repr=False)
    task_tests: Mapping[str, Mapping[str, TaskTest]] = field(init=False, repr=False)
    # stage → steps the case takes from it by itself, and the facts these and those after them ask; mostly empty
    automatic: Mapping[str, tuple[Transition, ...]] = field(init=False, repr=False)
    automatic_facts: Mapping[str, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive once what the machine would otherwise look for at every step."""
        steps = tuple(self.transitions.values())
        put = object.__setattr__
        put(self, "rank", {stage: number for number, stage in enumerate(self.stages)})
        put(self, "leaving", {stage: tuple(t for t in steps if stage in t.sources) for stage in self.stages})
        put(self, "ahead", {stage: self._ahead(stage) for stage in self.stages})
        put(self, "anchored", frozenset(stage.id for stage in self.stages.values() if _waits(stage)))
        put(self, "step_tests", step_tests(self))
        put(self, "task_tests", task_tests(self))
        put(self, "automatic", leaving_alone(self))
        put(self, "automatic_facts", facts_alone(self))
        put(self, "hash", hash_of(self))

    def _ahead(self, start: str) -> frozenset[str]:
        """Stages that follow `start` by forward steps; `start` itself only if it lies on a circle."""
        found: set[str] = set()
        front = [start]
        while front:
            for step in self.leaving.get(front.pop(), ()):
                if step.kind in ("forward", "skip") and step.target and step.target not in found:
                    found.add(step.target)
                    front.append(step.target)
        return frozenset(found)

    def place(self, path: str) -> tuple[str, int, int]:
        """File, line and column of the element, or of the nearest element around it."""
        while path not in self.places and "." in path:
            path = path.rpartition(".")[0]
        line, column = self.places.get(path, (1, 1))
        return self.name, line, column

    def migration_from(self, version: int) -> Migration | None:
        """How cases of that version move here, if this definition says so."""
        return next((rule for rule in self.migrations if rule.source == version), None)

    def task(self, task_id: str) -> Task | None:
        """The task with this id in any stage; ids are unique in a definition."""
        for stage in self.stages.values():
            task = stage.task(task_id)
            if task is not None:
                return task
        return None


def akin(definitions: Iterable[Definition]) -> list[Definition]:
    """The same versions of one procedure, each knowing the others: so a case that moved between them can be read."""
    copies = [copy.copy(definition) for definition in definitions]
    kin = frozen({one.hash: one for one in copies})
    for one in copies:
        object.__setattr__(one, "editions", kin)
    return copies


def _waits(stage: Stage) -> bool:
    """Whether a term of the stage may begin at another moment than the stage itself."""
    return any(
        due is not None and due.since != "entered" for due in (stage.due, *(t.due for t in stage.tasks))
    )


def frozen(mapping: dict[str, Any]) -> Mapping[str, Any]:
    """A read-only view: a published definition never changes."""
    return MappingProxyType(mapping)
