"""What happens before the last day and what after it: the account, meetings."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.admin import leaving, verify
from app.admin.service import RoleData, give_role
from app.cases.models import Meeting
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.jobs.runner import drain
from app.schools.queries import organisations
from tests.integration.access.test_leaving import LAST, furnished, hand_over, person_of, refusals
from tests.integration.access.test_substitutions import account, on
from tests.people import WebUsers


def test_an_account_is_closed_in_the_night_after_the_last_day(penza_on_both: Runtime) -> None:
    system = penza_on_both
    results = hand_over(system, "secretary", "clerk")
    assert refusals(results) == []
    assert results[-1].said.startswith("Будет закрыта 23.01.2025, если к этому дню")
    with system.work(actor(system, "admin")) as work:
        leaver = leaving.leaver_of(work, person_of(system, "secretary"), LAST)
        (row,) = next(
            group.rows for group in leaving.holdings(work, leaver) if group.source.code == "accounts"
        )
    assert (row.acts, str(row.where)) == ((), results[-1].said), "nothing is to be chosen once more"
    on(system, LAST)
    drain(system)
    assert account(system, "secretary").active
    on(system, date(2025, 1, 23))
    drain(system)
    assert not account(system, "secretary").active
    assert list(verify.findings(system)) == []


def test_an_account_given_a_role_before_that_night_stays_open(penza: Runtime) -> None:
    hand_over(penza, "secretary", "clerk")
    office = next(o for o in organisations(penza.read(SYSTEM).session) if o.kind == "authority")
    with penza.work(actor(penza, "admin")) as work:
        user = work.session.get_one(User, account(penza, "secretary").id)
        give_role(work, user, RoleData("clerk", office, None, date(2025, 2, 3), None))
    on(penza, date(2025, 1, 23))
    drain(penza)
    assert account(penza, "secretary").active


def test_an_account_whose_role_was_left_as_it_is_stays_open(penza: Runtime) -> None:
    (result,) = hand_over(penza, "member2", None, only="accounts")
    assert result.said.endswith("если к этому дню у сотрудника не останется ролей")
    on(penza, date(2025, 1, 23))
    drain(penza)
    assert account(penza, "member2").active


def test_a_meeting_of_a_day_on_which_he_is_still_there_stays_his_unless_chosen(penza: Runtime) -> None:
    furnished(penza)
    held_on = penza.read(SYSTEM).session.scalars(select(Meeting.held_on)).one()
    page = (
        WebUsers(penza)("admin").get(f"/people/{person_of(penza, 'chair').id}/leave").get_data(as_text=True)
    )
    (choice,) = re.findall(r'<select name="do:meetings:.*?</select>', page)
    assert 'value="" selected' in choice
    work = penza.read(actor(penza, "admin"))
    before = leaving.leaver_of(work, person_of(penza, "chair"), held_on - timedelta(days=1))
    rows = next(group.rows for group in leaving.holdings(work, before) if group.source.code == "meetings")
    assert [row.stays for row in rows] == [False], "a meeting after the last day is the successor's"
