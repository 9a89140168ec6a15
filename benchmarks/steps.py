"""The twelve steps of the shipped procedure that a transition is measured by, and the product that takes them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

from app.audit import service as audit
from app.cases import queries
from app.cases.context import context
from app.cases.models import Case, Programme
from app.cases.service import take_step
from app.cases.writing import writer
from app.core.actor import SYSTEM, Actor
from app.core.unit_of_work import Runtime
from app.engine.actions import Action, Cast, Complete, Fire, Open
from app.engine.answers import Accepted
from app.engine.context import Context, FactValue, Voter
from app.engine.machine import facts_needed
from app.engine.records import replace
from app.jobs.outbox import Promise
from app.schools.queries import organisations

CASES = 12  # cases of one round on each side
TODAY = date(2025, 1, 22)
FACTS: dict[str, Any] = {
    "diagnostics.actual_risks": 3,
    "plans.content_hash": "a" * 64,
    "results.content_hash": "b" * 64,
}
STEPS: tuple[tuple[str, str, Action], ...] = (
    ("3", "methodist", Fire("start_diagnosis")),
    ("9", "director", Complete("fill_diagnosis")),
    ("8", "curator", Complete("verify_risks")),
    ("3", "methodist", Complete("check_diagnosis")),
    ("3", "methodist", Fire("submit_diagnosis")),
    ("3", "methodist", Complete("prepare_plan")),
    ("4", "chair", Cast("for")),
    ("5", "secretary", Cast("for")),
    ("6", "member", Cast("for", "Согласен")),
    ("2", "clerk", Fire("adopt_plan")),
    ("3", "methodist", Fire("start_events")),
    ("3", "methodist", Fire("start_review")),
)
VOTERS = tuple(Voter(key, f"№ {key}", role) for key, role in
               (("4", "chair"), ("5", "secretary"), ("6", "member"), ("7", "member"), ("10", "member")))  # fmt: skip


class Steps:
    """Takes the steps through the product as `system` is set up; the facts are given, not asked for."""

    def __init__(self, system: Runtime) -> None:
        self.system = system
        with system.work(SYSTEM) as work:
            self.definition = work.ports.definitions.latest(work.session, "school_support")
        facts = {name: FactValue(FACTS.get(name, True)) for name in _every_fact(self.definition)}
        self.contexts = [self._context(person, role, facts) for person, role, _action in STEPS]
        self.made = 0

    def _context(self, person: str, role: str, facts: dict[str, FactValue]) -> Context:
        now = datetime.now(UTC)
        return Context(
            actor=person, roles=frozenset({role}), now=now, today=TODAY, facts=facts, voters=VOTERS
        )

    def cases(self, number: int) -> list[int]:
        """Fresh cases, just opened."""
        keys = []
        with self.system.work(SYSTEM) as work:
            first = queries.programmes(work.session)[-1]
            schools = [one for one in organisations(work.session) if one.kind == "school"][:4]
            for _ in range(number):
                if self.made % len(schools) == 0:
                    programme = Programme(
                        code=f"B{self.made}", title="…", year=2025, starts=first.starts, ends=first.ends,
                        authority_id=first.authority_id, centre_id=first.centre_id, settings={}, is_demo=False,
                        created_at=work.now,
                    )  # fmt: skip
                    work.session.add(programme)
                    work.session.flush()
                    self.programme_id = programme.id
                case = Case(
                    code=f"B{self.made}", programme_id=self.programme_id, school_id=schools[self.made % 4].id,
                    definition_code=self.definition.code, definition_version=self.definition.version,
                    definition_hash=self.definition.hash, opened_at=work.now, stage=self.definition.initial, round=1,
                    status="active", version=0, entered_at=work.now,
                )  # fmt: skip
                work.session.add(case)
                work.session.flush()
                self.made += 1
                standing = writer.lock(work, case.id)
                ctx = Context(actor="3", roles=frozenset({"methodist"}), now=work.now, today=TODAY)
                assert isinstance(take_step(work, standing, self.definition, None, Open(), ctx), Accepted)
                data = {"school": case.school_id, "curator": None}
                audit.record(work, "case:open", case, case_id=case.id, data=data)
                keys.append(case.id)
        self.system.database.session.remove()
        return keys

    def ours(self) -> float:
        """Seconds of one committed transition of the product."""
        return self.take(self.cases(CASES))

    def take(self, keys: list[int]) -> float:
        """Seconds of one step of these cases, each taken through all of them."""
        begun = time.perf_counter()
        for key in keys:
            for number, (person, _role, action) in enumerate(STEPS):
                with self.system.work(Actor(int(person), "Методист М.М.")) as work:
                    standing = writer.lock(work, key)
                    state = standing.state(work, self.definition)
                    promise = Promise("bench.note", f"{key}:{number}", {"case": key})
                    ctx = replace(self.contexts[number], now=work.now)
                    took = take_step(work, standing, self.definition, state, action, ctx, (promise,))
                    assert isinstance(took, Accepted), took.reasons
        return (time.perf_counter() - begun) / (len(keys) * len(STEPS))

    def facts(self) -> float:
        """Seconds of what is left out of the above: roles, facts and voters of one step, asked in the database."""
        (key,) = self.cases(1)
        with self.system.work(SYSTEM) as work:
            standing = writer.lock(work, key)
            state = standing.state(work, self.definition)
            case = queries.get_case(work.session, key)
            needed = facts_needed(self.definition, state, Fire("start_diagnosis"))
            begun = time.perf_counter()
            for _ in range(20):
                context(work, case, self.definition, state, needed)
            return (time.perf_counter() - begun) / 20


def _every_fact(definition: Any) -> set[str]:
    """All facts some guard or vote asks for."""
    guards = [guard for step in definition.transitions.values() for guard in step.when]
    guards += [guard for stage in definition.stages.values() for task in stage.tasks for guard in task.when]
    named = {name for guard in guards for name in guard.expression.names()}
    return named | {stage.approval.binds for stage in definition.stages.values() if stage.approval}
