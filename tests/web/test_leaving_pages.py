"""«Сотрудник уходит» with papers he has not read: on the page, handed on, and told on the paper, in both languages."""

from __future__ import annotations

import re
from datetime import date

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service
from app.documents.service import Mailing, RegisterInput
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.people import WebUsers, log_in
from tests.web.test_substitution_pages import card_of, read


def test_papers_to_be_read_stand_on_the_page_and_the_paper_tells_what_became_of_them(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    order = registered(penza, signed_order(penza, {"50": cases["50"]}), RegisterInput(DAY)).id
    card = card_of(penza, "methodist")
    with penza.work(actor(penza, "clerk")) as work:
        service.send(work, order, Mailing((), (card,), date(2025, 1, 27)))
    url = f"/people/{card}/leave"
    text = read(web, "admin", url)
    assert "Документы на ознакомление" in text
    assert "направлен сотруднику лично" in text
    assert "Что сделать с «№ 1-оп · Приказ „Об утверждении" in text
    (name,) = re.findall(r'<select name="do:(readings:\d+)"', text)
    base = {"last_day": DAY.isoformat(), "successor": "Примеров Пётр Сергеевич", "ground": "приказ № 20-к"}
    for only, act in (("readings:999999", "hand_on"), (name, "burn"), ("readings:abc", "close")):
        answer = web.post("admin", url, base | {f"do:{only}": act, "only": only})
        assert answer.status_code == 422
        assert "Ничего не выбрано" in answer.get_data(as_text=True)
    answer = web.post("admin", url, base | {f"do:{name}": "hand_on", "only": name})
    assert answer.status_code == 200
    assert "Документ направлен на ознакомление преемнику" in re.sub(
        r"\s+", " ", answer.get_data(as_text=True)
    )
    assert "readings:" not in read(web, "admin", url)
    assert "уволился 22.01.2025, не ознакомившись" in read(web, "clerk", f"/documents/{order}")
    assert "приказ № 20-к" in read(web, "clerk", f"/documents/{order}")
    web("clerk").get("/lang/en")
    assert "left on 22.01.2025 without reading it" in read(web, "clerk", f"/documents/{order}")


def test_orders_under_his_control_are_shown_without_a_button(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    registered(penza, signed_order(penza, {"50": cases["50"]}), RegisterInput(DAY))
    url = f"/people/{card_of(penza, 'chair')}/leave"
    text = read(web, "admin", url)
    assert "Контроль исполнения приказов" in text
    assert "возложить контроль на другого может только приказ об изменении" in text
    assert 'name="do:controls' not in text
    web("admin").get("/lang/en")
    text = read(web, "admin", url)
    assert "only an order that changes it lays the control on another person" in text


def test_without_a_successor_nothing_is_done_and_nothing_typed_is_lost(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    url = f"/people/{card_of(penza, 'secretary')}/leave"
    before = read(web, "admin", url)
    chosen = dict.fromkeys(re.findall(r'<select name="(do:\w+:\d+)"', before), "hand_on")
    (own,) = [name for name in chosen if name.startswith("do:accounts:")]
    (seat,) = [name for name in chosen if name.startswith("do:positions:")]
    typed = {"last_day": penza.read(SYSTEM).today.isoformat(), "successor": "", "ground": "приказ № 20-к"}
    answer = web.post("admin", url, typed | chosen | {own: "close", seat: ""})
    text = re.sub(r"\s+", " ", answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert re.search(r'id="successor-err">.{,200}Укажите преемника', text)
    assert "Что получилось" not in text
    assert "приказ № 20-к" in text
    assert re.search(rf'<select name="{seat}">.*?<option value="" selected>', text)
    assert re.findall(r'<select name="(do:\w+:\d+)"', read(web, "admin", url)) == list(chosen)
    log_in(web.app.test_client(), "secretary")
