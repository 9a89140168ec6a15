"""A task may ask something of whoever says that it is done, and may need a registered paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.engine import Complete, Definition, FactValue, Fire, Open
from app.engine.comparing.comparison import compare
from app.engine.comparing.words import RoomNames
from app.engine.elements import Field
from app.engine.events import TaskCompleted, from_dict
from app.engine.machine import facts_needed, fold
from app.engine.offers import offers
from app.engine.reading.loader import loads
from app.engine.structure import structure_of
from app.engine.trials.worlds import START, completed
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
    names = RoomNames(papers={"plan_order": {"ru": "Приказ о плане", "en": "Order on the plan"}})
    by_title = [change.texts for change in compare(plain, asking, names)]
    assert [(one["ru"], one["en"]) for one in by_title if "документ" in one["ru"]] == [
        ("Задача «Написать»: нужен зарегистрированный документ: нет → «Приказ о плане»",
         "Task “Write”: needs a registered paper: none → “Order on the plan”")
    ]  # fmt: skip
    renamed = loads(TEXT.replace("Сколько страниц", "Страниц").replace("version: 1", "version: 2"))
    assert [(one.what, one.texts["ru"]) for one in compare(asking, renamed)] == [
        ("words", "Задача «Написать»: вопрос «Страниц»: название: «Сколько страниц» → «Страниц»")
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


# ── days that are too early or too late ───────────────────────────────────────────────────────────

BOUND = TEXT.replace("{id: day, kind: date,", "{id: day, kind: date, not_after: today,").replace(
    "            - {id: sure,",
    "            - {id: next, kind: date, not_before: today, titles: {ru: Когда снова, en: Next on}}\n"
    "            - {id: sure,",
)


@pytest.fixture
def bound() -> Desk:
    desk = Desk(loads(BOUND), {"paper.length": 5, PAPER: True})
    desk.act("author", Open())
    return desk


@pytest.mark.parametrize(("field", "wrong", "code"), [("day", 1, "field_future"), ("next", -1, "field_past")])
def test_a_day_may_be_that_of_the_answer_and_none_on_the_wrong_side_of_it(
    bound: Desk, field: str, wrong: int, code: str
) -> None:
    today = bound.ctx("author").today
    for day in (today + timedelta(days=wrong), date(2099, 1, 1) if wrong > 0 else date(1999, 1, 1)):
        answers = {**GOOD, "day": today.isoformat(), field: day.isoformat()}
        assert bound.refused("author", Complete("write", "Да", answers)) == (code,)
        assert bound.refused("author", Complete("write", "Да", {**answers, field: day})) == (code,)
    right = {**GOOD, "day": today.isoformat(), "next": today.isoformat()}
    right[field] = (today - timedelta(days=wrong)).isoformat()
    bound.act("author", Complete("write", "Да", {**GOOD, "day": today, "next": today}))
    done = next(event for event in bound.events if isinstance(event, TaskCompleted))
    assert (done.fields["day"], done.fields["next"]) == (today.isoformat(), today.isoformat())
    other = Desk(bound.definition, {"paper.length": 5, PAPER: True})
    other.act("author", Open())
    other.act("author", Complete("write", "Да", right))


def test_a_day_on_the_wrong_side_is_told_in_both_languages(bound: Desk) -> None:
    answers = {**GOOD, "day": "2099-01-01", "next": "1999-01-01"}
    found = bound.tries("author", Complete("write", "Да", answers)).reasons  # type: ignore[union-attr]
    assert [one.texts for one in found] == [
        {"ru": "Поле «Когда»: эта дата в будущем", "en": "The field “When”: this date is in the future"},
        {
            "ru": "Поле «Когда снова»: эта дата уже прошла",
            "en": "The field “Next on”: this date is in the past",
        },
    ]
    assert [one.items for one in found] == [("day",), ("next",)]


def test_a_transition_asks_for_its_days_too() -> None:
    form = "form: {comment: required, fields: [{id: seen, kind: date, required: true, not_after: today, %s}]}"
    titles = "titles: {ru: Когда, en: When}"
    desk = Desk(loads(SMALL.replace("form: {comment: required}", form % titles)), {"paper.length": 5})
    desk.act("author", Open())
    desk.act("author", Complete("write"))
    assert desk.refused("chair", Fire("send_back", "Да", {"seen": "2099-01-01"})) == ("field_future",)
    desk.act("chair", Fire("send_back", "Да", {"seen": desk.ctx("chair").today.isoformat()}))


def test_a_rule_of_days_is_structure_and_one_left_out_changes_no_hash() -> None:
    plain = {"id": "day", "kind": "date", "titles": {"ru": "Когда", "en": "When"}}
    assert structure_of(Field(**plain)) == {"id": "day", "kind": "date", "required": False, "choices": []}  # type: ignore[arg-type]
    assert structure_of(Field(**plain, not_after="today"))["not_after"] == "today"  # type: ignore[arg-type]
    assert loads(TEXT).hash != loads(BOUND).hash


def test_another_rule_of_days_is_told_in_words() -> None:
    new = BOUND.replace("version: 1", "version: 2").replace("not_before: today, ", "")
    old = BOUND.replace("not_after: today, ", "")
    said = [change.texts for change in compare(loads(old), loads(new)) if change.structural]
    assert {
        "ru": "Задача «Написать»: вопрос «Когда»: не позже: нет → дня ответа",
        "en": "Task “Write”: question “When”: not after: none → the day of the answer",
    } in said
    assert any(texts["ru"].endswith("вопрос «Когда снова»: не раньше: дня ответа → нет") for texts in said)


def test_random_histories_answer_within_the_days() -> None:
    text = BOUND.replace("kind: date, not", "kind: date, required: true, not")
    answers = completed("write", loads(text).stages["draft"].tasks[0].form).fields
    assert date.fromisoformat(answers["day"]) <= START < date.fromisoformat(answers["next"])
