"""The door to the engine on real databases: one wins, the other is told; nothing half-done."""

from __future__ import annotations

import threading

import pytest

from app.admin import verify
from app.cases import curators, queries, service
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast, Complete, Fire
from app.schools.queries import organisations
from tests.people import open_cases


def test_of_two_people_who_act_on_the_same_version_one_wins_and_the_other_is_told(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    methodist = actor(system, "methodist")
    results: list[str] = []
    start = threading.Barrier(2)

    def step() -> None:
        start.wait()
        try:
            with system.work(methodist) as work:
                service.act(work, case_id, Fire("start_diagnosis"), 1)
            results.append("moved")
        except Stale as stale:
            results.append("told: " + "; ".join(map(str, stale.changes)))
        finally:
            system.database.session.remove()

    threads = [threading.Thread(target=step) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result[:4] for result in results) == ["move", "told"]
    assert any("Диагностика" in result for result in results)
    assert list(verify.findings(system)) == []


def test_a_hidden_case_is_not_found_and_a_foreign_step_forbidden(
    penza: Runtime, cases: dict[str, int]
) -> None:
    with pytest.raises(NotFound), penza.work(actor(penza, "director50")) as work:
        service.act(work, cases["41"], Fire("start_diagnosis"), 1)
    with pytest.raises(Forbidden), penza.work(actor(penza, "director41")) as work:
        service.act(work, cases["41"], Fire("start_diagnosis"), 1)
    with pytest.raises(Forbidden), penza.work(actor(penza, "admin")) as work:
        service.open_case(
            work, programme=_programme(penza), school=_school(penza, "50"), curator=_school(penza, "51")
        )


def test_a_refused_step_leaves_nothing_behind(penza: Runtime, cases: dict[str, int]) -> None:
    methodist = actor(penza, "methodist")
    with penza.work(methodist) as work:
        service.act(work, cases["41"], Fire("start_diagnosis"), 1)
    with pytest.raises(Refusal) as refused, penza.work(methodist) as work:
        service.act(work, cases["41"], Fire("submit_diagnosis"), 2)
    assert len(refused.value.reasons) >= 3, "all obstacles at once"
    with pytest.raises(Invalid), penza.work(methodist) as work:
        service.act(work, cases["41"], Fire("suspend"), 2)
    work = penza.read(methodist)
    assert queries.get_case(work.session, cases["41"]).version == 2
    assert len(queries.events_of(work.session, cases["41"])) == 2


def test_a_supported_school_cannot_curate_and_a_case_is_opened_once(
    penza: Runtime, cases: dict[str, int]
) -> None:
    with pytest.raises(Invalid), penza.work(actor(penza, "methodist")) as work:
        curators.assign_curator(work, cases["41"], _school(penza, "50"))
    with pytest.raises(Invalid), penza.work(actor(penza, "methodist")) as work:
        service.open_case(
            work, programme=_programme(penza), school=_school(penza, "41"), curator=_school(penza, "66")
        )


def test_a_curator_school_is_not_supported_in_the_same_programme(
    penza: Runtime, cases: dict[str, int]
) -> None:
    def open_for_the_curator() -> None:
        with penza.work(actor(penza, "methodist")) as work:
            service.open_case(
                work, programme=_programme(penza), school=_school(penza, "66"), curator=_school(penza, "27")
            )

    with pytest.raises(Invalid) as caught:
        open_for_the_curator()
    told = str(caught.value.fields["school"])
    assert "школа-куратор в этой программе" in told
    assert "СОШ № 41" in told.replace("\xa0", " "), "whom it curates"
    with penza.work(actor(penza, "methodist")) as work:
        curators.assign_curator(work, cases["41"], _school(penza, "51"))
    open_for_the_curator()


def test_nobody_votes_before_the_plan_is_there_and_a_director_never(
    penza: Runtime, cases: dict[str, int]
) -> None:
    with pytest.raises(Refusal), penza.work(actor(penza, "chair")) as work:
        service.act(work, cases["41"], Cast("for"), 1)
    with pytest.raises((Forbidden, Refusal)), penza.work(actor(penza, "director41")) as work:
        service.act(work, cases["41"], Complete("prepare_plan"), 1)


def _programme(system: Runtime):  # type: ignore[no-untyped-def]
    return queries.programmes(system.read(actor(system, "methodist")).session)[0]


def _school(system: Runtime, code: str):  # type: ignore[no-untyped-def]
    return next(o for o in organisations(system.read(actor(system, "methodist")).session) if o.code == code)
