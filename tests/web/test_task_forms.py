"""Forms made from a definition: whatever its fields are called, they are asked, refused in words and taken."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from app.cases.forms import step_form
from app.cases.queries import events_of, get_case
from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.core.unit_of_work import Runtime
from app.engine.elements import Field, Form
from tests.people import WebUsers, open_cases
from tests.procedures import publish

# what a form has of its own, and what stands beside the questions in every form of a step
NAMES = (
    "status", "data", "errors", "errors_top", "process", "meta", "typed", "wrong", "has_files", "sections", "answers",
    "comment", "expected_version", "csrf_token", "validate_on_submit", "is_submitted", "validate", "hidden_tag",
    "populate_obj", "take_errors", "f_status", "validate_f_data",
)  # fmt: skip
WRONG_DAY = "Укажите день, месяц и год, например 22.01.2025."
TODAY = date(2025, 1, 9)
DAYS = ("seen", "next", "any")
UNTICKED = "Поставьте эту отметку: без неё форма не принимается."


def _field(name: str, kind: str) -> str:
    return f"{{id: {name}, kind: {kind}, required: true, titles: {{ru: Вопрос {name}, en: Question {name}}}}}"


def _task(name: str) -> str:
    return (
        f"      ask_{name}:\n        titles: {{ru: Задача {name}, en: Task {name}}}\n        roles: [methodist]\n"
        f"        optional: true\n        form: {{comment: required, fields: [{_field(name, 'date')}]}}\n"
    )


PROCEDURE = f"""\
workflow: school_support
version: 8
titles: {{ru: Вопросы, en: Questions}}
initial: work
roles:
  methodist: {{titles: {{ru: Методист, en: Methodist}}, found: authority}}
stages:
  work:
    titles: {{ru: Работа, en: Work}}
    tasks:
      confirm:
        titles: {{ru: Подтвердить, en: Confirm}}
        roles: [methodist]
        optional: true
        form:
          comment: none
          fields:
            - {{id: checked, kind: bool, required: true, titles: {{ru: Всё проверено, en: All is checked}}}}
            - {{id: help, kind: bool, titles: {{ru: Нужна помощь, en: Help is needed}}}}
      look:
        titles: {{ru: Посмотреть, en: Look}}
        roles: [methodist]
        optional: true
        form:
          comment: none
          fields:
            - {{id: seen, kind: date, not_after: today, titles: {{ru: Когда видели, en: Seen on}}}}
            - {{id: next, kind: date, not_before: today, titles: {{ru: Когда снова, en: Next on}}}}
            - {{id: any, kind: date, titles: {{ru: Любой день, en: Any day}}}}
{"".join(_task(name) for name in NAMES)}  done:
    titles: {{ru: Готово, en: Done}}
    final: true
transitions:
  finish:
    titles: {{ru: Завершить, en: Finish}}
    kind: forward
    from: work
    to: done
    by: [methodist]
    form:
      comment: required
      fields: [{", ".join(_field(name, "text") for name in NAMES)}]
