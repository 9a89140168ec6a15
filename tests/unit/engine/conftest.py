"""A case of the shipped procedure, walked by role with every paper in order unless a test takes one away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.engine import (
    Accepted,
    Action,
    Cast,
    Complete,
    Context,
    Definition,
    FactValue,
    Fire,
    Open,
    Refused,
    State,
    Voter,
    decide,
)
from app.engine.events import Event
from app.engine.reading.loader import load

SHIPPED = Path(__file__).parents[3] / "workflows" / "school_support" / "v1.yaml"
NOW = datetime(2025, 1, 22, 9, 0, tzinfo=UTC)
GROUP = (
    Voter("chair", "Образцова", "chair"),
    Voter("secretary", "Примеров", "secretary"),
    Voter("member1", "Учебный", "member"),
)
IN_ORDER: dict[str, Any] = {
    "case.curator_assigned": True,
    "case.curator_not_supported": True,
    "diagnostics.studies_complete": True,
    "diagnostics.analysis_written": True,
    "diagnostics.risks_verified": True,
    "diagnostics.actual_risks": 3,
    "plans.has_items": True,
    "plans.items_complete": True,
    "plans.content_hash": "plan-1",
    "plans.items_reported": True,
    "documents.protocol_signed": True,
    "documents.order_registered": True,
    "curation.agreement_in_force": True,
    "curation.term_covers_plan": True,
    "curation.visits_logged": 4,
    "curation.visits_reported": True,
    "results.two_years_entered": True,
    "results.analysis_written": True,
    "results.outcome_proposed": True,
    "results.content_hash": "results-1",
    "results.decided_outcome": "effective",
}
WALK: tuple[tuple[str, str, Action], ...] = (
    ("methodist", "identified", Open()),
    ("methodist", "diagnosis", Fire("start_diagnosis")),
    ("director", "diagnosis", Complete("fill_diagnosis")),
    ("curator", "diagnosis", Complete("verify_risks")),
    ("methodist", "diagnosis", Complete("check_diagnosis")),
    ("methodist", "plan_approval", Fire("submit_diagnosis")),
    ("methodist", "plan_approval", Complete("prepare_plan")),
    ("secretary", "plan_approval", Cast("for")),
    ("chair", "plan_approval", Cast("for")),
    ("clerk", "curator_agreement", Fire("adopt_plan")),
    ("methodist", "events", Fire("start_events")),
    ("curator", "events", Complete("log_visits")),
    ("methodist", "results_review", Fire("start_review")),
    ("methodist", "results_review", Complete("enter_results")),
    ("methodist", "results_review", Complete("analyse_results")),
    ("member1", "results_review", Cast("for")),
    ("chair", "results_review", Cast("for")),
    ("head", "closed", Fire("close")),
)


@dataclass
class Desk:
    """One case and everybody who works on it; `act` takes a step as a role and keeps the events."""

    definition: Definition
    facts: dict[str, Any] = field(default_factory=lambda: dict(IN_ORDER))
    voters: tuple[Voter, ...] = GROUP
    authors: frozenset[str] = frozenset()
    state: State | None = None
    events: list[Event] = field(default_factory=list)
    today: date = date(2025, 1, 22)

    def ctx(self, actor: str) -> Context:
        values = {
            name: value if isinstance(value, FactValue) else FactValue(value)
            for name, value in self.facts.items()
        }
        roles = frozenset({actor.rstrip("0123456789")})
        return Context(actor, roles, NOW, self.today, values, self.voters, self.authors)

    def tries(self, actor: str, action: Action) -> Accepted | Refused:
        return decide(self.definition, self.state, action, self.ctx(actor))

    def act(self, actor: str, action: Action) -> Accepted:
        result = self.tries(actor, action)
        assert isinstance(result, Accepted), result
        self.events.extend(result.events)
        self.state = result.state
        return result

    def refused(self, actor: str, action: Action) -> tuple[str, ...]:
        result = self.tries(actor, action)
        assert isinstance(result, Refused), result
        for reason in result.reasons:
            assert reason.texts["ru"]
            assert reason.texts["en"]
            assert "{" not in reason.texts["ru"] + reason.texts["en"]
        return result.codes

    def walk_to(self, stage: str, done: int | None = None) -> Desk:
        """Take the usual steps until the case enters this stage, then `done` more."""
        extra = 0
        for actor, _, action in WALK:
            if self.state is not None and self.state.stage == stage:
                if extra == (done or 0):
                    break
                extra += 1
            self.act(actor, action)
        return self

    def now(self) -> State:
        assert self.state is not None
        return self.state


@pytest.fixture(scope="session")
def shipped() -> Definition:
    return load(SHIPPED)


@pytest.fixture
def desk(shipped: Definition) -> Desk:
    return Desk(shipped)


@pytest.fixture(scope="session")
def walk() -> tuple[tuple[str, str, Action], ...]:
    return WALK


@pytest.fixture(scope="session")
def new_desk(shipped: Definition) -> Any:
    """Makes desks where a fixture per test is not enough."""
    return lambda **changes: replace(Desk(shipped), **changes)
