"""The plan from the first draft over a return to its execution."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.access.models import Membership
from app.admin import verify
from app.audit.models import AuditDetail, AuditRecord
from app.cases import service as cases_service
from app.cases.overview import history, overview
from app.cases.queries import get_case, votes_of
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.diagnostics_data import DIAGNOSES
from app.demo.penza import actor
from app.demo.plans_data import RETURN_REASON, corrections, first_draft, plan, reports
from app.diagnostics import queries as diagnosis
from app.diagnostics import service as diagnostics
from app.engine.actions import Cast, Fire
from app.notifications.queries import inbox
from app.plans import execution, queries, service
from app.plans.evidence import exhibits
from app.plans.execution import ReportInput, Upload
from app.plans.facts import FACTS
from app.plans.figures import FIGURES
from app.plans.queues import moves_waiting, reports_waiting
from app.plans.rules import Direction, ReportStatus
from app.plans.service import ItemInput
from app.plans.values import order_plan
from tests.people import WebUsers, open_cases
from tests.web.test_page_cost import asked_of

PDF = b"%PDF-1.4\n%%EOF\n"
FULL = ItemInput("Практикум", "до 15.02.2025", Direction.growth, "Директор", "Справка", risk="Дефицит кадров")


def diagnosed(system: Runtime, school: str, case_id: int, director: str, curator: str) -> None:
    """Bring a case to the plan through the services, as its people do."""
    data = DIAGNOSES[school]
    with system.work(actor(system, "methodist")) as work:
        cases_service.act(work, case_id, Fire("start_diagnosis"), get_case(work.session, case_id).version)
    with system.work(actor(system, director)) as work:
        for kind, study in data.studies.items():
            diagnostics.fill_study(work, case_id, kind, study)
        for risk in data.risks:
            diagnostics.add_risk(work, case_id, risk)
        diagnostics.finish(work, case_id, "fill_diagnosis", get_case(work.session, case_id).version)
    with system.work(actor(system, curator)) as work:
        for entry in diagnosis.risks_of(work.session, case_id):
            diagnostics.verify_risk(work, case_id, entry.id, data.verifications[entry.factor.code])
        diagnostics.finish(work, case_id, "verify_risks", get_case(work.session, case_id).version)
    with system.work(actor(system, "methodist")) as work:
        for kind, analysis in data.analyses.items():
            diagnostics.write_analysis(work, case_id, kind, analysis)
        diagnostics.finish(work, case_id, "check_diagnosis", get_case(work.session, case_id).version)
        cases_service.act(work, case_id, Fire("submit_diagnosis"), get_case(work.session, case_id).version)


@pytest.fixture
def case_id(penza: Runtime, cases: dict[str, int]) -> int:
    diagnosed(penza, "41", cases["41"], "director41", "curator66")
    return cases["41"]


def _submit(system: Runtime, case_id: int) -> None:
    with system.work(actor(system, "methodist")) as work:
        service.submit_plan(work, case_id, get_case(work.session, case_id).version)


def _vote(system: Runtime, case_id: int, *voters: str) -> None:
    for who in voters:
        with system.work(actor(system, who)) as work:
            cases_service.act(work, case_id, Cast("for"), get_case(work.session, case_id).version)


def test_gaps_are_named_and_stop_the_submission(penza: Runtime, case_id: int) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.add_items(work, case_id, [FULL, ItemInput("Без срока"), ItemInput("Без всего", "I квартал")])
    with penza.work(actor(penza, "methodist")) as work, pytest.raises(Refusal) as no:
        service.submit_plan(work, case_id, get_case(work.session, case_id).version)
    told = str(no.value).replace("\u00a0", " ")
    assert "Нет срока у 1 мероприятия плана: № 2" in told
    assert "Нет ответственного у 2 мероприятий плана: № 2, № 3" in told
    assert no.value.reasons[0].link == f"/cases/{case_id}/plans"
    assert queries.snapshots_of(penza.read(actor(penza, "methodist")).session, case_id) == []


def test_many_measures_are_written_together_each_with_its_record(
    penza_on_both: Runtime,
) -> None:
    system, methodist = penza_on_both, actor(penza_on_both, "methodist")
    cases = open_cases(system)
    case_id, one_by_one = cases["41"], cases["50"]

    def add(to: int, items: list[ItemInput]) -> list[str]:
        with system.work(methodist) as work, asked_of(system) as seen:
            service.add_items(work, to, items)
        # SQLite takes new rows one by one where their keys are wanted
        return [statement for statement, _values in seen if not statement.startswith("INSERT")]

    places = [None, None, 1, 2, None, 9]
    items = [ItemInput(**{**vars(FULL), "action": f"№ {n}", "number": n}) for n in places]
    few = add(case_id, items)
    for item in items:
        add(one_by_one, [item])
    session = system.read(SYSTEM).session
    written, wanted = (
        [(item.number, item.action) for item in queries.items_of(session, case)]
        for case in (case_id, one_by_one)
    )
    assert written == wanted
    told = (
        select(AuditRecord.data, AuditDetail.values)
        .join(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.tag == "plan:add")
        .order_by(AuditRecord.seq)
    )
    together, apart = (
        session.execute(told.where(AuditRecord.case_id == case)).all() for case in (case_id, one_by_one)
    )
    assert len(together) == len(items)
    assert together == apart
    add(case_id, items[:1])
    assert len(add(case_id, [FULL] * 60)) <= len(few) + 1  # the reports on the measures that are there
    assert list(verify.findings(system)) == []


def test_the_second_round_shows_what_changed(penza: Runtime, case_id: int) -> None:
    methodist = actor(penza, "methodist")
    with penza.work(methodist) as work:
        service.add_items(work, case_id, first_draft("41"))
    _submit(penza, case_id)
    with penza.work(actor(penza, "chair")) as work:
        step = Fire("return_plan", comment=RETURN_REASON, fields={"about": "terms"})
        cases_service.act(work, case_id, step, get_case(work.session, case_id).version)
    with penza.work(methodist) as work:
        by_number = {item.number: item for item in queries.items_of(work.session, case_id)}
        for number, data in corrections("41").items():
            service.edit_item(work, case_id, by_number[number].id, data, by_number[number].version)
        service.add_item(work, case_id, FULL)
        service.delete_item(work, case_id, by_number[2].id)
    _submit(penza, case_id)
    work = penza.read(methodist)
    found = queries.changes_since(work.session, get_case(work.session, case_id), is_voted=True)
    assert found is not None
    before, changes = found
    assert before.round == 1
    assert [(c.kind, c.number) for c in changes] == [
        ("changed", 9),
        ("changed", 10),
        ("added", 13),
        ("removed", 2),
    ]
    assert {name for name, _old, _new in changes[0].fields} >= {"term", "recurrence", "indicator"}
    assert [item.number for item in queries.items_of(work.session, case_id)] == list(range(1, 14))


def test_an_edit_voids_the_votes_and_an_adopted_plan_is_closed(penza: Runtime, case_id: int) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        item_id = service.add_item(work, case_id, FULL).id
    _submit(penza, case_id)
    _vote(penza, case_id, "chair")
    fact = FACTS["plans.content_hash"]
    old = fact(penza.read(actor(penza, "chair")).session, case_id).value
    with penza.work(actor(penza, "director41")) as work:
        service.edit_item(work, case_id, item_id, ItemInput(**{**vars(FULL), "indicator": "80 %"}))
    session = penza.read(actor(penza, "chair")).session
    assert fact(session, case_id).value != old
    assert [vote.void for vote in votes_of(session, get_case(session, case_id))] == [True]
    _vote(penza, case_id, "chair", "secretary", "member1")
    with penza.work(actor(penza, "methodist")) as work:
        assert get_case(work.session, case_id).approval == "passed"
        with pytest.raises(Refusal):
            service.delete_item(work, case_id, item_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"action": " "}, "action"), ({"term": "по мере необходимости"}, "term"),
     ({"risk_code": "colour", "risk": ""}, "risk_code"),
     ({"starts": date(2025, 3, 1), "ends": date(2025, 2, 1)}, "ends"), ({"starts": date(2025, 3, 1)}, "ends")],
)  # fmt: skip
def test_faults_are_told_at_their_field(
    penza: Runtime, cases: dict[str, int], changes: dict, field: str
) -> None:
    with penza.work(actor(penza, "methodist")) as work, pytest.raises(Invalid) as wrong:
        service.add_item(work, cases["41"], ItemInput(**{**vars(FULL), **changes}))
    assert set(wrong.value.fields) == {field}


def test_rights_and_versions(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "director41")) as work:
        item_id = service.add_item(work, cases["41"], FULL).id
    for who, error in (("director50", NotFound), ("curator66", Forbidden), ("member1", Forbidden)):
        with pytest.raises(error), penza.work(actor(penza, who)) as work:
            service.add_item(work, cases["41"], FULL)
    with pytest.raises(Stale), penza.work(actor(penza, "director41")) as work:
        service.edit_item(work, cases["41"], item_id, FULL, expected_version=99)
    with pytest.raises(NotFound), penza.work(actor(penza, "methodist")) as work:
        service.delete_item(work, cases["50"], item_id)
    with pytest.raises(Refusal), penza.work(actor(penza, "director41")) as work:
        execution.report_item(work, cases["41"], item_id, ReportInput(ReportStatus.not_done, reason="Рано"))


def _running(system: Runtime, case_id: int, today: date) -> None:
    """As if the plan were adopted: the way there belongs to other tests."""
    with system.work(SYSTEM) as work:
        get_case(work.session, case_id).stage = "events"
    assert isinstance(system.clock, FixedClock)
    system.clock.advance(days=(today - system.clock.now().date()).days)


def test_the_demo_plan_is_carried_out(penza: Runtime, case_id: int) -> None:
    director = actor(penza, "director41")
    with penza.work(actor(penza, "methodist")) as work:
        ids = [item.id for item in service.add_items(work, case_id, plan("41"))]
    _running(penza, case_id, date(2025, 10, 1))
    assert FACTS["plans.items_reported"](penza.read(director).session, case_id).value is False
    with penza.work(director) as work:
        for _day, number, report in reports("41"):
            execution.report_item(work, case_id, ids[number - 1], report)
    session = penza.read(director).session
    assert FACTS["plans.items_reported"](session, case_id).value is True
    assert FACTS["plans.ends"](session, case_id).value == date(2025, 9, 30)
    assert queries.fulfilment_on(session, case_id, date(2025, 10, 1)).percent == 100


def test_the_history_tells_reports_on_several_terms_of_one_measure_apart(
    penza: Runtime, case_id: int
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.add_items(work, case_id, plan("41"))
    _running(penza, case_id, date(2025, 9, 19))
    item = next(
        one for one in queries.items_of(penza.read(SYSTEM).session, case_id) if len(queries.dues_of(one)) > 1
    )
    number, terms = item.number, [f"{due.occurrence:%d.%m.%Y}" for due in queries.dues_of(item)]
    with penza.work(actor(penza, "director41")) as work:
        execution.report_item(work, case_id, item.id, ReportInput(ReportStatus.not_done, reason="Карантин"))
    work = penza.read(actor(penza, "director41"))
    notes = [one.note for one in history(work, overview(work, get_case(work.session, case_id)))]
    told = [note.rpartition(", ")[2] for note in notes if note.startswith(f"№\u00a0{number}. ")][: len(terms)]
    assert sorted(told) == sorted(terms)


def test_evidence_reason_and_move(penza: Runtime, case_id: int) -> None:
    director, methodist = actor(penza, "director41"), actor(penza, "methodist")
    with penza.work(methodist) as work:
        item_id = service.add_item(
            work, case_id, ItemInput(**{**vars(FULL), "term": "ежемесячно, февраль – март"})
        ).id
    _running(penza, case_id, date(2025, 4, 1))
    february, march = date(2025, 2, 28), date(2025, 3, 31)
    done = ReportInput(
        ReportStatus.done, done_on=february, upload=Upload("отчёт.pdf", PDF), occurrences=(february,)
    )
    with penza.work(director) as work:
        for wrong, field in (
            (ReportInput(ReportStatus.done), "done_on"),
            (ReportInput(ReportStatus.done, done_on=date(2025, 5, 1), evidence="x"), "done_on"),
            (ReportInput(ReportStatus.done, done_on=date(2024, 2, 28), evidence="last year"), "done_on"),
            (ReportInput(ReportStatus.done, done_on=february), "evidence"),
            (ReportInput(ReportStatus.done, done_on=february, link="javascript:alert(1)"), "link"),
            (ReportInput(ReportStatus.not_done), "reason"),
            (ReportInput(ReportStatus.moved, reason="Карантин"), "moved_to"),
            (ReportInput(ReportStatus.moved, reason="Карантин", moved_to=march), "moved_to"),
            (
                ReportInput(ReportStatus.not_done, reason="Нет", occurrences=(date(2025, 1, 1),)),
                "occurrences",
            ),
        ):
            with pytest.raises(Invalid) as error:
                execution.report_item(work, case_id, item_id, wrong)
            assert field in error.value.fields
        [report] = execution.report_item(work, case_id, item_id, done)
        file_id = report.file_id
        move = ReportInput(
            ReportStatus.moved, reason="Карантин", moved_to=date(2025, 4, 20), occurrences=(march,)
        )
        [moved] = execution.report_item(work, case_id, item_id, move)
        work.session.flush()
        moved_id = moved.id
    session = penza.read(director).session
    assert queries.fulfilment_on(session, case_id, date(2025, 4, 1)).percent == 50
    with pytest.raises(Forbidden), penza.work(director) as work:
        execution.approve_move(work, case_id, moved_id)
    waiting = {
        who: moves_waiting(penza.read(actor(penza, who))) for who in ("methodist", "chair", "director41")
    }
    assert [str(item.title) for item in waiting["methodist"]] == ["Утвердить новый срок мероприятия № 1"]
    assert (len(waiting["chair"]), waiting["director41"]) == (1, [])
    with penza.work(methodist) as work:
        execution.approve_move(work, case_id, moved_id)
    assert moves_waiting(penza.read(methodist)) == []
    assert queries.fulfilment_on(penza.read(director).session, case_id, date(2025, 4, 1)).percent == 100
    with penza.work(director) as work:
        again = ReportInput(ReportStatus.done, done_on=date(2025, 4, 1), file_id=file_id)
        [report] = execution.report_item(work, case_id, item_id, again)  # the only one not accounted for
        assert report.occurrence == march
    assert FACTS["plans.items_reported"](penza.read(director).session, case_id).value is True


@pytest.mark.parametrize(
    ("term", "said"), [("до 30.08.2024", "Программа началась 09.01.2025."),
                       ("март 2026 г.", "Программа заканчивается 31.12.2025.")],
)  # fmt: skip
def test_a_term_of_another_year_is_refused(penza: Runtime, case_id: int, term: str, said: str) -> None:
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "methodist")) as work:
        service.add_item(work, case_id, ItemInput(**{**vars(FULL), "term": term}))
    assert {field: str(text) for field, text in refused.value.fields.items()} == {"term": said}


def test_a_new_term_is_refused_with_a_reason_and_the_measure_waits_as_before(
    web: WebUsers, penza: Runtime, case_id: int
) -> None:
    director, methodist = actor(penza, "director41"), actor(penza, "methodist")
    with penza.work(methodist) as work:
        item = service.add_item(work, case_id, ItemInput(**{**vars(FULL), "term": "до 04.04.2025"}))
        item_id = item.id
    _running(penza, case_id, date(2025, 4, 1))
    move = ReportInput(ReportStatus.moved, reason="Карантин", moved_to=date(2025, 4, 20))
    with penza.work(director) as work:
        [moved] = execution.report_item(work, case_id, item_id, move)
        work.session.flush()
        moved_id = moved.id
    assert reports_waiting(penza.read(director)) == [], "it waits for the decision, not for the school"
    with pytest.raises(Invalid) as fault, penza.work(methodist) as work:
        execution.refuse_move(work, case_id, moved_id, " ")
    assert "reason" in fault.value.fields
    with penza.work(methodist) as work:
        execution.refuse_move(work, case_id, moved_id, "Срок держит вся программа")
    page = web("director41").get(f"/cases/{case_id}/plans").get_data(as_text=True).replace("\u00a0", " ")
    assert "в переносе на 20.04.2025 отказано: Срок держит вся программа" in page
    assert "Причина: Карантин" in page, "why it was asked for is not overwritten"
    work = penza.read(methodist)
    plan = exhibits(work, get_case(work.session, case_id))[0]
    assert "Карантин; в переносе на 20.04.2025 отказано: Срок держит вся программа" in plan.rows[0][-1]
    assert moves_waiting(penza.read(methodist)) == []
    [item_waits] = reports_waiting(penza.read(director))
    assert item_waits.due == date(2025, 4, 4)
    told = newest_notice(penza, "director41")
    assert "В новом сроке мероприятия № 1 отказано" in told
    assert "Срок прежний – 04.04.2025" in told
    assert "Срок держит вся программа" in told
    with penza.work(director) as work:
        execution.report_item(work, case_id, item_id, move)
    with penza.work(methodist) as work:
        execution.approve_move(work, case_id, moved_id)
    assert "Теперь это 20.04.2025" in newest_notice(penza, "director41")
    assert reports_waiting(penza.read(director)) == [], "not due within a week"
    _running(penza, case_id, date(2025, 4, 18))
    [item_waits] = reports_waiting(penza.read(director))
    assert item_waits.due == date(2025, 4, 20), "a term that was moved is waited for as well"


def test_a_day_approved_first_counts_until_another_is_approved(penza: Runtime, case_id: int) -> None:
    director, methodist = actor(penza, "director41"), actor(penza, "methodist")
    with penza.work(methodist) as work:
        item_id = service.add_item(work, case_id, ItemInput(**{**vars(FULL), "term": "до 04.04.2025"})).id
    _running(penza, case_id, date(2025, 4, 1))

    def ask(day: date) -> int:
        with penza.work(director) as work:
            move = ReportInput(ReportStatus.moved, reason="Карантин", moved_to=day)
            [moved] = execution.report_item(work, case_id, item_id, move)
            work.session.flush()
            return moved.id

    def counted() -> tuple[date, int]:
        """The day that counts, and how much was overdue on 10 April."""
        work = penza.read(SYSTEM)
        [due] = queries.all_dues(queries.items_of(work.session, case_id))
        return due.due, FIGURES["plans.overdue"](work, [case_id], date(2025, 4, 10))[case_id].value

    first, second = date(2025, 4, 20), date(2025, 5, 20)
    moved_id = ask(first)
    assert counted() == (date(2025, 4, 4), 1), "asked for only"
    with penza.work(methodist) as work:
        execution.approve_move(work, case_id, moved_id)
    assert counted() == (first, 0)
    with pytest.raises(Invalid) as fault:
        ask(first)
    assert str(fault.value.fields["moved_to"]) == "Этот новый срок уже утверждён."
    ask(second)
    assert counted() == (first, 0), "before it is decided"
    with penza.work(methodist) as work:
        execution.refuse_move(work, case_id, moved_id, "Срок держит вся программа")
        assert queries.report_of(work.session, case_id, moved_id).is_move_refused
    assert counted() == (first, 0), "when it is refused"
    assert "Срок прежний – 20.04.2025" in newest_notice(penza, "director41")
    ask(second)
    with penza.work(methodist) as work:
        execution.approve_move(work, case_id, moved_id)
        assert not queries.report_of(work.session, case_id, moved_id).is_move_refused
    assert counted() == (second, 0)
    told = penza.read(SYSTEM).session.scalars(
        select(AuditDetail.values)
        .join(AuditRecord, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.tag == "plan:move_approved")
        .order_by(AuditRecord.seq)
    )
    assert [values["approved_to"] for values in told] == [
        {"old": "—", "new": "20.04.2025"}, {"old": "20.04.2025", "new": "20.05.2025"},
    ]  # fmt: skip


def newest_notice(system: Runtime, username: str) -> str:
    shown, _more = inbox(system.read(actor(system, username)))
    return str(shown[0].text).replace("\u00a0", " ")


def test_the_order_prints_one_road_map_of_all_schools(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        for school, case_id in cases.items():
            items = [ItemInput(**{**vars(item), "risk_code": "", "risk": "Риск"}) for item in plan(school)]
            service.add_items(work, case_id, items)
        work.session.flush()
        printed = order_plan(work, [get_case(work.session, case_id) for case_id in cases.values()])["plan"]
    rows = [row for direction in printed["directions"] for row in direction["items"]]
    assert [row["no"] for row in rows] == list(range(1, 11 + 8 + 1))
    assert printed["title"].endswith("на январь – сентябрь 2025 года")
    assert printed["forms"]["accs"].startswith("план основных мероприятий (муниципальную дорожную карту)")
    assert sum(row["level"] == "школьный" for row in rows) == 8


def test_figures_of_many_cases_come_by_one_query(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.add_item(work, cases["41"], FULL)
        work.session.flush()
        found = FIGURES["plans.overdue"](work, list(cases.values()), date(2025, 3, 1))
        assert {case: figure.value for case, figure in found.items()} == {cases["41"]: 1}


def test_what_became_of_a_new_term_is_told_to_the_school_once_whoever_asked_has_left(
    penza: Runtime, case_id: int
) -> None:
    deputy, methodist = actor(penza, "deputy41"), actor(penza, "methodist")
    with penza.work(methodist) as work:
        item_id = service.add_item(work, case_id, ItemInput(**{**vars(FULL), "term": "до 04.04.2025"})).id
    _running(penza, case_id, date(2025, 4, 1))
    with penza.work(deputy) as work:
        move = ReportInput(ReportStatus.moved, reason="Карантин", moved_to=date(2025, 4, 20))
        moved_id = execution.report_item(work, case_id, item_id, move)[0].id
    with penza.work(SYSTEM) as work:
        for held in work.session.scalars(select(Membership).where(Membership.user_id == deputy.user_id)):
            held.until = date(2025, 3, 31)
    with penza.work(methodist) as work:
        execution.approve_move(work, case_id, moved_id)
    assert "Новый срок мероприятия № 1 утверждён" in newest_notice(penza, "director41")


@pytest.mark.parametrize("owner", ["МКУ «ЦКО и МОУО» г. Пензы", 'МКУ "ЦКО и МОУО" г. Пензы', "Учебная"])
def test_whoever_answers_for_a_measure_is_asked_to_report_on_it(
    penza: Runtime, case_id: int, owner: str
) -> None:
    """The centre, by its name or by somebody who works there, and not the school for it."""
    director, methodist = actor(penza, "director41"), actor(penza, "methodist")
    person = methodist.person_id if owner == "Учебная" else None
    with penza.work(methodist) as work:
        for one in ({"owner": "Директор школы"}, {"owner": owner, "owner_id": person}):
            service.add_item(work, case_id, ItemInput(**{**vars(FULL), "term": "до 04.04.2025", **one}))
    _running(penza, case_id, date(2025, 4, 1))
    asked = {str(one): reports_waiting(penza.read(one)) for one in (director, methodist)}
    assert [[str(line.title) for line in lines] for lines in asked.values()] == [
        ["Отчитаться о мероприятии № 1"], ["Отчитаться о мероприятии № 2"],
    ]  # fmt: skip
    assert all(line.due == date(2025, 4, 4) for lines in asked.values() for line in lines)
