"""The school fills the diagnosis, the methodist analyses it, the curator verifies the risks."""

from __future__ import annotations

import pytest

from app.cases import service as cases_service
from app.cases.context import gather_facts
from app.cases.queries import get_case
from app.core.actor import SYSTEM, Actor
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.diagnostics_data import DIAGNOSES
from app.demo.penza import actor
from app.diagnostics import queries, service
from app.diagnostics.facts import FACTS
from app.diagnostics.rules import Significance, StudyKind, StudyState
from app.diagnostics.service import AnalysisInput, RiskInput, StudyInput, VerificationInput
from app.engine.actions import Fire

RISK = RiskInput("competence", Significance.high, "Дефицит у пяти учителей.")


def _version(system: Runtime, who: Actor, case_id: int) -> int:
    return get_case(system.read(who).session, case_id).version


def _facts(system: Runtime, case_id: int) -> dict[str, object]:
    work = system.read(actor(system, "methodist"))
    return {
        name: fact.value for name, fact in gather_facts(work, get_case(work.session, case_id), FACTS).items()
    }


def test_three_roles_complete_the_diagnosis_of_the_demo(penza: Runtime, cases: dict[str, int]) -> None:
    case_id, data = cases["41"], DIAGNOSES["41"]
    director, methodist, curator = (actor(penza, name) for name in ("director41", "methodist", "curator66"))
    with penza.work(methodist) as work:
        cases_service.act(work, case_id, Fire("start_diagnosis"), get_case(work.session, case_id).version)
    assert _facts(penza, case_id) == {
        "diagnostics.studies_complete": False, "diagnostics.analysis_written": None,
        "diagnostics.risks_verified": None, "diagnostics.actual_risks": 0,
    }  # fmt: skip
    with penza.work(director) as work:
        for kind, study in data.studies.items():
            service.fill_study(work, case_id, kind, study)
        for risk in data.risks:
            service.add_risk(work, case_id, risk)
    with penza.work(director) as work:
        service.finish(work, case_id, "fill_diagnosis", get_case(work.session, case_id).version)
    with penza.work(curator) as work:
        version = get_case(work.session, case_id).version
        with pytest.raises(Refusal, match="Рисковый профиль не подтверждён"):
            service.finish(work, case_id, "verify_risks", version)
        for entry in queries.risks_of(work.session, case_id):
            service.verify_risk(work, case_id, entry.id, data.verifications[entry.factor.code])
        work.session.flush()
        service.finish(work, case_id, "verify_risks", version)
    with penza.work(methodist) as work:
        for kind, analysis in data.analyses.items():
            service.write_analysis(work, case_id, kind, analysis)
        service.write_conclusion(work, case_id, data.conclusion)
        work.session.flush()
        service.finish(work, case_id, "check_diagnosis", get_case(work.session, case_id).version)
    with penza.work(methodist) as work:
        cases_service.act(work, case_id, Fire("submit_diagnosis"), get_case(work.session, case_id).version)
        assert get_case(work.session, case_id).stage == "plan_approval"
    assert _facts(penza, case_id) == {
        "diagnostics.studies_complete": True, "diagnostics.analysis_written": True,
        "diagnostics.risks_verified": True, "diagnostics.actual_risks": 4,
    }  # fmt: skip


