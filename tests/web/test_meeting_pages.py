"""The page of a meeting: what it says of itself, and what is told before it is closed."""

from __future__ import annotations

import re

from app.cases.models import Meeting
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from tests.integration.cases.test_concurrency import take, to_the_vote
from tests.people import WebUsers
from tests.web.test_cases import text


def test_a_meeting_with_open_votes_says_so_before_it_is_closed(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    for school in ("41", "50"):
        to_the_vote(penza, cases[school])
    answer = web.post("secretary", "/meetings/open", {"programme_id": "1"}, page="/meetings/")
    page = text(web("secretary").get(answer.location))
    assert "По 2 вопросам голосование ещё идёт: решения по ним в протоколе не будет." in page
    assert "готовится" in page
    item = re.findall(r"/meetings/items/\d+", page)[0]
    assert web("secretary").get(item).status_code == 200
    assert web("head").get(item).status_code == 403, "whoever does not hold the meeting is offered no form"
    group = page.partition("/edit")[0].rpartition('"')[2] + "/edit"
    chair = text(web("secretary").get(group)).partition('name="present" value="')[2].partition('"')[0]
    sent = {"expected_version": "1", "held_on": "2025-01-08", "place": "г. Пенза", "present": [chair]}
    early = web.post("secretary", group, sent)
    assert early.status_code == 422
    assert "поставлен на голосование 09.01.2025" in text(early)
    sent = {"expected_version": "1", "held_on": "2025-01-09", "place": "г. Пенза", "present": [chair]}
    assert web.post("secretary", group, sent).status_code == 303
    closed = web.post(
        "secretary", group.replace("/edit", "/close"), {"expected_version": "2"}, page=answer.location
    )
    page = text(web("secretary").get(closed.location))
    assert "проведено" in page
    assert "голосование ещё идёт" not in page
    for address in (group, item):
        answer = web("secretary").get(address)
        assert answer.status_code == 409, "what was held opens no form"
        assert "протокол" in text(answer)
        assert "Исправить" not in text(answer), "it can only be looked at"


def test_a_vote_that_will_never_be_finished_is_no_open_question(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    """The support of one school ends while the group votes: nobody may vote on it, whatever meeting it is on."""
    for school in ("41", "50"):
        to_the_vote(penza, cases[school])
    first = web.post("secretary", "/meetings/open", {"programme_id": "1"}, page="/meetings/").location
    take(penza, actor(penza, "head"), cases["41"], Fire("terminate", "Школа закрыта"))
    page = text(web("secretary").get(first))
    assert "По 1 вопросу голосование ещё идёт" in page
    with penza.work(actor(penza, "secretary")) as work:
        work.session.get_one(Meeting, int(first.rpartition("/")[2])).status = "held"
    second = web.post("secretary", "/meetings/open", {"programme_id": "1"}, page="/meetings/").location
    assert second != first
    page = text(web("secretary").get(second))
    assert "МБОУ СОШ № 50" in page
    assert "МБОУ СОШ № 41" not in page
