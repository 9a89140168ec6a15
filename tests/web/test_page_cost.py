"""What a page costs: nothing is asked of the database twice within one request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import pytest
from sqlalchemy import event

from app.cases import service
from app.cases.queries import get_case, list_cases
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo import beginning
from app.demo.penza import actor
from app.demo.script import Script
from app.demo.story import Story
from app.engine.actions import Fire
from tests.people import WebUsers, plans_before_the_group

Asked = list[tuple[str, str]]


@contextmanager
def asked_of(system: Runtime) -> Iterator[Asked]:
    """The statements with their parameters that reach the database meanwhile."""
    seen: Asked = []
    mine = get_ident()

    def note(_c: Any, _u: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        # papers are printed meanwhile; and whether there is a new procedure is asked by the clock, not by the page
        if get_ident() == mine and "FROM process_versions" not in statement:
            seen.append((statement, repr(parameters)))

    event.listen(system.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(system.database.engine, "before_cursor_execute", note)


def asked_for(web: WebUsers, system: Runtime, username: str, url: str) -> Asked:
    """What the second look at a page asks."""
    client = web(username)
    assert client.get(url).status_code == 200
    with asked_of(system) as seen:
        client.get(url)
    return seen


@pytest.fixture
def at_the_vote(penza: Runtime) -> int:
    """Two plans are before the group; the answer is the case of № 50."""
    return plans_before_the_group(penza, "50", "co1")["50"]


@pytest.mark.parametrize(
    ("username", "page", "most"),
    [
        ("methodist", "/", 29),  # two steps that may lack something: two questions each; measures of the centre
        ("head", "/", 25), ("director50", "/", 27), ("chair", "/", 24),
        ("methodist", "/overview/", 35), ("methodist", "/cases/", 26), ("methodist", "/notifications/", 24),
        ("methodist", "/cases/{case}/results", 36), ("methodist", "/cases/{case}/events", 30),
    ],
)  # fmt: skip
def test_a_page_asks_nothing_twice(
    web: WebUsers, penza: Runtime, at_the_vote: int, username: str, page: str, most: int
) -> None:
    seen = asked_for(web, penza, username, page.format(case=at_the_vote))
    assert {one: count for one, count in Counter(seen).items() if count > 1} == {}
    assert len(seen) <= most


@pytest.mark.parametrize(("page", "most"), [("/cases/{case}", 61), ("/cases/{case}/plans", 41)])
def test_a_page_with_every_fact_of_a_vote_asks_little_twice(
    web: WebUsers, penza: Runtime, at_the_vote: int, page: str, most: int
) -> None:
    seen = asked_for(web, penza, "methodist", page.format(case=at_the_vote))
    assert sum(Counter(seen).values()) - len(set(seen)) <= 1, "two facts of the papers read the case"
    assert len(seen) <= most


def test_a_case_that_stands_still_tells_why_without_reading_its_past_twice(
    web: WebUsers, penza: Runtime, at_the_vote: int
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.act(
            work, at_the_vote, Fire("suspend", "Карантин"), get_case(work.session, at_the_vote).version
        )
    seen = asked_for(web, penza, "methodist", f"/cases/{at_the_vote}")
    assert "FROM case_events" in "".join(statement for statement, _values in seen)
    assert {
        one for one, count in Counter(seen).items() if count > 1 and "FROM case_events" in one[0]
    } == set()


def test_more_votes_cost_no_more_queries(web: WebUsers, penza: Runtime, at_the_vote: int) -> None:
    """The queue asks for all schools at once who is concerned in them."""
    two = asked_for(web, penza, "chair", "/")
    assert isinstance(penza.clock, FixedClock)
    story = Story(Script(penza, penza.clock, lambda line: None))
    story.ids = {case.school.code: case.id for case in list_cases(penza.read(SYSTEM).session)}
    beginning.diagnose(story, ("oshi1",))
    beginning.plan(story, ("oshi1",))
    story.script.play()
    assert len(asked_for(web, penza, "chair", "/")) == len(two)
