"""Where many cases stand is read from their rows, and is what their events say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from app.cases import queries, service
from app.cases.queues import case_queue
from app.cases.states import states_now
from app.cases.writing import projection, snapshots
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast
from app.engine.state import State
from tests.integration.cases.test_concurrency import take, to_the_vote
from tests.people import open_cases


@pytest.fixture
def voting(penza_on_both: Runtime) -> Runtime:
    """Four cases: one in the middle of its vote, three just opened."""
    case_id = open_cases(penza_on_both)["41"]
    to_the_vote(penza_on_both, case_id)
    take(penza_on_both, actor(penza_on_both, "member1"), case_id, Cast("for"))
    return penza_on_both


@contextmanager
def statements(system: Runtime) -> Iterator[list[str]]:
    """The SQL that is sent meanwhile."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        sent.append(sql)

    event.listen(system.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(system.database.engine, "before_cursor_execute", note)


def read(system: Runtime) -> tuple[dict[int, State], dict[int, State], int]:
    """States from the rows, states from the events, and how many statements the rows took."""
    work = system.read(SYSTEM)
    cases = queries.list_cases(work.session)
    from_events = {
        case.id: projection.project(
            work.ports.definitions.of(work.session, case), service.stored_events(work, case)
        ).state
        for case in cases
    }
    with statements(system) as sent:
        return states_now(work, cases), from_events, len(sent)


def test_one_query_says_where_all_cases_stand(voting: Runtime) -> None:
    now, then, sent = read(voting)
    assert now == then
    assert [len(state.votes) for state in now.values()].count(1) == 1
    assert sent == 1


def test_votes_of_many_people_are_read_from_their_rows(
    penza_on_both: Runtime, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(snapshots, "FEW", 0)
    now, then, sent = read(request.getfixturevalue("voting"))
    assert now == then
    assert sent == 2


def test_cases_of_an_earlier_release_are_folded_from_their_events(voting: Runtime) -> None:
    with voting.database.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET snapshot = NULL WHERE stage = 'plan_approval'"))
    now, then, sent = read(voting)
    assert now == then
    assert sent == 2


def test_votes_that_do_not_agree_with_their_number_are_not_believed(
    voting: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "FEW", 0)
    case_id = next(key for key, state in read(voting)[0].items() if state.votes)
    take(voting, actor(voting, "member2"), case_id, Cast("for"))
    with voting.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM case_votes WHERE id = (SELECT max(id) FROM case_votes)"))
    now, then, _sent = read(voting)
    assert now == then
    assert len(now[case_id].votes) == 2


def test_the_queue_does_not_read_the_past_of_its_cases(voting: Runtime) -> None:
    """The badge stands on every page: what it costs must not grow with each event of each case."""
    work = voting.read(actor(voting, "member2"))
    with statements(voting) as sent:
        assert [one.kind for one in case_queue(work)]
    past = [one for one in sent if "FROM case_events" in one]
    assert past
    assert all("AND case_events.type" in one for one in past)
