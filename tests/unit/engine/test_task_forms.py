"""A task may ask something of whoever says that it is done, and may need a registered paper."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine import Complete, Definition, FactValue, Open
from app.engine.comparison import compare
from app.engine.events import TaskCompleted, from_dict
from app.engine.loader import loads
from app.engine.machine import facts_needed, fold
from app.engine.offers import offers
from tests.unit.engine.conftest import Desk
from tests.unit.engine.test_definitions import SMALL

ASKS = """        roles: [author]
        document: plan_order
        form:
          comment: required
          fields:
            - {id: pages, kind: text, required: true, titles: {ru: Сколько страниц, en: How many pages}}
            - {id: day, kind: date, titles: {ru: Когда, en: When}}
            - {id: sure, kind: bool, required: true, titles: {ru: 'Подтверждаю, что проверено', en: I have checked it}}
            - {id: again, kind: bool, titles: {ru: Нужна помощь, en: Help is needed}}
            - id: state
              kind: choice
              required: true
              titles: {ru: Состояние, en: State}
              choices: {good: {titles: {ru: Хорошее, en: Good}}, bad: {titles: {ru: Плохое, en: Bad}}}
"""
TEXT = SMALL.replace("        roles: [author]\n", ASKS, 1)
PAPER = "documents.registered.plan_order"
GOOD = {"pages": "12", "state": "good", "day": "2025-01-20", "sure": True, "again": False}


@pytest.fixture(scope="module")
def asking() -> Definition:
    return loads(TEXT)


@pytest.fixture
def author(asking: Definition) -> Desk:
    desk = Desk(asking, {"paper.length": 5, PAPER: True})
    desk.act("author", Open())
    return desk


def test_a_task_is_done_with_its_answers_and_the_event_keeps_them(author: Desk) -> None:
    author.act("author", Complete("write", "Готово", GOOD))
    done = next(event for event in author.events if isinstance(event, TaskCompleted))
    assert (done.comment, done.fields) == ("Готово", GOOD)
    assert from_dict(done.to_dict()) == done
    assert fold(author.definition, author.events) == author.state


@pytest.mark.parametrize(
    ("answers", "comment", "codes"),
    [
        ({}, "", ("comment_required", "field_required", "tick_required", "field_required")),
        (GOOD, " ", ("comment_required",)),
        ({**GOOD, "state": "awful"}, "Да", ("field_wrong",)),
        ({**GOOD, "day": "вчера"}, "Да", ("field_wrong",)),
        ({**GOOD, "colour": "red"}, "Да", ("field_unknown",)),
        ({**GOOD, "sure": False}, "Да", ("tick_required",)),
        ({**GOOD, "sure": None}, "Да", ("tick_required",)),
        ({**GOOD, "sure": "yes"}, "Да", ("field_wrong",)),
        ({**GOOD, "pages": False}, "Да", ("field_wrong",)),
    ],
)
def test_what_is_wrong_with_the_answers_is_told_at_once(
    author: Desk, answers: dict[str, Any], comment: str, codes: tuple[str, ...]
) -> None:
    assert author.refused("author", Complete("write", comment, answers)) == codes


def test_a_tick_that_must_be_set_is_asked_for_in_both_languages(author: Desk) -> None:
    (found,) = author.tries("author", Complete("write", "Да", {**GOOD, "sure": False})).reasons  # type: ignore[union-attr]
    assert found.texts == {
        "ru": "Поставьте отметку «Подтверждаю, что проверено»",
        "en": "Tick “I have checked it”",
    }
    assert found.items == ("sure",)


def test_a_task_without_a_form_takes_no_answers(shipped: Definition) -> None:
    desk = Desk(shipped)
    desk.walk_to("diagnosis")
    assert desk.refused("director", Complete("fill_diagnosis", "", {"pages": "12"})) == ("field_unknown",)
    desk.act("director", Complete("fill_diagnosis", "", {}))


def test_the_paper_is_asked_like_any_fact_and_its_own_sentence_is_told(author: Desk) -> None:
    action = Complete("write", "Готово", GOOD)
    assert PAPER in facts_needed(author.definition, author.state, action)
    author.facts[PAPER] = FactValue(
        False, link="/d", text={"ru": "Приказ — проект", "en": "The order is a draft"}
    )
    assert author.refused("author", action) == ("plan_order_registered",)
    found = author.tries("author", action).reasons[0]  # type: ignore[union-attr]
    assert (found.texts["ru"], found.link) == ("Приказ — проект", "/d")
    author.facts[PAPER] = None
    assert author.refused("author", action) == ("plan_order_registered",)
    author.facts[PAPER] = True
    author.act("author", action)


def test_a_form_is_offered_with_the_task_and_stands_in_nobodys_way_on_the_page(author: Desk) -> None:
    assert author.state is not None
    offer = next(
        one for one in offers(author.definition, author.state, author.ctx("author")) if one.id == "write"
    )
    assert offer.works
    assert offer.form is not None
    assert [asked.id for asked in offer.form.fields] == ["pages", "day", "sure", "again", "state"]
    assert offer.page == "documents"


def test_forms_and_papers_are_part_of_the_version_and_of_the_difference_in_words() -> None:
    plain, asking = loads(SMALL), loads(TEXT.replace("version: 1", "version: 2"))
    told = [change.texts["ru"] for change in compare(plain, asking)]
    assert "Задача «Написать»: комментарий: по желанию → обязателен" in told
    added = "Сколько страниц, Когда, Подтверждаю, что проверено, Нужна помощь, Состояние"
    assert f"Задача «Написать»: вопросы: добавлено — {added}" in told
    assert "Задача «Написать»: нужен зарегистрированный документ: нет → plan_order" in told
    assert len(told) == 4, told  # the fourth is the page the paper brings with it
    renamed = loads(TEXT.replace("Сколько страниц", "Страниц").replace("version: 1", "version: 2"))
    assert [(one.what, one.texts["ru"]) for one in compare(asking, renamed)] == [
        ("words", "Задача «Написать»: исправлены тексты формы")
    ]
    for old, new, said in (
        ("pages, kind: text", "pages, kind: date", "вопрос «Сколько страниц»: вид ответа: текст → дата"),
        ("kind: text, required: true", "kind: text", "вопрос «Сколько страниц»: обязательный: да → нет"),
        ("bad: {titles: {ru: Плохое, en: Bad}}", "poor: {titles: {ru: Слабое, en: Poor}}",
         "вопрос «Состояние»: ответы: добавлено — Слабое; убрано — Плохое"),
        ("id: day, kind: date", "id: when, kind: date", "вопросы: добавлено — Когда; убрано — Когда"),
    ):  # fmt: skip
        changed = loads(TEXT.replace(old, new).replace("version: 1", "version: 2"))
        assert [one.texts["ru"] for one in compare(asking, changed)] == [f"Задача «Написать»: {said}"]
    assert loads(TEXT).hash == loads(TEXT.replace("Сколько страниц", "Страниц")).hash
    assert loads(TEXT).hash != loads(TEXT.replace("pages, kind: text", "pages, kind: date")).hash
