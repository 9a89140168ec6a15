"""The group changes while a vote goes on, and after it: nothing waits for ever, what was decided stays as it was."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.models import Membership, Substitution
from app.admin import verify
from app.admin.substitutions import end
from app.cases import counting, queries, service
from app.cases.meetings import add_item, electorate_of, open_meeting
from app.cases.meetings import approval_of as approval_of_question
from app.cases.models import Meeting, MeetingItem
from app.cases.overview import excluded_why, overview
from app.cases.queues import case_queue
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Invalid, Refusal
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import AUTHORITY, actor
from app.documents.minutes import minutes_values
from app.documents.models import Document
from app.engine.actions import Cast, Complete, Fire, Reopen
from app.jobs import schedule
from app.jobs.runner import drain
from app.plans import queries as plan_queries
from app.plans import service as plans
from app.schools.models import Person
from app.schools.queries import organisations
from tests.integration.access.test_substitutions import (
    FIRST,
    account,
    act,
    at_the_vote,
    refused,
    stand_in,
    submitted_for,
)
from tests.integration.cases.test_concurrency import FULL
from tests.integration.cases.test_votes import print_content
from tests.people import WebUsers


def leaves(system: Runtime, *usernames: str) -> None:
    """Their roles ended yesterday."""
    users = [account(system, name).id for name in usernames]
    with system.work(SYSTEM) as work:
        for row in work.session.scalars(select(Membership).where(Membership.user_id.in_(users))):
            row.until = FIRST - timedelta(days=1)


def joins(system: Runtime, username: str, role: str) -> None:
    user = account(system, username).id
    with system.work(SYSTEM) as work:
        own = work.session.scalars(select(Membership).where(Membership.user_id == user)).first()
        assert own is not None
        office = next(one for one in organisations(work.session) if one.code == AUTHORITY)
        work.session.add(
            Membership(
                user_id=user,
                role=role,
                organisation_id=office.id,
                person_id=own.person_id,
                since=date(2024, 9, 1),
            )
        )


def hour_passes(system: Runtime) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(system.clock.now() + timedelta(hours=1))
    schedule.tick(system)
    drain(system)
    system.database.session.remove()


def approval_of(system: Runtime, case_id: int) -> tuple[str | None, str]:
    """How the vote stands in the row of the case, and the last event."""
    system.database.session.remove()
    session = system.read(SYSTEM).session
    found = queries.get_case(session, case_id).approval, queries.events_of(session, case_id)[-1].type
    system.database.session.remove()
    return found


def card(system: Runtime, who: str, case_id: int) -> str:
    """The card of the vote on the page of the case, in words."""
    page = WebUsers(system)(who).get(f"/cases/{case_id}").get_data(as_text=True)
    found = re.search(r'aria-labelledby="h-vote".*?</section>', page, re.S)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]).replace("\u00a0", " "))


def test_a_vote_that_a_smaller_group_has_decided_is_decided_within_the_hour(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = at_the_vote(system)
    for who in ("chair", "secretary"):
        act(system, who, case_id, Cast("for"))
    leaves(system, "member1", "member2")
    assert approval_of(system, case_id) == ("open", "vote_cast")
    shown = card(system, "chair", case_id)
    assert "идёт" in shown
    assert "принято" not in shown, "nobody has decided yet"
    hour_passes(system)
    assert approval_of(system, case_id) == ("passed", "approval_decided")
    work = system.read(SYSTEM)
    papers = work.session.scalars(select(Document.template).order_by(Document.template)).all()
    assert {"protocol", "order_plan"} <= set(papers), "its effects followed"
    system.database.session.remove()
    hour_passes(system)
    assert approval_of(system, case_id) == ("passed", "approval_decided")
    assert [item for item in case_queue(system.read(actor(system, "clerk"))) if item.case_id == case_id]
    assert list(verify.findings(system)) == []


def test_a_vote_that_is_not_decided_gets_no_job(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    act(penza, "chair", case_id, Cast("for"))
    with penza.work(SYSTEM) as work:
        counting.find_votes(work, {"turn": "now"})
    drain(penza)
    assert approval_of(penza, case_id) == ("open", "vote_cast")
    with penza.work(SYSTEM) as work:
        counting.count(work, {"case": case_id})
    assert approval_of(penza, case_id) == ("open", "vote_cast")


def test_a_vote_that_does_not_count_any_more_is_told_with_its_reason(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    voter = (
        penza.read(SYSTEM)
        .session.get_one(Person, actor(penza, "member1").person_id)
        .short.replace("\u00a0", " ")
    )
    act(penza, "member1", case_id, Cast("for"))
    act(penza, "chair", case_id, Cast("for"))
    assert "Голос не учитывается" not in card(penza, "chair", case_id)
    leaves(penza, "member1")
    shown = card(penza, "chair", case_id)
    assert f"Голос не учитывается – {voter}: больше не состоит в группе" in shown
    assert "За 1 " in shown
    joins(penza, "member1", "member")
    assert "Голос не учитывается" not in card(penza, "chair", case_id), "he is back, and so is his vote"
    leaves(penza, "member1")
    act(penza, "head", case_id, Fire("terminate", "Школа закрыта"))
    ended = card(penza, "chair", case_id)
    assert "не завершено" in ended
    assert "Ещё не голосовали" not in ended, "nobody is waited for"
    assert voter in ended


def test_the_vote_of_who_may_not_vote_any_more_is_told_once(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    act(penza, "member1", case_id, Cast("for"))
    submitted_for(penza, case_id, "member1")  # it turns out that the plan was drawn up in his place
    shown = card(penza, "chair", case_id)
    assert "автор документа не голосует за него" in shown
    assert "Голос не учитывается – " in shown
    assert "не голосует: " not in shown


def test_a_decision_is_shown_with_its_own_figures_whoever_has_come_or_gone(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    for who in ("chair", "secretary", "member1"):
        act(penza, who, case_id, Cast("for"))
    before = card(penza, "chair", case_id)
    assert "принято" in before
    assert "3 из 4" in before
    leaves(penza, "secretary", "member1")
    joins(penza, "clerk", "member")
    joins(penza, "head", "member")
    assert card(penza, "chair", case_id) == before


def test_the_minutes_print_the_figures_of_the_decision(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    with penza.work(actor(penza, "secretary")) as work:
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        add_item(work, meeting, queries.get_case(work.session, case_id))
        meeting_id = meeting.id

    def vote() -> dict[str, Any]:
        work = penza.read(actor(penza, "secretary"))
        found = work.session.get(type(meeting), meeting_id)
        assert found is not None
        (one,) = [one for item in minutes_values(work, found)["items"] for one in item["votes"]]
        penza.database.session.remove()
        return {key: one[key] for key in ("yes", "no", "silent", "decision")}

    act(penza, "member1", case_id, Cast("against"))
    leaves(penza, "member1")  # his vote does not count any more
    for who in ("chair", "secretary"):
        act(penza, who, case_id, Cast("for"))
    printed = {"yes": 2, "no": 0, "silent": 1, "decision": "План одобрен"}
    assert vote() == printed
    joins(penza, "clerk", "member")
    assert vote() == printed
    print_content(penza, "b")  # a room that lets an adopted content change
    with penza.work(actor(penza, "methodist")) as work:
        service.content_changed(work, case_id)
    assert vote()["decision"] == "–", "a decision about what has changed since is none"


def test_the_minutes_tell_who_voted_without_being_there(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    stand_in(penza, "deputy41", "member2")
    with penza.work(actor(penza, "secretary")) as work:
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        add_item(work, meeting, queries.get_case(work.session, case_id))
        meeting.present = [meeting.chair_id, meeting.secretary_id]
        meeting_id = meeting.id

    def minutes(*names: str) -> list[Any]:
        values = minutes_values(work := penza.read(SYSTEM), work.session.get_one(Meeting, meeting_id))
        penza.database.session.remove()
        return [
            [one["id"] for one in values[name]] if values[name].__class__ is list else values[name]
            for name in names
        ]

    voter, absent, deputy = (actor(penza, name).person_id for name in ("member1", "member2", "deputy41"))
    asked = ("by_correspondence", "absent", "present_count", "quorum")
    assert minutes(*asked) == [[], [voter, absent], 2, False]
    act(penza, "member1", case_id, Cast("for"))
    assert minutes(*asked) == [[voter], [absent], 2, True], "a vote given by the term counts for the quorum"
    act(penza, "deputy41", case_id, Cast("for"))  # in the seat of member2, who stays absent himself
    assert minutes(*asked) == [[voter, deputy], [absent], 2, True]
    print_content(penza, "b")
    with penza.work(actor(penza, "methodist")) as work:
        service.content_changed(work, case_id)
    assert minutes(*asked) == [[], [voter, absent], 2, False], "a void vote is none"


def change(system: Runtime, case_id: int) -> None:
    """The plan says something else than the group has seen."""
    system.database.session.remove()
    with system.work(actor(system, "methodist")) as work:
        item = plan_queries.items_of(work.session, case_id)[0]
        plans.edit_item(work, case_id, item.id, FULL, item.version)


def test_a_void_vote_in_anothers_seat_does_not_bar_from_the_next_seat(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    first = stand_in(penza, "clerk", "member1")
    stand_in(penza, "clerk", "member2")
    act(penza, "clerk", case_id, Cast("for"))
    with penza.work(actor(penza, "admin")) as work:
        row = work.session.get_one(Substitution, first)
        end(work, row, FIRST - timedelta(days=1), row.version)
    with pytest.raises(Refusal) as caught:
        act(penza, "clerk", case_id, Cast("for"))
    assert "один голос" in refused(caught.value)
    change(penza, case_id)
    act(penza, "clerk", case_id, Cast("for"))
    assert list(verify.findings(penza)) == []


@pytest.mark.parametrize(
    ("language", "why"),
    [("ru", "автор документа не голосует за него"), ("en", "the author does not vote on his own paper")],
)
def test_the_author_in_the_group_is_said_not_to_vote_in_words(
    penza: Runtime, language: str, why: str
) -> None:
    case_id = at_the_vote(penza, author="methodist")
    joins(penza, "methodist", "member")
    work = penza.read(actor(penza, "chair"))
    shown = overview(work, queries.get_case(work.session, case_id))
    assert shown.tally is not None
    (author,) = shown.tally.excluded
    with in_locale(language):
        assert excluded_why(author) == why
    if language == "ru":
        assert f"не голосует: {why}" in card(penza, "chair", case_id)


def test_a_task_is_not_reopened_without_a_reason_and_the_field_is_named(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    with pytest.raises(Invalid) as caught, penza.work(actor(penza, "director50")) as work:
        version = queries.get_case(work.session, case_id).version
        service.act(work, case_id, Reopen("prepare_plan", " \u200b"), version)
    assert set(caught.value.fields) == {"comment"}


def test_the_minutes_know_everybody_who_drew_it_up_in_that_round(penza: Runtime) -> None:
    """Done twice in the first round, by the methodist and by the director; the case has gone on to the second."""
    case_id = at_the_vote(penza, author="methodist")
    joins(penza, "methodist", "member")
    act(penza, "methodist", case_id, Reopen("prepare_plan", "Дополнить"))
    act(penza, "director50", case_id, Complete("prepare_plan"))
    with penza.work(actor(penza, "secretary")) as work:
        item = add_item(
            work,
            open_meeting(work, queries.programmes(work.session)[0]),
            queries.get_case(work.session, case_id),
        )
        item_id = item.id
    act(penza, "chair", case_id, Fire("return_plan", "Переделать", {"about": "terms"}))
    work = penza.read(actor(penza, "secretary"))
    item = work.session.get_one(MeetingItem, item_id)
    approval = approval_of_question(work, item)
    assert approval is not None
    votes, barred = electorate_of(work, item, approval)
    author = str(account(penza, "methodist").id)
    assert [voter.id for voter in barred if voter.excluded == "author"] == [author]
    assert author not in [voter.id for voter in votes]
