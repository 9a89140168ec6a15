"""The counter of the journal: leaps, slips taken back, reserved numbers, and what an annulment does to its paper."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.access.scopes import as_system
from app.audit.models import AuditDetail, AuditRecord
from app.cases.models import Case, CaseStatus
from app.core.actor import SYSTEM
from app.core.errors import Invalid, Refusal, Stale
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from app.documents import register_page, service
from app.documents.models import Document, NumberGap, Registration, Series
from app.documents.numbering import SeriesKey
from app.documents.queries import file_of, get_document
from app.documents.service import HandEntry, RegisterInput
from app.documents.verify import findings
from app.jobs.runner import drain
from tests.integration.documents.test_life import (
    DAY,
    PLAN,
    drafted,
    later,
    look,
    registered,
    sent_order,
    signed_order,
    text_of,
)

WHY = "Номер присвоен на бумаге"


@pytest.fixture
def orders(penza: Runtime, cases: dict[str, int]) -> list[int]:
    """Four signed orders, one about each school."""
    return [signed_order(penza, {code: cases[code]}) for code in ("41", "50", "co1", "oshi1")]


def by_hand(number: str, *, confirmed: bool = False) -> RegisterInput:
    return RegisterInput(DAY, HandEntry(number, WHY, confirmed))


def annulled(
    system: Runtime, document_id: int, *, was_slip: bool = False, version: int | None = None
) -> None:
    with system.work(actor(system, "clerk")) as work:
        document = get_document(work.session, document_id)
        line = next(line for line in document.lines if line.annulled_at is None)
        service.annul(work, line.id, "Ошибка в номере", version, was_slip=was_slip)
    system.database.session.remove()


def journal(system: Runtime) -> tuple[int, list[str]]:
    """The counter and the numbers of the page, in its order."""
    system.database.session.remove()
    work = system.read(SYSTEM)
    series = work.session.scalars(select(Series).where(Series.kind == "order")).one()
    return series.counter, [row.numbers for row in register_page.rows(work.session, series)]


def whole(system: Runtime) -> list[str]:
    system.database.session.remove()
    return list(findings(system.read(SYSTEM).session, system.ports.storage))


def test_a_slip_of_the_hand_is_not_a_number(penza: Runtime, orders: list[int]) -> None:
    for number in ("999999", "10000"):
        with pytest.raises(Invalid) as refused:
            registered(penza, orders[0], by_hand(number, confirmed=True))
        assert list(refused.value.fields) == ["number"]
    assert registered(penza, orders[0], by_hand("100")).number == "100-оп"
    with pytest.raises(Invalid) as refused:
        registered(penza, orders[1], by_hand("201"))
    assert list(refused.value.fields) == ["leap"]
    assert "с 101 по 200" in refused.value.fields["leap"].in_("ru")  # type: ignore[union-attr]
    assert registered(penza, orders[1], by_hand("201", confirmed=True)).number == "201-оп"
    assert journal(penza) == (201, ["1–99", "100-оп", "101–200", "201-оп"])
    assert whole(penza) == []


def test_a_series_that_is_full_says_so_and_opens(penza: Runtime, orders: list[int]) -> None:
    registered(penza, orders[0], by_hand("12"))
    with penza.work(SYSTEM) as work, as_system(work.session):
        work.session.scalars(select(Series)).one().counter = 999_999
    work = penza.read(actor(penza, "clerk"))
    assert service.preview_number(work, get_document(work.session, orders[1]), DAY) == ""
    with pytest.raises(Invalid):
        registered(penza, orders[1], RegisterInput(DAY))
    assert registered(penza, orders[1], by_hand("13")).number == "13-оп"  # below the counter there is room
    assert journal(penza)[1] == ["1–11", "12-оп", "13-оп", "14–999999"]


def test_a_slip_annulled_at_once_gives_the_counter_back_and_its_number_stays_taken(
    penza: Runtime, orders: list[int]
) -> None:
    registered(penza, orders[0], by_hand("12"))
    registered(penza, orders[1], by_hand("130", confirmed=True))
    annulled(penza, orders[1], was_slip=True)
    assert journal(penza) == (12, ["1–11", "12-оп", "130-оп"])
    assert whole(penza) == []
    assert registered(penza, orders[1], RegisterInput(DAY)).number == "13-оп"
    with pytest.raises(Invalid) as refused:
        registered(penza, orders[2], by_hand("130", confirmed=True))
    assert list(refused.value.fields) == ["number"]
    assert registered(penza, orders[2], by_hand("129", confirmed=True)).number == "129-оп"
    assert registered(penza, orders[3], RegisterInput(DAY)).number == "131-оп"  # 130 is stepped over
    assert journal(penza) == (131, ["1–11", "12-оп", "13-оп", "14–128", "129-оп", "130-оп", "131-оп"])
    assert whole(penza) == []


def test_the_counter_stays_when_numbers_were_given_on_paper_or_since(
    penza: Runtime, orders: list[int]
) -> None:
    registered(penza, orders[0], by_hand("12"))
    annulled(penza, orders[0])  # the wrong paper, but 1–11 are of the paper journal
    assert registered(penza, orders[0], RegisterInput(DAY)).number == "13-оп"
    registered(penza, orders[1], by_hand("40"))
    assert registered(penza, orders[2], RegisterInput(DAY)).number == "41-оп"
    with pytest.raises(Refusal):
        annulled(penza, orders[1], was_slip=True)
    annulled(penza, orders[1])
    assert journal(penza)[0] == 41
    assert whole(penza) == []


def test_an_annulment_is_told_in_the_case_and_its_copy_is_no_longer_the_papers(
    penza: Runtime, cases: dict[str, int], orders: list[int]
) -> None:
    order = orders[0]
    document = registered(penza, order, RegisterInput(DAY))
    drain(penza)
    assert file_of(look(penza, order), "registered") is not None
    with pytest.raises(Stale):
        annulled(penza, order, version=document.version - 1)
    annulled(penza, order, version=document.version)
    document = look(penza, order)
    assert (document.state, document.number, document.dated) == ("signed", "", None)
    assert document.version > 1
    assert file_of(document, "registered") is None
    told = (
        penza.read(SYSTEM)
        .session.scalars(select(AuditRecord).where(AuditRecord.tag == "document:annul"))
        .all()
    )
    assert [(record.case_id, record.data["number"]) for record in told] == [(cases["41"], "1-оп")]
    registered(penza, order, RegisterInput(DAY))
    assert file_of(look(penza, order), "registered") is None  # not printed yet, and the old one is not shown
    assert "№ 2-оп" in text_of(penza, order, "registered")
    copy = file_of(look(penza, order), "registered")
    assert copy is not None
    assert copy.file is not None
    assert "2-оп" in copy.file.name


def test_a_copy_of_an_annulled_number_is_not_printed(penza: Runtime, orders: list[int]) -> None:
    registered(penza, orders[0], RegisterInput(DAY))
    annulled(penza, orders[0])
    drain(penza)
    assert [file.copy for file in look(penza, orders[0]).files] == ["paper"]


def test_a_cancelled_order_is_not_signed_again_by_an_annulment(penza: Runtime, orders: list[int]) -> None:
    registered(penza, orders[0], RegisterInput(DAY))
    with penza.work(SYSTEM) as work, as_system(work.session):
        work.session.scalars(select(Document).where(Document.id == orders[0])).one().state = "cancelled"
    with pytest.raises(Refusal):
        annulled(penza, orders[0])


def reserve(work: Work, purpose: str, until: date) -> int:
    from app.documents import journal as entries
    from app.documents.reservations import reserve as keep

    office = work.session.scalars(select(Document)).first().programme.authority_id  # type: ignore[union-attr]
    series = entries.lock_series(work, SeriesKey.on(office, "order", "-оп", DAY))
    return keep(work, series, purpose, until=until).id


def test_a_reserved_number_is_given_to_its_paper(penza: Runtime, orders: list[int]) -> None:
    clerk = actor(penza, "clerk")
    with penza.work(clerk) as work:
        kept = reserve(work, "приказ о кураторах", date(2025, 2, 1))
        short = reserve(work, "приказ о школе № 50", DAY)
    assert registered(penza, orders[0], RegisterInput(DAY)).number == "3-оп"
    work = penza.read(clerk)
    document = get_document(work.session, orders[1])
    assert [gap.id for gap in service.open_reservations(work, document, DAY)] == [kept, short]
    assert registered(penza, orders[1], RegisterInput(DAY, reservation_id=kept)).number == "1-оп"
    penza.database.session.remove()
    used = penza.read(SYSTEM).session.scalars(select(NumberGap).where(NumberGap.id == kept)).one()
    assert used.reason == "used"
    later(penza, date(2025, 1, 23))
    for wrong in (kept, short, 0, 999):  # used up, its day has passed, none, none
        with pytest.raises(Invalid) as refused:
            registered(penza, orders[2], RegisterInput(date(2025, 1, 23), reservation_id=wrong))
        assert list(refused.value.fields) == ["reservation"]
    assert journal(penza) == (3, ["1-оп", "2", "3-оп"])
    assert whole(penza) == []


def test_what_a_refreshed_draft_said_before_is_kept(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    order = drafted(penza, "order_plan", [cases["41"]])
    with penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"plan": PLAN})
    was = look(penza, order).values["place"]
    with penza.work(SYSTEM) as work:
        programme = get_document(work.session, order).programme
        programme.settings = {**programme.settings, "place": {"value": "г. Кузнецк"}}
    with penza.work(actor(penza, "clerk")) as work:
        service.refresh(work, order)
    with penza.work(actor(penza, "clerk")) as work:
        service.refresh(work, order)  # nothing differs, nothing is noted
    session = penza.read(SYSTEM).session
    last = session.scalars(
        select(AuditRecord).where(AuditRecord.tag == "document:refresh").order_by(AuditRecord.id)
    ).all()[-1]
    assert "values.place" in last.data["fields"]
    assert last.data["revision"] == look(penza, order).revision
    kept = session.scalars(select(AuditDetail).where(AuditDetail.record_id == last.id)).one()
    assert kept.values["values_place"] == {"old": was, "new": "г. Кузнецк"}


def test_no_draft_is_begun_for_a_case_that_is_over(penza: Runtime, cases: dict[str, int]) -> None:
    for status in (CaseStatus.closed, CaseStatus.cancelled, CaseStatus.suspended):
        with penza.work(SYSTEM) as work:
            work.session.scalars(select(Case).where(Case.id == cases["41"])).one().status = status
        with pytest.raises(Refusal), penza.work(actor(penza, "clerk")) as work:
            service.draft(work, "order_plan", [cases["50"], cases["41"]])
        penza.database.session.remove()
    assert penza.read(SYSTEM).session.scalars(select(Document)).all() == []


def test_withdrawing_checks_what_the_person_saw(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent_order(penza, {"41": cases["41"]})
    version = look(penza, order).version
    with pytest.raises(Stale), penza.work(actor(penza, "clerk")) as work:
        service.withdraw(work, order, "Опечатка", version - 1)
    with penza.work(actor(penza, "clerk")) as work:
        assert service.withdraw(work, order, "Опечатка", version).is_draft
    assert penza.read(SYSTEM).session.scalars(select(Registration)).all() == []