def test_the_edition_of_the_programme_is_read_without_its_source(
    penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(SYSTEM) as work:
        programme = get_case(work.session, cases["41"]).programme
        programme.settings = {**programme.settings, "risk_edition": {"value": "2021", "source": "методика"}}
    with penza.work(actor(penza, "methodist")) as work:
        assert service.open_profile(work, cases["41"]).edition == "2021"


def test_missing_studies_are_named(penza: Runtime, cases: dict[str, int]) -> None:
    case_id, who = cases["50"], actor(penza, "director50")
    with penza.work(who) as work:
        service.fill_study(
            work, case_id, "staff", StudyInput(state=StudyState.no_data, reason="Отчёт не сдан")
        )
    fact = FACTS["diagnostics.studies_complete"](penza.read(who).session, case_id)
    assert fact.items == (
        "результаты оценочных процедур", "условия образовательной деятельности",
        "преподавание русского языка и математики",
    )  # fmt: skip
    assert fact.link == "diagnostics"
    with in_locale("en"):
        named = FACTS["diagnostics.studies_complete"](penza.read(who).session, case_id).items
    assert named[-1] == "teaching of Russian and mathematics"


def test_no_data_needs_a_reason_and_figures_need_values(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "director50")) as work:
        with pytest.raises(Invalid) as wrong:
            service.fill_study(work, cases["50"], "staff", StudyInput(state=StudyState.no_data, reason=" "))
        assert set(wrong.value.fields) == {"reason"}
        with pytest.raises(Invalid) as wrong:
            service.fill_study(work, cases["50"], "staff", StudyInput({"teachers": -1}))
        assert {"teachers", "vacancies"} <= set(wrong.value.fields)


@pytest.mark.parametrize(
    ("who", "error"),
    [("director50", NotFound), ("curator66", Forbidden), ("member1", Forbidden), ("curator51", NotFound)],
)
def test_only_the_own_school_or_the_methodist_fills(
    penza: Runtime, cases: dict[str, int], who: str, error: type
) -> None:
    study = DIAGNOSES["41"].studies[StudyKind.staff]
    with pytest.raises(error), penza.work(actor(penza, who)) as work:
        service.fill_study(work, cases["41"], StudyKind.staff, study)


def test_only_the_curator_of_the_pair_verifies(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "director41")) as work:
        risk_id = service.add_risk(work, cases["41"], RISK).id
    for who in ("director41", "methodist"):
        with pytest.raises(Forbidden), penza.work(actor(penza, who)) as work:
            service.verify_risk(work, cases["41"], risk_id, VerificationInput("Видел"))


def test_a_correction_asks_the_curator_again(penza: Runtime, cases: dict[str, int]) -> None:
    case_id, director, curator = cases["41"], actor(penza, "director41"), actor(penza, "curator66")
    with penza.work(director) as work:
        risk_id = service.add_risk(work, case_id, RISK).id
        with pytest.raises(Invalid):
            service.add_risk(work, case_id, RISK)
    with penza.work(curator) as work:
        service.verify_risk(
            work, case_id, risk_id, VerificationInput("Подтверждаю", significance=Significance.medium)
        )
    with penza.work(director) as work:
        with pytest.raises(Refusal):
            service.remove_risk(work, case_id, risk_id)
        risk = service.edit_risk(
            work, case_id, risk_id, RiskInput("competence", Significance.low, "Обучены трое.")
        )
        assert risk.verified_at is None


def test_a_form_filled_from_an_older_version_is_stale(penza: Runtime, cases: dict[str, int]) -> None:
    case_id, who, data = cases["41"], actor(penza, "director41"), DIAGNOSES["41"].studies[StudyKind.staff]
    with penza.work(who) as work:
        service.fill_study(work, case_id, "staff", data, expected_version=0)
    with pytest.raises(Stale), penza.work(who) as work:
        service.fill_study(work, case_id, "staff", data, expected_version=0)
    with penza.work(who) as work:
        service.fill_study(
            work, case_id, "staff", StudyInput({**data.values, "vacancies": 0}), expected_version=1
        )


def test_an_analysis_waits_for_the_study(penza: Runtime, cases: dict[str, int]) -> None:
    with pytest.raises(Refusal), penza.work(actor(penza, "methodist")) as work:
        service.write_analysis(work, cases["41"], "staff", AnalysisInput("Текст", "Текст"))


def test_a_conclusion_written_from_an_empty_form_overwrites_nobody(
    penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.write_conclusion(work, cases["41"], "Первый вывод", 0)
    with pytest.raises(Stale), penza.work(actor(penza, "methodist")) as work:
        service.write_conclusion(work, cases["41"], "Второй вывод", 0)
