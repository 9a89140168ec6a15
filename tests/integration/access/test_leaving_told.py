"""Whoever takes over from a leaver is told so: once, how much of it he sees, and where; nobody else is."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.access.models import Membership
from app.admin.service import RoleData, give_role
from app.core.holdings import HAND_ON
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.schools.models import Organisation
from tests.integration.access.test_leaving import LAST, furnished, hand_over, listed, refusals
from tests.integration.access.test_substitutions import account, on
from tests.integration.notifications.test_moves import latest, rows_of, told_of

CODE = "leaving.handed_on"


def link_of(system: Runtime, who: str) -> str:
    with system.work(actor(system, who)) as work:
        return next(row.link for row in rows_of(work) if row.code == CODE)


def test_the_successor_is_told_how_much_he_has_got_and_where_it_stands(penza_on_both: Runtime) -> None:
    system = penza_on_both
    furnished(system)
    on(system, LAST)
    held = listed(system, "secretary")
    # of the substitution he is told by its own notice; a position that signs nothing and the account only end
    apart = ("substitutions", "positions", "accounts")
    number = sum(len(titles) for code, titles in held.items() if code not in apart)
    assert number > 5
    assert refusals(hand_over(system, "secretary", "clerk")) == []
    assert told_of(system, CODE) == {"clerk"}
    assert latest(system, "clerk").endswith(
        f", последний день – 22.01.2025: вам передано {number} обязанностей"
    )
    assert latest(system, "clerk", "en").endswith(
        f" leaves, the last day is 22.01.2025: {number} duties were handed on to you"
    )
    assert link_of(system, "clerk") == "/"


def test_a_role_alone_leads_to_ones_own_page(penza: Runtime) -> None:
    hand_over(penza, "secretary", "clerk", only="roles", act=HAND_ON)
    assert told_of(penza, CODE) == {"clerk"}
    assert latest(penza, "clerk").endswith("вам передана 1 обязанность")
    assert link_of(penza, "clerk") == "/profile/"


def test_he_is_told_nothing_of_what_he_cannot_see(penza: Runtime) -> None:
    furnished(penza)
    on(penza, date(2025, 1, 20))
    (result,) = hand_over(penza, "secretary", "director41", only="measures")
    assert result.is_done, "a measure may be given to whoever has a card"
    assert told_of(penza, CODE) == set(), "but the case is that of № 50"


def test_what_the_successor_held_already_is_not_counted(penza: Runtime) -> None:
    with penza.work(actor(penza, "admin")) as work:
        held = work.session.scalars(select(Membership).where(Membership.role == "secretary")).one()
        office = work.session.get_one(Organisation, held.organisation_id)
        role = RoleData("secretary", office, None, date(2025, 1, 9), None)
        give_role(work, account(penza, "clerk"), role)
    (result,) = hand_over(penza, "secretary", "clerk", only="roles", act=HAND_ON)
    assert "уже" in result.said
    assert told_of(penza, CODE) == set(), "nothing is new to the successor"
