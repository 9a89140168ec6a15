"""Substitution by dates and scope: rights, votes, events and signatures follow it and end with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.memberships import accounts_holding
from app.access.models import Membership, Substitution
from app.access.substitutions import acting_for
from app.admin import substitutions, verify
from app.admin.substitutions import SubstitutionData
from app.audit.models import AuditRecord
from app.cases import queries, service
from app.cases.meetings import open_meeting
from app.cases.models import CaseEvent, CaseVote
from app.cases.overview import behalf, history, overview
from app.cases.queues import case_queue
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, OporaError, Refusal, Stale
from app.core.i18n import in_locale
from app.core.ports import QueueItem
from app.core.unit_of_work import Runtime
from app.demo import beginning, plans_data
from app.demo.penza import actor
from app.demo.script import Script
from app.demo.story import Story
from app.documents.minutes import minutes_values
from app.engine.actions import Cast, Complete, Fire, Reopen
from app.plans import service as plans
from app.schools.models import Organisation
from app.schools.queries import signatory_on
from tests.people import open_cases

ORDER = "приказ № 15-к от 17.01.2025"
FIRST, LAST = date(2025, 1, 20), date(2025, 1, 22)


def on(system: Runtime, day: date, hour: int = 9) -> None:
    assert isinstance(system.clock, FixedClock)
    system.database.session.remove()
    system.clock.move(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def account(system: Runtime, username: str) -> User:
    user: User = system.database.session().scalars(select(User).where(User.username == username)).one()
    return user


def stand_in(system: Runtime, who: str, whom: str, by: str = "admin", **more: Any) -> int:
    """`who` stands in for `whom`; the key of the substitution."""
    terms = {"since": FIRST, "until": LAST, "ground": ORDER} | more
    with system.work(actor(system, by)) as work:
        users = {u.username: u for u in work.session.scalars(select(User))}
        return substitutions.add(
            work, SubstitutionData(absent=users[whom], substitute=users[who], **terms)
        ).id


def roles(system: Runtime, username: str) -> frozenset[str]:
    system.database.session.remove()
    return actor(system, username).roles


def version(system: Runtime, case_id: int) -> int:
    system.database.session.remove()
    return queries.get_case(system.read(SYSTEM).session, case_id).version


def act(system: Runtime, username: str, case_id: int, action: Any) -> None:
    number = version(system, case_id)
    with system.work(actor(system, username)) as work:
        service.act(work, case_id, action, number)


def at_the_vote(system: Runtime, author: str = "director50") -> int:
    """The case of № 50 with its plan, submitted by `author`, before the group, on 20.01.2025."""
    assert isinstance(system.clock, FixedClock)
    story = Story(Script(system, system.clock, lambda line: None))
    beginning.open_cases(story)
    beginning.diagnose(story, ("50",))
    story.script.play()
    case_id = story.ids["50"]
    with system.work(actor(system, "methodist")) as work:
        plans.add_items(work, case_id, plans_data.first_draft("50"))
    with system.work(actor(system, author)) as work:
        plans.submit_plan(work, case_id, queries.get_case(work.session, case_id).version)
    on(system, FIRST)
    return case_id


def submitted_for(system: Runtime, case_id: int, whom: str) -> None:
    """The task done last was done in the place of this person."""
    with system.work(SYSTEM) as work:
        events = work.session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.type == "task_completed")
        ).all()
        events[-1].on_behalf_of = account(system, whom).id


def refused(error: OporaError) -> str:
    with in_locale("ru"):
        said = error.fields.values() if isinstance(error, Invalid) and error.fields else [error.message]
        if isinstance(error, Refusal):
            said = [reason.text for reason in error.reasons]
        return " ".join(map(str, said))


def votes_of(system: Runtime, case_id: int) -> dict[str, str]:
    system.database.session.remove()
    rows = system.read(SYSTEM).session.scalars(select(CaseVote).where(CaseVote.case_id == case_id))
    return {row.voter: row.choice for row in rows}


# ── rights ────────────────────────────────────────────────────────────────────────────────────────


def test_rights_come_with_the_first_day_and_end_after_the_last(penza_on_both: Runtime) -> None:
    stand_in(penza_on_both, "clerk", "methodist")
    seen = {}
    for day in (19, 20, 22, 23):
        on(penza_on_both, date(2025, 1, day))
        seen[day] = "methodist" in roles(penza_on_both, "clerk")
    assert seen == {19: False, 20: True, 22: True, 23: False}


def test_an_act_for_another_says_so_in_event_history_and_journal_and_the_chain_holds(
    penza_on_both: Runtime,
) -> None:
    system, case_id = penza_on_both, open_cases(penza_on_both)["41"]
    row_id = stand_in(system, "clerk", "methodist")
    on(system, FIRST)
    act(system, "clerk", case_id, Fire("start_diagnosis"))
    clerk, methodist = account(system, "clerk").id, account(system, "methodist").id
    session = system.read(SYSTEM).session
    events = session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
    ).all()
    assert [(e.actor_id, e.on_behalf_of) for e in events[1:]] == [(clerk, methodist)] * (len(events) - 1)
    record = session.scalars(select(AuditRecord).where(AuditRecord.tag == "case:moved")).one()
    assert (record.data["on_behalf_of"], record.data["substitution"]) == (methodist, row_id)
    work = system.read(actor(system, "methodist"))
    with in_locale("ru"):
        told = [str(e.who) for e in history(work, overview(work, queries.get_case(work.session, case_id)))]
    assert "Пётр Сергеевич Примеров за Учебную\u00a0А.П. по приказу № 15-к от 17.01.2025" in told
    assert list(verify.findings(system)) == []


def test_a_forged_substitution_in_an_event_is_found(penza: Runtime, cases: dict[str, int]) -> None:
    stand_in(penza, "clerk", "methodist")
    on(penza, FIRST)
    act(penza, "clerk", cases["41"], Fire("start_diagnosis"))
    with penza.work(SYSTEM) as work:
        event = work.session.scalars(select(CaseEvent).where(CaseEvent.type == "moved")).one()
        event.on_behalf_of = None
    assert any("журнал" in line or "journal" in line for line in verify.findings(penza))


def test_ones_own_right_is_used_first(penza: Runtime) -> None:
    """The secretary holds meetings herself, so what she does is not done for the chair."""
    case_id = at_the_vote(penza)
    stand_in(penza, "secretary", "chair")
    with penza.work(actor(penza, "methodist")) as work:
        open_meeting(work, queries.get_case(work.session, case_id).programme)
    with penza.work(actor(penza, "secretary")) as work:
        from app.cases.roles import require_in_programme

        programme = queries.get_case(work.session, case_id).programme
        require_in_programme(work, "meeting.hold", programme)
        assert work.acting is None
    stand_in(penza, "clerk", "secretary", since=date(2025, 1, 23), until=date(2025, 1, 24))
    on(penza, date(2025, 1, 23))
    with penza.work(actor(penza, "clerk")) as work:
        require_in_programme(work, "meeting.hold", queries.get_case(work.session, case_id).programme)
        assert work.acting is not None
        assert work.acting.user_id == account(penza, "secretary").id


def test_only_the_named_role_goes_over(penza: Runtime, cases: dict[str, int]) -> None:
    """A director who curates too hands on only what the order names; a stranger sees the case for these days."""
    stand_in(penza, "deputy41", "curator66", role="director")
    on(penza, FIRST)
    assert roles(penza, "deputy41") == {"deputy", "director"}
    stand_in(penza, "directorco1", "curator66", role="curator")
    stranger = actor(penza, "directorco1")
    assert queries.get_case(penza.read(stranger).session, cases["41"]).id == cases["41"]
    on(penza, date(2025, 1, 23))
    with pytest.raises(NotFound):
        queries.get_case(penza.read(actor(penza, "directorco1")).session, cases["41"])


def test_a_substitution_for_another_programme_opens_nothing(penza: Runtime, cases: dict[str, int]) -> None:
    from app.cases.programmes import open_programme

    with penza.work(SYSTEM) as work:
        first = queries.programmes(work.session)[0]
        other = open_programme(
            work, code="ДРУГАЯ", title="Другая", year=2025, starts=first.starts, ends=first.ends,
            authority=first.authority, centre=first.centre,
        ).id  # fmt: skip
        known = first.id
    wrong = stand_in(penza, "directorco1", "methodist", programme_id=other)
    on(penza, FIRST)
    stranger = penza.read(actor(penza, "directorco1"))
    assert [p.id for p in queries.programmes(stranger.session) if p.id == other] == [other]
    with pytest.raises(NotFound):
        queries.get_case(stranger.session, cases["41"])
    with pytest.raises(Forbidden), penza.work(actor(penza, "directorco1")) as work:
        from app.library.service import MaterialData, add_material

        add_material(work, MaterialData(**_material()))
    with penza.work(actor(penza, "admin")) as work:
        row = work.session.get_one(Substitution, wrong)
        substitutions.end(work, row, date(2025, 1, 19), row.version)
    stand_in(penza, "directorco1", "methodist", programme_id=known)
    act(penza, "directorco1", cases["41"], Fire("start_diagnosis"))


def _material() -> dict[str, Any]:
    from app.demo.library_data import MATERIALS

    return dict(vars(MATERIALS[0]))


def test_the_queue_says_for_whom(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    stand_in(penza, "clerk", "member1")
    items = [i for i in case_queue(penza.read(actor(penza, "clerk"))) if i.case_id == case_id]
    assert [(i.kind, i.behalf) for i in items] == [("vote", "Условного\u00a0И.П.")]
    work = penza.read(actor(penza, "clerk"))
    case = queries.get_case(work.session, case_id)
    shown = overview(work, case)
    assert [behalf(work, case, shown, o) for o in shown.mine if o.kind == "vote"] == ["Условного\u00a0И.П."]
    own = [i for i in case_queue(penza.read(actor(penza, "member2"))) if i.case_id == case_id]
    assert [(i.kind, i.behalf) for i in own] == [("vote", "")]


# ── votes ─────────────────────────────────────────────────────────────────────────────────────────


def given_by(system: Runtime, reader: str, case_id: int) -> str:
    work = system.read(actor(system, reader))
    shown = overview(work, queries.get_case(work.session, case_id))
    return shown.voted_by_another(work.actor.user_id)


def test_the_substitutes_vote_is_the_vote_of_the_seat(penza_on_both: Runtime) -> None:
    system, case_id = penza_on_both, at_the_vote(penza_on_both)
    stand_in(system, "clerk", "chair")
    act(system, "clerk", case_id, Cast("against"))
    chair = str(account(system, "chair").id)
    assert votes_of(system, case_id) == {chair: "against"}
    assert given_by(system, "chair", case_id) == "Пётр Сергеевич Примеров", (
        "the page does not say «you voted»"
    )
    assert given_by(system, "clerk", case_id) == ""
    act(system, "chair", case_id, Cast("for"))  # the holder comes back and changes the vote of his seat
    assert votes_of(system, case_id) == {chair: "for"}
    assert given_by(system, "chair", case_id) == ""
    assert list(verify.findings(system)) == []


def test_the_minutes_count_the_seat_a_substitute_fills(penza: Runtime) -> None:
    at_the_vote(penza)
    stand_in(penza, "deputy41", "member1")
    with penza.work(actor(penza, "secretary")) as work:
        meeting = open_meeting(work, queries.programmes(work.session)[0])
        substitute, holder = (actor(penza, name).person_id for name in ("deputy41", "member1"))
        alone = {**minutes_values(work, meeting)}
        meeting.present = [meeting.chair_id, meeting.secretary_id, substitute]
        values = minutes_values(work, meeting)
        assert values["present_count"] == alone["present_count"] + 3
        assert [person["id"] for person in values["present"]] == [substitute]
        assert holder in {person["id"] for person in values["absent"]}
        assert substitute not in {person["id"] for person in values["invited"]}
        meeting.present = [*meeting.present, holder]  # he came after all: the seat is his, the other a guest
        values = minutes_values(work, meeting)
        assert values["present_count"] == alone["present_count"] + 3
        assert [person["id"] for person in values["present"]] == [holder]
        assert substitute in {person["id"] for person in values["invited"]}


def test_the_holder_and_the_substitute_contend_for_the_seat(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    stand_in(penza, "clerk", "chair")
    seen = version(penza, case_id)
    act(penza, "chair", case_id, Cast("for"))
    with pytest.raises(Stale), penza.work(actor(penza, "clerk")) as work:
        service.act(work, case_id, Cast("against"), seen)
    assert votes_of(penza, case_id) == {str(account(penza, "chair").id): "for"}


def test_who_has_voted_himself_is_not_absent_and_the_substitute_fills_the_next_seat(
    penza_on_both: Runtime,
) -> None:
    system, case_id = penza_on_both, at_the_vote(penza_on_both)
    for absent in ("member1", "member2"):
        stand_in(system, "clerk", absent)
    act(system, "member1", case_id, Cast("for"))
    assert [(line.kind, line.behalf) for line in lines_of(system, "clerk")] == [
        ("vote", "Макетову\u00a0О.Ю.")
    ]
    act(system, "clerk", case_id, Cast("against"))
    first, second = (str(account(system, who).id) for who in ("member1", "member2"))
    assert votes_of(system, case_id) == {first: "for", second: "against"}
    act(system, "member2", case_id, Cast("for"))
    assert lines_of(system, "clerk") == []
    with pytest.raises(Refusal) as caught:
        act(system, "clerk", case_id, Cast("against"))
    assert "этот голос уже отдан лично" in refused(caught.value)
    assert votes_of(system, case_id) == {first: "for", second: "for"}
    assert list(verify.findings(system)) == []


def lines_of(system: Runtime, username: str) -> list[QueueItem]:
    """What waits in the cases for this person."""
    found = case_queue(system.read(actor(system, username)))
    system.database.session.remove()
    return found


def test_a_member_has_one_vote_whoever_he_stands_in_for(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    stand_in(penza, "member1", "member2")
    act(penza, "member1", case_id, Cast("for"))
    with pytest.raises(Refusal):
        act(penza, "member1", case_id, Cast("for"))
    assert votes_of(penza, case_id) == {str(account(penza, "member1").id): "for"}


def test_one_head_has_one_vote_in_two_seats(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    first = stand_in(penza, "clerk", "member1")
    stand_in(penza, "clerk", "member2")
    act(penza, "clerk", case_id, Cast("for"))
    with penza.work(actor(penza, "admin")) as work:  # even when the first substitution is over
        row = work.session.get_one(Substitution, first)
        substitutions.end(work, row, date(2025, 1, 19), row.version)
    with pytest.raises(Refusal) as caught:
        act(penza, "clerk", case_id, Cast("for"))
    assert "один голос" in refused(caught.value)
    assert set(votes_of(penza, case_id)) == {str(account(penza, "member1").id)}


def test_who_voted_by_a_substitution_that_is_over_is_told_so(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    first = stand_in(penza, "clerk", "member1")
    act(penza, "clerk", case_id, Cast("for"))
    with penza.work(actor(penza, "admin")) as work:
        row = work.session.get_one(Substitution, first)
        substitutions.end(work, row, date(2025, 1, 19), row.version)
    with pytest.raises(Refusal) as caught:
        act(penza, "clerk", case_id, Cast("against"))
    assert "Замещение, в котором вы голосовали, закончилось" in refused(caught.value)
    assert votes_of(penza, case_id) == {str(account(penza, "member1").id): "for"}


@pytest.mark.parametrize(
    ("who", "said"), [("director50", "работаете в этой школе"), ("methodist", "подготовили")]
)
def test_a_conflict_of_the_substitute_bars_him(penza: Runtime, who: str, said: str) -> None:
    case_id = at_the_vote(penza, author="methodist")
    stand_in(penza, who, "member2")
    with pytest.raises(Refusal) as caught:
        act(penza, who, case_id, Cast("for"))
    assert said in refused(caught.value)
    assert votes_of(penza, case_id) == {}
    work = penza.read(actor(penza, who))
    mine = overview(work, queries.get_case(work.session, case_id)).mine
    assert [offer for offer in mine if offer.kind == "vote"] == [], "a page offers no vote that is refused"


def test_who_acts_for_the_director_of_the_school_abstains_as_a_member(penza: Runtime) -> None:
    case_id = at_the_vote(penza)
    stand_in(penza, "member2", "director50")
    with pytest.raises(OporaError):
        act(penza, "member2", case_id, Cast("for"))


def test_what_a_substitute_drew_up_is_the_paper_of_the_absent_too(penza: Runtime) -> None:
    """The plan was submitted in the place of a member: that member does not vote on it."""
    case_id = at_the_vote(penza)
    submitted_for(penza, case_id, "member1")
    with pytest.raises(OporaError):
        act(penza, "member1", case_id, Cast("for"))


def test_who_drew_it_up_before_it_was_done_again_does_not_vote_either(penza: Runtime) -> None:
    """Four eyes: the plan was submitted, taken back and submitted by another; both are its authors."""
    case_id = at_the_vote(penza, author="methodist")
    submitted_for(penza, case_id, "member1")
    act(penza, "methodist", case_id, Reopen("prepare_plan", "Дополнить мероприятия"))
    act(penza, "director50", case_id, Complete("prepare_plan"))
    stand_in(penza, "methodist", "member2")
    with pytest.raises(Refusal) as caught:
        act(penza, "methodist", case_id, Cast("for"))
    assert "подготовили" in refused(caught.value)
    with pytest.raises(OporaError):  # in whose place it was done the first time
        act(penza, "member1", case_id, Cast("for"))
    waiting = case_queue(penza.read(actor(penza, "methodist")))
    assert [item.kind for item in waiting if item.case_id == case_id and item.kind == "vote"] == []
    act(penza, "chair", case_id, Cast("for"))


def test_the_holders_of_an_office_stay_its_holders_and_one_can_ask_who_acts(penza: Runtime) -> None:
    stand_in(penza, "clerk", "chair")
    chair = account(penza, "chair").id
    session = penza.read(SYSTEM).session
    assert [m.user_id for m in accounts_holding(session, "chair", FIRST)] == [chair]
    acting = acting_for(session, {chair}, FIRST, role="chair")
    assert [row.substitute_user_id for row in acting[chair]] == [account(penza, "clerk").id]
    assert acting_for(session, {chair}, date(2025, 1, 23)) == {}


# ── signatures ────────────────────────────────────────────────────────────────────────────────────


def test_the_acting_head_signs_on_the_days_of_the_order(penza_on_both: Runtime) -> None:
    stand_in(penza_on_both, "chair", "head", is_acting=True)
    session = penza_on_both.read(SYSTEM).session
    office = session.scalars(select(Organisation).where(Organisation.kind == "authority")).one()
    signs = {}
    for day in (19, 20, 22, 23):
        position = signatory_on(session, office.id, date(2025, 1, day))
        assert position is not None
        signs[day] = (position.person.surname, position.title.replace("\u00a0", " "))
    acting, head = ("Показательный", "и.о. начальника Управления"), ("Образцова", "начальник Управления")
    assert signs == {19: head, 20: acting, 22: acting, 23: head}
    session.flush()
    assert not session.new, "the acting position is of the day, it is not stored"


def test_without_signing_the_head_stays_the_signer(penza: Runtime) -> None:
    stand_in(penza, "chair", "head")
    session = penza.read(SYSTEM).session
    office = session.scalars(select(Organisation).where(Organisation.kind == "authority")).one()
    position = signatory_on(session, office.id, FIRST)
    assert position is not None
    assert position.person.surname == "Образцова"


# ── what is refused ───────────────────────────────────────────────────────────────────────────────

WRONG: Iterable[tuple[dict[str, Any], str]] = (
    ({"who": "clerk", "whom": "clerk"}, "сам себя"),
    ({"since": LAST, "until": FIRST}, "раньше первого"),
    ({"since": date(2024, 12, 1), "until": date(2024, 12, 5)}, "уже прошли"),
    ({"ground": "болезнь"}, "номер и дату"),
    ({"ground": "   "}, "Заполните"),
    ({"role": "chair"}, "нет такой роли"),
    ({"who": "admin", "whom": "methodist"}, "Себя назначить нельзя"),
    ({"is_acting": True}, "не подписывает"),
    ({"whom": "admin", "by": "head"}, "администратор"),
)


@pytest.mark.parametrize(("case", "said"), WRONG)
def test_wrong_input_is_refused_in_a_sentence(penza: Runtime, case: dict[str, Any], said: str) -> None:
    terms = {"who": "clerk", "whom": "methodist", **case}
    with pytest.raises(Invalid) as caught:
        stand_in(penza, terms.pop("who"), terms.pop("whom"), **terms)
    assert said in refused(caught.value)


def test_overlap_chain_and_re_delegation_are_refused(penza: Runtime) -> None:
    stand_in(penza, "clerk", "methodist")
    for who, whom, more, said in (
        ("secretary", "methodist", {}, "уже замещает"),
        ("secretary", "methodist", {"role": "methodist"}, "уже замещает"),
        ("methodist", "secretary", {}, "сам отсутствует"),
        ("secretary", "clerk", {}, "не передаётся"),
        ("secretary", "clerk", {"role": "methodist"}, "не передаётся"),
    ):
        with pytest.raises(Invalid) as caught:
            stand_in(penza, who, whom, **more)
        assert said in refused(caught.value), (who, whom)
    stand_in(penza, "secretary", "methodist", since=date(2025, 1, 23), until=date(2025, 1, 24))


def test_what_is_held_by_substitution_is_not_handed_on_by_evaluation(penza: Runtime) -> None:
    """Even rows that make a chain (entered past the service) hand on only what the absent holds himself."""
    stand_in(penza, "clerk", "methodist")
    with penza.work(SYSTEM) as work:
        first = work.session.scalars(select(Substitution)).one()
        fields = {
            c.key: getattr(first, c.key) for c in Substitution.__table__.c if c.key not in ("id", "version")
        }
        fields |= {
            "absent_user_id": account(penza, "clerk").id,
            "substitute_user_id": account(penza, "director50").id,
        }
        work.session.add(Substitution(**fields))
    on(penza, FIRST)
    assert roles(penza, "director50") == {"director", "clerk"}


def test_a_dismissed_or_closed_substitute_is_refused(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        member = work.session.scalars(
            select(Membership).where(Membership.user_id == account(penza, "member1").id)
        ).one()
        member.until = date(2025, 1, 10)
        work.session.scalars(select(User).where(User.username == "member2")).one().active = False
    for who, said in (("member1", "уволен"), ("member2", "закрыта")):
        with pytest.raises(Invalid) as caught:
            stand_in(penza, who, "methodist")
        assert said in refused(caught.value)


def test_only_the_administrator_and_the_head_enter_substitutions(penza: Runtime) -> None:
    stand_in(penza, "clerk", "methodist", by="head")
    for username in ("clerk", "methodist", "director41"):
        with pytest.raises(Forbidden):
            stand_in(penza, "secretary", "director50", by=username)
    for username, count in (("clerk", 1), ("methodist", 1), ("director41", 0), ("head", 1), ("admin", 1)):
        session = penza.read(actor(penza, username)).session
        assert len(session.scalars(select(Substitution)).all()) == count, username


def test_ending_early_takes_the_rights_at_once_and_prolonging_keeps_them(penza: Runtime) -> None:
    row_id = stand_in(penza, "clerk", "methodist")
    on(penza, LAST)
    with penza.work(actor(penza, "admin")) as work:
        row = work.session.get_one(Substitution, row_id)
        substitutions.correct(work, row, until=date(2025, 1, 24), ground=ORDER, expected_version=row.version)
    on(penza, date(2025, 1, 23))
    assert "methodist" in roles(penza, "clerk")
    with penza.work(actor(penza, "admin")) as work:
        row = work.session.get_one(Substitution, row_id)
        with pytest.raises(Stale):
            substitutions.end(work, row, LAST, row.version - 1)
        with pytest.raises(Invalid):
            substitutions.end(work, row, date(2025, 1, 20), row.version)
        substitutions.end(work, row, LAST, row.version)
    assert "methodist" not in roles(penza, "clerk")
    with pytest.raises(Refusal), penza.work(actor(penza, "admin")) as work:
        row = work.session.get_one(Substitution, row_id)
        substitutions.correct(work, row, until=date(2025, 2, 24), ground=ORDER, expected_version=row.version)


def test_when_the_absent_employee_leaves_the_substitute_loses_the_role_too(penza: Runtime) -> None:
    stand_in(penza, "clerk", "methodist")
    with penza.work(SYSTEM) as work:
        for row in work.session.scalars(
            select(Membership).where(Membership.user_id == account(penza, "methodist").id)
        ):
            row.until = FIRST
    on(penza, date(2025, 1, 21))
    assert roles(penza, "clerk") == {"clerk"}
