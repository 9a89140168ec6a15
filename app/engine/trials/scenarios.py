"""Plays the scenarios of a procedure against the engine and says where it answers otherwise than promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from app.engine.answers import Accepted, Refused
from app.engine.authors import authors
from app.engine.context import Context, FactValue, Voter
from app.engine.deadlines import add_working_days, working_days_between
from app.engine.definition import Definition
from app.engine.events import Event
from app.engine.evolution import evolve
from app.engine.findings import Finding, finding
from app.engine.machine import decide, tally_of
from app.engine.offers import waiting_for
from app.engine.starting import started
from app.engine.state import State
from app.engine.trials.coverage import Coverage
from app.engine.trials.names import unknown_names
from app.engine.trials.reading import Days, Expectation, Person, Scenario, Step

Pair = tuple[str, str]  # English, Russian
SYSTEM = "system"
NOTHING: Pair = ("", "")


@dataclass
class Rehearsal:
    """How the scenarios of one definition ended; empty lists of faults = as promised."""

    definition: Definition
    faults: dict[str, list[Finding]]
    coverage: Coverage

    @property
    def failed(self) -> list[str]:
        """Ids of the scenarios that did not go as promised."""
        return [scenario for scenario, faults in self.faults.items() if faults]

    @property
    def findings(self) -> list[Finding]:
        """Every fault, in the order of the scenarios."""
        return [fault for faults in self.faults.values() for fault in faults]


@dataclass
class Desk:
    """One case and the world around it, as far as a scenario has told."""

    definition: Definition
    today: date
    people: dict[str, Person]
    facts: dict[str, FactValue]
    calendar: Days
    state: State | None = None
    events: list[Event] = field(default_factory=list)
    answer: Accepted | Refused | None = None

    def copy(self) -> Desk:
        """The same moment, to go on from in another way."""
        return replace(self, people=dict(self.people), facts=dict(self.facts), events=list(self.events))

    def context(self, actor: str) -> Context:
        """What the engine is told when this person acts."""
        person = self.people.get(actor)
        stage = self.definition.stages[self.state.stage if self.state else self.definition.initial]
        voters: list[Voter] = []
        drew_up: frozenset[str] = frozenset()
        if stage.approval:
            asked = (*stage.approval.voters, *([stage.approval.fallback] if stage.approval.fallback else []))
            for one in self.people.values():
                role = next((role for role in asked if role in one.roles), None)
                if role:
                    voters.append(Voter(one.id, one.name, role, one.excluded))
            if self.state:  # those who drew up what is voted on, as the application tells the engine
                drew_up = authors(stage.approval, self.state, self.events)
        return Context(
            actor=actor,
            roles=frozenset(person.roles if person else {actor}),
            now=datetime.combine(self.today, time(9), UTC),
            today=self.today,
            facts=self.facts,
            voters=tuple(voters),
            authors=drew_up,
            calendar=self.calendar,
        )

    def night(self) -> None:
        """A night has passed: terms whose event has become known begin, though nobody acts."""
        begins = started(self.definition, self.state, self.context(SYSTEM)) if self.state else None
        if begins is not None:
            self.events.append(begins)
            self.state = evolve(self.definition, self.state, begins)


def of_version(definition: Definition, scenarios: Iterable[Scenario]) -> dict[str, Scenario]:
    """The scenarios this version is played by: one written for it takes the place of one for all."""
    mine = [s for s in scenarios if not s.versions or definition.version in s.versions]
    return {s.id: s for s in sorted(mine, key=lambda one: bool(one.versions))}


def rehearse(definition: Definition, scenarios: Iterable[Scenario]) -> Rehearsal:
    """Play every scenario written for this version, each after the one it goes on from."""
    known = of_version(definition, scenarios)
    result = Rehearsal(definition, {}, Coverage(definition))
    desks: dict[str, Desk | None] = {}

    def play(scenario: Scenario, trail: tuple[str, ...]) -> Desk | None:
        """The desk after the scenario, or None when it failed; each is played once."""
        if scenario.id in desks:
            return desks[scenario.id]
        faults = result.faults.setdefault(scenario.id, [])
        base: Desk | None = None
        if scenario.after is not None:
            if scenario.after not in known:
                faults.append(finding("unknown_scenario", scenario.place, id=scenario.after, among=known))
            elif scenario.after in trail:
                faults.append(finding("scenario_circle", scenario.place, id=scenario.id))
            else:
                base = play(known[scenario.after], (*trail, scenario.after))
                if base is None:
                    faults.append(finding("base_failed", scenario.place, id=scenario.after))
        if scenario.workflow != definition.code:
            faults.append(
                finding(
                    "other_workflow",
                    scenario.workflow_place,
                    id=scenario.workflow,
                    definition=definition.code,
                )
            )
        if not faults:
            faults += unknown_names(definition, scenario, base.people if base else {})
        desk = None if faults else _played(definition, scenario, base, faults, result.coverage)
        desks[scenario.id] = None if faults else desk
        return desks[scenario.id]

    for scenario in known.values():
        play(scenario, (scenario.id,))
    return result


def _played(
    definition: Definition, scenario: Scenario, base: Desk | None, faults: list[Finding], coverage: Coverage
) -> Desk:
    """Play the steps until the first that goes otherwise; what follows it would be noise."""
    if base is None:
        today = scenario.today or date(2025, 1, 1)
        desk = Desk(definition, today, dict(scenario.people), dict(scenario.facts), scenario.calendar)
    else:
        desk = base.copy()
        desk.people.update(scenario.people)
        desk.facts.update(scenario.facts)
    for step in scenario.steps:
        faults += _step(desk, step, coverage)
        if faults:
            break
    return desk


def _step(desk: Desk, step: Step, coverage: Coverage) -> list[Finding]:
    """Let time pass, let the facts change, let the person act, compare; the answer is what went otherwise."""
    if step.day is not None and step.day < desk.today:
        return [finding("clock_back", step.place, value=step.day, today=desk.today)]
    was = desk.today
    desk.today = step.day or desk.today
    if step.later:
        desk.today = add_working_days(desk.today, step.later, desk.calendar).due
    if desk.today > was:
        desk.night()
    desk.facts.update(step.facts)
    desk.answer = None
    if step.action is not None:
        who = step.by or SYSTEM
        ctx, before = desk.context(who), desk.state
        if before is not None:
            coverage.asked(before, step.action, ctx)
        result = desk.answer = decide(desk.definition, before, step.action, ctx)
        if isinstance(result, Accepted):
            coverage.happened(before, result.events, result.state, ctx)
            desk.state = result.state
            desk.events += result.events
            if step.refused is not None:
                return [finding("step_accepted", step.place, who=who, wanted=", ".join(step.refused))]
        elif step.refused is None:
            told = {
                lang: "; ".join(f"{reason.texts[lang]} [{reason.code}]" for reason in result.reasons)
                for lang in ("en", "ru")
            }
            return [finding("step_refused", step.place, who=who, reasons=told["en"], reasons_ru=told["ru"])]
    if desk.state is None:
        return [] if desk.answer else [finding("not_opened", step.place)]
    return [fault for expected in step.expect for fault in _compared(desk, desk.state, expected)]


def _compared(desk: Desk, state: State, expected: Expectation) -> list[Finding]:
    """What was expected against what is; maps are compared only in the keys that are written."""
    if expected.key == "says":
        return _said(desk.answer, expected)
    got: Any = ANSWERS[expected.key](desk, state)
    wanted = expected.wanted
    if isinstance(wanted, Mapping):
        got = {key: got.get(key) for key in wanted}
    if got == wanted:
        return []
    return [_otherwise(expected, expected.key, printed(wanted), printed(got), _more(desk, state, expected))]


def _more(desk: Desk, state: State, expected: Expectation) -> Pair:
    """What helps to see why: the sentences nobody expected, the stage the case has gone on to."""
    if expected.key == "refused" and isinstance(desk.answer, Refused):
        others = [one for one in desk.answer.reasons if one.code not in expected.wanted]
        ru, en = ("; ".join(one.texts[language] for one in others) for language in ("ru", "en"))
        return (f" ({en})", f" ({ru})") if others else NOTHING
    if expected.key == "approval" and state.approval is None:
        return f": the case stands in “{state.stage}”", f": случай стоит на этапе «{state.stage}»"
    return NOTHING


def _said(answer: Accepted | Refused | None, expected: Expectation) -> list[Finding]:
    """The sentence must be among the reasons, letter by letter but for the kind of spaces."""
    reasons = answer.reasons if isinstance(answer, Refused) else ()
    faults = []
    for language, sentence in expected.wanted.items():
        told = [reason.texts[language].replace("\u00a0", " ") for reason in reasons]
        if sentence.replace("\u00a0", " ") not in told:
            faults.append(_otherwise(expected, f"says.{language}", sentence, "; ".join(told) or "—"))
    return faults


def _otherwise(expected: Expectation, what: str, wanted: str, got: str, more: Pair = NOTHING) -> Finding:
    return finding(
        "expected_other", expected.place, what=what, wanted=wanted, got=got, more=more[0], more_ru=more[1]
    )


def _codes(desk: Desk, _state: State) -> tuple[str, ...]:
    return desk.answer.codes if isinstance(desk.answer, Refused) else ()


def _effects(desk: Desk, _state: State) -> tuple[str, ...]:
    """Effects of the step, with their parameters: `documents.draft template=protocol`."""
    effects = desk.answer.effects if isinstance(desk.answer, Accepted) else ()
    return tuple(" ".join([e.name, *(f"{k}={v}" for k, v in e.params.items())]) for e in effects)


def _tally(desk: Desk, state: State) -> dict[str, Any]:
    count = tally_of(desk.definition, state, desk.context(SYSTEM))
    if count is None:
        return {}
    return {
        "for": count.votes_for,
        "against": count.votes_against,
        "abstain": count.abstained,
        "void": count.void,
        "eligible": count.eligible,
        "needed": count.needed,
        "missing": tuple(voter.id for voter in count.missing),
    }


def _waits(desk: Desk, state: State) -> tuple[str, ...]:
    """What the case waits for: ids of tasks and steps, voters as `vote:member1`."""
    ctx = desk.context(SYSTEM)
    found = waiting_for(desk.definition, state, ctx.voters, ctx.authors)
    return tuple(f"vote:{one.voter}" if one.voter else one.id for one in found)


def _days_left(desk: Desk, due: date | None) -> int | None:
    """Working days until the term; below 0 when it has passed, None without a term."""
    if due is None:
        return None
    if due < desk.today:
        return -working_days_between(due, desk.today, desk.calendar)
    return working_days_between(desk.today, due, desk.calendar)


ANSWERS: Mapping[str, Callable[[Desk, State], Any]] = {
    "refused": _codes,
    "link": lambda desk, _: next(
        (r.link for r in (desk.answer.reasons if isinstance(desk.answer, Refused) else ()) if r.link), None
    ),
    "events": lambda desk, _: (
        tuple(event.type for event in desk.answer.events) if isinstance(desk.answer, Accepted) else ()
    ),
    "effects": _effects,
    "stage": lambda _, state: state.stage,
    "round": lambda _, state: state.round,
    "status": lambda _, state: state.status,
    "outcome": lambda _, state: state.outcome,
    "approval": lambda _, state: state.approval,
    "tasks": lambda _, state: {key: task.status for key, task in state.tasks.items()},
    "tally": _tally,
    "waits": _waits,
    "due": lambda _, state: state.due,
    "due_in": lambda desk, state: _days_left(desk, state.due),
    "task_due": lambda _, state: {key: task.due for key, task in state.tasks.items()},
    "task_due_in": lambda desk, state: {key: _days_left(desk, t.due) for key, t in state.tasks.items()},
}


def printed(value: Any) -> str:
    """A value as it would be written in the file."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {printed(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(printed(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
