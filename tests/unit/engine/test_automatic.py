"""Steps the case takes by itself: when, as whom, with what effects; and what a person is told about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
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
    Context,
    Definition,
    FactValue,
    Fire,
    IllegalHistory,
    Open,
    Refused,
    Settle,
    State,
    Voter,
    decide,
    facts_needed,
    fold,
    offers,
    settling,
    waiting_for,
)
from app.engine.checking.checks import check
from app.engine.comparing.comparison import compare
from app.engine.drawing.diagram import draw
from app.engine.events import Event, Moved, from_dict
from app.engine.offers import by_itself
from app.engine.reading.loader import loads, parse_text
from app.engine.trials.reading import read_scenarios
from app.engine.trials.scenarios import rehearse
from app.engine.trials.simulation import simulate
from tests.fuzz import runs
from tests.unit.engine.automatic_procedure import PROCEDURE, SCENARIOS
from tests.unit.engine.test_choices import WORLD, conditions

READY: dict[str, Any] = {
    "paper.registered": True, "paper.pages": 5, "paper.hash": "one", "paper.outcome": "bad"
}  # fmt: skip


@pytest.fixture(scope="module")
def procedure() -> Definition:
    definition, findings = parse_text(PROCEDURE, "auto.yaml")
    assert findings == []
    assert definition is not None
    assert check(definition) == []
    return definition


def told(actor: str, facts: dict[str, Any]) -> Context:
    values = {name: FactValue(value) for name, value in facts.items()}
    chair = (Voter("chair", "Образцова", "chair"),)
    now = datetime(2025, 1, 22, 9, tzinfo=UTC)
    return Context(actor, frozenset({actor}), now, date(2025, 1, 22), values, chair)


class Case:
    """One case, whose facts a test changes; only the facts the engine asked for are told."""

    def __init__(self, definition: Definition, **facts: Any) -> None:
        self.definition = definition
        self.facts = {name.replace("_", ".", 1): value for name, value in facts.items()}
        self.state: State | None = None
        self.events: list[Event] = []

    def act(self, actor: str, action: Action) -> Accepted | Refused:
        asked = facts_needed(self.definition, self.state, action)
        known = {name: value for name, value in self.facts.items() if name in asked}
        result = decide(self.definition, self.state, action, told(actor, known))
        if isinstance(result, Accepted):
            self.state = result.state
            self.events += result.events
        return result

    def moves(self) -> list[tuple[str, str]]:
        return [(event.transition, event.actor) for event in self.events if isinstance(event, Moved)]


def test_the_case_goes_on_by_itself_as_far_as_it_can(procedure: Definition) -> None:
    case = Case(procedure, paper_registered=False, paper_pages=5, paper_hash="one")
    case.act("author", Open())
    case.act("author", Complete("write"))
    assert case.moves() == []
    case.facts["paper.registered"] = True
    result = case.act("author", Settle())
    assert isinstance(result, Accepted)
    assert case.moves() == [("register", "system"), ("to_vote", "system")]
    assert [effect.params["template"] for effect in result.effects] == ["order"]
    assert result.what == "moved"
    assert case.state is not None
    assert (case.state.stage, case.state.approval, case.state.content_hash) == ("vote", "open", "one")
    again = case.act("author", Settle())
    assert isinstance(again, Accepted)
    assert (again.what, again.events) == ("nothing", ())


def test_what_a_person_did_comes_first_and_is_his(procedure: Definition) -> None:
    case = Case(procedure, **{name.replace(".", "_"): value for name, value in READY.items()})
    case.act("author", Open())
    result = case.act("author", Complete("write"))
    assert isinstance(result, Accepted)
    assert [(event.type, event.actor) for event in result.events] == [
        ("task_completed", "author"), ("moved", "system"), ("moved", "system"), ("approval_opened", "system"),
    ]  # fmt: skip
    assert result.what == "task_done"
    voted = case.act("chair", Cast("for"))
    assert isinstance(voted, Accepted)
    assert [effect.params["template"] for effect in voted.effects] == ["protocol", "final"]
    assert voted.tally is not None
    assert case.state is not None
    assert (case.state.status, case.state.outcome) == ("closed", "good")
    stored = [from_dict(event.to_dict()) for event in case.events]
    assert fold(procedure, stored) == case.state


def test_unknown_is_not_true_and_an_unknown_outcome_keeps_the_case(procedure: Definition) -> None:
    case = Case(procedure, paper_registered=None, paper_pages=1)
    case.act("author", Open())
    case.act("author", Complete("write"))
    assert case.moves() == []
    case.facts["paper.registered"] = True
    case.act("author", Settle())
    assert case.state is not None
    assert case.state.stage == "choice"  # the outcome is unknown
    case.facts["paper.outcome"] = "excellent"  # no outcome of this procedure
    case.act("author", Settle())
    assert case.state.stage == "choice"
    case.facts["paper.outcome"] = "bad"
    case.act("author", Settle())
    assert (case.state.stage, case.state.outcome) == ("done", "bad")


def test_an_open_task_or_a_pause_holds_it(procedure: Definition) -> None:
    case = Case(procedure, paper_registered=True, paper_pages=5, paper_hash="one")
    case.act("author", Open())
    case.act("author", Settle())
    assert case.moves() == []
    case.act("author", Fire("pause"))
    case.act("author", Settle())
    assert case.moves() == [("pause", "author")]
    case.act("author", Fire("go_on"))
    case.act("author", Complete("write"))
    assert case.moves()[2:] == [("register", "system"), ("to_vote", "system")]


@pytest.mark.parametrize("actor", ["author", "system", "chair"])
def test_nobody_takes_it_by_hand(procedure: Definition, actor: str) -> None:
    case = Case(procedure, paper_registered=False)
    case.act("author", Open())
    case.act("author", Complete("write"))
    refused = case.act(actor, Fire("register"))
    assert isinstance(refused, Refused)
    assert refused.codes == ("automatic", "registered")
    assert "by itself" in refused.reasons[0].texts["en"]
    assert isinstance(decide(procedure, None, Settle(), told("author", {})), Refused)


def test_it_is_no_button_but_says_what_it_waits_for(procedure: Definition) -> None:
    case = Case(procedure, paper_registered=False)
    case.act("author", Open())
    case.act("author", Complete("write"))
    assert case.state is not None
    ctx = told("author", case.facts)
    assert [offer.id for offer in offers(procedure, case.state, ctx, everyone=True)] == ["pause"]
    (alone,) = by_itself(procedure, case.state, ctx)
    assert (alone.kind, alone.id, alone.allowed_roles) == ("automatic", "register", ())
    assert [(reason.code, reason.link) for reason in alone.reasons] == [("registered", "papers")]
    assert [(one.kind, one.id, one.roles) for one in waiting_for(procedure, case.state)] == [
        ("automatic", "register", ())
    ]


def test_the_facts_of_all_that_may_follow_are_asked_for(procedure: Definition) -> None:
    case = Case(procedure, paper_registered=False)
    following = {"paper.registered", "paper.pages", "paper.outcome", "paper.hash"}
    assert facts_needed(procedure, None, Open()) == following
    case.act("author", Open())
    for action in (Complete("write"), Settle(), Fire("pause")):
        assert facts_needed(procedure, case.state, action) == following
    assert facts_needed(procedure, case.state, None) == {"paper.registered"}


def test_a_history_in_which_a_person_took_it_is_none(procedure: Definition) -> None:
    case = Case(procedure, **{name.replace(".", "_"): value for name, value in READY.items()})
    case.act("author", Open())
    case.act("author", Complete("write"))
    forged = [from_dict({**event.to_dict(), "actor": "author"}) for event in case.events]
    with pytest.raises(IllegalHistory, match="nobody takes it"):
        fold(procedure, forged)


def test_scenarios_show_every_automatic_step_and_the_coverage_counts_them(procedure: Definition) -> None:
    scenarios, faults = read_scenarios(SCENARIOS, "auto.scenarios.yaml")
    assert faults == []
    result = rehearse(procedure, scenarios)
    assert [str(one) for one in result.findings] == []
    missing = {(one.code, one.message) for one in result.coverage.missing()}
    assert not [one for one in missing if one[0] in ("uncovered_stage", "uncovered_guard")], missing
    assert not [one for one in missing if "“register”" in one[1] or "“to_vote”" in one[1]]
    fewer = rehearse(procedure, [one for one in scenarios if one.id != "short"])
    assert "skip_vote" in " ".join(one.message for one in fewer.coverage.missing())


@pytest.mark.fuzz
def test_random_histories_with_automatic_steps_keep_the_promises(procedure: Definition) -> None:
    report = simulate(procedure, runs(60), seed=31)
    assert [(number, broken.promise, broken.history[-5:]) for number, broken in report.divergences] == []
    assert report.led_to_the_end == report.runs
    assert {"register", "skip_vote", "to_vote", "finish", "by_hand", "send_back"} <= set(report.steps)


def test_a_definition_that_was_never_checked_cannot_run_for_ever() -> None:
    circle = PROCEDURE.replace(
        "    voids: [votes, write]\n    form: {comment: required}\n", "    keeps: [write]\n"
    ).replace("    by: [chair]\n", "    automatic: true\n")
    definition, findings = parse_text(circle)
    assert {"automatic_kind", "automatic_loop"} <= {one.code for one in findings}
    assert definition is not None
    case = Case(definition, **{name.replace(".", "_"): value for name, value in READY.items()})
    case.act("author", Open())
    took = case.act("author", Complete("write"))
    assert 1 < len(took.events) < 2 + len(definition.stages), "it stops where the case has been before"


def test_where_the_case_has_been_before_the_rooms_are_asked_anew() -> None:
    """What they told before the step was of the former round: the case goes on with the next look at it."""
    kept = loads(PROCEDURE.replace("    voids: [votes, write]\n", "    keeps: [write]\n    voids: [votes]\n"))
    case = Case(kept, **{name.replace(".", "_"): value for name, value in READY.items()})
    case.act("author", Open())
    case.act("author", Complete("write"))
    assert [event.type for event in case.act("chair", Fire("send_back", "Ещё раз")).events] == ["moved"]
    assert [event.type for event in case.act("system", Settle()).events] == ["moved"], (
        "choice, for the second time"
    )
    assert [event.type for event in case.act("system", Settle()).events] == ["moved", "approval_opened"]


def test_the_shipped_procedures_have_their_old_hashes_and_no_automatic_steps(shipped: Definition) -> None:
    assert shipped.automatic == {}
    assert shipped.automatic_facts == {}
    text = Path(shipped.name).read_text(encoding="utf-8")
    assert loads(text, "again").hash == shipped.hash
    assert "automatic" not in text


def test_by_itself_or_by_people_is_another_procedure_and_told_in_words(procedure: Definition) -> None:
    manual = loads(
        PROCEDURE.replace("    to: vote\n    automatic: true\n", "    to: vote\n    by: [author]\n")
    )
    assert manual.hash != procedure.hash
    said = PROCEDURE.replace(
        "    to: vote\n    automatic: true\n", "    to: vote\n    automatic: false\n    by: [author]\n"
    )
    assert loads(said).hash == manual.hash
    changes = [change.texts for change in compare(manual, procedure) if change.path == "transitions.to_vote"]
    assert {
        "ru": "Переход «На голосование»: кто выполняет: люди → случай сам, автоматически",
        "en": "Transition “To the vote”: taken: by people → by itself, automatically",
    } in [dict(texts) for texts in changes]


@pytest.mark.parametrize(("language", "word"), [("ru", "автоматически"), ("en", "automatically")])
def test_the_drawing_shows_what_goes_by_itself(procedure: Definition, language: str, word: str) -> None:
    drawn = draw(procedure, language)
    assert drawn.count("stroke-dasharray") == 4
    assert drawn.count(f"({word})") >= 3
    skipped = "kind: skip\n    from: choice\n    to: done\n    by: [author]\n"
    by_people = PROCEDURE.replace("automatic: true", "by: [author]")
    by_people = by_people.replace(f"{skipped}    when", f"{skipped}    form: {{comment: required}}\n    when")
    assert "stroke-dasharray" not in draw(loads(by_people), language)


def test_a_report_of_changed_content_settles_too(procedure: Definition) -> None:
    case = Case(procedure, paper_registered=True, paper_pages=None)
    case.act("author", Open())
    case.act("author", Complete("write"))
    case.facts |= {"paper.pages": 9, "paper.hash": "two"}
    case.act("author", ContentChanged())
    assert case.state is not None
    assert case.state.stage == "vote"


STAGES = "abcd"
STEP = """\
  {id}:
    titles: {{ru: {id}, en: {id}}}
    kind: {kind}
    from: {source}
    to: {target}
    automatic: true
    when: {{id: g, if: '{condition}', text: {{ru: Нет, en: Not yet}}}}
