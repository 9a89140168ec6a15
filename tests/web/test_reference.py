"""Organisations, people and positions: found, corrected with history, checked, never a 500."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.schools.models import Organisation, Person, Position
from tests.people import WebUsers
from tests.web.test_accounts import journal


def organisation(system: Runtime, code: str) -> Organisation:
    session = system.read(SYSTEM).session
    session.expunge_all()
    return session.scalars(select(Organisation).where(Organisation.code == code)).one()


def person(system: Runtime, surname: str) -> Person:
    session = system.read(SYSTEM).session
    session.expunge_all()
    held = selectinload(Person.positions).joinedload(Position.organisation)
    found = session.scalars(select(Person).where(Person.surname == surname).options(held)).one()
    session.expunge_all()  # the requests of the test end this thread's session
    return found


def text_of(answer: object) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")  # type: ignore[attr-defined]


def card(**changes: str) -> dict[str, str]:
    return {"surname": "Ткач", "given": "Фёдор", "patronymic": "Ильич", "gender": "masculine", "phone": "", "email": "",
            "expected_version": ""} | changes  # fmt: skip


def test_schools_are_found_and_sorted_as_people_expect(web: WebUsers) -> None:
    text = text_of(web("director41").get("/organisations/list/"))
    assert text.index("СОШ № 41") < text.index("СОШ № 65/23") < text.index("СОШ № 66")
    for typed in ("СОШ+41", "№41", "сош+№41", "№ 41"):
        text = text_of(web("director41").get(f"/organisations/list/?_flt_0_search_key={typed}"))
        assert "СОШ № 41" in text, typed
        assert "СОШ № 50" not in text, typed
    assert web("director41").get("/organisations/add").status_code == 403
    assert web("director41").get("/people/list/").status_code == 403


def test_a_person_gets_case_forms_and_is_found_with_e_for_yo(web: WebUsers, penza: Runtime) -> None:
    assert web.post("methodist", "/people/add", card()).status_code == 303
    added = person(penza, "Ткач")
    assert added.forms["ablt"] == "Ткачом Фёдором Ильичом"
    assert added.forms_checked_at is None
    assert "Ткач Фёдор" in text_of(web("methodist").get("/people/list/?_flt_0_search_key=ФЕДОР+ткач"))


def test_a_correction_keeps_the_old_value_and_asks_to_check_again(web: WebUsers, penza: Runtime) -> None:
    was = person(penza, "Учебная")
    fields = card(surname="Учебная", given="Анна", patronymic="Павловна", gender="feminine", phone="8 (8412) 00-00-00",
                  expected_version=str(was.version),
                  **{f"form_{case}": form for case, form in was.forms.items()})  # fmt: skip
    edited = web.post(
        "methodist", f"/people/edit/{was.id}", fields | {"form_ablt": "Учебною Анной Павловной"}
    )
    assert edited.status_code == 303
    now = person(penza, "Учебная")
    assert now.forms["ablt"] == "Учебною Анной Павловной"
    assert now.forms_checked_at is None
    _record, values = journal(penza, "person:edit")[-1]
    assert values["phone"] == {"old": "", "new": "8 (8412) 00-00-00"}
    stale = web.post("clerk", f"/people/edit/{was.id}", fields)
    assert stale.status_code == 409
    forms = {f"form_{case}": form for case, form in now.forms.items()}
    url = f"/names/person/{was.id}"
    assert web.post("clerk", url, forms | {"expected_version": str(now.version)}).status_code == 303
    assert person(penza, "Учебная").forms_checked_by is not None
    assert "Проверено: Пётр Сергеевич" in text_of(web("clerk").get(f"/people/show/{was.id}"))


def test_a_new_surname_brings_new_case_forms(web: WebUsers, penza: Runtime) -> None:
    was = person(penza, "Учебная")
    fields = card(surname="Ткач", given="Анна", patronymic="Павловна", gender="feminine",
                  expected_version=str(was.version),
                  **{f"form_{case}": form for case, form in was.forms.items()})  # fmt: skip
    assert web.post("methodist", f"/people/edit/{was.id}", fields).status_code == 303
    assert person(penza, "Ткач").forms["gent"] == "Ткач Анны Павловны"


def test_wrong_input_is_told_at_the_field_and_kept(web: WebUsers, penza: Runtime) -> None:
    answer = web.post("methodist", "/people/add", card(surname="", email="не адрес", patronymic="<b>"))
    assert answer.status_code == 422
    text = text_of(answer)
    assert "name@example.ru" in text
    assert "не адрес" in text
    taken = {"kind": "school", "code": "41", "full_name": "Школа", "short_name": "Школа", "gender": "feminine",
             "site": "javascript:alert(1)"}  # fmt: skip
    answer = web.post("methodist", "/organisations/add", taken)
    assert answer.status_code == 422
    assert "начиная с https://" in text_of(answer)
    answer = web.post("methodist", "/organisations/add", taken | {"site": "https://школа41.рф/путь"})
    assert "Этот код уже у другой организации" in text_of(answer)


def test_what_is_in_use_is_not_deleted_and_says_why(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    school, head = organisation(penza, "41"), person(penza, "Тестова")
    for url, page in ((f"/organisations/delete/{school.id}", f"/organisations/show/{school.id}"),
                      (f"/people/delete/{head.id}", f"/people/show/{head.id}")):  # fmt: skip
        answer = web.post("methodist", url, page=page)
        assert answer.status_code == 303
        said = text_of(web("methodist").get(page))
        assert "удалить её нельзя" in said or "сначала удалите её" in said
    assert organisation(penza, "41").id == school.id
    position = head.positions[0].id
    web.post("methodist", f"/positions/delete/{position}", page=f"/people/show/{head.id}")
    answer = web.post("methodist", f"/people/delete/{head.id}", page=f"/people/show/{head.id}")
    assert answer.status_code == 303
    assert "удалить нельзя" in text_of(web("methodist").get(f"/people/show/{head.id}"))
    assert person(penza, "Тестова")


def test_an_entry_made_by_mistake_is_deleted(web: WebUsers, penza: Runtime) -> None:
    web.post("methodist", "/people/add", card())
    key = person(penza, "Ткач").id
    assert web.post("methodist", f"/people/delete/{key}", page=f"/people/show/{key}").status_code == 303
    assert web("methodist").get(f"/people/show/{key}").status_code == 404
    assert journal(penza, "person:delete")


def test_a_position_names_its_organisation_by_typing(web: WebUsers, penza: Runtime) -> None:
    key = person(penza, "Условный").id
    fields = {
        "organisation": "школа 41",
        "title": "заместитель директора",
        "since": "2025-01-09",
        "until": "",
    }
    assert web.post("methodist", f"/positions/add?person={key}", fields).status_code == 303
    added = person(penza, "Условный").positions[-1]
    assert added.forms["datv"] == "заместителю директора"
    assert added.organisation.code == "41"
    wrong = web.post("methodist", f"/positions/edit/{added.id}", fields | {"until": "2024-01-01"})
    assert wrong.status_code == 422
    chosen_first = web("methodist").get("/positions/add")  # the list of positions offers «Add»
    assert (chosen_first.status_code, chosen_first.location) == (303, "/people/list/")
    assert "Должность добавляется в карточке сотрудника" in web("methodist").get("/people/list/").text
