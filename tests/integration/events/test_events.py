"""Events and who took part in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.cases.queries import get_case, programmes
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.events import facts, service
from app.events.queries import participations
from app.events.rules import EventKind
from app.events.service import EventInput, ParticipationInput, TeacherInput

SEMINAR = EventInput(
    send_key="пдс", kind=EventKind.standing_seminar, starts=date(2025, 2, 12), place="МКУ «ЦКО и МОУО»",
    title="Методические проблемы подготовки к итоговой аттестации по русскому языку",
)  # fmt: skip


@pytest.fixture
def system(penza: Runtime) -> Runtime:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 3, 3, 9, tzinfo=UTC))
    return penza


def added(system: Runtime, data: EventInput = SEMINAR) -> int:
    with system.work(actor(system, "methodist")) as work:
        return service.add_event(work, programmes(work.session)[0], data).id


def test_the_methodist_enters_an_event_once_and_nobody_else_may(
    system: Runtime, cases: dict[str, int]
) -> None:
    data = replace(SEMINAR, invited=tuple(cases.values()))
    assert added(system, data) == added(system, data)
    with pytest.raises(Forbidden), system.work(actor(system, "director41")) as work:
        service.add_event(work, programmes(work.session)[0], replace(data, send_key="другой"))


def test_persons_and_person_events_are_counted_apart(system: Runtime, cases: dict[str, int]) -> None:
    first = added(system)
    second = added(system, replace(SEMINAR, send_key="второе", starts=date(2025, 2, 26)))
    card = TeacherInput("Примерова А.П.", "русский язык")
    with system.work(actor(system, "deputy41")) as work:
        service.take_part(work, cases["41"], first, ParticipationInput(2, new_teachers=[card]))
        again = TeacherInput("Примерова  А. П.", "Русский язык")
        service.take_part(work, cases["41"], second, ParticipationInput(1, new_teachers=[again]))
        assert facts.persons(work.session, cases["41"]).value == 1
        assert facts.person_events(work.session, cases["41"]).value == 3
        assert facts.attended(work.session, cases["41"]).value == 2


def test_participation_is_corrected_and_a_stale_form_refused(system: Runtime, cases: dict[str, int]) -> None:
    event_id = added(system)
    with system.work(actor(system, "deputy41")) as work:
        row = service.take_part(work, cases["41"], event_id, ParticipationInput(3), expected_version=0)
        version = row.version
    with system.work(actor(system, "director41")) as work:
        row = service.take_part(work, cases["41"], event_id, ParticipationInput(2), expected_version=version)
        assert row.teachers == 2
    with pytest.raises(Stale), system.work(actor(system, "deputy41")) as work:
        service.take_part(work, cases["41"], event_id, ParticipationInput(5), expected_version=version)


def test_wrong_participation_is_refused_at_the_field(system: Runtime, cases: dict[str, int]) -> None:
    event_id = added(system)
    named = [TeacherInput("Примерова А.П.", "русский язык"), TeacherInput("Образцов Б.В.", "математика")]
    for data, field in (
        (ParticipationInput(1, new_teachers=named), "teachers"),
        (ParticipationInput(1, teacher_ids=[999]), "teacher_ids"),
        (ParticipationInput(1, evidence_link="сайт"), "evidence_link"),
        (ParticipationInput(1, new_teachers=[TeacherInput("Примерова А.П.", " ")]), "new_teachers-0-subject"),
    ):
        with pytest.raises(Invalid) as refused, system.work(actor(system, "deputy41")) as work:
            service.take_part(work, cases["41"], event_id, data)
        assert field in refused.value.fields
    coming = added(system, replace(SEMINAR, send_key="будет", starts=date(2025, 4, 1)))
    with pytest.raises(Refusal), system.work(actor(system, "deputy41")) as work:
        service.take_part(work, cases["41"], coming, ParticipationInput(1))


def test_another_school_sees_the_event_and_not_who_came(system: Runtime, cases: dict[str, int]) -> None:
    event_id = added(system)
    with system.work(actor(system, "deputy41")) as work:
        service.take_part(work, cases["41"], event_id, ParticipationInput(2))
    for username, rows in (("director50", 0), ("curator66", 1), ("methodist", 1)):
        session = system.read(actor(system, username)).session
        assert len(participations(session, [event_id])[event_id]) == rows
    with pytest.raises(NotFound), system.work(actor(system, "director50")) as work:
        service.take_part(work, cases["41"], event_id, ParticipationInput(2))


def test_an_event_called_off_counts_nowhere(system: Runtime, cases: dict[str, int]) -> None:
    event_id = added(system)
    with system.work(actor(system, "deputy41")) as work:
        service.take_part(work, cases["41"], event_id, ParticipationInput(2))
    with system.work(actor(system, "methodist")) as work:
        service.cancel_event(work, event_id, "Внесено дважды")
        assert facts.person_events(work.session, cases["41"]).value == 0
    with pytest.raises(Refusal), system.work(actor(system, "methodist")) as work:
        service.correct_event(work, event_id, SEMINAR)


@pytest.mark.parametrize("status", ["closed", "cancelled", "suspended"])
def test_a_school_no_longer_supported_enters_and_is_invited_to_nothing(
    system: Runtime, cases: dict[str, int], status: str
) -> None:
    event_id = added(system, replace(SEMINAR, invited=(cases["41"],)))
    card = TeacherInput("Примерова А.П.", "русский язык")
    with system.work(actor(system, "deputy41")) as work:
        teacher = service.add_teacher(work, cases["41"], card).id
    with system.work(SYSTEM) as work:
        get_case(work.session, cases["41"]).status = status
    for act in (
        lambda work: service.take_part(work, cases["41"], event_id, ParticipationInput(1)),
        lambda work: service.add_teacher(work, cases["41"], replace(card, name="Образцов Б.В.")),
        lambda work: service.correct_teacher(work, cases["41"], teacher, replace(card, deficits="Темп")),
    ):
        with pytest.raises(Refusal), system.work(actor(system, "deputy41")) as work:
            act(work)
    with pytest.raises(Invalid) as refused:
        added(system, replace(SEMINAR, send_key="второе", invited=(cases["41"],)))
    assert set(refused.value.fields) == {"invited"}
    with system.work(actor(system, "methodist")) as work:  # who was invited before stays on the list
        service.correct_event(work, event_id, replace(SEMINAR, place="Пенза", invited=(cases["41"],)))


def test_an_event_corrected_meanwhile_is_not_called_off(system: Runtime, cases: dict[str, int]) -> None:
    event_id = added(system)
    with system.work(actor(system, "methodist")) as work:
        service.correct_event(work, event_id, replace(SEMINAR, place="Пенза"), 1)
    with pytest.raises(Stale), system.work(actor(system, "methodist")) as work:
        service.cancel_event(work, event_id, "Внесено дважды", 1)
