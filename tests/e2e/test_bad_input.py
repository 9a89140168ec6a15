"""What is typed wrongly comes back with a sentence at the field and with everything that was typed; never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from app.cases import service
from app.demo.penza import actor
from app.demo.scan import scan
from app.engine.actions import Fire
from tests.e2e.conftest import at_desk
from tests.e2e.person import Person
from tests.e2e.stand import Stand
from tests.people import open_cases

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("e2e-roles")]


@pytest.fixture(scope="module")
def case_41(empty_stand: Stand) -> int:
    """The case of № 41 in its diagnosis."""
    case_id = open_cases(empty_stand.system)["41"]
    with empty_stand.system.work(actor(empty_stand.system, "methodist")) as work:
        service.act(work, case_id, Fire("start_diagnosis"), 1)
    empty_stand.on(date(2025, 1, 10))
    return case_id


@pytest.fixture
def person(request: pytest.FixtureRequest, browser: Browser, empty_stand: Stand) -> Iterator[Person]:
    with at_desk(request, browser, empty_stand) as one:
        yield one


def value(person: Person, name: str) -> str:
    return person.page.locator(f"main [name='{name}']").first.input_value()


def says(person: Person, name: str, sentence: str) -> None:
    """At the field, tied to it for a screen reader, and on top with a link to it."""
    expect(person.error_at(name)).to_contain_text(sentence)
    box = person.page.locator(f"main [name='{name}']").first
    assert box.get_attribute("aria-invalid") == "true"
    described = (box.get_attribute("aria-describedby") or "").split()
    assert any(sentence in person.page.locator(f"[id='{place}']").inner_text() for place in described)
    expect(person.page.locator(".errs")).to_contain_text("Пока не сохранено")


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_empty_required_fields_are_named_and_the_rest_is_kept(person: Person, case_41: int) -> None:
    person.go("/programmes/add")
    person.fill({"title": "Название сохраняется", "year": "2025"})
    person.send()
    says(person, "code", "Заполните это поле")
    says(person, "starts", "Заполните это поле")
    assert value(person, "title") == "Название сохраняется"
    assert value(person, "year") == "2025"
    person.shoot("bad-empty")


@pytest.mark.parametrize("person", ["director41"], indirect=True)
def test_a_wrong_number_is_told_at_the_field(person: Person, case_41: int) -> None:
    person.go(f"/cases/{case_41}/diagnostics/conditions/fill")
    person.fill(
        {"state": "filled", "pupils": "шестьсот", "classes": "2,5", "shifts": "-1", "type": "Городская школа"}
    )
    person.send()
    says(person, "pupils", "Введите целое число")
    says(person, "classes", "Введите целое число")
    says(person, "shifts", "Не меньше 0")
    assert (value(person, "pupils"), value(person, "classes")) == ("шестьсот", "2,5")
    assert value(person, "type") == "Городская школа"
    person.shoot("bad-number")


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_a_wrong_date_is_told_at_the_field(person: Person, case_41: int) -> None:
    person.go("/events/add")
    person.page.evaluate(
        "document.querySelector('[name=starts]').type = 'text'"
    )  # as a browser without a calendar
    person.fill({"kind": "workshop", "title": "Практикум", "starts": "31.02.2025", "link": "не адрес"})
    person.send()
    says(person, "starts", "Укажите день, месяц и год")
    assert value(person, "title") == "Практикум"
    person.page.evaluate("document.querySelector('[name=starts]').type = 'text'")
    person.fill({"starts": "20.03.2025"})
    person.send()
    says(person, "link", "адрес")
    assert value(person, "link") == "не адрес"
    person.shoot("bad-date")


@pytest.mark.parametrize("person", ["curator66"], indirect=True)
def test_a_wrong_file_is_told_at_the_field_and_the_long_text_is_kept(person: Person, case_41: int) -> None:
    typed = "Уроки проведены на достаточном уровне. " * 20
    person.go(f"/cases/{case_41}/curation/visits/add")
    person.fill({
        "held_on": date(2025, 1, 10), "ground": "order", "purpose": "Первый выезд", "curator_people": "Примерная Е.Д.",
        "findings": typed, "photo": ("снимок.pdf", b"MZ this is a program, not a scan"),
        "recommendations": [{"text": "Провести занятие", "executor": "", "due": date(2025, 2, 1)}],
    })  # fmt: skip
    person.send()
    says(person, "photo", "Такой файл здесь не подходит")
    says(person, "recommendations-0-executor", "Заполните это поле")
    assert value(person, "findings").strip() == typed.strip()
    assert value(person, "recommendations-0-text") == "Провести занятие"
    person.shoot("bad-file")
    person.fill({"photo": ("снимок.pdf", scan("photo")), "recommendations-0-executor": "Вымышленная Н.Б."})
    person.send()
    person.sees("Первый выезд")


@pytest.mark.parametrize("person", ["director41"], indirect=True)
def test_a_form_from_a_second_tab_that_is_behind_says_what_changed(person: Person, case_41: int) -> None:
    address = f"/cases/{case_41}/diagnostics/teaching/fill"
    first, second = person.page, person.tab()
    for tab in (first, second):
        tab.goto(address)
    person.fill({"state": "no_data", "reason": "Уроки посетим в феврале"})
    person.send()
    person.page = second
    person.fill({"state": "no_data", "reason": "Другая причина из второй вкладки"})
    person.send()
    person.sees("Код 409", "Тем временем это изменилось")
    person.sees("Другая причина из второй вкладки")  # what was typed is there to copy from
    person.shoot("stale-form")
    person.follow("Показать нынешнее состояние")
    expect(person.page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_a_step_from_a_second_tab_that_is_behind_says_what_changed(person: Person, case_41: int) -> None:
    address = f"/cases/{case_41}/step/suspend"
    first, second = person.page, person.tab()
    for tab in (first, second):
        tab.goto(address)
    person.fill({"comment": "Каникулы"})
    person.send()
    person.sees("приостановлен")
    person.page = second
    person.fill({"comment": "Вторая вкладка"})
    person.send()
    person.sees("Код 409", "Что изменилось", "Случай приостановлен")
    person.shoot("stale-step")
    person.page = first
    person.go(f"/cases/{case_41}/step/resume")
    person.send()
    person.sees("Диагностика")


@pytest.mark.parametrize(
    "address",
    ["/cases/abc", "/cases/0", "/cases/?programme=x&q=%00", "/overview/?on=31.02.2025", "/files/99999",
     "/documents/?kind=%F0%9F", "/journal/?year=many", "/cases/999999999999999999999",
     "/cases/?programme=999999999999999999999", "/login/?next=//example.org", "/cases/1/diagnostics/nothing/fill"],
)  # fmt: skip
@pytest.mark.parametrize("person", ["clerk"], indirect=True)
def test_a_strange_address_is_answered_in_words(person: Person, address: str) -> None:
    answer = person.go(address)
    assert answer.status < 500, address
    assert person.page.locator("h1").count() == 1, address


def test_a_form_works_without_script(browser: Browser, empty_stand: Stand, case_41: int) -> None:
    """The director fills a study in a browser without JavaScript, first wrongly."""
    director = Person(browser, empty_stand, "director41", script=False).log_in()
    director.follow("Заполнить четыре диагностики")
    director.follow("Заполнить", within="section[aria-labelledby=h-staff]")
    director.fill({"state": "filled", "teachers": "тридцать", "vacancies": "2"})
    director.send()
    says(director, "teachers", "Введите целое число")
    director.fill({"state": "no_data", "reason": "Тарификация не закончена"})
    director.page.locator("main [name=teachers]").fill("")
    director.send()
    director.sees("Тарификация не закончена")
    director.shoot("without-script")
    director.leave()
