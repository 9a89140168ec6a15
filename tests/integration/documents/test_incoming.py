"""Papers of other organisations: registered once, answered in time, shown to whom they concern."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.admin import leaving
from app.audit.queries import history_of
from app.cases.models import CaseTask
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import incoming, service
from app.documents.life_page import left_of
from app.documents.models import Incoming, Registration, Series
from app.documents.queues import incoming_queue
from app.documents.register_page import rows, title
from app.documents.rules import IncomingKind
from app.documents.service import AnswerInput, HandEntry, IncomingInput, Proof, RegisterInput
from app.documents.verify import findings
from app.files.models import StoredFile
from app.schools.models import Person
from tests.integration.cases.test_votes import stand_in
from tests.integration.documents.test_life import DAY, later, registered, signed_order
from tests.people import open_cases

SCAN = Proof(b"%PDF-1.4 letter\n%%EOF\n", "Предостережение.pdf")
WARNING = IncomingInput(
    IncomingKind.warning, "Рособрнадзор", "Предостережение о признаках низких результатов", DAY, sender_number="07-12",
    sender_date=date(2025, 1, 20), answer_days=10,
)  # fmt: skip


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    cases = open_cases(penza_on_both)
    later(penza_on_both, DAY)
    return penza_on_both, cases


def receive(system: Runtime, data: IncomingInput, who: str = "clerk", scan: Proof | None = None) -> int:
    with system.work(actor(system, who)) as work:
        return service.receive(work, 1, data, scan).id


def test_a_warning_waits_for_an_answer_and_gets_it(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    key = receive(system, replace(WARNING, case_ids=(cases["41"],)), scan=SCAN)
    clerk = actor(system, "clerk")
    row = incoming.get_incoming(system.read(clerk), key)
    assert (row.registration.number, row.registration.scan.name) == (1, "Предостережение.pdf")
    assert row.registration.signed_by == "Рособрнадзор, № 07-12 от 20.01.2025"
    assert row.answer_due == date(2025, 2, 5)  # ten working days after the day it came
    assert [item.due for item in incoming_queue(system.read(clerk))] == [date(2025, 2, 5)]
    # the school it is about sees it, another does not; the journal shows it in a series of its own
    assert [r.id for r in incoming.list_incoming(system.read(actor(system, "director41")))] == [key]
    assert incoming.list_incoming(system.read(actor(system, "director50"))) == []
    assert system.read(actor(system, "director41")).session.scalars(select(StoredFile.name)).all() == [
        "Предостережение.pdf"
    ]
    with pytest.raises(NotFound):
        incoming.get_incoming(system.read(actor(system, "director50")), key)
    work = system.read(SYSTEM)
    series = work.session.scalars(select(Series)).one()
    assert title(series).startswith("Входящие документы")
    assert str(rows(work.session, series)[0].mark) == "ответить до 05.02.2025"
    order = registered(system, signed_order(system, {"41": cases["41"]}), RegisterInput(DAY)).id
    later(system, date(2025, 2, 3))
    with system.work(clerk) as work:
        service.answer(work, key, AnswerInput(date(2025, 2, 3), order))
    assert incoming_queue(system.read(clerk)) == []
    work = system.read(SYSTEM)
    series = work.session.scalars(select(Series).where(Series.kind == "incoming")).one()
    assert str(rows(work.session, series)[0].mark) == "дан ответ 03.02.2025: № 1-оп"
    assert list(findings(work.session, system.ports.storage)) == []
    with pytest.raises(Refusal):
        with system.work(clerk) as work:
            service.answer(work, key, AnswerInput(date(2025, 2, 3), order))


def test_an_official_inclusion_closes_the_task_that_waits_for_it(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    listing = IncomingInput(
        IncomingKind.listing, "Министерство образования", "Перечень школ на 2025 год", DAY, tuple(cases.values()),
        "1-пр", date(2025, 1, 15),
    )  # fmt: skip
    receive(system, listing, "methodist")
    work = system.read(SYSTEM)
    tasks = work.session.scalars(select(CaseTask).where(CaseTask.task == "confirm_list")).all()
    assert {task.case_id: task.status for task in tasks} == dict.fromkeys(cases.values(), "done")
    row = work.session.scalars(select(Incoming)).one()
    assert not row.is_open
    assert incoming_queue(system.read(actor(system, "clerk"))) == []


def test_the_clerk_registers_the_list_and_the_methodists_task_stays(
    penza: Runtime, cases: dict[str, int]
) -> None:
    later(penza, DAY)
    receive(penza, IncomingInput(IncomingKind.listing, "Министерство", "Перечень", DAY, (cases["41"],)))
    task = penza.read(SYSTEM).session.scalars(
        select(CaseTask).where(CaseTask.task == "confirm_list", CaseTask.case_id == cases["41"])
    ).one()  # fmt: skip
    assert task.status == "open"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sender": " "}, "sender"),
        ({"subject": ""}, "subject"),
        ({"received_on": date(2025, 6, 1)}, "received_on"),
        ({"sender_date": date(2025, 1, 23)}, "sender_date"),
        ({"answer_days": 0}, "answer_days"),
        ({"answer_days": 10_000}, "answer_days"),
        ({"answer_days": None, "answer_due": date(2025, 1, 1)}, "answer_due"),
        ({"answer_days": 10, "answer_due": date(2025, 2, 20)}, "answer_due"),
        ({"kind": IncomingKind.listing}, "cases"),
        ({"by_hand": HandEntry("x", "причина")}, "number"),
        ({"by_hand": HandEntry("7", " ")}, "reason"),
        ({"by_hand": HandEntry("999", "с бумаги")}, "leap"),
    ],
)
def test_what_is_entered_wrongly_is_told_at_its_field(
    penza: Runtime, cases: dict[str, int], change: dict[str, Any], field: str
) -> None:
    later(penza, DAY)
    with pytest.raises(Invalid) as refused:
        receive(penza, replace(WARNING, **change))
    assert field in refused.value.fields
    assert penza.read(SYSTEM).session.scalars(select(Registration)).all() == []


def test_who_may_and_who_may_not(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    for who in ("head", "chair", "member1"):
        with pytest.raises(Forbidden):
            receive(penza, WARNING, who)
    with pytest.raises(Forbidden):
        receive(penza, replace(WARNING, case_ids=(cases["41"],)), "director41")
    with pytest.raises(NotFound):
        receive(penza, replace(WARNING, case_ids=(999_999,)))
    receive(penza, WARNING, "methodist")


def test_the_same_paper_is_registered_once_and_an_annulled_one_again(
    penza: Runtime, cases: dict[str, int]
) -> None:
    later(penza, DAY)
    receive(penza, WARNING)
    with pytest.raises(Invalid) as refused:
        receive(penza, WARNING)
    assert list(refused.value.fields) == ["sender_number"]
    with penza.work(actor(penza, "clerk")) as work:
        line = work.session.scalars(select(Registration)).one()
        service.annul(work, line.id, "Не тот отправитель")
    receive(penza, WARNING)
    work = penza.read(SYSTEM)
    assert [r.number for r in work.session.scalars(select(Registration).order_by(Registration.id))] == [1, 2]
    assert [item.where for item in incoming_queue(penza.read(actor(penza, "clerk")))] == [
        "вх. № 2 · Рособрнадзор"
    ]


def test_a_term_is_prolonged_with_a_reason_and_an_old_form_is_refused(
    penza: Runtime, cases: dict[str, int]
) -> None:
    later(penza, DAY)
    key, clerk = receive(penza, WARNING), actor(penza, "clerk")
    with pytest.raises(Invalid) as refused:
        with penza.work(clerk) as work:
            service.set_term(work, key, date(2025, 3, 1), " ")
    assert list(refused.value.fields) == ["reason"]
    with penza.work(clerk) as work:
        service.set_term(work, key, date(2025, 3, 3), "Срок продлён письмом № 08-1", 1)
    with pytest.raises(Stale):
        with penza.work(clerk) as work:
            service.set_term(work, key, None, "Ответ не нужен", 1)
    with pytest.raises(Invalid) as refused:
        with penza.work(clerk) as work:
            service.answer(work, key, AnswerInput(date(2025, 1, 22)))
    assert list(refused.value.fields) == ["text"]
    for day in (date(2025, 1, 1), date(2025, 6, 1)):
        with pytest.raises(Invalid) as refused:
            with penza.work(clerk) as work:
                service.answer(work, key, AnswerInput(day, text="исх. № 14"))
        assert list(refused.value.fields) == ["answered_on"]
    with penza.work(clerk) as work:
        service.set_term(work, key, None, "Ответ не нужен")
    assert incoming_queue(penza.read(clerk)) == []


def test_two_clerks_at_once_get_two_numbers(both: tuple[Runtime, dict[str, int]]) -> None:
    system, _cases = both

    def one(number: int) -> int:
        return receive(system, replace(WARNING, sender_number=f"07-{number}"))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one, range(8)))
    work = system.read(SYSTEM)
    assert sorted(work.session.scalars(select(Registration.number))) == list(range(1, 9))
    assert list(findings(work.session)) == []


def test_a_named_executor_has_it_in_his_own_tasks(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    methodist = actor(penza, "methodist")
    receive(penza, replace(WARNING, executor_id=methodist.person_id))
    assert len(incoming_queue(penza.read(methodist))) == 1
    assert incoming_queue(penza.read(actor(penza, "clerk"))) == []


def test_who_stands_in_for_the_executor_has_it_among_his_own(penza: Runtime, cases: dict[str, int]) -> None:
    """The rest of his queue follows the substitution: an answer must not wait for his return."""
    later(penza, DAY)
    methodist = actor(penza, "methodist")
    receive(penza, replace(WARNING, executor_id=methodist.person_id))
    assert incoming_queue(penza.read(actor(penza, "secretary"))) == []
    stand_in(penza, "secretary", "methodist")
    assert [item.behalf for item in incoming_queue(penza.read(actor(penza, "secretary")))] == [
        "Учебную\u00a0А.П."
    ]
    assert [item.behalf for item in incoming_queue(penza.read(methodist))] == [""]
    assert incoming_queue(penza.read(actor(penza, "clerk"))) == []


def test_an_older_paper_is_no_answer(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    order = registered(penza, signed_order(penza, {"41": cases["41"]}), RegisterInput(DAY)).id
    later(penza, date(2025, 2, 3))
    key = receive(penza, replace(WARNING, received_on=date(2025, 2, 3)))
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
        service.answer(work, key, AnswerInput(date(2025, 2, 3), order))
    assert "document" in refused.value.fields


def test_who_leaves_hands_his_answers_on(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    methodist, clerk = actor(penza, "methodist"), actor(penza, "clerk")
    key = receive(penza, replace(WARNING, executor_id=methodist.person_id))
    person = penza.read(SYSTEM).session.get_one(Person, methodist.person_id)
    with penza.work(actor(penza, "admin")) as work:
        leaver = leaving.leaver_of(work, person, work.today)
        held = [
            row
            for group in leaving.holdings(work, leaver)
            for row in group.rows
            if group.source.code == "answers"
        ]
        assert [(str(row.title), str(row.where)) for row in held] == [
            ("Входящий № 1", "ответить до 05.02.2025")
        ]
        heir = leaving.successor_of(work, work.session.get_one(Person, clerk.person_id))
        results = leaving.hand_over(work, leaver, heir, {f"answers:{key}": "hand_on"})
    assert [(one.is_done, str(one.said)) for one in results] == [(True, "Отвечает преемник")]
    assert len(incoming_queue(penza.read(clerk))) == 1
    assert incoming_queue(penza.read(methodist)) == []


def test_a_paper_about_several_cases_was_registered_once(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    key = receive(penza, replace(WARNING, case_ids=tuple(cases.values())))
    work = penza.read(actor(penza, "clerk"))
    assert [str(one["title"]) for one in history_of(work, (Incoming.__tablename__, [key]))] == [
        "Зарегистрирован входящий документ"
    ]


def test_an_answer_due_on_a_friday_is_overdue_on_saturday(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    key = receive(penza, replace(WARNING, answer_days=None, answer_due=date(2025, 2, 7)))
    left = {}
    for day in (6, 7, 8):
        later(penza, date(2025, 2, day))
        work = penza.read(actor(penza, "clerk"))
        left[day] = left_of(work, [incoming.get_incoming(work, key)])[key]
    assert left == {6: 1, 7: 0, 8: -1}
