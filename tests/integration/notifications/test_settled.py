"""A notice that asks for what has been done since is settled: it counts as unread no more and stands in no letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import update

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast, Complete, Fire
from app.jobs.runner import drain
from app.notifications import queries, service
from app.notifications.models import Notification
from app.plans import service as plans
from tests.integration.access.test_substitutions import stand_in
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_concurrency import BACK, FULL, take, to_the_vote
from tests.integration.notifications.conftest import morning, user_id
from tests.integration.notifications.test_reminders import diagnosis
from tests.people import WebUsers, open_cases


def asks(system: Runtime, who: str) -> list[str]:
    """The notices this person has not read and that still ask something of him."""
    drain(system)
    work = system.read(actor(system, who))
    codes = [line.row.code for line in queries.inbox(work, unread=True)[0]]
    assert len(codes) == queries.unread_count(work, work.actor.user_id or 0)
    assert codes == [line.row.code for line in queries.inbox(work)[0] if line.is_new]
    system.database.session.remove()
    return codes


def opened(rows: Sequence[Notification]) -> bool:
    return any(row.code == "vote.opened" for row in rows)


def test_a_vote_asks_until_it_is_given_or_the_group_has_decided(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    to_the_vote(system, case_id)
    assert asks(system, "member1") == asks(system, "chair") == ["vote.opened"]
    take(system, actor(system, "member1"), case_id, Cast("for"))
    assert asks(system, "member1") == []
    assert asks(system, "chair") == ["vote.opened"]
    take(system, actor(system, "methodist"), case_id, Fire("suspend", "Карантин"))
    assert "vote.opened" not in asks(system, "chair"), "nothing is voted on while the case rests"
    take(system, actor(system, "methodist"), case_id, Fire("resume"))
    assert "vote.opened" in asks(system, "chair")
    with system.work(actor(system, "methodist")) as work:
        plans.add_item(work, case_id, FULL)
    assert "vote.void" in asks(system, "member1"), "the vote that was given no longer counts"
    for who in ("member1", "member2", "chair"):
        take(system, actor(system, who), case_id, Cast("for"))
    for who in ("member1", "member2", "chair", "secretary"):
        assert not {"vote.opened", "vote.void"} & set(asks(system, who)), who


def test_all_that_is_new_is_marked_as_read_and_nothing_else(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    to_the_vote(penza, case_id)
    take(penza, actor(penza, "methodist"), case_id, Fire("suspend", "Карантин"))
    assert asks(penza, "chair") == ["case.suspended"], "the vote rests with the case"
    with penza.work(actor(penza, "chair")) as work:
        assert service.mark_all_read(work, 10_000) == 1
    assert asks(penza, "chair") == []
    take(penza, actor(penza, "methodist"), case_id, Fire("resume"))
    assert set(asks(penza, "chair")) == {"case.resumed", "vote.opened"}


def test_a_vote_is_not_asked_again_of_the_substitute_who_has_given_it(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    stand_in(system, "clerk", "member1", since=date(2025, 1, 9))
    to_the_vote(system, case_id)
    assert asks(system, "member1") == ["vote.opened"]
    assert "vote.opened" in asks(system, "clerk")
    take(system, actor(system, "clerk"), case_id, Cast("for"))
    assert "vote.opened" not in asks(system, "clerk")
    assert asks(system, "member1") == []
    assert asks(system, "member2") == ["vote.opened"]
    with system.work(SYSTEM) as work:
        work.session.execute(update(Notification).values(mail="daily"))
        waiting = {user for user, rows in queries.waiting_digests(work).items() if opened(rows)}
        assert waiting == {user_id(system, who) for who in ("member2", "chair", "secretary")}


def test_a_vote_is_asked_no_more_of_the_substitute_when_the_absent_person_has_given_it(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    for absent in ("member1", "member2"):
        stand_in(system, "clerk", absent, since=date(2025, 1, 9))
    to_the_vote(system, case_id)
    take(system, actor(system, "member1"), case_id, Cast("for"))
    assert "vote.opened" in asks(system, "clerk"), "the other one has not voted"
    take(system, actor(system, "member2"), case_id, Cast("for"))
    assert "vote.opened" not in asks(system, "clerk")
    assert asks(system, "chair") == ["vote.opened"]


def test_what_was_sent_back_asks_until_it_is_mended(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    to_the_vote(system, case_id)
    take(system, actor(system, "chair"), case_id, BACK)
    assert "case.returned" in asks(system, "director41")
    take(system, actor(system, "director41"), case_id, Complete("prepare_plan"))
    assert "case.returned" not in asks(system, "director41")


def test_a_term_asks_until_its_task_is_done_on_the_page_and_in_the_letter_of_the_day(
    web: WebUsers, penza: Runtime
) -> None:
    case_id = diagnosis(penza)["41"]
    morning(penza, date(2025, 1, 17))
    assert asks(penza, "director41") == ["terms.remind"]
    assert "Отметить прочитанным" in web("director41").get("/notifications/").get_data(as_text=True)
    reader = user_id(penza, "director41")
    with penza.work(SYSTEM) as work:
        work.session.execute(update(Notification).values(mail="daily"))
        assert reader in queries.waiting_digests(work)
    let_pass(penza)
    take(penza, actor(penza, "director41"), case_id, Complete("fill_diagnosis"))
    assert asks(penza, "director41") == []
    assert reader not in queries.waiting_digests(penza.read(SYSTEM))
    page = web("director41").get("/notifications/").get_data(as_text=True)
    assert "уже не актуально" in page
    assert "Отметить прочитанным" not in page