"""


@pytest.fixture
def case_id(penza: Runtime) -> int:
    publish(penza, PROCEDURE, 8)
    return open_cases(penza)["41"]


def version(system: Runtime, case_id: int) -> str:
    system.database.session.remove()
    return str(get_case(system.read(SYSTEM).session, case_id).version)


def told_at(page: str, name: str) -> str:
    """The sentence of refusal printed at the field of this name."""
    found = re.search(rf'<span class="err" id="{name}-err">.*?</svg>(.*?)</span>', page)
    return unescape(found.group(1)) if found else ""


def test_a_field_may_have_any_name(penza: Runtime, web: WebUsers, case_id: int) -> None:
    for name in NAMES:
        url = f"/cases/{case_id}/tasks/ask_{name}/done"
        asked = web("methodist").get(url)
        assert asked.status_code == 200, name
        assert f"Вопрос {name}" in asked.text.replace("\u00a0", " ")
        sent = {"expected_version": version(penza, case_id), "comment": "Как условились"}
        wrong = web.post("methodist", url, {**sent, f"f_{name}": "завтра"})
        assert wrong.status_code == 422, name
        assert told_at(wrong.text, f"f_{name}") == WRONG_DAY, name
        assert 'value="завтра"' in wrong.text, name
        assert "Как условились" in wrong.text, name
        right = web.post("methodist", url, {**sent, f"f_{name}": "2025-01-24"})
        assert right.status_code == 303, (name, right.text)
        penza.database.session.remove()
        event = events_of(penza.read(SYSTEM).session, case_id)[-1]
        assert (event.comment, event.fields) == ("Как условились", {name: "2025-01-24"})
        assert f"Вопрос {name}: 24.01.2025" in web("methodist").get(f"/cases/{case_id}").text.replace(
            "\u00a0", " "
        )


def test_so_may_the_fields_of_a_transition(penza: Runtime, web: WebUsers, case_id: int) -> None:
    url = f"/cases/{case_id}/step/finish"
    assert web("methodist").get(url).status_code == 200
    answers = {f"f_{name}": f"Ответ {name}" for name in NAMES}
    sent = {"expected_version": version(penza, case_id), "comment": "Итог", **answers}
    for name in NAMES:
        wrong = web.post("methodist", url, {**sent, f"f_{name}": " "})
        assert wrong.status_code == 422, name
        assert told_at(wrong.text, f"f_{name}") == "Заполните это поле.", name
        assert wrong.text.count('class="err"') == 1, name
        assert all(f'value="{answers[f"f_{other}"]}"' in wrong.text for other in NAMES if other != name)
    assert web.post("methodist", url, sent).status_code == 303
    penza.database.session.remove()
    event = events_of(penza.read(SYSTEM).session, case_id)[-1]
    assert (event.comment, event.fields) == ("Итог", {name: f"Ответ {name}" for name in NAMES})


@pytest.mark.parametrize("name", NAMES)
def test_what_the_engine_refuses_is_told_at_the_field_it_names(web: WebUsers, name: str) -> None:
    question = Field(name, "text", {"ru": "Вопрос", "en": "Question"})
    with web.app.test_request_context():
        form = step_form(Form("none", (question,)), TODAY)
        form.take_errors(Invalid(fields={name: "Не так"}))
        assert form.errors == {f"f_{name}": ["Не так"]}
        assert form.errors_top == []
        reasoned = step_form(Form("required"), TODAY)
        reasoned.take_errors(Invalid(fields={"comment": "Укажите причину"}))
        assert reasoned.errors == {"comment": ["Укажите причину"]}


def test_a_day_too_late_or_too_early_is_not_offered_and_refused_at_its_field(
    penza: Runtime, web: WebUsers, case_id: int
) -> None:
    url, today = f"/cases/{case_id}/tasks/look/done", penza.clock.now().date()
    asked = {
        name: re.search(rf'<input[^>]*id="f_{name}"[^>]*>', web("methodist").get(url).text) for name in DAYS
    }
    shown = {name: found[0] for name, found in asked.items() if found}
    assert f'max="{today}"' in shown["seen"]
    assert f'min="{today}"' in shown["next"]
    assert not any(f"{limit}=" in shown[name] for name, limit in (("seen", "min"), ("next", "max")))
    assert not any(f"{limit}=" in shown["any"] for limit in ("min", "max"))
    sent = {"expected_version": version(penza, case_id)}
    for name, day, said in (
        ("seen", "2099-01-01", "Поле «Когда видели»: эта дата в будущем"),
        ("next", "01.01.2020", "Поле «Когда снова»: эта дата уже прошла"),
    ):
        wrong = web.post("methodist", url, {**sent, f"f_{name}": day})
        assert wrong.status_code == 422
        assert told_at(wrong.text, f"f_{name}").replace("\u00a0", " ") == said
        assert f'value="{day}"' in wrong.text
    right = {**sent, "f_seen": today.isoformat(), "f_next": today.isoformat(), "f_any": "2099-01-01"}
    assert web.post("methodist", url, right).status_code == 303


def test_a_required_tick_must_be_set(penza: Runtime, web: WebUsers, case_id: int) -> None:
    url = f"/cases/{case_id}/tasks/confirm/done"
    assert web("methodist").get(url).text.count('class="req"') == 1, "only what is required is marked so"
    sent = {"expected_version": version(penza, case_id), "f_help": "y"}
    for given in ({}, {"f_checked": ""}, {"f_checked": "false"}):
        unticked = web.post("methodist", url, {**sent, **given})
        assert unticked.status_code == 422
        assert told_at(unticked.text, "f_checked") == UNTICKED
        assert re.search(r'<input[^>]*checked[^>]*name="f_help"', unticked.text), "nothing set is lost"
    web("methodist").get("/lang/en")
    english = web.post("methodist", url, sent)
    assert told_at(english.text, "f_checked") == "Tick this: without it the form is not accepted."
    ticked = {"expected_version": version(penza, case_id), "f_checked": "y"}
    assert web.post("methodist", url, ticked).status_code == 303
    penza.database.session.remove()
    event = events_of(penza.read(SYSTEM).session, case_id)[-1]
    assert event.fields == {"checked": True, "help": False}
