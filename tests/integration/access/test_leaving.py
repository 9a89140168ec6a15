"""A person leaves: one page hands over everything he holds, a refused row holds no other up, `verify` passes."""

from __future__ import annotations

from datetime import date

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.models import LoginSession, Membership, Substitution
from app.access.scopes import as_system
from app.access.sessions import open_session
from app.admin import leaving, verify
from app.admin.service import close_account, grant
from app.audit.models import AuditRecord
from app.cases import queries
from app.cases.meetings import open_meeting
from app.cases.models import Case, Meeting
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, Invalid
from app.core.holdings import CLOSE, HAND_ON
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service as documents
from app.documents.models import Document, NumberGap, Series
from app.documents.reservations import reserve
from app.plans.models import PlanItem
from app.schools.models import Person
from app.schools.queries import organisations
from tests.integration.access.test_substitutions import account, at_the_vote, on, roles, stand_in
from tests.people import open_cases

LAST = date(2025, 1, 22)
ORDER = "приказ № 20-к от 20.01.2025"


def person_of(system: Runtime, username: str) -> Person:
    session = system.read(SYSTEM).session
    row = session.scalars(
        select(Membership).where(Membership.user_id == account(system, username).id)
    ).first()
    assert row is not None
    return session.get_one(Person, row.person_id)


def listed(system: Runtime, username: str, day: date = LAST) -> dict[str, list[str]]:
    work = system.read(actor(system, "admin"))
    groups = leaving.holdings(work, leaving.leaver_of(work, person_of(system, username), day))
    return {group.source.code: [str(row.title) for row in group.rows] for group in groups}


def hand_over(
    system: Runtime,
    who: str,
    to: str | None,
    day: date = LAST,
    by: str = "admin",
    act: str = "",
    only: str = "",
) -> list[leaving.Result]:
    """Everything at once, by the usual act of each row (or by `act`)."""
    with system.work(actor(system, by)) as work:
        leaver = leaving.leaver_of(work, person_of(system, who), day, ORDER)
        successor = leaving.successor_of(work, person_of(system, to)) if to else None
        chosen = {
            f"{group.source.code}:{row.key}": act or row.acts[0]
            for group in leaving.holdings(work, leaver)
            for row in group.rows
            if row.acts and (not only or group.source.code == only)
        }
        return leaving.hand_over(work, leaver, successor, chosen)


def refusals(results: list[leaving.Result]) -> list[str]:
    return [f"{r.title}: {r.said}" for r in results if not r.is_done]


