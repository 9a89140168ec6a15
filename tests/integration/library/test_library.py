"""The bank of materials is found by any spelling; publications are kept as typed and edited by their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Stale
from app.core.unit_of_work import Runtime
from app.demo.library_data import CENTRE_PUBLICATION, MATERIALS, PUBLICATIONS
from app.demo.penza import actor
from app.library import queries, service
from app.library.service import MaterialData, PublicationData
from app.schools.models import Organisation
from tests.people import open_cases


@pytest.fixture
def autumn(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    cases = open_cases(penza_on_both)
    assert isinstance(penza_on_both.clock, FixedClock)
    penza_on_both.clock.move(datetime(2025, 10, 1, 9, tzinfo=UTC))
    with penza_on_both.work(actor(penza_on_both, "methodist")) as work:
        for material in MATERIALS:
            service.add_material(work, material, is_demo=True)
        centre = work.session.scalars(select(Organisation).where(Organisation.kind == "centre")).one()
        service.add_publication(work, None, CENTRE_PUBLICATION, organisation_id=centre.id, is_demo=True)
        for code, publications in PUBLICATIONS.items():
            for publication in publications:
                service.add_publication(work, cases[code], publication, is_demo=True)
    return penza_on_both, cases


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 10), ("ПОВЕРХ БАРЬЕРОВ", 2), ("истории школ барьеров", 1), ("пинская", 2), ("слабых учащихся", 1),
     ("ещё не написано", 0), ("100%_", 0), ("4к", 1), ("русский", 1)],
)  # fmt: skip
def test_search_does_not_mind_capitals_and_yo(
    autumn: tuple[Runtime, dict[str, int]], text: str, number: int
) -> None:
    system, _cases = autumn
    assert len(queries.materials(system.read(actor(system, "director41")).session, text=text)) == number


def test_yo_is_e(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, _cases = autumn
    with system.work(actor(system, "methodist")) as work:
        service.add_material(work, MaterialData("Учёт достижений: зелёный журнал", "other"))
    session = system.read(actor(system, "curator66")).session
    assert (
        len(queries.materials(session, text="учет ЗЕЛЕНЫЙ"))
        == len(queries.materials(session, text="учёт"))
        == 1
    )


def test_filters_by_kind_reader_and_risk(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, _cases = autumn
    session = system.read(actor(system, "methodist")).session
    assert len(queries.materials(session, kind="method")) == 2
    assert {m.kind for m in queries.materials(session, audience="teachers")} == {"guidelines"}
    assert len(queries.materials(session, risk="motivation")) == 2


def test_a_material_is_corrected_by_the_methodist_only(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, _cases = autumn
    first = queries.materials(system.read(actor(system, "methodist")).session)[0]
    changed = replace(MATERIALS[0], title="Новое название")
    with pytest.raises(Forbidden), system.work(actor(system, "director41")) as work:
        service.edit_material(work, first.id, changed, 1)
    with system.work(actor(system, "methodist")) as work:
        service.edit_material(work, first.id, changed, 1)
    with pytest.raises(Stale), system.work(actor(system, "methodist")) as work:
        service.edit_material(work, first.id, changed, 1)
    with pytest.raises(Invalid) as caught, system.work(actor(system, "methodist")) as work:
        service.add_material(work, MaterialData(" ", "?", year=3000, url="школа"))
    assert set(caught.value.fields) == {"title", "kind", "year", "url"}


def test_a_school_keeps_the_publications_of_its_own_case(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = autumn
    own = PublicationData("https://школа50.рф/новости", "Открытый урок")
    with system.work(actor(system, "director50")) as work:
        added = service.add_publication(work, cases["50"], own)
        assert (added.url, added.alive, added.checked_on) == ("https://школа50.рф/новости", "unknown", None)
    with system.work(actor(system, "director50")) as work:
        checked = service.check_publication(work, added.id, "no", 1)
        assert (checked.alive, checked.checked_on) == ("no", work.today)
    with pytest.raises(Stale), system.work(actor(system, "director50")) as work:
        service.edit_publication(work, added.id, own, 1)
    with pytest.raises(NotFound), system.work(actor(system, "director41")) as work:
        service.edit_publication(work, added.id, own)
    with pytest.raises(Forbidden), system.work(actor(system, "curator51")) as work:
        service.remove_publication(work, added.id)
    with pytest.raises(Forbidden), system.work(actor(system, "director50")) as work:
        service.add_publication(work, None, own, organisation_id=1)
    with system.work(actor(system, "director50")) as work:
        service.remove_publication(work, added.id)


def test_who_sees_which_publications(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, _cases = autumn
    for name, number in (("head", 5), ("director41", 2), ("curator51", 2), ("admin", 1)):
        assert len(queries.publications(system.read(actor(system, name)).session)) == number, name


def test_a_wrong_address_is_refused_at_its_field(autumn: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = autumn
    with pytest.raises(Invalid) as caught, system.work(actor(system, "director41")) as work:
        service.add_publication(work, cases["41"], PublicationData("javascript:alert(1)", "Что-то"))
    assert "https://" in str(caught.value.fields["url"])
