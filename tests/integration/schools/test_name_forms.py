"""Case forms: proposed, corrected once, remembered for the next bearer of the name; on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotFound, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.schools import name_forms, service
from app.schools.models import Organisation, Person, Position
from app.schools.rules import CASES
from app.schools.service import PersonData, PositionData

RIGHT = {"gent": "Стрельца", "datv": "Стрельцу", "accs": "Стрельца", "ablt": "Стрельцом", "loct": "Стрельце"}


def add(
    system: Runtime, surname: str, given: str = "Роман", patronymic: str = "Денисович", **more: str
) -> int:
    with system.work(actor(system, "clerk")) as work:
        data = PersonData(surname, given, patronymic, more.pop("gender", "masculine"), **more)  # type: ignore[arg-type]
        person = service.create_person(work, data)
        work.session.flush()
        return person.id


def person(system: Runtime, key: int) -> Person:
    session = system.read(SYSTEM).session
    session.expunge_all()
    found = session.scalars(select(Person).where(Person.id == key)).one()
    session.expunge_all()
    return found


def corrected(forms: dict[str, str]) -> dict[str, str]:
    return {
        case: f"{RIGHT[case]} {form.split(' ', 1)[1]}" if case in RIGHT else form
        for case, form in forms.items()
    }


def check(system: Runtime, key: int, forms: dict[str, str] | None = None, username: str = "clerk") -> int:
    with system.work(actor(system, username)) as work:
        thing = name_forms.find(work, "person", key)
        return name_forms.check(work, thing, forms, thing.version)


def test_a_correction_is_remembered_for_the_next_of_the_surname(penza_on_both: Runtime) -> None:
    first = add(penza_on_both, "Стрелец")
    assert person(penza_on_both, first).forms["gent"] == "Стрелеца Романа Денисовича"  # what the library says
    check(penza_on_both, first, corrected(dict(person(penza_on_both, first).forms)))
    kept = person(penza_on_both, first)
    assert kept.forms["ablt"] == "Стрельцом Романом Денисовичем"
    assert kept.forms_checked_at is not None
    assert kept.forms_checked_by == actor(penza_on_both, "clerk").user_id
    second = person(penza_on_both, add(penza_on_both, "СТРЕЛЕЦ", "Глеб", "Ильич"))
    assert second.forms["datv"] == "Стрельцу Глебу Ильичу"
    assert second.forms_checked_at is None  # proposed, not answered for
    woman = person(penza_on_both, add(penza_on_both, "Стрелец", "Анна", "Ильинична", gender="feminine"))
    assert woman.forms["datv"] == "Стрелец Анне Ильиничне"  # a man's forms are not a woman's


def test_the_library_never_overwrites_what_a_person_wrote(penza_on_both: Runtime) -> None:
    key = add(
        penza_on_both, "Заяц", forms={"gent": "Заяца Романа Денисовича", "ablt": "Заяцем Романом Денисовичем"}
    )
    check(penza_on_both, key)
    with penza_on_both.work(actor(penza_on_both, "clerk")) as work:
        thing = name_forms.find(work, "person", key)
        assert isinstance(thing, Person)
        data = PersonData("Заяц", "Роман", "Денисович", "masculine", phone="1")  # nothing said about forms
        service.revise_person(work, thing, data, thing.version)
    kept = person(penza_on_both, key)
    assert kept.forms["gent"] == "Заяца Романа Денисовича"
    assert kept.phone == "1"
    assert kept.forms_checked_at is not None


def test_a_word_taken_out_of_the_dictionary_is_proposed_no_more(penza_on_both: Runtime) -> None:
    first = add(penza_on_both, "Стрелец")
    check(penza_on_both, first, corrected(dict(person(penza_on_both, first).forms)))
    with penza_on_both.work(actor(penza_on_both, "clerk")) as work:
        words = name_forms.dictionary(work)
        assert [(row.kind, row.word) for row in words] == [
            ("surname", "стрелец")
        ]  # the rest the library knew
        name_forms.forget(work, words[0].id)
    again = person(penza_on_both, add(penza_on_both, "Стрелец"))
    assert again.forms["gent"].startswith("Стрелеца")
    assert person(penza_on_both, first).forms["gent"].startswith("Стрельца")


def test_wrong_input_is_told_by_case(penza_on_both: Runtime) -> None:
    key = add(penza_on_both, "Ткач")
    forms = dict(person(penza_on_both, key).forms)
    with pytest.raises(Invalid) as refused:
        check(penza_on_both, key, forms | {"datv": "  ", "loct": ""})
    assert set(refused.value.fields) == {"form_datv", "form_loct"}
    with pytest.raises(Invalid) as refused:
        check(penza_on_both, key, forms | {"ablt": "я" * 401})
    assert set(refused.value.fields) == {"form_ablt"}
    with penza_on_both.work(actor(penza_on_both, "clerk")) as work:
        thing = name_forms.find(work, "person", key)
        with pytest.raises(Stale):
            name_forms.check(work, thing, forms, thing.version + 1)
        for kind, absent in (("person", 99_999), ("school", key), ("", key)):
            with pytest.raises(NotFound):
                name_forms.find(work, kind, absent)
    assert person(penza_on_both, key).forms == forms


def test_a_form_of_another_number_of_words_stays_on_the_card_only(penza_on_both: Runtime) -> None:
    key = add(penza_on_both, "Ткач")
    forms = dict(person(penza_on_both, key).forms) | {"ablt": "Ткачом"}
    check(penza_on_both, key, forms)
    assert person(penza_on_both, key).forms["ablt"] == "Ткачом"
    assert name_forms.dictionary(penza_on_both.read(SYSTEM)) == []


def test_one_title_is_checked_once_for_all_who_bear_it(penza_on_both: Runtime) -> None:
    holders = [add(penza_on_both, "Образцов", name) for name in ("Иван", "Лука")]
    with penza_on_both.work(actor(penza_on_both, "clerk")) as work:
        school = work.session.scalars(select(Organisation).where(Organisation.code == "41")).one()
        positions = [
            service.create_position(
                work, person, school, PositionData(school.id, "завуч", date(2025, 1, 9), forms={})
            )
            for key in holders
            if isinstance(person := name_forms.find(work, "person", key), Person)
        ]
        work.session.flush()
        assert {position.forms["gent"] for position in positions} == {
            "завуч"
        }  # the table does not know the word
        right = dict(zip(CASES, ("завуч", "завуча", "завучу", "завуча", "завучем", "завуче"), strict=True))
        assert name_forms.unchecked(work).positions == 1
        assert name_forms.check(work, positions[0], right, positions[0].version) == 1
        assert positions[1].forms == right
        assert positions[1].forms_checked_at == work.now
        third = service.create_position(
            work, positions[0].person, school, PositionData(school.id, "завуч", date(2025, 2, 1))
        )
        assert third.forms["datv"] == "завучу"
        assert third.forms_checked_at == work.now  # somebody has answered for the word
        own = dict(right) | {"ablt": "завучем школы"}
        service.revise_position(work, third, PositionData(school.id, "завуч", date(2025, 2, 1), forms=own))
        assert third.forms_checked_at is None
        assert work.session.scalars(select(Position.id).where(Position.forms_checked_at.is_(None))).all() == [
            third.id
        ]


def test_an_organisation_keeps_its_statute_name_and_six_forms(penza_on_both: Runtime) -> None:
    with penza_on_both.work(actor(penza_on_both, "clerk")) as work:
        school = work.session.scalars(select(Organisation).where(Organisation.code == "65-23")).one()
        forms = name_forms.stored_forms(school)
        assert forms["gent"].startswith("Муниципального бюджетного общеобразовательного учреждения средней ")
        assert forms["gent"].endswith("школы № 65/23 города Пензы")
        name_forms.save(work, school, forms | {"nomn": "Другая школа", "loct": "о школе"}, school.version)
        assert name_forms.stored_forms(school)["nomn"] == school.full_name
        assert school.forms_checked_at is None
        work.session.flush()
        assert name_forms.check(work, school, None, school.version) == 0
        assert school.forms["short"]["nomn"] == "МБОУ СОШ № 65/23"
