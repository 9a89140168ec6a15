"""Visits and reports, by the people who enter and answer them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.audit.models import AuditRecord
from app.audit.queries import history_of
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.i18n import in_locale
from app.core.ports import Figure
from app.core.unit_of_work import Runtime, Work
from app.curation import evidence, facts, figures, panels, recommendations, report_steps, service, visits
from app.curation.queries import VisitCount, get_visit, planned_visits, visits_of
from app.curation.recommendations import Advice
from app.curation.rules import RecommendationStatus, VisitGround, VisitMode
from app.curation.service import AgreementTerms
from app.curation.visits import Lesson, VisitInput
from app.demo.penza import actor
from app.results import values as results_values

PDF = b"%PDF-1.4\n%%EOF\n"
VISIT = VisitInput(
    send_key="первый", held_on=date(2025, 1, 16), purpose="Подтверждение рискового профиля школы",
    ground=VisitGround.order, curator_people="Примерная Е.Д.", school_people="Тестова Л.Ф.",
    findings="Данные самообследования подтверждены.", lessons=(Lesson("5А", "математика", "Задачкина И.И."),),
    recommendations=(
        Advice("Разработать план взаимопосещения уроков", "заместитель директора", date(2025, 2, 14)),
        Advice("Провести входную диагностику", "учителя математики", date(2025, 2, 20)),
    ),
)  # fmt: skip


@pytest.fixture
def system(penza: Runtime) -> Runtime:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 2, 3, 9, tzinfo=UTC))
    return penza


def test_a_form_sent_twice_makes_one_visit(system: Runtime, cases: dict[str, int]) -> None:
    for _attempt in range(2):
        with system.work(actor(system, "curator66")) as work:
            visits.record_visit(work, cases["41"], VISIT)
    work = system.read(actor(system, "curator66"))
    assert len(visits_of(work.session, cases["41"])) == 1
    assert facts.visits_logged(work.session, cases["41"]).value == 1


def test_a_visit_to_come_and_one_after_the_end_are_refused(system: Runtime, cases: dict[str, int]) -> None:
    with system.work(actor(system, "clerk")) as work:
        terms = AgreementTerms(date(2025, 1, 27), "г. Пенза", date(2025, 1, 27), date(2025, 2, 1))
        service.prepare(work, cases["41"], terms)
    for day in (date(2025, 2, 4), date(2025, 2, 2)):
        with pytest.raises(Invalid) as refused, system.work(actor(system, "curator66")) as work:
            visits.record_visit(work, cases["41"], replace(VISIT, held_on=day))
        assert "held_on" in refused.value.fields


def test_a_recommendation_due_before_the_visit_is_refused(system: Runtime, cases: dict[str, int]) -> None:
    early = replace(VISIT, recommendations=(Advice("Провести практикум", "директор", date(2024, 2, 20)),))
    with pytest.raises(Invalid) as refused, system.work(actor(system, "curator66")) as work:
        visits.record_visit(work, cases["41"], early)
    said = str(refused.value.fields["recommendations-0-due"])
    assert said == "Срок раньше выезда."


def test_claiming_an_agreement_that_is_not_signed_asks_for_a_comment(
    system: Runtime, cases: dict[str, int]
) -> None:
    claim = replace(VISIT, ground=VisitGround.agreement)
    with pytest.raises(Invalid) as refused, system.work(actor(system, "curator66")) as work:
        visits.record_visit(work, cases["41"], claim)
    assert set(refused.value.fields) == {"ground_comment"}
    with system.work(actor(system, "curator66")) as work:
        visits.record_visit(work, cases["41"], replace(claim, ground_comment="Договор на подписании"))


def test_the_report_is_answered_by_the_director_and_then_locked(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    with system.work(actor(system, "curator66")) as work:
        visit_id = visits.record_visit(work, case_id, VISIT).id
        assert facts.visits_reported(work.session, case_id).items == ("16.01.2025",)
        report_steps.submit_report(work, case_id, visit_id)
        assert facts.visits_reported(work.session, case_id).value is True
    with pytest.raises(Forbidden), system.work(actor(system, "deputy41")) as work:
        report_steps.acknowledge(work, case_id, visit_id)
    with system.work(actor(system, "director41")) as work:
        report_steps.object_to(work, case_id, visit_id, "Не учтены уроки русского языка")
    with system.work(actor(system, "curator66")) as work:
        visits.correct_visit(work, case_id, visit_id, replace(VISIT, findings="Уточнено."))
        report_steps.submit_report(work, case_id, visit_id)
    with system.work(actor(system, "director41")) as work:
        report_steps.acknowledge(work, case_id, visit_id)
    with pytest.raises(Refusal), system.work(actor(system, "curator66")) as work:
        visits.correct_visit(work, case_id, visit_id, VISIT)
    with system.work(actor(system, "curator66")) as work:
        report_steps.add_to_report(work, case_id, visit_id, "Школа прислала график взаимопосещений.")
        kinds = [note.kind for note in get_visit(work.session, case_id, visit_id).notes]
    assert kinds == ["submitted", "objected", "submitted", "acknowledged", "addition"]


def test_a_correction_keeps_the_fate_of_recommendations(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    with system.work(actor(system, "curator66")) as work:
        visit = visits.record_visit(work, case_id, VISIT)
        visit_id, done = visit.id, visit.recommendations[1].id
    with system.work(actor(system, "deputy41")) as work:
        recommendations.settle_recommendation(
            work, case_id, done, RecommendationStatus.done, "Проведена 03.02.2025"
        )
    with system.work(actor(system, "curator66")) as work:
        only = (VISIT.recommendations[1], Advice("Третья", "методист", date(2025, 3, 1)))
        rows = visits.correct_visit(
            work, case_id, visit_id, replace(VISIT, recommendations=only)
        ).recommendations
    assert [(row.id == done, row.status) for row in rows] == [(True, "done"), (False, "open")]
    with pytest.raises(Invalid, match="Провести"), system.work(actor(system, "curator66")) as work:
        visits.correct_visit(work, case_id, visit_id, replace(VISIT, recommendations=()))


def test_no_longer_relevant_needs_a_reason(system: Runtime, cases: dict[str, int]) -> None:
    with system.work(actor(system, "curator66")) as work:
        key = visits.record_visit(work, cases["41"], VISIT).recommendations[0].id
    with pytest.raises(Invalid), system.work(actor(system, "director41")) as work:
        recommendations.settle_recommendation(work, cases["41"], key, RecommendationStatus.not_relevant)


def test_a_visit_counts_for_its_planned_period_until_it_is_withdrawn(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    with system.work(actor(system, "clerk")) as work:
        day = date(2025, 1, 27)
        service.prepare(work, case_id, AgreementTerms(day, "г. Пенза", day, date(2025, 12, 31)))
    with system.work(actor(system, "curator66")) as work:
        held = replace(VISIT, held_on=date(2025, 1, 30))
        visit_id = visits.record_visit(work, case_id, held).id
        assert [row.visit_id for row in planned_visits(work.session, case_id)] == [visit_id, None, None, None]
        visits.withdraw_visit(work, case_id, visit_id, "Внесён дважды")
        assert [row.visit_id for row in planned_visits(work.session, case_id)] == [None] * 4
        assert facts.visits_logged(work.session, case_id).value == 0


def test_other_pairs_see_nothing(system: Runtime, cases: dict[str, int]) -> None:
    with system.work(actor(system, "curator66")) as work:
        visit_id = visits.record_visit(work, cases["41"], VISIT).id
    for username in ("curator51", "director50", "admin"):
        with pytest.raises(NotFound):
            get_visit(system.read(actor(system, username)).session, cases["41"], visit_id)
    with pytest.raises(Forbidden), system.work(actor(system, "methodist")) as work:
        visits.record_visit(work, cases["41"], replace(VISIT, send_key="второй"))


def tags(work: Work, *wanted: str) -> list[str]:
    query = select(AuditRecord.tag).where(AuditRecord.tag.in_(wanted)).order_by(AuditRecord.id)
    return list(work.session.scalars(query))


def test_what_counts_for_a_planned_period_is_on_the_record(system: Runtime, cases: dict[str, int]) -> None:
    case_id, day = cases["41"], date(2025, 1, 27)
    with system.work(actor(system, "clerk")) as work:
        service.prepare(work, case_id, AgreementTerms(day, "г. Пенза", day, date(2025, 12, 31)))
    with system.work(actor(system, "curator66")) as work:
        visit_id = visits.record_visit(work, case_id, replace(VISIT, held_on=date(2025, 1, 30))).id
        assert tags(work, "visit:planned") == ["visit:planned"]
        same = replace(VISIT, held_on=date(2025, 1, 31), findings="Иначе.")
        visits.correct_visit(work, case_id, visit_id, same)
        assert tags(work, "visit:planned") == ["visit:planned"]  # it counts for the same period
        visits.withdraw_visit(work, case_id, visit_id, "Внесён дважды")
        assert tags(work, "visit:planned", "visit:withdraw") == [
            "visit:planned",
            "visit:withdraw",
            "visit:planned",
        ]


def test_a_photo_is_kept_once_and_on_the_record(system: Runtime, cases: dict[str, int]) -> None:
    case_id, photographed = cases["41"], replace(VISIT, photo=PDF, photo_name="урок.pdf")
    with system.work(actor(system, "curator66")) as work:
        visit_id = visits.record_visit(work, case_id, photographed).id
        visits.record_visit(work, case_id, photographed)
        visits.correct_visit(work, case_id, visit_id, photographed)
        renamed = replace(photographed, photo_name="тот же.pdf")
        visits.correct_visit(work, case_id, visit_id, renamed)
        assert len(get_visit(work.session, case_id, visit_id).files) == 1
        visits.correct_visit(work, case_id, visit_id, replace(photographed, photo=PDF + b"1"))
        assert len(get_visit(work.session, case_id, visit_id).files) == 2
        assert tags(work, "visit:photo") == ["visit:photo"] * 2


def test_a_visit_changed_meanwhile_is_not_withdrawn(system: Runtime, cases: dict[str, int]) -> None:
    with system.work(actor(system, "curator66")) as work:
        visit = visits.record_visit(work, cases["41"], VISIT)
        visit_id, version = visit.id, visit.version
        visits.correct_visit(work, cases["41"], visit_id, replace(VISIT, findings="Иначе."))
    with pytest.raises(Stale), system.work(actor(system, "curator66")) as work:
        visits.withdraw_visit(work, cases["41"], visit_id, "Внесён дважды", version)


@pytest.mark.parametrize("status", ["closed", "cancelled", "suspended"])
def test_when_the_case_stops_only_held_visits_are_answered(
    system: Runtime, cases: dict[str, int], status: str
) -> None:
    case_id = cases["41"]
    with system.work(actor(system, "curator66")) as work:
        visit = visits.record_visit(work, case_id, VISIT)
        visit_id, advice = visit.id, visit.recommendations[0].id
        draft = visits.record_visit(work, case_id, replace(VISIT, send_key="второй")).id
        report_steps.submit_report(work, case_id, visit_id)
    with system.work(SYSTEM) as work:
        get_case(work.session, case_id).status = status
    done = RecommendationStatus.done
    for username, act in (
        ("curator66", lambda work: visits.record_visit(work, case_id, replace(VISIT, send_key="третий"))),
        ("curator66", lambda work: visits.correct_visit(work, case_id, draft, VISIT)),
        ("curator66", lambda work: visits.withdraw_visit(work, case_id, draft, "Дважды")),
        ("curator66", lambda work: report_steps.submit_report(work, case_id, draft)),
        ("director41", lambda work: report_steps.object_to(work, case_id, visit_id, "Нет")),
        ("director41", lambda work: recommendations.settle_recommendation(work, case_id, advice, done)),
    ):
        with pytest.raises(Refusal, match="не в работе"), system.work(actor(system, username)) as work:
            act(work)
    with system.work(actor(system, "director41")) as work:
        report_steps.acknowledge(work, case_id, visit_id)
    with system.work(actor(system, "curator66")) as work:
        report_steps.add_to_report(work, case_id, visit_id, "График прислан после закрытия.")


def test_the_plan_of_an_agreement_is_none_before_its_day(system: Runtime, cases: dict[str, int]) -> None:
    with system.work(actor(system, "clerk")) as work:
        day = date(2025, 1, 27)
        service.prepare(
            work, cases["41"], AgreementTerms(day, "г. Пенза", day, date(2025, 12, 31), visits_planned=5)
        )
    with system.work(actor(system, "curator66")) as work:
        visits.record_visit(work, cases["41"], VISIT)
    work = system.read(actor(system, "methodist"))
    told = [
        figures.visits(work, [cases["41"]], on)
        for on in (date(2025, 1, 15), date(2025, 1, 26), date(2025, 1, 27))
    ]
    assert told == [{}, {cases["41"]: Figure(1)}, {cases["41"]: Figure(0, 5, beside=1)}]


def test_the_plan_of_a_new_agreement_takes_the_place_of_what_the_old_one_left(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id, day = cases["41"], date(2025, 1, 27)
    with system.work(actor(system, "clerk")) as work:
        service.prepare(work, case_id, AgreementTerms(day, "г. Пенза", day, date(2025, 12, 31)))
    with system.work(actor(system, "curator66")) as work:
        visits.record_visit(work, case_id, replace(VISIT, held_on=date(2025, 1, 30)))
    with system.work(SYSTEM) as work:
        service.terminate(work, case_id, date(2025, 2, 3), "Другие условия")
    new = AgreementTerms(date(2025, 2, 3), "г. Пенза", date(2025, 2, 3), date(2025, 12, 31), visits_planned=3)
    for _time in range(2):
        with system.work(actor(system, "clerk")) as work:
            service.prepare(work, case_id, new)
    work = system.read(actor(system, "methodist"))
    rows = planned_visits(work.session, case_id)
    assert [(row.since, row.visit_id is not None) for row in rows] == [
        (day, True), (date(2025, 2, 3), False), (date(2025, 5, 24), False), (date(2025, 9, 12), False),
    ]  # fmt: skip
    assert figures.visits(work, [case_id], work.today) == {case_id: Figure(1, 4)}


def test_a_visit_counts_against_the_plan_when_it_fulfils_a_planned_one(
    system: Runtime, cases: dict[str, int]
) -> None:
    """One rule for the overview, the page of curation, the card of the case, papers and the package of evidence."""
    case_id = cases["41"]
    days = {"до договора": date(2025, 1, 16), "по плану": date(2025, 1, 28), "ещё раз": date(2025, 1, 30)}
    with system.work(actor(system, "clerk")) as work:
        day = date(2025, 1, 27)
        service.prepare(work, case_id, AgreementTerms(day, "г. Пенза", day, date(2025, 12, 31)))
    with system.work(actor(system, "curator66")) as work:
        for key, held_on in days.items():
            visits.record_visit(work, case_id, replace(VISIT, send_key=key, held_on=held_on))
    work = system.read(actor(system, "methodist"))
    case = get_case(work.session, case_id)
    assert figures.visits(work, [case_id], work.today) == {case_id: Figure(1, 4, beside=2)}
    shown = panels.load(work, case)
    assert shown["count"] == VisitCount(made=1, planned=4, outside=2)
    assert [v.held_on for v in shown["visits"] if v.id not in shown["in_plan"]] == [
        days["ещё раз"], days["до договора"],
    ]  # fmt: skip
    notes = [str(note) for note in evidence.exhibits(work, case)[0].notes]
    assert notes == ["Плановых выездов состоялось: 1 из 4", "вне плана: 2"]
    assert results_values.order_results(work, [case])["schools"][0]["visits"] == "1 из 4"
    assert facts.visits_logged(work.session, case_id).value == 3, "whether anything was seen at all"


@pytest.mark.parametrize("writes_in", ["ru", "en"])
def test_the_history_tells_words_of_closed_lists_in_the_readers_language(
    system: Runtime, cases: dict[str, int], writes_in: str
) -> None:
    """Whoever wrote it, in whichever language: the journal keeps one, the reader is told in his own."""
    with in_locale(writes_in), system.work(actor(system, "curator66")) as work:
        visit = visits.record_visit(work, cases["41"], VISIT)
        work.session.flush()
        advice = min(one.id for one in visit.recommendations)
        done = RecommendationStatus.done
        recommendations.settle_recommendation(work, cases["41"], advice, done, "Проведено")
    with system.work(actor(system, "curator66")) as work:
        visits.correct_visit(work, cases["41"], visit.id, replace(VISIT, mode=VisitMode.remote))
    for language, words in (("ru", ("Выполнена", "Дистанционно")), ("en", ("Carried out", "Remotely"))):
        with in_locale(language):
            work = system.read(actor(system, "methodist"))
            told = [
                str(new)
                for entry in history_of(work, ("recommendations", [advice]), ("visits", [visit.id]))
                for _name, _old, new in entry["changes"]
            ]
        assert set(words) <= set(told), (language, told)
