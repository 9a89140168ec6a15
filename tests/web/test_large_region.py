"""A large region: no page asks more or grows when there are more cases, and what is done to all is done in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from sqlalchemy import func, select

from app.access.memberships import accounts_holding
from app.calendar import service as calendar
from app.calendar.rules import DayInput
from app.cases import daily, meetings, queries, service, terms
from app.cases.counting import look_at
from app.cases.models import Case, Meeting
from app.cases.parts import InParts
from app.cases.procedures import migration, moving, versions
from app.cases.procedures.migration import Order
from app.cases.states import states_now
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Invalid
from app.core.ports import ValueSource
from app.core.unit_of_work import Runtime, Work
from app.demo import beginning
from app.demo.penza import actor
from app.demo.script import Script
from app.demo.story import Story
from app.documents.minutes import minutes_values
from app.documents.people import person_cards
from app.engine.actions import Cast
from app.jobs.models import OutboxJob
from app.jobs.runner import drain
from app.notifications import reminders
from app.notifications.models import Notification
from app.plans.models import PlanReport
from app.plans.queries import items_of
from app.plans.queues import moves_waiting
from app.results.values import order_finish, order_results
from tests.anchored_terms import ORDER_TERMS, begin
from tests.large_region import cases_like, members, returned_again_and_again
from tests.people import WebUsers, plans_before_the_group
from tests.web.test_page_cost import asked_for, asked_of

MORE = 240  # more than one part of a queue and more than one page of anything
PAGES = (
    ("methodist", "/"), ("methodist", "/?only=later"), ("chair", "/"), ("clerk", "/notifications/"),
    ("head", "/overview/"), ("methodist", "/cases/"), ("methodist", "/cases/?look=table&page=2"),
    ("admin", "/procedures/school_support/1/rehearsal?to=2"), ("admin", "/people/{methodist}/leave"),
)  # fmt: skip


@pytest.fixture
def planned(penza: Runtime) -> int:
    """The plan of № 50 is before the group."""
    return plans_before_the_group(penza, "50")["50"]


def test_no_page_asks_more_or_grows_with_more_cases(web: WebUsers, penza: Runtime, planned: int) -> None:
    person = actor(penza, "methodist").person_id

    def cost(username: str, page: str) -> tuple[int, int]:
        url = page.format(methodist=person)
        return len(asked_for(web, penza, username, url)), len(web(username).get(url).data)

    def add() -> None:
        cases_like(penza, planned, MORE)
        cases_like(penza, planned, MORE, events=2)

    add()
    few = {one: cost(*one) for one in PAGES}
    add()
    for one, (asked, size) in few.items():
        more, larger = cost(*one)
        assert more <= asked + 1, one  # SQLAlchemy reads what a session has dropped
        assert larger < size + 2_000, one  # numbers and pages have more digits
        assert larger < 200_000, one


@pytest.mark.parametrize(
    ("who", "url", "sent"),
    [
        ("methodist", "/cases/?look=table&endpoint=x&_anchor=y&text=№", None),
        ("methodist", "/overview/?_external=1&method=POST", None),
        ("admin", "/procedures/school_support/1/migrate", {"to": "2", "map.log_visits": "log_visits"}),
    ],
)
def test_another_page_is_led_to_from_every_address(
    web: WebUsers, penza: Runtime, planned: int, who: str, url: str, sent: Mapping[str, str] | None
) -> None:
    """Whatever stands in the address; also from the answer to a form, which has an address of its own."""
    cases_like(penza, planned, 120)
    with penza.work(actor(penza, "admin")) as work:
        versions.publish(work, "school_support", 2)
    answer = web(who).get(url) if sent is None else web.post(who, url, sent)
    links = re.findall(r'<a href="([^"]*)" rel="next"', answer.get_data(as_text=True))
    assert len(links) == 1
    there = web(who).get(urljoin(url, unescape(links[0])))
    assert there.status_code == 200
    assert '<b aria-current="page">2</b>' in there.get_data(as_text=True)
    assert not sent or "map.log_visits" in links[0]


def test_the_badge_counts_to_a_hundred(web: WebUsers, penza: Runtime, planned: int) -> None:
    cases_like(penza, planned, 120, events=2)
    shown = web("methodist").get("/notifications/").get_data(as_text=True)
    assert shown.count(">99+<") == 2, "beside the pages, and under them on a phone"
    page = web("methodist").get("/").get_data(as_text=True)
    assert page.count('<li><div class="g">') < 50, "the first lines of each group"
    assert "ещё" in page
    (group,) = set(re.findall(r"only=(\w+)", page))
    assert "51–100 из" in web("methodist").get(f"/?only={group}&page=2").get_data(as_text=True)


def test_a_thousand_votes_of_a_large_group_are_read_at_once(penza: Runtime, planned: int) -> None:
    group = members(penza, 41)
    voted = returned_again_and_again(penza, planned, 25, group, events=6, votes=17)
    ids = cases_like(penza, voted, 1_050, rooms=())
    work = penza.read(SYSTEM)
    cases = work.session.scalars(select(Case).where(Case.id.in_(ids))).all()
    with asked_of(penza) as seen:
        states = states_now(work, cases)
    assert {len(states[case_id].votes) for case_id in ids} == {17}
    assert len(seen) == 2


def test_votes_that_a_smaller_group_decides_are_looked_at_together(penza: Runtime, planned: int) -> None:
    def cost() -> int:
        with penza.work(SYSTEM) as work:
            with asked_of(penza) as seen:
                ids = list(work.session.scalars(select(Case.id).where(Case.approval == "open")))
                look_at(work, {"cases": ids, "turn": "t"})
        penza.database.session.remove()
        return len(seen)

    few = cost()
    cases_like(penza, planned, 60)
    assert cost() <= few + 1


@pytest.mark.parametrize(
    "fact", ["documents.order_plan_registered_on", "curation.agreement_begins", "plans.ends"]
)
def test_a_night_asks_of_many_terms_that_wait_as_much_as_of_few(penza: Runtime, fact: str) -> None:
    cases = begin(penza, ORDER_TERMS.replace("documents.order_plan_registered_on", fact))

    def cost() -> int:
        with penza.work(SYSTEM) as work:
            ids = list(work.session.scalars(select(Case.id)))
            work.session.expunge_all()
            with asked_of(penza) as seen:
                daily.find_waiting(work, {"turn": "night"})
                daily.look_at(work, {"cases": ids, "turn": "night"})
            of_night = select(OutboxJob.kind).where(OutboxJob.key.startswith("night/"))
            kinds = set(work.session.scalars(of_night.where(OutboxJob.kind.in_([daily.PART, daily.BEGIN]))))
            assert kinds == {daily.PART}, "found, and none can begin"
        return len(seen)

    few = cost()
    cases_like(penza, cases["41"], 60, rooms=())
    assert cost() == few


def test_a_morning_that_tells_nothing_new_asks_of_many_cases_as_much_as_of_few(
    penza: Runtime, planned: int
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 4, 1, 4, tzinfo=UTC))  # every term of theirs has passed

    def cost() -> int:
        with penza.work(SYSTEM) as work:
            ids = list(work.session.scalars(select(Case.id)))
            reminders.look_at(work, {"cases": ids})
            told = work.session.scalar(select(func.count(Notification.id))) or 0
            assert told > len(ids)
            work.session.expunge_all()
            with asked_of(penza) as seen:
                reminders.look_at(work, {"cases": ids})
            assert work.session.scalar(select(func.count(Notification.id))) == told
        return len(seen)

    cases_like(penza, planned, 5, rooms=())
    few = cost()
    cases_like(penza, planned, 60, rooms=())
    assert cost() == few


def test_many_new_terms_that_wait_for_approval_are_asked_for_at_once(
    web: WebUsers, penza: Runtime, planned: int
) -> None:
    with penza.work(SYSTEM) as work:
        for item in items_of(work.session, planned)[:3]:
            work.session.add(PlanReport(
                case_id=planned, item_id=item.id, occurrence=date(2025, 2, 1), status="moved", reason="Карантин",
                moved_to=date(2025, 3, 1), reported_by=actor(penza, "director50").user_id, reported_at=work.now,
            ))  # fmt: skip

    def cost(cases: int) -> tuple[int, int]:
        with asked_of(penza) as seen:
            found = moves_waiting(penza.read(actor(penza, "chair")))
        assert len(found) == cases
        assert {str(line.title).count("№") for line in found} == {3}
        penza.database.session.remove()
        return len(seen), len(asked_for(web, penza, "chair", "/"))

    cases_like(penza, planned, 3, rooms=("plan_items", "plan_reports"))
    few = cost(4)
    cases_like(penza, planned, 60, rooms=("plan_items", "plan_reports"))
    assert cost(64) == few


@pytest.mark.parametrize("values", [order_results, order_finish])
def test_an_order_about_many_cases_asks_as_much_as_one_about_few(
    penza: Runtime, planned: int, values: ValueSource
) -> None:
    def cost(count: int) -> int:
        ids = cases_like(penza, planned, count)
        work = penza.read(SYSTEM)
        cases = work.session.scalars(select(Case).options(*queries.WITH_NAMES).where(Case.id.in_(ids))).all()
        with asked_of(penza) as seen:
            values(work, cases, "")
        penza.database.session.remove()
        return len(seen)

    assert cost(40) == cost(2)


def test_the_people_of_a_large_group_are_read_at_once(penza: Runtime) -> None:
    members(penza, 30)
    work = penza.read(SYSTEM)
    ids = [one.person_id for one in accounts_holding(work.session, "member", work.today)]
    with asked_of(penza) as seen:
        cards = person_cards(work.session, [*ids, None, 0], work.today)
    assert [card["id"] for card in cards] == ids
    assert len(cards) > 30
    assert len(seen) == 2


@pytest.mark.parametrize("is_decided", [False, True])
def test_a_meeting_of_many_questions_asks_as_much_as_one_of_few(
    web: WebUsers, penza: Runtime, planned: int, is_decided: bool
) -> None:
    if is_decided:
        for who in ("chair", "secretary", "member1"):
            with penza.work(actor(penza, who)) as work:
                service.act(work, planned, Cast("for"), queries.get_case(work.session, planned).version)

    def cost(count: int) -> tuple[int, int]:
        ids = cases_like(penza, planned, count, rooms=())
        with penza.work(actor(penza, "secretary")) as work:
            meeting = meetings.open_meeting(work, queries.programmes(work.session)[0])
            work.session.flush()
            for case in work.session.scalars(select(Case).where(Case.id.in_(ids))):
                meetings.add_item(work, meeting, case)
            meeting_id = meeting.id
        page = len(asked_for(web, penza, "secretary", f"/meetings/{meeting_id}"))
        penza.database.session.remove()
        work = penza.read(SYSTEM)
        meeting = work.session.get_one(Meeting, meeting_id)
        with asked_of(penza) as seen:
            (question,) = minutes_values(work, meeting)["items"]
        assert {vote["decision"] for vote in question["votes"]} == {"План одобрен" if is_decided else "–"}
        assert len(question["votes"]) >= count
        return page, len(seen)

    few = cost(2)
    assert cost(30) == few


def test_many_cases_move_in_parts_each_by_itself_and_back(penza_on_both: Runtime) -> None:
    system = penza_on_both
    assert isinstance(system.clock, FixedClock)
    story = Story(Script(system, system.clock, lambda line: None))
    beginning.open_cases(story)
    beginning.diagnose(story, ("50",))
    story.script.play()
    ids = cases_like(system, story.ids["50"], 60, events=4)
    with system.work(actor(system, "admin")) as work:
        versions.publish(work, "school_support", 2)
    order = Order("school_support", 1, 2)
    with system.work(actor(system, "admin")) as work:
        assert moving.begin(work, order) == 64
    far = moving.progress(system.read(actor(system, "admin")), "school_support", 1)
    assert far is not None
    assert (far.total, far.left, far.stuck) == (64, 64, 0)
    parts = system.read(SYSTEM).session.scalars(select(OutboxJob).where(OutboxJob.kind == moving.MOVE)).all()
    assert [len(one.payload["cases"]) for one in parts] == [25, 25, 14]
    # a worker that is killed in the middle of a part: what it had done is found done
    moving.HANDLERS[moving.MOVE].outside(system, {**parts[0].payload, "cases": parts[0].payload["cases"][:7]})  # type: ignore[attr-defined]
    assert _in_version(system, 2) == 7
    drain(system)
    system.database.session.remove()
    assert moving.progress(system.read(actor(system, "admin")), "school_support", 1) is None
    assert _in_version(system, 2) == 64
    case = queries.get_case(system.read(SYSTEM).session, ids[0])
    last = queries.events_of(system.read(SYSTEM).session, ids[0])[-1]
    assert (last.type, last.actor_id, case.version) == ("migrated", actor(system, "admin").user_id, 5)
    with system.work(actor(system, "admin")) as work:
        assert moving.begin_back(work, "school_support", 2) == 64
    drain(system)
    system.database.session.remove()
    assert _in_version(system, 1) == 64
    assert migration.undoable(system.read(actor(system, "admin")), "school_support", 2) == []


def test_a_case_that_fails_or_refuses_holds_up_no_other(penza: Runtime, planned: int) -> None:
    ids = cases_like(penza, planned, 5, rooms=())
    done: list[int] = []

    def act(_work: Work, case_id: int, _given: Mapping[str, Any]) -> None:
        if case_id == ids[1]:
            raise ZeroDivisionError
        if case_id == ids[2]:
            raise Invalid("not this one")
        done.append(case_id)

    payload = {"user": actor(penza, "admin").user_id, "name": "", "cases": ids}
    with pytest.raises(ZeroDivisionError):  # its part is tried again, and given up after five tries
        InParts(act).outside(penza, payload)
    assert done == [ids[0], ids[3], ids[4]]


def test_a_changed_calendar_moves_the_terms_of_many_cases_in_parts(
    web: WebUsers, penza: Runtime, planned: int
) -> None:
    cases_like(penza, planned, 130, events=4)
    with penza.work(SYSTEM) as work:
        calendar.add_day(work, DayInput(date(2025, 1, 29), False, "карантин"))
    page = web("admin").get("/calendar/terms").get_data(as_text=True)
    assert "первых 100 случаев" in page
    answer = web.post("admin", "/calendar/terms/recount", page="/calendar/terms")
    assert answer.status_code == 303
    assert "Рассмотрено: 0 из 134 случаев" in web("admin").get("/calendar/terms").get_data(as_text=True)
    drain(penza)
    penza.database.session.remove()
    assert terms.preview(penza.read(SYSTEM)) == []
    assert "Рассмотрено" not in web("admin").get("/calendar/terms").get_data(as_text=True)


def _in_version(system: Runtime, version: int) -> int:
    system.database.session.remove()
    query = select(func.count(Case.id)).where(Case.definition_version == version)
    return system.read(SYSTEM).session.scalar(query) or 0
