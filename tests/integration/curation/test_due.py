"""What falls due in curation waits for the people who do it, before its day and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.cases.queries import get_case
from app.core.unit_of_work import Runtime
from app.curation import recommendations, visits
from app.curation.due import QUEUES
from app.curation.queries import visits_of
from app.curation.rules import RecommendationStatus
from app.demo.penza import actor
from tests.integration.curation.test_agreement import in_force, later
from tests.integration.curation.test_visits import VISIT


def waits(system: Runtime, username: str) -> list[tuple[str, date | None]]:
    system.database.session.remove()
    work = system.read(actor(system, username))
    return [(str(item.title), item.due) for queue in QUEUES for item in queue(work)]


def test_a_visit_of_the_agreement_waits_for_the_curator_of_the_pair_until_it_is_held(
    penza: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    in_force(penza, case_id, "curator66", "director41", ("14", "7/2025"))
    assert waits(penza, "curator66") == [], "the first period has just begun"
    first, second = date(2025, 4, 20), date(2025, 7, 14)
    later(penza, date(2025, 4, 10))
    assert waits(penza, "curator66") == [("Провести и внести 1 выезд", first)]
    later(penza, date(2025, 7, 20))
    assert waits(penza, "curator66") == [("Провести и внести 2 выезда", first)]
    assert waits(penza, "curator51") == waits(penza, "director41") == waits(penza, "methodist") == []
    with penza.work(actor(penza, "curator66")) as work:
        held = replace(VISIT, held_on=date(2025, 4, 15), recommendations=())
        visits.record_visit(work, case_id, held)
    assert waits(penza, "curator66") == [("Провести и внести 1 выезд", second)]


def test_a_recommendation_waits_for_the_school_until_its_fate_is_told(
    penza: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    later(penza, date(2025, 1, 17))
    with penza.work(actor(penza, "curator66")) as work:
        visits.record_visit(work, case_id, VISIT)
    assert waits(penza, "director41") == []
    later(penza, date(2025, 2, 18))
    told = [("Выполнить 2 рекомендации куратора", date(2025, 2, 14))]
    assert waits(penza, "director41") == waits(penza, "deputy41") == told
    assert waits(penza, "director50") == waits(penza, "curator66") == []
    with penza.work(actor(penza, "director41")) as work:
        given = visits_of(work.session, case_id)[0].recommendations[0]
        recommendations.settle_recommendation(
            work, case_id, given.id, RecommendationStatus.done, "План составлен", given.version
        )
    assert waits(penza, "director41") == [("Выполнить 1 рекомендацию куратора", date(2025, 2, 20))]
    with penza.work(actor(penza, "methodist")) as work:
        get_case(work.session, case_id).status = "suspended"
    assert waits(penza, "director41") == []
