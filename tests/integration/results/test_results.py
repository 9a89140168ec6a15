"""Results of a case: entered, corrected with history, analysed, proposed and decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.access.scopes import as_system
from app.audit.models import AuditRecord
from app.cases.models import Case
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.asked_once import only_looking
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.demo.results_data import RESULTS, Results
from app.results import facts, grounds, procedures, queries, service
from app.results.models import ResultsReview
from app.results.procedures import ProcedureData, YearData
from app.results.rules import Outcome, Procedure
from app.results.service import DecisionData
from tests.people import open_cases
from tests.web.test_page_cost import asked_of

RUSSIAN = ProcedureData("oge", "russian", 9, (YearData(2024, 49, 11), YearData(2025, 52, 5)))


@pytest.fixture
def autumn(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    cases = open_cases(penza_on_both)
    assert isinstance(penza_on_both.clock, FixedClock)
    penza_on_both.clock.move(datetime(2025, 10, 1, 9, tzinfo=UTC))
    return penza_on_both, cases


def enter(system: Runtime, case_id: int, data: Results) -> None:
    with system.work(actor(system, "methodist")) as work:
        for procedure in data.procedures:
            procedures.add_procedure(work, case_id, procedure)
        for risk in data.risks:
            grounds.add_risk(work, case_id, risk)
        for notice in data.notices:
            grounds.add_notice(work, case_id, notice)
        service.write_analysis(work, case_id, data.analysis)


def at_review(system: Runtime, case_id: int) -> None:
    """Put the case where outcomes are decided; the way there is the engine's business, not this room's."""
    with system.work(SYSTEM) as work:
        work.session.scalars(select(Case).where(Case.id == case_id)).one().stage = "results_review"


def fact(system: Runtime, name: str, case_id: int) -> object:
    session = system.read(SYSTEM).session
    with as_system(session):
        return facts.FACTS[name](session, case_id).value


def test_the_demo_figures_speak_for_the_real_outcomes(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = autumn
    system.ports.figures.pop("plans.fulfilment", None)
    system.ports.facts["plans.items_reported"] = lambda session, case_id: facts.Fact(True)
    for code, data in RESULTS.items():
        enter(system, cases[code], data)
        with system.work(actor(system, "methodist")) as work:
            review = service.propose_outcome(work, cases[code])
            assert review.proposed == data.decision.outcome
            assert review.proposal["rule"] == "low-results/1"
        assert fact(system, "results.two_years_entered", cases[code]) is True
        assert fact(system, "results.analysis_written", cases[code]) is True
        assert fact(system, "results.outcome_proposed", cases[code]) is True
    assert fact(system, "results.low_verdict", cases["co1"]) == "low"
    assert fact(system, "results.on_official_list", cases["co1"]) is True


def test_what_the_group_decided_of_many_cases_is_read_at_once(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(SYSTEM) as work:
        work.session.add(ResultsReview(case_id=cases["41"], analysis="", decided="positive"))
    session = penza.read(SYSTEM).session
    with only_looking(session), asked_of(penza) as seen:
        penza.ports.ahead["results.decided_outcome"](session, list(cases.values()))
        told = {
            code: penza.ports.facts["results.decided_outcome"](session, case).value
            for code, case in cases.items()
        }
    assert told == dict.fromkeys(cases, None) | {"41": "positive"}
    assert len([one for one in seen if "results_reviews" in one[0]]) == 1


def test_a_year_that_is_missing_is_named_and_not_held_counts_as_entered(
    autumn: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = autumn
    assert fact(system, "results.two_years_entered", cases["41"]) is None
    with system.work(actor(system, "deputy41")) as work:
        procedures.add_procedure(work, cases["41"], replace(RUSSIAN, years=RUSSIAN.years[:1]))
        found = facts.two_years_entered(work.session, cases["41"])
        assert (found.value, found.items) == (False, ("ОГЭ, русский язык, 9 класс",))
    with system.work(actor(system, "deputy41")) as work:
        procedures.save_procedure(work, cases["41"], replace(RUSSIAN, years=(YearData(2025, held=False),)))
        assert facts.two_years_entered(work.session, cases["41"]).value is True
        case = get_case(work.session, cases["41"])
        row = queries.table(
            queries.figures_of(work.session, case.id), 2025, queries.settings_of(case.programme)
        )[0]
        assert (row.share_now, row.change) == (None, None)


def test_a_correction_keeps_the_old_value_and_a_stale_form_is_refused(
    autumn: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = autumn
    with system.work(actor(system, "director41")) as work:
        procedures.add_procedure(work, cases["41"], RUSSIAN)
    changed = replace(RUSSIAN, years=(YearData(2024, 49, 12),))
    with system.work(actor(system, "director41")) as work:
        procedures.save_procedure(work, cases["41"], changed, "1-1")
        tags = [
            r.tag for r in work.session.scalars(select(AuditRecord).where(AuditRecord.tag.like("results:%")))
        ]
        assert tags == ["results:add", "results:edit"]
    with pytest.raises(Stale), system.work(actor(system, "director41")) as work:
        procedures.save_procedure(work, cases["41"], changed, "1-1")
    with pytest.raises(Invalid), system.work(actor(system, "director41")) as work:
        procedures.add_procedure(work, cases["41"], RUSSIAN)
    with system.work(actor(system, "director41")) as work:
        procedures.remove_procedure(work, cases["41"], Procedure("oge", "russian", 9), "2-1")
        assert queries.content_hash(work.session, cases["41"]) is None


@pytest.mark.parametrize(
    ("year", "field"),
    [
        (YearData(2025, 10, 11), "below_now"),
        (YearData(2025, 10, None), "below_now"),
        (YearData(2025, None, 3), "participants_now"),
        (YearData(2025, 0, 0), "participants_now"),
        (YearData(2024, 10, 2, held=False), "participants_before"),
    ],
)
def test_wrong_counts_are_refused_at_the_field(
    autumn: tuple[Runtime, dict[str, int]], year: YearData, field: str
) -> None:
    system, cases = autumn
    with pytest.raises(Invalid) as caught, system.work(actor(system, "methodist")) as work:
        procedures.add_procedure(work, cases["41"], replace(RUSSIAN, years=(year,)))
    assert list(caught.value.fields) == [field]


def test_who_may_not(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = autumn
    with pytest.raises(Forbidden), system.work(actor(system, "curator66")) as work:
        procedures.add_procedure(work, cases["41"], RUSSIAN)
    with pytest.raises(NotFound), system.work(actor(system, "director50")) as work:
        procedures.add_procedure(work, cases["41"], RUSSIAN)
    with pytest.raises(Forbidden), system.work(actor(system, "director41")) as work:
        service.write_analysis(work, cases["41"], "…")
    with pytest.raises(Forbidden), system.work(actor(system, "methodist")) as work:
        service.decide_outcome(work, cases["41"], DecisionData("effective"))


def test_another_outcome_than_the_proposed_one_needs_a_justification(
    autumn: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = autumn
    case_id = cases["co1"]
    enter(system, case_id, RESULTS["co1"])
    at_review(system, case_id)
    with pytest.raises(Refusal), system.work(actor(system, "chair")) as work:
        service.decide_outcome(work, case_id, DecisionData("no_change"))
    with system.work(actor(system, "methodist")) as work:
        service.propose_outcome(work, case_id)
        voted_on = queries.content_hash(work.session, case_id)
    with pytest.raises(Invalid) as caught, system.work(actor(system, "chair")) as work:
        service.decide_outcome(work, case_id, DecisionData("positive"))
    assert list(caught.value.fields) == ["justification"]
    with system.work(actor(system, "secretary")) as work:
        service.decide_outcome(work, case_id, DecisionData("no_change"))
        assert (
            queries.content_hash(work.session, case_id) == voted_on
        )  # the proposal was voted on, nothing changed
    assert fact(system, "results.decided_outcome", case_id) == Outcome.no_change
    with system.work(actor(system, "chair")) as work:
        review = service.decide_outcome(work, case_id, DecisionData("positive", "Заметна работа школы."))
        assert (review.proposed, review.decided) == ("no_change", "positive")
        assert queries.content_hash(work.session, case_id) != voted_on


def test_a_correction_after_the_proposal_makes_it_out_of_date(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = autumn
    enter(system, cases["41"], RESULTS["41"])
    with system.work(actor(system, "methodist")) as work:
        service.propose_outcome(work, cases["41"])
    with system.work(actor(system, "methodist")) as work:
        procedures.save_procedure(work, cases["41"], replace(RUSSIAN, years=(YearData(2025, 52, 40),)))
    assert fact(system, "results.outcome_proposed", cases["41"]) is False
    with system.work(actor(system, "methodist")) as work:
        service.propose_outcome(work, cases["41"])
    assert fact(system, "results.outcome_proposed", cases["41"]) is True


def test_nothing_to_compare_is_said_instead_of_a_guess(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = autumn
    with pytest.raises(Refusal), system.work(actor(system, "methodist")) as work:
        service.propose_outcome(work, cases["41"])
