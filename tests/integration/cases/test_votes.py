"""Votes on real databases: content that changes while a case stands still; who votes when nobody of the group may."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.admin import substitutions, verify
from app.admin.substitutions import SubstitutionData
from app.cases import queries, service
from app.cases.meetings import add_item, open_meeting
from app.cases.mending import obstacles
from app.cases.models import Case, Meeting
from app.cases.overview import overview, reasons
from app.cases.queues import case_queue
from app.core.errors import Refusal
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.minutes import minutes_values
from app.engine.actions import Cast, Fire
from app.engine.answers import Reason as Why
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import SECOND, YEAR, stands, take
from tests.people import open_cases
from tests.procedures import publish


def to_the_vote(system: Runtime) -> int:
    case_id = open_cases(system)["41"]
    let_pass(system)
    for step in YEAR[:6]:
        take(system, case_id, *step)
    return case_id


def print_content(system: Runtime, text: str) -> None:
    system.ports.facts["plans.content_hash"] = lambda _session, _case: Fact(text * 64)


def stand_in(system: Runtime, who: str, whom: str) -> None:
    with system.work(actor(system, "admin")) as work:
        users = {u.username: u for u in work.session.scalars(select(User))}
        data = SubstitutionData(
            absent=users[whom], substitute=users[who], since=work.today, until=work.today + timedelta(days=3),
            ground="приказ № 15-к от 09.01.2025",
        )  # fmt: skip
        substitutions.add(work, data)


def test_what_changed_while_the_case_stood_still_is_voted_on_anew(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = to_the_vote(system)
    for who in ("chair", "secretary", "member1"):
        take(system, case_id, who, Cast("for"))
    assert stands(system, case_id)["approval"] == "passed"
    take(system, case_id, "head", Fire("suspend", "Карантин"))
    print_content(system, "b")
    with system.work(actor(system, "methodist")) as work:
        service.content_changed(work, case_id)
    take(system, case_id, "head", Fire("resume"))
    assert stands(system, case_id)["approval"] == "open"
    waiting = case_queue(system.read(actor(system, "chair")))
    assert [item.kind for item in waiting if item.case_id == case_id] == ["vote"]
    for who in ("chair", "secretary", "member1"):
        take(system, case_id, who, Cast("for"))
    take(system, case_id, "clerk", Fire("adopt_plan"))
    assert list(verify.findings(system)) == []


def test_a_change_nobody_reported_leaves_the_vote_open_to_the_group(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = to_the_vote(system)
    for who in ("chair", "secretary", "member1"):
        take(system, case_id, who, Cast("for"))
    print_content(system, "b")
    with pytest.raises(Refusal):
        take(system, case_id, "clerk", Fire("adopt_plan"))
    for who in ("member2", "secretary", "member1"):
        take(system, case_id, who, Cast("for"))
    take(system, case_id, "clerk", Fire("adopt_plan"))
    assert stands(system, case_id)["stage"] == "curator_agreement"
    assert list(verify.findings(system)) == []


def test_the_panel_names_a_task_the_vote_waits_for_once(penza: Runtime) -> None:
    """«Не выполнена задача …» leads to its page; the vote beside it is only said not to be open."""
    case_id = open_cases(penza)["41"]
    let_pass(penza)
    for step in YEAR[:5]:
        take(penza, case_id, *step)
    work = penza.read(actor(penza, "clerk"))
    case = queries.get_case(work.session, case_id)
    (step,) = [one for one in overview(work, case).ahead if one.id == "adopt_plan"]
    told = reasons(work, case, step)
    named = [one for one in told if "Подготовить план" in str(one.text)]
    assert len(named) == 1
    assert named[0].link
    assert sum("голосование ещё не открыто" in str(one.text) for one in told) == 1


def test_a_sentence_two_conditions_share_is_said_once_with_its_page(penza: Runtime) -> None:
    """The order of the reasons stays; of two equal sentences the one stays that leads somewhere."""
    case_id = open_cases(penza)["41"]
    work = penza.read(actor(penza, "methodist"))
    case = queries.get_case(work.session, case_id)
    same = {"ru": "Нет плана", "en": "No plan"}
    found = [
        Why("first", same),
        Why("other", {"ru": "Нет приказа", "en": "No order"}),
        Why("second", same, "plans"),
    ]
    told = obstacles(work, case, found)
    assert [(str(one.text), bool(one.link)) for one in told] == [("Нет плана", True), ("Нет приказа", False)]


# ── `on_no_voters: head` ──────────────────────────────────────────────────────────────────────────


def third(system: Runtime, voters: str, asked: str = "") -> None:
    """A version in which these vote, and the head when none of them may."""
    source = SECOND.replace("version: 2\n", "version: 9\n").replace(
        "on_no_voters: refuse", "on_no_voters: head"
    )
    source = source.replace("voters: [chair, secretary, member]", f"voters: [{voters}]")
    if "chair" not in voters:
        source = source.replace("tie: chair", f"tie: {voters.partition(',')[0]}")
    if asked:
        source = re.sub("quorum: more_than_half\n +tie: .*", asked, source)
    publish(system, source, 9)


def test_a_number_asked_of_the_group_is_not_asked_of_whoever_votes_in_its_place(penza: Runtime) -> None:
    third(penza, "deputy", "quorum: {count: 2}\n      majority: {count: 2}")
    case_id = to_the_vote(penza)
    take(penza, case_id, "head", Cast("for"))
    with penza.work(actor(penza, "secretary")) as work:
        tally = overview(work, queries.get_case(work.session, case_id)).tally
        assert tally is not None
        assert (tally.result, tally.eligible, tally.needed, tally.majority) == ("passed", 1, 1, 1)
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        add_item(work, meeting, queries.get_case(work.session, case_id))
        (vote,) = [one for item in minutes_values(work, meeting)["items"] for one in item["votes"]]
        assert vote["decision"] == "План одобрен"


def test_who_stands_in_for_the_named_role_votes_in_its_seat_and_the_minutes_count_it(penza: Runtime) -> None:
    third(penza, "deputy")  # nobody of the authority is one
    case_id = to_the_vote(penza)
    stand_in(penza, "clerk", "head")
    queue = [item for item in case_queue(penza.read(actor(penza, "clerk"))) if item.case_id == case_id]
    assert [item.kind for item in queue] == ["vote"]
    assert queue[0].behalf
    with penza.work(actor(penza, "secretary")) as work:
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        add_item(work, meeting, queries.get_case(work.session, case_id))
        (vote,) = [one for item in minutes_values(work, meeting)["items"] for one in item["votes"]]
        assert (vote["yes"], vote["silent"], vote["decision"]) == (0, 1, "–")
        meeting_id = meeting.id
    take(penza, case_id, "clerk", Cast("for"))
    with penza.work(actor(penza, "secretary")) as work:
        meeting = work.session.get_one(Meeting, meeting_id)
        (vote,) = [one for item in minutes_values(work, meeting)["items"] for one in item["votes"]]
        assert (vote["yes"], vote["silent"], vote["excluded"], vote["decision"]) == (1, 0, 0, "План одобрен")
    assert list(verify.findings(penza)) == []


def test_while_the_group_votes_the_named_role_has_no_seat(penza: Runtime) -> None:
    """The head stands in for the chair: he votes in the chair's seat, his own is none yet."""
    third(penza, "chair, secretary, member")
    case_id = to_the_vote(penza)
    stand_in(penza, "head", "chair")
    stand_in(penza, "clerk", "member1")
    take(penza, case_id, "head", Cast("for"))
    with penza.work(actor(penza, "secretary")) as work:
        voted = [one.voter for one in queries.votes_of(work.session, work.session.get(Case, case_id))]
        chair = work.session.scalars(select(User).where(User.username == "chair")).one()
        assert voted == [str(chair.id)]
    queue = [item.kind for item in case_queue(penza.read(actor(penza, "head"))) if item.case_id == case_id]
    assert queue == []
    for who in ("secretary", "clerk"):
        take(penza, case_id, who, Cast("for"))
    assert stands(penza, case_id)["approval"] == "passed"
    assert stands(penza, case_id)["definition_version"] == 9


