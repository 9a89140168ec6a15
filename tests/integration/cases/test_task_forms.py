"""A task with a form and a paper on real databases and on the page: asked, refused in words, kept in the history."""

from __future__ import annotations

import pytest

from app.admin import verify
from app.cases import service
from app.core.errors import Invalid, Refusal
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import facts
from app.documents.service import RegisterInput
from app.engine.actions import Complete, Fire
from app.engine.papers import REGISTERED
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import SECOND, YEAR, stands, take
from tests.integration.documents.test_life import DAY, registered, sent_order, signed_order
from tests.people import WebUsers, open_cases
from tests.procedures import publish

PAPER = REGISTERED + "order_plan"
ASKS = """    page: curation
    tasks:
      hand_over:
        titles: {ru: Передать план школе-куратору, en: Hand the plan over to the curator school}
        roles: [clerk]
        document: order_plan
        form:
          comment: none
          fields:
            - id: how
              kind: choice
              required: true
              titles: {ru: Как передан, en: How it was handed over}
              choices: {post: {titles: {ru: Почтой, en: By post}}, hand: {titles: {ru: Лично, en: In person}}}
            - {id: day, kind: date, titles: {ru: Когда получен, en: When it was received}}
"""
TEXT = SECOND.replace("version: 2\n", "version: 9\n").replace(
    "en: Cooperation agreement of the schools}\n    page: curation\n",
    "en: Cooperation agreement of the schools}\n" + ASKS,
)
ANSWERS = {"how": "hand", "day": "2025-01-24"}
TYPED = {f"f_{name}": value for name, value in ANSWERS.items()}


def in_the_stage(system: Runtime, *, real_paper: bool = False) -> int:
    """A case of the version with such a task, in its stage."""
    publish(system, TEXT, 9)
    case_id = open_cases(system)["41"]
    let_pass(system)
    for who, action in YEAR[: YEAR.index(("methodist", Fire("start_events")))]:
        take(system, case_id, who, action)
    if real_paper:
        system.ports.facts[PAPER] = facts.FACTS[PAPER]
    assert stands(system, case_id)["stage"] == "cooperation"
    return case_id


def test_answers_are_asked_kept_beside_the_event_and_the_rows_stay_whole(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = in_the_stage(system)
    with pytest.raises(Invalid) as refused:
        take(system, case_id, "clerk", Complete("hand_over"))
    assert set(refused.value.fields) == {"how"}
    take(system, case_id, "clerk", Complete("hand_over", fields=ANSWERS))
    with system.work(actor(system, "clerk")) as work:
        event = service.events_of(work.session, case_id)[-1]
        assert (event.type, event.fields) == ("task_completed", ANSWERS)
        assert "fields" not in event.data, "what people typed is not part of what is hashed"
    assert list(verify.findings(system)) == []


def test_a_room_that_closes_the_task_by_itself_is_sent_to_the_form(penza: Runtime) -> None:
    case_id = in_the_stage(penza)
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.complete_task(work, case_id, "hand_over", stands_version(penza, case_id))
    assert refused.value.reasons[0].link == f"/cases/{case_id}/tasks/hand_over/done"


def stands_version(system: Runtime, case_id: int) -> int:
    from app.cases.queries import get_case
    from app.core.actor import SYSTEM

    return get_case(system.read(SYSTEM).session, case_id).version


def test_the_paper_is_told_from_the_draft_to_the_register(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = open_cases(system)
    fact = facts.FACTS[PAPER]

    def told() -> tuple[bool, str]:
        system.database.session.remove()
        found = fact(system.read(actor(system, "clerk")).session, cases["41"])
        return found.value is True, str(found.text or "")

    assert told() == (False, "Не оформлен документ «Приказ об утверждении плана»")
    sent_order(system, cases)
    assert told() == (
        False,
        "Документ «Приказ об утверждении плана» ещё не зарегистрирован (сейчас: на подписи)",
    )
    order = signed_order(system, cases)
    assert not told()[0]
    registered(system, order, RegisterInput(DAY))
    assert told() == (True, "")


def test_on_the_page_the_form_is_asked_with_what_is_missing_and_the_answers_are_told(
    penza: Runtime, web: WebUsers
) -> None:
    case_id = in_the_stage(penza, real_paper=True)
    url = f"/cases/{case_id}"
    form = f"{url}/tasks/hand_over/done"
    assert form in web("clerk").get(url).text
    assert form not in web("methodist").get(url).text
    assert web("methodist").get(form).status_code == 404, "not his task"
    asked = web("clerk").get(form).text.replace("\u00a0", " ")
    for words in ("Передать план школе-куратору", "Как передан", "Лично", "Когда получен", "Отметить выполненной",
                  "Не оформлен документ «Приказ об утверждении плана»"):  # fmt: skip
        assert words in asked, words
    version = str(stands_version(penza, case_id))
    early = web.post("clerk", form, {"expected_version": version, "f_how": "hand"})
    assert early.status_code == 409
    assert "Не оформлен документ" in early.text
    penza.ports.facts[PAPER] = penza.ports.facts["plans.has_items"]
    wrong = web.post("clerk", form, {"expected_version": version, "f_how": "", "f_day": "завтра"})
    assert wrong.status_code == 422
    assert "завтра" in wrong.text, "nothing typed is lost"
    assert web.post("clerk", form, {"expected_version": version, **TYPED}).status_code == 303
    shown = web("methodist").get(url).text.replace("\u00a0", " ")
    assert "Как передан: Лично" in shown
    assert "Когда получен: 24.01.2025" in shown
    late = web.post("clerk", form, {"expected_version": version, **TYPED}, page=url)
    assert late.status_code == 409


def test_the_form_speaks_english_too(penza: Runtime, web: WebUsers) -> None:
    case_id = in_the_stage(penza)
    web("clerk").get("/lang/en")
    shown = web("clerk").get(f"/cases/{case_id}/tasks/hand_over/done").text
    assert "How it was handed over" in shown
    assert "Mark as done" in shown
