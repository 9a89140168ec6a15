"""A school is supported in two programmes at once: its people are told which case each thing is about."""

from __future__ import annotations

from datetime import date

from app.cases import queries, service
from app.cases.programmes import open_programme
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from app.schools.queries import organisations
from tests.people import WebUsers


def start(system: Runtime, case_id: int) -> None:
    with system.work(actor(system, "methodist")) as work:
        case = queries.get_case(work.session, case_id)
        service.act(work, case_id, Fire("start_diagnosis"), case.version)


def second_case(system: Runtime) -> int:
    with system.work(actor(system, "methodist")) as work:
        first = queries.programmes(work.session)[0]
        programme = open_programme(
            work, code="ROV-2", title="Вторая волна", year=2025, starts=date(2025, 1, 9), ends=date(2025, 12, 31),
            authority=first.authority, centre=first.centre,
        )  # fmt: skip
        schools = {o.code: o for o in organisations(work.session)}
        return service.open_case(work, programme=programme, school=schools["41"], curator=schools["65-23"]).id


def test_two_cases_of_one_school_are_told_apart_in_the_queue(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    start(penza, cases["41"])
    assert "ROV-" not in web("director41").get("/").get_data(as_text=True), "one case needs no code"
    other = second_case(penza)
    start(penza, other)
    page = web("director41").get("/").get_data(as_text=True)
    work = penza.read(actor(penza, "director41"))
    for case_id in (cases["41"], other):
        assert f" · {queries.get_case(work.session, case_id).code}" in page