"""


def drawn_by_chance(edges: list[tuple[str, str, str, str]]) -> str:
    """A procedure of four stages with these automatic steps: source, target, kind, condition."""
    stages = "".join(f"  {one}: {{titles: {{ru: {one}, en: {one}}}}}\n" for one in STAGES)
    steps = "".join(
        STEP.format(id=f"s{number}", source=source, target=target, kind=kind, condition=condition)
        for number, (source, target, kind, condition) in enumerate(edges)
    )
    return (
        "workflow: chance\nversion: 1\ntitles: {ru: А, en: A}\ninitial: a\n"
        "roles: {author: {titles: {ru: А, en: A}, found: authority}}\n"
        f"stages:\n{stages}  z: {{titles: {{ru: z, en: z}}, final: true}}\ntransitions:\n{steps}"
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(STAGES), st.sampled_from(STAGES + "z"), st.sampled_from(["forward", "skip"]), conditions
        ),
        min_size=1, max_size=5,
    ),
    st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in WORLD.items()}),
)  # fmt: skip
def test_what_passes_the_check_takes_one_step_at_a_time_and_ends(
    edges: list[tuple[str, str, str, str]], facts: dict[str, Any]
) -> None:
    definition, findings = parse_text(drawn_by_chance(edges))
    assert definition is not None
    faults = {one.code for one in findings if one.code.startswith("automatic")}
    if faults & {"automatic_loop", "automatic_overlap", "automatic_unclear"}:
        return
    ctx = told("author", facts)
    opened = decide(definition, None, Open(), ctx)
    assert isinstance(opened, Accepted)
    state = fold(definition, [opened.events[0]])
    alone = settling.by_itself(ctx)
    for event in opened.events[1:]:
        working = [
            step.id
            for step in definition.automatic[state.stage]
            if isinstance(decide(definition, state, Fire(step.id), alone, settle=False), Accepted)
        ]
        assert working == [event.transition] if isinstance(event, Moved) else not working
        state = fold(definition, opened.events[: state.version + 1])
    if None not in facts.values() and "automatic_gap" not in faults:
        assert len(definition.automatic.get(state.stage, ())) < 2, "a choice is always made"
