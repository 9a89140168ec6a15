"""«И.о. начальника» stands under the order when its date lies in the days of the substitution, and only then."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.errors import Invalid
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service
from app.documents.service import SignatureInput
from tests.integration.access.test_substitutions import on, stand_in
from tests.integration.documents.test_life import DAY, SCAN, look, sent_order, text_of
from tests.people import open_cases


def test_the_order_names_the_acting_head_of_its_date_without_a_second_entry(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = open_cases(system)
    order = sent_order(system, cases)  # drawn up before anybody knew of the illness
    stand_in(system, "chair", "head", since=DAY, until=date(2025, 1, 24), is_acting=True)
    with pytest.raises(Invalid) as refused, system.work(actor(system, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", DAY)], SCAN)
    assert "Показательный" in str(refused.value.fields["signed_on"])
    with system.work(actor(system, "clerk")) as work:
        service.withdraw(work, order, "Подписывает исполняющий обязанности")
        service.send_to_sign(work, order)
        service.sign(work, order, [SignatureInput("head", DAY)], SCAN)
    assert look(system, order).signatures[0].position == "и.о.\u00a0начальника Управления"
    printed = text_of(system, order, "paper").replace("\n", " ")
    assert "И.о. начальника Управления" in printed
    assert "О.Н. Показательный" in printed
    assert "оставляю за собой" in printed.replace(
        "\u00a0", " "
    )  # he is the chair too: not «возложить на» himself
    assert "М.И. Образцова" not in printed


def test_after_the_last_day_the_head_signs_again(penza: Runtime, cases: dict[str, int]) -> None:
    stand_in(penza, "chair", "head", since=DAY, until=date(2025, 1, 24), is_acting=True)
    on(penza, date(2025, 1, 25))
    order = sent_order(penza, cases)  # its clock goes back to the day of the order
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", DAY, 0)], SCAN)
    assert "Показательный" in str(refused.value.fields["person_id"])
    on(penza, date(2025, 1, 25))
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", date(2025, 1, 25))], SCAN)
    assert "Образцова" in str(refused.value.fields["signed_on"]), (
        "the paper names the acting head of its date"
    )