def furnished(system: Runtime) -> int:
    """The secretary holds all kinds of things: a seat with an open vote, a meeting, papers, a number, a measure."""
    case_id = at_the_vote(system)
    secretary = person_of(system, "secretary")
    with system.work(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        open_meeting(work, case.programme)
        paper = documents.ensure_draft(work, "order_plan", case)
        paper.executor_id = secretary.id
        item = work.session.scalars(select(PlanItem).where(PlanItem.case_id == case_id)).first()
        assert item is not None
        item.owner_id = secretary.id
        office = next(o for o in organisations(work.session) if o.kind == "authority")
        series = Series(
            organisation_id=office.id, kind="order", prefix="-оп", year=2025, counter=0, kept_here=True
        )
        work.session.add(series)
        work.session.flush()
        reserve(work, series, "приказ об итогах", holder=secretary.short)
    on(system, date(2025, 1, 20))
    stand_in(system, "secretary", "methodist", since=date(2025, 1, 20), until=date(2025, 1, 30))
    open_session(system.database, account(system, "secretary").id, system.clock.now())
    return case_id


def test_everything_held_is_listed_and_handed_on_at_once_and_verify_passes(penza_on_both: Runtime) -> None:
    system, case_id = penza_on_both, furnished(penza_on_both)
    held = listed(system, "secretary")
    assert set(held) == {
        "roles", "positions", "substitutions", "votes", "meetings", "papers", "reservations", "measures", "accounts",
    }  # fmt: skip
    on(system, LAST)
    results = hand_over(system, "secretary", "clerk", act="")
    assert refusals(results) == []
    on(system, date(2025, 1, 23))
    assert roles(system, "secretary") == frozenset()
    assert roles(system, "clerk") >= {"clerk", "secretary", "methodist"}
    session = system.read(SYSTEM).session
    clerk = person_of(system, "clerk")
    assert session.scalars(select(Meeting)).one().secretary_id == clerk.id
    assert (
        session.scalars(select(Document).where(Document.template == "order_plan")).one().executor_id
        == clerk.id
    )
    assert [i.owner for i in session.scalars(select(PlanItem).where(PlanItem.owner_id == clerk.id))] == [
        clerk.short
    ]
    assert session.scalars(select(NumberGap)).one().holder == clerk.short
    assert not session.scalars(select(User).where(User.username == "secretary")).one().active
    assert all(row.ended_at for row in session.scalars(select(LoginSession)))
    assert listed(system, "secretary") == {}
    assert (
        session.scalars(select(AuditRecord).where(AuditRecord.tag == "person:leaves")).one().data["refused"]
        == 0
    )
    assert queries.get_case(session, case_id).approval == "open"
    assert list(verify.findings(system)) == []


def test_access_ends_with_the_last_day_not_before(penza: Runtime) -> None:
    hand_over(penza, "secretary", "clerk", day=date(2025, 1, 15), only="roles")
    seen = {}
    for day in (9, 15, 16):
        on(penza, date(2025, 1, day))
        seen[day] = ("secretary" in roles(penza, "secretary"), "secretary" in roles(penza, "clerk"))
    assert seen == {9: (True, False), 15: (True, False), 16: (False, True)}


def test_a_task_for_which_nobody_is_left_goes_over_with_the_role_only(penza: Runtime) -> None:
    from app.cases import service
    from app.engine.actions import Fire

    case_id = open_cases(penza)["41"]
    assert "tasks" in listed(penza, "methodist")
    assert "tasks" not in listed(penza, "clerk")
    refused = hand_over(penza, "methodist", "clerk", only="tasks")
    assert refused
    assert all(not result.is_done for result in refused)
    results = hand_over(penza, "methodist", "clerk")
    assert refusals(results) == []
    on(penza, date(2025, 1, 23))
    with penza.work(actor(penza, "clerk")) as work:
        service.act(work, case_id, Fire("start_diagnosis"), 1)
    assert list(verify.findings(penza)) == []


def test_whose_account_is_closed_is_nobody_who_could_do_a_task(penza: Runtime) -> None:
    open_cases(penza)
    with penza.work(actor(penza, "admin")) as work:
        other = account(penza, "clerk")
        mine = work.session.scalars(
            select(Membership).where(
                Membership.user_id == account(penza, "methodist").id, Membership.role == "methodist"
            )
        ).one()
        grant(work, other.id, "methodist", mine.organisation_id, date(2025, 1, 9))
    assert "tasks" not in listed(penza, "methodist"), "the other methodist is left"
    with penza.work(actor(penza, "admin")) as work:
        close_account(work, work.session.get_one(User, other.id))
    assert "tasks" in listed(penza, "methodist")


def test_the_head_is_followed_by_a_new_signer(penza: Runtime) -> None:
    from app.schools.queries import signatory_on

    hand_over(penza, "head", "chair")
    session = penza.read(SYSTEM).session
    office = next(o for o in organisations(session) if o.kind == "authority")
    signs = {day: signatory_on(session, office.id, date(2025, 1, day)) for day in (22, 23)}
    assert [p.person_id if p else 0 for p in signs.values()] == [
        person_of(penza, "head").id, person_of(penza, "chair").id,
    ]  # fmt: skip
    assert signs[23] is not None
    assert (signs[23].title, signs[23].is_acting) == ("начальник Управления", False)


def test_a_paper_with_the_signers_is_refused_and_holds_nothing_else_up(penza: Runtime) -> None:
    case_id = furnished(penza)
    with penza.work(SYSTEM) as work:
        paper = documents.ensure_draft(work, "order_plan", work.session.get_one(Case, case_id))
        paper.state = "to_sign"
    results = hand_over(penza, "secretary", "clerk")
    faults = refusals(results)
    assert len([f for f in faults if "верните документ в проект" in f]) == 1
    assert any(r.is_done for r in results)
    penza.database.session.remove()
    assert "papers" in listed(penza, "secretary"), "what was refused stays on the page"


def test_without_a_successor_things_only_end(penza: Runtime) -> None:
    furnished(penza)
    held = listed(penza, "secretary")
    with pytest.raises(Invalid) as refused:  # papers and meetings need one, and the account would be closed
        hand_over(penza, "secretary", None)
    assert set(refused.value.fields) == {"successor"}
    penza.database.session.remove()
    assert listed(penza, "secretary") == held, "nothing was done"
    results = hand_over(penza, "secretary", None, act=CLOSE, only="roles")
    assert refusals(results) == []
    on(penza, date(2025, 1, 23))
    assert roles(penza, "secretary") == {"methodist"} or roles(penza, "secretary") == frozenset()


def test_the_account_stays_open_while_anything_before_it_was_refused(penza: Runtime) -> None:
    case_id = furnished(penza)
    with penza.work(SYSTEM) as work:
        paper = documents.ensure_draft(work, "order_plan", work.session.get_one(Case, case_id))
        paper.state = "to_sign"
    on(penza, LAST)
    papers, accounts = refusals(hand_over(penza, "secretary", "clerk"))
    assert "верните документ в проект" in papers
    assert "не выполнено" in accounts
    penza.database.session.remove()
    assert account(penza, "secretary").active
    with penza.work(SYSTEM) as work:
        work.session.scalars(select(Document).where(Document.state == "to_sign")).one().state = "draft"
    assert refusals(hand_over(penza, "secretary", "clerk")) == []
    penza.database.session.remove()
    assert not account(penza, "secretary").active


def test_wrong_input_is_refused(penza: Runtime) -> None:
    with pytest.raises(Invalid):
        hand_over(penza, "secretary", "secretary")
    with pytest.raises(Invalid):
        hand_over(penza, "secretary", "clerk", day=date(2035, 1, 1))
    with pytest.raises(Forbidden):
        hand_over(penza, "admin", "clerk")
    for username in ("head", "clerk", "methodist"):
        with pytest.raises(Forbidden):
            hand_over(penza, "secretary", "clerk", by=username)
    with penza.work(SYSTEM) as work:
        work.session.scalars(select(User).where(User.username == "clerk")).one().active = False
    with pytest.raises(Invalid):
        hand_over(penza, "secretary", "clerk")


def test_the_last_administrator_cannot_be_ended(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        results = leaving.hand_over(
            work, leaving.leaver_of(work, person_of(penza, "admin"), LAST), None, _roles_of(penza, "admin")
        )
    assert [r.is_done for r in results] == [False]
    penza.database.session.remove()
    assert roles(penza, "admin") == {"admin"}


def _roles_of(system: Runtime, username: str) -> dict[str, str]:
    with as_system(system.read(SYSTEM).session):
        rows = system.read(SYSTEM).session.scalars(
            select(Membership.id).where(Membership.user_id == account(system, username).id)
        )
        return {f"roles:{key}": CLOSE for key in rows}


def test_substitutions_of_a_leaver_end_and_those_he_carries_go_over(penza: Runtime) -> None:
    stand_in(penza, "member1", "methodist", since=date(2025, 1, 20), until=date(2025, 1, 31))
    stand_in(penza, "member2", "member1", since=date(2025, 2, 1), until=date(2025, 2, 28))
    on(penza, LAST)
    results = hand_over(penza, "member1", "clerk", only="substitutions", act=HAND_ON)
    assert [r.is_done for r in results] == [True]
    hand_over(penza, "member1", "clerk", only="substitutions", act=CLOSE)
    session = penza.read(SYSTEM).session
    session.expire_all()
    names = {
        (row.substitute_name.split("\u00a0")[0], row.absent_name.split("\u00a0")[0]): (row.since, row.ends)
        for row in session.scalars(select(Substitution))
    }
    assert names == {
        ("Условный", "Учебная"): (date(2025, 1, 20), LAST),
        ("Примеров", "Учебная"): (date(2025, 1, 23), date(2025, 1, 31)),
        ("Макетова", "Условный"): (date(2025, 2, 1), date(2025, 1, 31)),
    }


def test_a_substitution_that_is_over_does_not_hold_the_account_up(penza: Runtime) -> None:
    """The page is filled in some days after the last day: what ended by itself meanwhile is held no more."""
    stand_in(penza, "member1", "methodist")
    on(penza, date(2025, 1, 27))
    assert "substitutions" not in listed(penza, "member1", day=date(2025, 1, 17))
    assert refusals(hand_over(penza, "member1", None, day=date(2025, 1, 17), act=CLOSE)) == []
    penza.database.session.remove()
    assert not account(penza, "member1").active


def test_a_namesake_does_not_lose_his_account(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        known = person_of(penza, "member1")
        namesake = Person(
            surname=known.surname, given=known.given, patronymic=known.patronymic, gender=known.gender,
            search_key=known.search_key, forms=dict(known.forms or {}),
        )  # fmt: skip
        work.session.add(namesake)
        work.session.flush()
        assert leaving.accounts_of(work, known) == (account(penza, "member1").id,)
        assert leaving.accounts_of(work, namesake) == ()
        leaver = leaving.leaver_of(work, namesake, LAST)
        assert leaving.holdings(work, leaver) == []


@pytest.mark.parametrize("successor", ["director50", "methodist"])
def test_a_successor_with_an_interest_in_the_case_is_not_promised_a_vote(
    penza: Runtime, successor: str
) -> None:
    """He is of the school concerned, or it was he who submitted the plan."""
    at_the_vote(penza, "methodist")
    results = hand_over(penza, "member1", successor)
    (vote,) = [one for one in results if one.title.startswith("Ещё не поданные голоса")]
    assert vote.is_done
    assert "не голосует" in vote.said
    results = hand_over(penza, "member2", "clerk", only="votes")
    assert "сначала передайте роль" in results[0].said


def test_a_seat_of_the_group_handed_to_one_who_votes_already_says_that_it_becomes_smaller(
    penza: Runtime,
) -> None:
    [result] = hand_over(penza, "member1", "member2", only="roles")
    assert result.is_done
    assert "Преемник уже голосует в группе" in result.said
    [result] = hand_over(penza, "secretary", "clerk", only="roles")
    assert "голосует" not in result.said


def test_whoever_comes_back_for_the_rest_is_offered_the_day_named_before(penza: Runtime) -> None:
    admin, who = actor(penza, "admin"), person_of(penza, "member1")
    today = penza.read(admin).today
    assert leaving.last_day_of(penza.read(admin), who) == today
    hand_over(penza, "member1", "clerk", only="roles")
    assert leaving.last_day_of(penza.read(admin), who) == LAST
    on(penza, date(2025, 2, 3))
    assert leaving.last_day_of(penza.read(admin), who) == date(2025, 2, 3)
