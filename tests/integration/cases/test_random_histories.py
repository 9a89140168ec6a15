"""Random histories written into real rows, both databases: steps, holidays, moves between versions and back.

Before each step the rows must say what the engine said after the last; at the end the proof of `verify` must hold.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.cases import queries, service
from app.cases.models import Case
from app.cases.procedures import versions
from app.cases.procedures.definitions import Definitions
from app.cases.verify import findings
from app.cases.writing import writer
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from app.engine.actions import Action
from app.engine.definition import Definition, akin
from app.engine.events import (
    Event,
    Migrated,
    Moved,
    TaskCompleted,
    TermsRecounted,
    TermsStarted,
    Undone,
    VoteCast,
)  # fmt: skip
from app.engine.evolution import fold
from app.engine.trials.walks import Walk
from app.engine.trials.worlds import World
from app.schools.queries import organisations
from tests.fuzz import runs
from tests.integration.cases.test_automatic_steps import publish as publish_automatic

BLOCKS = 2  # one for each process of a usual machine
LENGTH = 40  # many short histories find more than few long ones: the pure ones are long


class WrittenWalk(Walk):
    """A random history of a case that is there: whatever happens is written as the services write it."""

    def begin(self, work: Work, case: Case) -> None:
        """Go on from the opening, which the service has written."""
        self.work, self.case_id = work, case.id
        self.world = next(one for one in self.worlds if one.definition.hash == case.definition_hash)
        self.definition = self.world.definition
        self.events = service.stored_events(work, case)
        self.state = fold(self.definition, self.events)
        self.kinds: Counter[type[Event]] = Counter()

    def attempt(self, person: str, action: Action, offered: bool = False) -> bool:
        with self._writing():
            return super().attempt(person, action, offered)

    def change_calendar(self) -> None:
        with self._writing():
            super().change_calendar()

    def change_version(self) -> None:
        with self._writing():
            super().change_version()

    def night(self) -> None:
        with self._writing():
            super().night()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write what happens in the block."""
        known, definition, before = len(self.events), self.definition, self.state
        yield
        self._write(known, definition, before)

    def _write(self, known: int, definition: Definition, before: object) -> None:
        happened = self.events[known:]
        if not happened:
            return
        self.work.now = happened[0].at
        standing = writer.lock(self.work, self.case_id)
        state = standing.state(self.work, definition)
        self._must(state == before, "the rows say what the engine said after the last step")
        pinned = {}
        if isinstance(happened[-1], Migrated | Undone):
            pinned = {
                "definition_version": self.definition.version, "definition_hash": self.definition.hash
            }  # fmt: skip
        writer.write(self.work, standing, self.definition, happened, state, self.state, pinned=pinned)
        self.kinds.update(type(event) for event in happened)


def _one(system: Runtime, worlds: list[World], proved: Definitions, number: int) -> Counter[type[Event]]:
    """A history that is written, proved and taken out of the database again."""
    chances = [random.Random(f"written/{number}/{what}") for what in range(3)]
    walk = WrittenWalk(worlds, *chances)
    with system.work(SYSTEM) as work:
        school = next(one for one in organisations(work.session) if one.code == "41")
        programme = queries.programmes(work.session)[0]
        walk.begin(work, service.open_case(work, programme=programme, school=school, curator=None))
        walk.wander(LENGTH)
        walk.compare()
        work.session.flush()
        assert [str(one) for one in findings(work.session, Counter(), proved)] == [], (number, walk.history)
        work.session.rollback()
    return walk.kinds


def _proved(system: Runtime) -> Definitions:
    """The definitions as they are stored: proved once, for no history changes them."""
    with system.work(SYSTEM) as work:
        assert [str(one) for one in findings(work.session, Counter())] == []
    return Definitions()


@pytest.mark.fuzz
@pytest.mark.parametrize("block", range(BLOCKS))
def test_rows_say_what_happened_whatever_happens(penza_on_both: Runtime, block: int) -> None:
    system = penza_on_both
    with system.work(actor(system, "admin")) as work:
        for number in (2, 3):
            versions.publish(work, service.PROCESS, number)
    with system.work(SYSTEM) as work:
        rows = [versions.get(work, service.PROCESS, number) for number in (1, 2, 3)]
        known = akin([work.ports.definitions.get(work.session, r.code, r.version, r.hash) for r in rows])
    worlds = [World(one) for one in known]
    proved = _proved(system)
    seen: Counter[type[Event]] = Counter()
    for number in range(block, runs(500), BLOCKS):
        seen += _one(system, worlds, proved, number)
    assert seen[Migrated] > seen[Undone] > 0
    assert {Moved, TaskCompleted, VoteCast, TermsRecounted, TermsStarted} <= set(seen)


@pytest.mark.fuzz
def test_rows_say_what_happened_when_a_case_goes_on_by_itself(penza_on_both: Runtime) -> None:
    system = penza_on_both
    publish_automatic(system)
    with system.work(SYSTEM) as work:
        definition = work.ports.definitions.latest(work.session, service.PROCESS)
    assert definition.automatic
    worlds = [World(definition)]
    proved = _proved(system)
    seen: Counter[type[Event]] = Counter()
    for number in range(runs(40)):
        seen += _one(system, worlds, proved, number)
    assert {Moved, TaskCompleted} <= set(seen)
