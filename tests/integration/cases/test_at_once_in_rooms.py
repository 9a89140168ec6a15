"""The rooms beside the procedure: what is entered while the case is being moved, or sent twice at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from app.access.models import Membership
from app.access.sent_forms import once
from app.admin import service as accounts
from app.admin import verify
from app.admin.service import RoleData
from app.cases import meetings, queries, service
from app.cases.models import Meeting
from app.core.actor import SYSTEM, Actor
from app.core.errors import OporaError, Refusal, Stale
from app.core.unit_of_work import Runtime, Work
from app.demo.diagnostics_data import DIAGNOSES
from app.demo.penza import actor
from app.demo.story import DIRECTORS
from app.diagnostics import queries as diagnosed
from app.diagnostics import service as diagnostics
from app.diagnostics.rules import Significance, StudyKind
from app.diagnostics.service import RiskInput
from app.documents import service as papers
from app.documents import starting
from app.documents.models import Document
from app.documents.starting import Beginning
from app.engine.actions import Cast, Fire
from app.events import service as events
from app.events.models import ProgrammeEvent
from app.plans import queries as planned
from app.plans import service as plans
from app.schools.models import Organisation
from tests.integration.cases.test_concurrency import FULL, take, to_the_vote
from tests.integration.events.test_events import SEMINAR
from tests.people import open_cases

Act = Callable[[Work], Any]
RISK = RiskInput("competence", Significance.high, "Дефицит у пяти учителей.")
LONG_ENOUGH = 0.7  # for the second one to come to where he must wait


def one_after_the_other(system: Runtime, first: tuple[Actor, Act], second: tuple[Actor, Act]) -> list[Any]:
    """Both act, the second after the first has done everything but commit; the answers, or how it was refused."""
    answers: list[Any] = [None, None]
    is_done, second_answered = threading.Event(), threading.Event()

    def run(number: int, who: Actor, act: Act) -> None:
        try:
            if number == 1:
                is_done.wait(10)
            with system.work(who) as work:
                answers[number] = act(work)
                if number == 0:
                    is_done.set()
                    second_answered.wait(LONG_ENOUGH)
        except OporaError as error:
            answers[number] = error
        finally:
            (second_answered if number else is_done).set()
            system.database.session.remove()

    threads = [threading.Thread(target=run, args=(n, *pair)) for n, pair in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def fire(case_id: int, step: str, comment: str = "") -> Act:
    def act(work: Work) -> str:
        version = queries.get_case(work.session, case_id).version
        return service.act(work, case_id, Fire(step, comment), version).what

    return act


def by_button(case_id: int) -> Act:
    """A draft is begun on the page of the case."""
    return lambda work: papers.draft(work, "order_curators", [case_id]).template


def from_list(case_id: int) -> Act:
    """A draft is begun on the page «Create a document»."""

    def act(work: Work) -> str:
        programme_id = queries.programmes(work.session)[0].id
        return starting.begin(work, Beginning("order_curators", programme_id, (case_id,))).template

    return act


def test_nothing_enters_the_diagnosis_of_a_case_that_is_being_suspended(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    methodist, director = actor(system, "methodist"), actor(system, "director41")
    with system.work(methodist) as work:
        fire(case_id, "start_diagnosis")(work)
    with system.work(director) as work:
        diagnostics.open_profile(work, case_id)
    moved, told = one_after_the_other(
        system,
        (methodist, fire(case_id, "suspend", "Ремонт школы до весны")),
        (director, lambda work: diagnostics.add_risk(work, case_id, RISK)),
    )
    assert moved == "moved"
    assert isinstance(told, Refusal)
    assert "не в работе" in str(told)
    with system.work(SYSTEM) as work:
        assert queries.get_case(work.session, case_id).status == "suspended"
        assert diagnosed.risks_of(work.session, case_id) == []
    assert list(verify.findings(system)) == []


def test_two_schools_begin_the_first_diagnoses_and_one_of_them_sends_its_form_twice(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    ids = open_cases(system)
    for case_id in ids.values():
        with system.work(actor(system, "methodist")) as work:
            fire(case_id, "start_diagnosis")(work)

    def fill(school: str) -> tuple[Actor, Act]:
        study = DIAGNOSES[school].studies[StudyKind.assessment]
        who = actor(system, DIRECTORS[school])
        return (
            who,
            lambda work: diagnostics.fill_study(work, ids[school], StudyKind.assessment, study, 0).kind,
        )

    assert one_after_the_other(system, fill("41"), fill("50")) == ["assessment"] * 2
    done, told = one_after_the_other(system, fill("co1"), fill("co1"))
    assert (done, type(told)) == ("assessment", Stale)
    assert list(verify.findings(system)) == []


def test_an_event_whose_form_is_sent_twice_at_once_is_there_once_and_nobody_is_told_otherwise(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    open_cases(system)
    methodist = actor(system, "methodist")

    def add(work: Work) -> int:
        event = events.add_event(work, queries.programmes(work.session)[0], SEMINAR)
        work.session.flush()
        return event.id

    first, second = one_after_the_other(system, (methodist, add), (methodist, add))
    assert first == second
    with system.work(methodist) as work:
        assert work.session.query(ProgrammeEvent).count() == 1


def test_a_measure_whose_form_is_sent_twice_at_once_is_added_once(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    director = actor(system, "director41")

    def add(work: Work) -> int:
        return once(work, "the mark of a form", lambda: plans.add_item(work, case_id, FULL))

    first, second = one_after_the_other(system, (director, add), (director, add))
    assert first == second
    with system.work(director) as work:
        assert len(planned.items_of(work.session, case_id)) == 1
    assert list(verify.findings(system)) == []


@pytest.mark.parametrize("begin", [by_button, from_list], ids=["on the case", "create a document"])
@pytest.mark.parametrize(("who", "step"), [("methodist", "suspend"), ("head", "terminate")])
def test_no_paper_is_begun_in_a_case_that_is_being_suspended_or_terminated(
    penza_on_both: Runtime, begin: Callable[[int], Act], who: str, step: str
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    moved, told = one_after_the_other(
        system,
        (actor(system, who), fire(case_id, step, "Школа закрыта на ремонт")),
        (actor(system, "clerk"), begin(case_id)),
    )
    assert moved == "moved"
    assert isinstance(told, Refusal)
    assert "не в работе" in str(told)
    with system.work(SYSTEM) as work:
        assert work.session.query(Document).count() == 0
    assert list(verify.findings(system)) == []


def test_a_paper_begun_just_before_stands_in_the_suspended_case(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    begun, moved = one_after_the_other(
        system,
        (actor(system, "clerk"), by_button(case_id)),
        (actor(system, "methodist"), fire(case_id, "suspend", "Школа закрыта на ремонт")),
    )
    assert (begun, moved) == ("order_curators", "moved")
    assert list(verify.findings(system)) == []


def test_a_question_decided_while_the_meeting_is_being_closed_goes_to_the_next_one(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    chair, secretary = actor(system, "chair"), actor(system, "secretary")
    version = to_the_vote(system, case_id)
    for name in ("secretary", "member1"):
        take(system, actor(system, name), case_id, Cast("for"))
    with system.work(secretary) as work:
        meeting = meetings.open_meeting(work, queries.programmes(work.session)[0])
        meeting.present = [1, 2, 3]

    def close(work: Work) -> str:
        meetings.close_meeting(work, work.session.query(Meeting).one())
        work.session.flush()
        return "closed"

    answers = one_after_the_other(
        system,
        (secretary, close),
        (chair, lambda work: service.act(work, case_id, Cast("for"), version).what),
    )
    assert answers == ["closed", "approved"]
    with system.work(SYSTEM) as work:
        held = [(one.status, len(one.items)) for one in work.session.query(Meeting).order_by(Meeting.id)]
    assert held == [("held", 0), ("planned", 1)]
    assert list(verify.findings(system)) == []


def test_two_administrators_do_not_take_the_last_rights_from_each_other(penza_on_both: Runtime) -> None:
    system = penza_on_both
    people = actor(system, "admin"), actor(system, "clerk")
    with system.work(SYSTEM) as work:
        office = queries.programmes(work.session)[0].authority_id
        accounts.grant(work, cast(int, people[1].user_id), "admin", office, work.today)
    first, second = actor(system, "admin"), actor(system, "clerk")

    def take_from(other: Actor) -> Act:
        query = select(Membership.id).where(Membership.user_id == other.user_id, Membership.role == "admin")

        def act(work: Work) -> str:
            row = accounts.locked_role(work, work.session.scalars(query).one())
            office = work.session.get_one(Organisation, row.organisation_id)
            begun, ended = row.since - timedelta(days=1), work.today - timedelta(days=1)
            accounts.change_role(work, row, RoleData("admin", office, None, begun, ended, "приказ № 5"))
            return "taken"

        return act

    taken, told = one_after_the_other(system, (first, take_from(second)), (second, take_from(first)))
    assert taken == "taken"
    assert isinstance(told, Refusal)
    assert "ни одного администратора" in str(told)