def test_who_votes_instead_of_the_group_sits_with_it_in_the_minutes(penza: Runtime) -> None:
    """The head who votes because nobody of the group may is no guest; while the group votes he is one."""
    third(penza, "deputy")
    case_id = to_the_vote(penza)
    head, clerk = (actor(penza, name).person_id for name in ("head", "clerk"))

    def names(values: dict[str, Any], where: str) -> set[int]:
        return {person["id"] for person in values[where]}

    with penza.work(actor(penza, "secretary")) as work:
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        meeting.present = [meeting.chair_id, meeting.secretary_id, head]
        before = minutes_values(work, meeting)
        assert head in names(before, "invited"), "no question of this meeting is his to vote on"
        add_item(work, meeting, queries.get_case(work.session, case_id))
        values = minutes_values(work, meeting)
        assert head in names(values, "present")
        assert head not in names(values, "invited") | names(values, "absent")
        assert values["present_count"] == before["present_count"] + 1
        assert values["members_count"] == before["members_count"] + 1
        meeting.present = [meeting.chair_id, meeting.secretary_id]
        values = minutes_values(work, meeting)
        assert head not in names(values, "absent"), "the group can meet without him"
        assert values["members_count"] == before["members_count"]
        meeting_id = meeting.id
    stand_in(penza, "clerk", "head")
    with penza.work(actor(penza, "secretary")) as work:
        meeting = work.session.get_one(Meeting, meeting_id)
        meeting.present = [meeting.chair_id, meeting.secretary_id, clerk]
        values = minutes_values(work, meeting)
        assert clerk in names(values, "present")
        assert head in names(values, "absent")
        assert clerk not in names(values, "invited")
