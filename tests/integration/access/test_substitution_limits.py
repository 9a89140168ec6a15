"""Where a substitution ends and who may move that end; every act is told with the very order it was done by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.memberships import actor_for
from app.access.models import Membership, Substitution
from app.access.scopes import get_visible
from app.access.substitutions import acting_for
from app.admin import substitutions
from app.admin.service import close_account, grant
from app.audit.queries import history_of
from app.cases import queries
from app.cases.meetings import open_meeting
from app.cases.models import Case, Meeting
from app.cases.overview import history, overview
from app.cases.programmes import open_programme
from app.cases.stays import compare
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.minutes import minutes_values
from app.engine.actions import Cast, Fire
from app.schools.queries import organisations, signatory_on
from app.schools.service import add_organisation
from tests.integration.access.test_substitutions import (
    FIRST,
    LAST,
    ORDER,
    account,
    act,
    at_the_vote,
    on,
    refused,
    roles,
    stand_in,
)
from tests.people import open_cases

EARLIER = "приказ № 1-к от 10.01.2025"


def correct(system: Runtime, by: str, row_id: int, until: date, ground: str = ORDER) -> None:
    with system.work(actor(system, by)) as work:
        row = work.session.get_one(Substitution, row_id)
        substitutions.correct(work, row, until=until, ground=ground, expected_version=row.version)


def end(system: Runtime, row_id: int, last_day: date) -> None:
    with system.work(actor(system, "admin")) as work:
        row = work.session.get_one(Substitution, row_id)
        substitutions.end(work, row, last_day, row.version)


def ends(system: Runtime, row_id: int) -> date:
    with system.work(SYSTEM) as work:
        return work.session.get_one(Substitution, row_id).ends


def dismiss(system: Runtime, username: str, last_day: date) -> None:
    with system.work(SYSTEM) as work:
        mine = select(Membership).where(Membership.user_id == account(system, username).id)
        for membership in work.session.scalars(mine):
            membership.until = last_day


# ── the last day ──────────────────────────────────────────────────────────────────────────────────


def test_one_ended_early_is_prolonged_again(penza_on_both: Runtime) -> None:
    row_id = stand_in(penza_on_both, "clerk", "methodist", until=date(2025, 1, 31))
    on(penza_on_both, FIRST)
    end(penza_on_both, row_id, date(2025, 1, 24))
    correct(penza_on_both, "admin", row_id, date(2025, 1, 24), "приказ № 16-к от 20.01.2025")
    assert ends(penza_on_both, row_id) == date(2025, 1, 24), "only the words of the ground were mended"
    correct(penza_on_both, "admin", row_id, date(2025, 1, 31))  # he stays away as long as was ordered first
    assert ends(penza_on_both, row_id) == date(2025, 1, 31)
    on(penza_on_both, date(2025, 1, 30))
    assert "methodist" in roles(penza_on_both, "clerk")
    with in_locale("ru"):
        work = penza_on_both.read(actor(penza_on_both, "admin"))
        last = history_of(work, ("substitutions", [row_id]))[0]
        assert ("Последний день", "24.01.2025", None) in [(str(n), a, b) for n, a, b in last["changes"]]


def test_nobody_prolongs_his_own_rights(penza: Runtime) -> None:
    row_id = stand_in(penza, "clerk", "head")
    on(penza, FIRST)
    with pytest.raises(Invalid) as caught:  # today he is the head himself, by this very substitution
        correct(penza, "clerk", row_id, date(2027, 1, 22))
    assert "Продлить собственные права нельзя" in refused(caught.value)
    assert ends(penza, row_id) == LAST
    correct(penza, "clerk", row_id, date(2025, 1, 21))  # giving up is nobody's harm
    assert ends(penza, row_id) == date(2025, 1, 21)


def test_the_head_does_not_move_what_hands_on_the_administrators_rights(penza: Runtime) -> None:
    row_id = stand_in(penza, "clerk", "admin")  # all roles: the one of the administrator among them
    on(penza, FIRST)
    with pytest.raises(Forbidden):
        correct(penza, "head", row_id, date(2027, 1, 22))
    assert ends(penza, row_id) == LAST
    own = stand_in(penza, "secretary", "methodist")
    correct(penza, "head", own, date(2025, 1, 24))
    assert ends(penza, own) == date(2025, 1, 24)


def another_authority(system: Runtime, *, centre: str = "") -> int:
    """A programme of another authority, with a centre of its own or with a known one: the key of the programme."""
    with system.work(SYSTEM) as work:
        first = queries.programmes(work.session)[0]
        authority = add_organisation(
            work, kind="authority", code="uo2", full_name="Управление 2", short_name="УО 2"
        )
        office = next((o for o in organisations(work.session) if o.code == centre), None)
        office = office or add_organisation(
            work, kind="centre", code="cko2", full_name="Центр 2", short_name="Центр 2"
        )
        return open_programme(
            work, code="ВТОРАЯ", title="Вторая", year=2025, starts=first.starts, ends=first.ends,
            authority=authority, centre=office,
        ).id  # fmt: skip


def is_refused_to_the_head(system: Runtime, whom: str, **scope: Any) -> None:
    with pytest.raises(Invalid) as caught:
        stand_in(system, "clerk", whom, by="head", **scope)
    assert "Роли другого органа управления передаёт" in refused(caught.value)


def test_the_head_hands_on_nothing_that_reaches_another_authority(penza: Runtime) -> None:
    """The methodist of the other centre is no employee of this head, though a centre is no authority."""
    cases = open_cases(penza)
    other = another_authority(penza)
    with penza.work(SYSTEM) as work:
        offices = {o.code: o.id for o in organisations(work.session)}
        for username, code, role in (("member1", "cko2", "methodist"), ("director50", "27", "director")):
            mine = select(Membership).where(Membership.user_id == account(penza, username).id)
            (row,) = work.session.scalars(mine)
            row.role, row.organisation_id = role, offices[code]
        work.session.get_one(Case, cases["oshi1"]).programme_id = other
    scopes: tuple[dict[str, Any], ...]
    for whom, code, role in (("member1", "cko2", "methodist"), ("director50", "27", "director")):
        scopes = {}, {"role": role, "organisation_id": offices[code]}, {"programme_id": other}
        for scope in scopes:
            is_refused_to_the_head(penza, whom, **scope)
        row_id = stand_in(penza, "clerk", whom)
        with pytest.raises(Forbidden):
            correct(penza, "head", row_id, date(2025, 1, 23))
    stand_in(penza, "clerk", "director41", by="head")


def test_the_head_is_shown_no_substitution_of_another_authority_alone(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = open_cases(system)
    own = queries.programmes(system.read(SYSTEM).session)[0].id
    other = another_authority(system)
    with system.work(SYSTEM) as work:
        offices = {o.code: o.id for o in organisations(work.session)}
        for username, code, role in (("member1", "cko2", "methodist"), ("director50", "27", "director")):
            mine = select(Membership).where(Membership.user_id == account(system, username).id)
            (row,) = work.session.scalars(mine)
            row.role, row.organisation_id = role, offices[code]
        work.session.get_one(Case, cases["oshi1"]).programme_id = other
    foreign = {
        stand_in(system, "member1", "director50"),
        stand_in(system, "clerk", "methodist", programme_id=other),
    }
    ours = {
        stand_in(system, "clerk", "director50", since=date(2025, 2, 3), until=date(2025, 2, 4)),  # one is of his own
        stand_in(system, "member2", "methodist", programme_id=own), stand_in(system, "clerk", "director41"),
    }  # fmt: skip
    for who, shown in (
        ("admin", foreign | ours),
        ("head", ours),
        ("member1", {min(foreign)}),
        ("chair", set()),
    ):
        rows = system.read(actor(system, who)).session.scalars(select(Substitution.id))
        assert set(rows) == shown, who
    with pytest.raises(NotFound):
        get_visible(system.read(actor(system, "head")).session, Substitution, max(foreign))
    stand_in(system, "chair", "head", programme_id=own, since=date(2025, 1, 9), until=date(2025, 1, 31))
    with system.work(actor(system, "chair")) as work:
        limited = {row.programme_id for row in work.session.scalars(select(Substitution))}
    assert limited == {own}, "who acts for the head in one programme sees what is limited to it"


def test_of_a_centre_of_two_authorities_the_head_hands_on_what_is_for_his_own_programme(
    penza: Runtime,
) -> None:
    own = queries.programmes(penza.read(SYSTEM).session)[0].id
    other = another_authority(penza, centre="cko")
    for scope in ({}, {"programme_id": other}):
        is_refused_to_the_head(penza, "methodist", **scope)
    stand_in(penza, "clerk", "methodist", by="head", programme_id=own)


def test_a_closed_account_holds_nothing_neither_of_its_own_nor_of_others(penza: Runtime) -> None:
    """What it had asked workers to do is not done in its name any more."""
    stand_in(penza, "clerk", "methodist")
    clerk = account(penza, "clerk").id
    on(penza, FIRST)
    assert actor_for(penza.read(SYSTEM).session, clerk, "", FIRST).roles == {"clerk", "methodist"}
    with penza.work(actor(penza, "admin")) as work:
        close_account(work, work.session.get_one(User, clerk))
    assert actor_for(penza.read(SYSTEM).session, clerk, "", FIRST).roles == set()


# ── the substitute leaves in between ──────────────────────────────────────────────────────────────


def test_whoever_is_dismissed_stands_in_for_nobody_from_the_next_day_on(penza_on_both: Runtime) -> None:
    system = penza_on_both
    stand_in(system, "clerk", "methodist")
    dismiss(system, "clerk", FIRST)
    methodist = account(system, "methodist").id
    for day, held in ((FIRST, {"clerk", "methodist"}), (date(2025, 1, 21), set())):
        on(system, day)
        assert roles(system, "clerk") == held
        assert bool(acting_for(system.read(SYSTEM).session, [methodist], day)) == bool(held)


def test_a_dismissed_acting_head_signs_no_more(penza: Runtime) -> None:
    stand_in(penza, "deputy41", "head", is_acting=True)
    dismiss(penza, "deputy41", FIRST)
    session = penza.read(SYSTEM).session
    office = next(o for o in organisations(session) if o.kind == "authority").id
    signers = [signatory_on(session, office, day) for day in (FIRST, date(2025, 1, 21))]
    assert [signer is not None and signer.is_acting for signer in signers] == [True, False]


def test_an_account_that_never_had_a_role_may_stand_in(penza: Runtime) -> None:
    stand_in(penza, "clerk", "methodist")
    with penza.work(SYSTEM) as work:
        mine = select(Membership).where(Membership.user_id == account(penza, "clerk").id)
        for membership in work.session.scalars(mine):
            work.session.delete(membership)
    session = penza.read(SYSTEM).session
    assert actor_for(session, account(penza, "clerk").id, "", FIRST).roles == {"methodist"}


# ── by which order ────────────────────────────────────────────────────────────────────────────────


def newest_doer(system: Runtime, case_id: int) -> str:
    system.database.session.remove()
    work = system.read(actor(system, "methodist"))
    with in_locale("ru"):
        return str(history(work, overview(work, queries.get_case(work.session, case_id)))[0].who)


def test_an_act_of_the_day_a_substitution_was_ended_on_names_its_order(penza_on_both: Runtime) -> None:
    system, case_id = penza_on_both, open_cases(penza_on_both)["41"]
    stand_in(system, "clerk", "methodist", since=date(2025, 1, 13), until=date(2025, 1, 15), ground=EARLIER)
    row_id = stand_in(system, "clerk", "methodist")
    on(system, FIRST)
    act(system, "clerk", case_id, Fire("start_diagnosis"))
    on(system, FIRST, hour=11)
    end(system, row_id, FIRST - timedelta(days=1))
    assert "по приказу № 15-к от 17.01.2025" in newest_doer(system, case_id)


def test_of_two_orders_between_the_same_people_the_one_that_gave_the_role_is_named(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    stand_in(penza, "clerk", "chair", role="chair", ground=EARLIER)
    with penza.work(SYSTEM) as work:
        mine = select(Membership).where(Membership.user_id == account(penza, "chair").id)
        seat = work.session.scalars(mine).one()
        grant(work, seat.user_id, "methodist", seat.organisation_id, date(2025, 1, 1), seat.person_id)
    stand_in(penza, "clerk", "chair", role="methodist")
    on(penza, FIRST)
    act(penza, "clerk", case_id, Fire("start_diagnosis"))
    assert "по приказу № 15-к от 17.01.2025" in newest_doer(penza, case_id)


def test_rounds_side_by_side_name_who_voted_in_whose_seat(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    stand_in(penza, "clerk", "member1")
    act(penza, "clerk", case_id, Cast("against"))
    assert isinstance(penza.clock, FixedClock)
    act(penza, "chair", case_id, Fire("return_plan", "Уточните сроки", {"about": "terms", "place": "№ 1"}))
    work = penza.read(actor(penza, "methodist"))
    with in_locale("ru"):
        first, _second, _changes = compare(
            work, queries.get_case(work.session, case_id), "plan_approval", 1, 2
        )
        ((who, choice, _void),) = first.votes
        assert choice == "against"
        assert str(who).endswith("за Условного\u00a0И.П. по приказу № 15-к от 17.01.2025")


def test_minutes_drawn_up_afterwards_seat_who_acted_on_the_day_of_the_meeting(penza: Runtime) -> None:
    at_the_vote(penza)
    stand_in(penza, "deputy41", "member1")
    with penza.work(actor(penza, "secretary")) as work:
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        meeting.present = [meeting.chair_id, meeting.secretary_id, actor(penza, "deputy41").person_id]
        meeting_id, then = meeting.id, minutes_values(work, meeting)
    on(penza, date(2025, 1, 27))  # the substitution is over, and a member has left meanwhile
    dismiss(penza, "member2", date(2025, 1, 24))
    with penza.work(actor(penza, "secretary")) as work:
        now = minutes_values(work, work.session.get_one(Meeting, meeting_id))
        for name in ("present_count", "members_count", "quorum"):
            assert now[name] == then[name], name
        for name in ("present", "absent", "invited"):
            assert [person["id"] for person in now[name]] == [person["id"] for person in then[name]], name


# ── one programme only ────────────────────────────────────────────────────────────────────────────


def test_who_acts_for_the_head_in_one_programme_names_no_substitutes(penza: Runtime) -> None:
    programme = queries.programmes(penza.read(SYSTEM).session)[0].id
    stand_in(penza, "clerk", "head", programme_id=programme)
    on(penza, FIRST)
    with pytest.raises(Forbidden):
        stand_in(penza, "deputy41", "director41", by="clerk")


def test_the_administrators_role_is_not_handed_on_for_one_programme(penza: Runtime) -> None:
    """It opens the whole system, so there is no such part of it; another role of his may go over."""
    with penza.work(SYSTEM) as work:
        programme = queries.programmes(work.session)[0].id
        centre = next(o.id for o in organisations(work.session) if o.kind == "centre")
    with pytest.raises(Invalid) as caught:
        stand_in(penza, "clerk", "admin", role="admin", programme_id=programme)
    assert "у администратора программ нет" in refused(caught.value)
    with penza.work(SYSTEM) as work:
        grant(work, account(penza, "admin").id, "methodist", centre, date(2025, 1, 1))
    stand_in(penza, "clerk", "admin", programme_id=programme)
    on(penza, FIRST)
    assert roles(penza, "clerk") == {"clerk", "methodist"}
