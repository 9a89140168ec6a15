"""A notice asks a person for what is his to do: not for what another still has to do, nor for what he may not do."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select, update

from app.access.models import Substitution
from app.access.scopes import get_visible
from app.admin import substitutions
from app.calendar.models import CalendarDay
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast, Complete, Reopen
from app.notifications import queries, service
from app.notifications.models import Notification
from app.plans import service as plans
from tests.integration.access.test_substitutions import stand_in
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_concurrency import FULL, take, to_the_vote
from tests.integration.notifications.conftest import at, morning, told, user_id
from tests.integration.notifications.test_reminders import START, diagnosis
from tests.integration.notifications.test_settled import asks
from tests.people import open_cases

END = date(2025, 1, 30)  # of the stage in which the plan is approved, begun on the first day


def told_by_letter(system: Runtime, code: str) -> set[int]:
    """The accounts whose letter of the day would tell them this."""
    with system.work(SYSTEM) as work:
        work.session.execute(update(Notification).values(mail="daily"))
        letters = queries.waiting_digests(work)
        return {user for user, rows in letters.items() if code in {row.code for row in rows}}


def test_the_term_of_a_stage_asks_nobody_whose_tasks_are_done(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = diagnosis(system)["41"]
    morning(system, date(2025, 1, 29))  # one day before the stage is to end
    who = ("director41", "curator66", "methodist")
    assert all("terms.remind" in asks(system, one) for one in who)
    let_pass(system)
    take(system, actor(system, "director41"), case_id, Complete("fill_diagnosis"))
    assert {one: "terms.remind" in asks(system, one) for one in who} == {
        "director41": False, "curator66": True, "methodist": True,
    }  # fmt: skip
    reader = user_id(system, "director41")
    assert reader not in told_by_letter(system, "terms.remind")
    take(system, actor(system, "deputy41"), case_id, Reopen("fill_diagnosis", "Дополнить сведения о кадрах"))
    assert "terms.remind" in asks(system, "director41"), "it is to be done again"
    assert reader in told_by_letter(system, "terms.remind")


def test_what_is_to_be_done_again_asks_until_that_is_done(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = diagnosis(system)["41"]
    let_pass(system)
    director, methodist = actor(system, "director41"), actor(system, "methodist")
    take(system, director, case_id, Complete("fill_diagnosis"))
    take(system, methodist, case_id, Complete("check_diagnosis"))
    take(system, actor(system, "deputy41"), case_id, Reopen("fill_diagnosis", "Дополнить сведения о кадрах"))
    assert all("task.reopened" in asks(system, one) for one in ("director41", "methodist"))
    take(system, director, case_id, Complete("fill_diagnosis"))
    assert "task.reopened" not in asks(system, "director41")
    assert "task.reopened" in asks(system, "methodist"), "his check was opened with it"


def test_a_vote_is_asked_of_a_substitute_in_one_seat_whatever_else_he_stands_in_for(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    stand_in(system, "clerk", "member1", since=START)
    stand_in(system, "clerk", "methodist", since=START, role="methodist")
    to_the_vote(system, case_id)
    assert "vote.opened" in asks(system, "clerk")
    take(system, actor(system, "member1"), case_id, Cast("for"))
    assert "vote.opened" not in asks(system, "clerk")


def test_a_vote_is_asked_no_more_of_a_substitute_whose_days_are_over(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    stand_in(system, "clerk", "member1", since=START, until=date(2025, 1, 10))
    to_the_vote(system, case_id)
    clerk = user_id(system, "clerk")
    assert "vote.opened" in asks(system, "clerk")
    assert clerk in told_by_letter(system, "vote.opened")
    at(system, date(2025, 1, 13))
    assert "vote.opened" not in asks(system, "clerk")
    assert clerk not in told_by_letter(system, "vote.opened")
    assert asks(system, "member1") == ["vote.opened"]


def test_a_member_who_has_voted_is_asked_for_no_vote_of_whom_he_stands_in_for(penza: Runtime) -> None:
    """One head, one vote: he votes for himself only."""
    case_id = open_cases(penza)["41"]
    stand_in(penza, "member2", "member1", since=START, until=END)
    to_the_vote(penza, case_id)
    take(penza, actor(penza, "member2"), case_id, Cast("for"))
    morning(penza, END)
    assert {one: "terms.today" in asks(penza, one) for one in ("member1", "member2")} == {
        "member1": True, "member2": False,
    }  # fmt: skip


def test_the_term_of_a_vote_asks_nobody_once_the_group_has_decided(penza_on_both: Runtime) -> None:
    """The stage goes on until the order is registered, and so does its term."""
    system = penza_on_both
    case_id = open_cases(system)["41"]
    to_the_vote(system, case_id)
    morning(system, END)
    assert "terms.today" in asks(system, "secretary")
    for who in ("member1", "member2", "chair"):
        take(system, actor(system, who), case_id, Cast("for"))
    assert "terms.today" not in asks(system, "secretary")


def test_a_year_without_a_calendar_asks_until_it_is_filled(penza_on_both: Runtime) -> None:
    system = penza_on_both
    with system.work(SYSTEM) as work:
        days = [
            (day.date, day.title) for day in work.session.scalars(select(CalendarDay)) if not day.is_working
        ]
        work.session.execute(delete(CalendarDay).where(CalendarDay.date >= date(2026, 1, 1)))
    morning(system, date(2025, 11, 1))
    assert asks(system, "admin") == ["calendar.missing"]
    with system.work(SYSTEM) as work:
        for day, title in days:
            if day.year == 2026:
                work.session.add(CalendarDay(date=day, is_working=False, title=title))
    assert asks(system, "admin") == []


def test_a_member_who_has_not_voted_is_not_told_that_his_vote_is_void(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    stand_in(penza, "member2", "member1", since=START, until=END)
    to_the_vote(penza, case_id)
    take(penza, actor(penza, "member1"), case_id, Cast("for"))
    with penza.work(actor(penza, "methodist")) as work:
        plans.add_item(work, case_id, FULL)
    assert "vote.void" in asks(penza, "member1")
    assert "vote.void" not in asks(penza, "member2")


def test_of_a_term_that_came_near_and_passed_only_the_last_word_is_new(penza_on_both: Runtime) -> None:
    system = penza_on_both
    diagnosis(system)
    for day in (17, 22, 23):  # the studies end on 21 January, the stage on 30
        morning(system, date(2025, 1, day))
    said = [code for who, code, _key in told(system) if who == "director41"]
    assert said == ["terms.remind", "terms.overdue", "terms.remind"]
    assert asks(system, "director41") == ["terms.remind", "terms.overdue"], "of the stage, and of the studies"
    with system.work(actor(system, "director41")) as work:
        assert service.mark_all_read(work, 10_000) == 2
    assert asks(system, "director41") == [], "what came before is not new again"
    morning(system, date(2025, 1, 31))
    assert asks(system, "director41") == ["terms.overdue"]


def test_days_in_which_somebody_stood_in_are_news_until_they_end_and_only_as_told_last(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    number = stand_in(system, "clerk", "methodist", since=date(2025, 1, 13), until=date(2025, 1, 24))
    assert asks(system, "clerk") == ["substitution.named"]
    with system.work(actor(system, "admin")) as work:
        row = get_visible(work.session, Substitution, number)
        substitutions.end(work, row, date(2025, 1, 17), row.version)
    assert asks(system, "clerk") == ["substitution.days"]
    at(system, date(2025, 1, 17))
    assert asks(system, "clerk") == ["substitution.days"]
    at(system, date(2025, 1, 18))
    assert asks(system, "clerk") == []


def test_a_substitution_that_is_cancelled_says_so_and_nothing_else(penza: Runtime) -> None:
    number = stand_in(penza, "clerk", "methodist", since=date(2025, 1, 13), until=date(2025, 1, 24))
    with penza.work(actor(penza, "admin")) as work:
        row = get_visible(work.session, Substitution, number)
        substitutions.end(work, row, date(2025, 1, 12), row.version)
    assert asks(penza, "clerk") == ["substitution.cancelled"]
