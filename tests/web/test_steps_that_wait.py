"""What a person reads in «Мои задачи» in the middle of the year: a step not ready yet, a case that stands still."""

from __future__ import annotations

import re

import pytest

from app.cases import service
from app.cases.queries import get_case
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast, Fire
from tests.people import WebUsers, plans_before_the_group


@pytest.fixture
def at_the_vote(penza: Runtime) -> int:
    """The plan of № 50 is before the group, since 17 January."""
    return plans_before_the_group(penza, "50")["50"]


def act(system: Runtime, case_id: int, who: str, action: Cast | Fire) -> None:
    with system.work(actor(system, who)) as work:
        service.act(work, case_id, action, get_case(work.session, case_id).version)


def tasks(web: WebUsers, username: str) -> str:
    """The page as it is read: without tags, spaces as they are seen."""
    page = web(username).get("/").get_data(as_text=True).partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_a_step_that_cannot_be_taken_yet_says_what_is_missing(
    web: WebUsers, penza: Runtime, at_the_vote: int
) -> None:
    for who in ("chair", "secretary", "member1"):
        act(penza, at_the_vote, who, Cast("for"))
    assert isinstance(penza.clock, FixedClock)
    penza.clock.advance(days=7)
    page = tasks(web, "clerk")
    about = page[
        page.index("План утверждён приказом") : page.index("Приказ об утверждении плана не подписан")
    ]
    assert "Не выполнены 2 условия" in about
    assert "Протокол заседания не подписан председателем и секретарём" in about
    assert "ждёт" not in about.replace("ждёт 1 задача", ""), "it waits for others as yet"


def test_a_suspended_case_waits_from_its_suspension_and_counts_no_term(
    web: WebUsers, penza: Runtime, at_the_vote: int
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.advance(days=30)
    act(penza, at_the_vote, "methodist", Fire("suspend", "Ремонт школы"))
    page = tasks(web, "methodist")
    about = page[page.index("Возобновить") :]
    assert "Утверждение плана · с сегодняшнего дня" in about
    assert "Как посчитан срок" not in about
