"""The history of a case names the paper it tells of, to whoever may see that paper, in his language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import delete

from app.access.scopes import as_system
from app.cases.overview import Entry, history, overview
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import incoming, service
from app.documents.models import IncomingCase
from app.documents.service import AnswerInput, RegisterInput
from tests.integration.documents.test_incoming import WARNING, receive
from tests.integration.documents.test_life import DAY, later, registered, signed_order
from tests.people import WebUsers, open_cases

RUSSIAN = "Вх. № 1 от 22.01.2025, Рособрнадзор: Предостережение о признаках низких результатов"
ENGLISH = "Incoming No. 1 of 22.01.2025, Рособрнадзор: Предостережение о признаках низких результатов"


def told(system: Runtime, username: str, case_id: int, locale: str = "ru") -> list[Entry]:
    work = system.read(SYSTEM if username == "system" else actor(system, username))
    with in_locale(locale):
        return history(work, overview(work, get_case(work.session, case_id)))


def test_the_incoming_paper_is_named_at_every_act_in_both_languages(penza_on_both: Runtime) -> None:
    system, cases = penza_on_both, open_cases(penza_on_both)
    later(system, DAY)
    key = receive(system, replace(WARNING, case_ids=(cases["41"], cases["50"])))
    clerk = actor(system, "clerk")
    with system.work(clerk) as work:
        service.set_term(work, key, date(2025, 2, 20), "Продлено отправителем")
    with system.work(clerk) as work:
        service.answer(work, key, AnswerInput(DAY, text="исх. № 14 от 22.01.2025"))
    entries = told(system, "clerk", cases["41"])
    named = [entry for entry in entries if entry.note == RUSSIAN]
    assert len(named) == 3, "registered, its term changed, answered"
    entries = told(system, "director41", cases["41"], "en")
    assert [entry.note for entry in entries if "ncoming" in entry.note] == [ENGLISH] * 3


def test_who_does_not_see_the_paper_reads_no_name_of_it(penza: Runtime, cases: dict[str, int]) -> None:
    """The link to the case was taken away by hand: the record stays in the history, the paper is not named."""
    later(penza, DAY)
    receive(penza, replace(WARNING, case_ids=(cases["41"],)))
    with penza.work(SYSTEM) as work, as_system(work.session):
        work.session.execute(delete(IncomingCase))
    titles = [str(entry.title) for entry in told(penza, "director41", cases["41"])]
    assert "Зарегистрирован входящий документ" in titles
    assert all(not entry.note for entry in told(penza, "director41", cases["41"]))
    assert [e.note for e in told(penza, "clerk", cases["41"]) if e.note] == [RUSSIAN], "the office sees it"


def test_an_order_is_named_by_number_and_title(penza: Runtime, cases: dict[str, int]) -> None:
    order = registered(penza, signed_order(penza, {"50": cases["50"]}), RegisterInput(DAY))
    found = {entry.note for entry in told(penza, "clerk", cases["50"]) if entry.note}
    assert f"№ {order.number}: {order.title}" in found


def test_the_page_links_to_the_paper(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    key = receive(penza, replace(WARNING, case_ids=(cases["41"],)))
    text = web("director41").get(f"/cases/{cases['41']}").get_data(as_text=True).replace("\u00a0", " ")
    assert RUSSIAN in text
    assert f'<a href="/incoming/{key}">' in text
    assert web("director41").get(f"/incoming/{key}").status_code == 200
    assert RUSSIAN not in web("director50").get(f"/cases/{cases['50']}").get_data(as_text=True)
    web("director41").get("/lang/en")
    text = web("director41").get(f"/cases/{cases['41']}").get_data(as_text=True).replace("\u00a0", " ")
    assert ENGLISH in text
    assert incoming.get_incoming(penza.read(actor(penza, "clerk")), key).id == key
