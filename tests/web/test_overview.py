"""The head's page: no school is lost between versions of the procedure, a plan is compared with its own schools."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from app.cases import queries, service
from app.cases.procedures import migration, version_uploads, versions
from app.cases.procedures.migration import Order
from app.cases.procedures.version_uploads import Upload
from app.cases.programmes import open_programme
from app.core.clock import FixedClock
from app.core.ports import Figure
from app.core.unit_of_work import Runtime
from app.dashboards.queries import Overview, overview
from app.demo.penza import actor
from app.engine.actions import Fire
from app.plans.service import ItemInput, add_item
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import YEAR, take
from tests.people import WebUsers

AGREEMENT = ("Договор о сотрудничестве школ", "Договор со школой-куратором")


def seen(system: Runtime) -> Overview:
    system.database.session.remove()
    work = system.read(actor(system, "head"))
    return overview(work, work.today)


@pytest.fixture
def mixed(penza: Runtime, cases: dict[str, int]) -> Runtime:
    """№ 41 stands in the agreement of the first version, the three others go by the third."""
    let_pass(penza)
    for who, action in YEAR:
        take(penza, cases["41"], who, action)
        if action == Fire("adopt_plan"):
            break
    for version in (2, 3):
        with penza.work(actor(penza, "admin")) as work:
            versions.publish(work, service.PROCESS, version)
    for school in ("50", "co1", "oshi1"):
        with penza.work(actor(penza, "admin")) as work:
            assert migration.move(work, cases[school], Order(service.PROCESS, 1, 3)).fate == "moves"
    return penza


def test_each_school_stands_in_one_bar_while_versions_are_mixed(mixed: Runtime) -> None:
    shown = seen(mixed)
    titles = [bar.title for bar in shown.stages]
    assert sum(bar.on_time + bar.late for bar in shown.stages) == len(shown.rows) == 4
    assert len(titles) == len(set(titles)) == 8, "what the versions share stands once"
    assert set(titles[3:5]) == set(AGREEMENT), "the older stage has its place among the others"
    assert titles[-1] == "Завершено"
    (alone,) = shown.chosen(stage="curator_agreement")
    assert (alone.stage_title, alone.place, alone.stages) == (AGREEMENT[1], 3, 7)
    assert len(shown.chosen(stage="identified")) == 3
    assert shown.chosen(stage="cooperation") == []


def test_the_page_draws_the_bar_and_the_progress(
    mixed: Runtime, web: WebUsers, cases: dict[str, int]
) -> None:
    page = web("head").get("/overview/?stage=curator_agreement").get_data(as_text=True)
    assert 'href="/overview/?on=&stage=school_support.curator_agreement#schools"' in page.replace(
        "&amp;", "&"
    )
    (progress,) = re.findall(r'<span class="mini" aria-hidden="true">(.*?)</span>', page)
    assert re.findall(r'class="(\w?)"', progress) == ["d", "d", "d", "n", "", "", ""]


def test_visits_are_compared_with_the_plan_of_the_same_schools(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    counted = {case_id: Figure(1) for case_id in cases.values()} | {cases["41"]: Figure(1, 4)}
    penza.ports.figures["curation.visits"] = lambda _work, _cases, _on: counted
    shown = seen(penza)
    assert shown.totals["curation.visits"] == Figure(1, 4)
    assert shown.all_of("curation.visits") == 4
    assert "в школах с договором: 1 из 4" in plain(web)
    assert "по плану:" not in plain(web)
    counted |= {case_id: Figure(1, 4) for case_id in cases.values()}
    assert seen(penza).totals["curation.visits"] == Figure(4, 16)
    assert "запланировано: 16" in plain(web)


def plain(web: WebUsers) -> str:
    return re.sub(r"\s+", " ", web("head").get("/overview/").get_data(as_text=True))


@pytest.mark.parametrize("on", ["12.12.99999999999999999999", "31.02.2025", "вчера", "1.1.1"])
def test_a_day_that_cannot_be_read_is_told(web: WebUsers, on: str) -> None:
    page = web("head").get("/overview/", query_string={"on": on})
    assert page.status_code == 200
    assert "Укажите день, месяц и год" in page.get_data(as_text=True)


def test_a_terminated_case_is_over_from_that_day_on(penza: Runtime, cases: dict[str, int]) -> None:
    """Terminated on the 19th: any later day tells it as ended, not only today."""
    clock: Any = penza.clock
    clock.advance(days=10)
    take(penza, cases["41"], "head", Fire("terminate", "Школа реорганизована"))
    clock.advance(days=10)
    work = penza.read(actor(penza, "head"))
    shown = {day: overview(work, date(2025, 1, day)) for day in (18, 19, 25, 29)}
    rows = {day: next(r for r in one.rows if r.case.id == cases["41"]) for day, one in shown.items()}
    ended = {18: None, 19: "terminated", 25: "terminated", 29: "terminated"}
    assert {day: row.outcome for day, row in rows.items()} == ended
    assert [len(one.chosen("active")) for one in shown.values()] == [4, 3, 3, 3]


def test_a_measure_of_every_month_is_counted_by_its_terms(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        add_item(work, cases["41"], ItemInput("Консультации", term="ежемесячно, январь – март"))
    assert isinstance(penza.clock, FixedClock)
    penza.clock.advance(days=60)
    page = web("head").get("/overview/").get_data(as_text=True).replace("\u00a0", " ")
    assert "истекли 2 срока" in page
    assert "мероприяти" not in page.partition("истекли 2 срока")[0].rpartition("<td")[2]


@pytest.mark.parametrize("outcome", ["dropped", None])
def test_a_case_that_is_over_is_so_by_its_own_procedure(
    web: WebUsers, penza: Runtime, cases: dict[str, int], outcome: str | None
) -> None:
    """Another procedure has outcomes of its own, or none; the page names them and counts the case as ended."""
    with penza.work(actor(penza, "admin")) as work:
        text = versions.get(work, service.PROCESS, 1).source.replace("version: 1\n", "version: 7\n", 1)
        ends = f"    outcome: {outcome}\n" if outcome else ""
        text = text.replace("    outcome: terminated\n", ends).replace("  terminated:\n", "  dropped:\n", 1)
        text = text.replace(
            "ru: Поддержка прекращена, en: Support terminated", "ru: Снята с учёта, en: Dropped"
        )
        version_uploads.upload(work, Upload(f"{text}\nmigrations:\n  - {{from: 1}}\n"))
        versions.publish(work, service.PROCESS, 7)
        migration.move(work, cases["41"], Order(service.PROCESS, 1, 7))
    take(penza, cases["41"], "head", Fire("terminate", "Школа реорганизована"))
    shown = seen(penza)
    (row,) = [row for row in shown.rows if row.case.id == cases["41"]]
    assert (row.is_over, row.outcome, row.due) == (True, outcome, None)
    assert len(shown.chosen("active")) == 3
    page = plain(web)
    assert ("Снята с учёта" in page) is (outcome is not None)
    assert ">dropped<" not in page


def test_a_school_with_two_cases_is_counted_as_two_cases_and_told_apart(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    assert "Школ в работе" in plain(web)
    assert "Случаев в работе" not in plain(web)
    with penza.work(actor(penza, "methodist")) as work:
        case = queries.get_case(work.session, cases["41"])
        other = open_programme(
            work, code="MEN", title="Наставничество", year=2025, starts=date(2025, 1, 9), ends=date(2025, 12, 31),
            authority=case.programme.authority, centre=case.programme.centre,
        )  # fmt: skip
        service.open_case(work, programme=other, school=case.school, curator=case.curator)
    page = plain(web)
    assert "Школ в работе" not in page
    assert re.search(r"Случаев в работе.{0,200}?5", page)
    table = page[page.index('id="schools"') :]
    assert table.count("СОШ № 41</b>") == 2
    assert table.count("«Наставничество», 2025") == 1
