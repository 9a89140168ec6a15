"""A form that could only be refused is not shown: its page says why at once and leads back."""

from __future__ import annotations

from datetime import UTC, datetime

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.documents.service import ensure_draft
from app.engine.actions import Fire
from tests.integration.admin.conftest import let_pass
from tests.integration.cases.test_versions import YEAR, take
from tests.people import WebUsers, token
from tests.web.plans.test_pages import ITEM
from tests.web.test_curation_pages import PART, TERMS, fill, version_on
from tests.web.test_database_away import text_of
from tests.web.test_event_pages import EVENT
from tests.web.test_login_ended import labels, shown


def to_stage(system: Runtime, case_id: int, stage: str) -> None:
    let_pass(system)
    for step in YEAR:
        if get_case(system.read(SYSTEM).session, case_id).stage == stage:
            return
        take(system, case_id, *step)


def refused(web: WebUsers, who: str, url: str, why: str, back: str) -> None:
    answer = web(who).get(url)
    page = text_of(answer)
    assert answer.status_code == 409, url
    assert why in page, url
    assert f'href="{back}"' in page, url
    assert "<textarea" not in page, url


def test_an_adopted_plan_takes_no_measure(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    url = f"/cases/{cases['41']}/plans"
    opened = token(web("director41"), f"{url}/add")
    to_stage(penza, cases["41"], "curator_agreement")
    refused(web, "director41", f"{url}/add", "План утверждён приказом", url)
    late = web("director41").post(f"{url}/add", data={"csrf_token": opened, "action": "Семинар о чтении"})
    assert late.status_code == 422
    assert "Семинар о чтении" in text_of(late), "what was typed meanwhile is not lost"


def test_what_is_not_there_yet_is_neither_reported_nor_analysed(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    case = f"/cases/{cases['41']}"
    item = web.post("director41", f"{case}/plans/add", ITEM)
    assert item.status_code == 303
    refused(web, "director41", f"{case}/plans/1/report", "План ещё не утверждён", f"{case}/plans")
    url = f"{case}/diagnostics/staff/analysis"
    refused(web, "methodist", url, "диагностика ещё не заполнена", f"{case}/diagnostics/staff")


def test_an_agreement_that_is_not_being_signed_is_not_signed(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 28, 9, tzinfo=UTC))
    room = f"/cases/{cases['41']}/curation"
    for page in ("scan", "take-back", "terminate"):
        assert web("clerk").get(f"{room}/{page}").status_code == 404, page
    assert fill(web, "clerk", f"{room}/agreement", {**TERMS}).status_code == 303
    refused(web, "clerk", f"{room}/scan", "Договор ещё в проекте", room)
    refused(web, "clerk", f"{room}/take-back", "который подписывается", room)
    assert web("clerk").get(f"{room}/agreement").status_code == 200
    sent = web.post("clerk", f"{room}/send", {"expected_version": version_on(web, "clerk", room)}, page=room)
    assert sent.status_code == 303
    assert fill(web, "curator66", f"{room}/sides/curator", PART).status_code == 303
    refused(web, "clerk", f"{room}/agreement", "Сначала верните договор в проект", room)


def test_an_event_that_was_called_off_or_is_still_to_come(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 2, 3, 9, tzinfo=UTC))
    assert web.post("methodist", "/events/add", EVENT).status_code == 303
    room = f"/cases/{cases['41']}/events"
    refused(web, "deputy41", f"{room}/1", "Мероприятие ещё не состоялось", room)
    data = {"reason": "Карантин", "expected_version": "1"}
    assert web.post("methodist", "/events/1/cancel", data).status_code == 303
    refused(web, "deputy41", f"{room}/1", "Мероприятие отменено", room)
    for page in ("edit", "cancel"):
        refused(web, "methodist", f"/events/1/{page}", "Мероприятие отменено", "/events/1")


def test_a_paper_takes_one_step_after_another(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(SYSTEM) as work:
        key = ensure_draft(work, "order_plan", get_case(work.session, cases["41"])).id
    url = f"/documents/{key}"
    for page, why in (
        ("sign", "Подписывается только документ, отправленный на подпись"),
        ("register", "Регистрируется только подписанный документ"),
        ("withdraw", "этот шаг больше невозможен"),
        ("archive", "этот шаг больше невозможен"),
    ):
        refused(web, "clerk", f"{url}/{page}", why, url)
    assert web("clerk").get(f"{url}/edit").status_code == 200


def test_what_was_typed_is_given_back_also_when_it_was_refused_before_the_form_was_read(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}/results/add"
    sent = {
        "csrf_token": token(web("methodist"), url),
        "labels": labels(web("methodist"), url),
        "subject": "maths",
    }
    take(penza, cases["41"], "methodist", Fire("suspend", "Карантин"))
    answer = web("methodist").post(url, data=sent)
    assert answer.status_code == 409
    assert shown(text_of(answer)) == {"Предмет": "maths"}
