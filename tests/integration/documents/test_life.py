"""The papers of the plan from the draft to the journal, each step by the person who takes it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.access.scopes import as_system
from app.cases.meetings import edit_meeting, open_meeting
from app.cases.models import Meeting
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import facts, service
from app.documents.docx.rendering import document_text
from app.documents.models import Document, DocumentFile, NumberGap, Registration, Series
from app.documents.queries import get_document
from app.documents.service import HandEntry, Proof, RegisterInput, SignatureInput
from app.documents.verify import findings
from app.jobs.runner import drain
from tests.people import open_cases

SCAN = Proof(b"%PDF-1.4 signed\n%%EOF\n", "Подписанный приказ.pdf")
DAY = date(2025, 1, 22)
PLAN = {
    "title": "план основных мероприятий", "gender": "masculine", "forms": {"accs": "план основных мероприятий"},
    "directions": [
        {
            "title": "научно-методическое сопровождение",
            "items": [
                {"no": 1, "text": "Практикум", "term": "до 15.02.2025", "owner": "МКУ «ЦКО и МОУО» & школы",
                 "result": "Справка", "indicator": None, "participants": None, "risk": "Дефицит", "level": "школьный"}
            ],
        }
    ],
}  # fmt: skip


def later(system: Runtime, day: date) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def drafted(system: Runtime, template: str, case_ids: list[int]) -> int:
    with system.work(SYSTEM) as work:
        for case_id in case_ids:
            document = service.ensure_draft(work, template, get_case(work.session, case_id))
        return document.id


def look(system: Runtime, document_id: int) -> Document:
    session = system.read(SYSTEM).session
    session.rollback()
    session.expire_all()
    return get_document(session, document_id)


def text_of(system: Runtime, document_id: int, copy: str) -> str:
    drain(system)
    row = max((f for f in look(system, document_id).files if f.copy == copy), key=lambda f: f.revision)
    assert row.file is not None, row.trouble
    return document_text(system.ports.storage.get(row.file.sha256)).replace("\u00a0", " ")


def sent_order(system: Runtime, cases: Mapping[str, int], typed: Mapping[str, Any] | None = None) -> int:
    later(system, DAY)
    order = drafted(system, "order_plan", list(cases.values()))
    with system.work(actor(system, "clerk")) as work:
        service.edit(work, order, {"plan": PLAN, **(typed or {})})
        service.send_to_sign(work, order)
    return order


def signed_order(system: Runtime, cases: Mapping[str, int]) -> int:
    order = sent_order(system, cases)
    with system.work(actor(system, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", DAY)], SCAN)
    return order


def registered(system: Runtime, document_id: int, entry: RegisterInput) -> Document:
    with system.work(actor(system, "clerk")) as work:
        service.register(work, document_id, entry)
    return look(system, document_id)


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    return penza_on_both, open_cases(penza_on_both)


def test_order_12_of_the_paper_journal(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    order = signed_order(system, cases)
    drain(system)
    with pytest.raises(Invalid) as refused:
        registered(system, order, RegisterInput(DAY, HandEntry("12-оп", "")))
    assert list(refused.value.fields) == ["reason"]
    by_hand = HandEntry("№ 12-оп", "Журнал до 22.01.2025 вёлся на бумаге")
    document = registered(system, order, RegisterInput(DAY, by_hand))
    assert (document.number, document.dated, document.state) == ("12-оп", DAY, "in_force")
    work = system.read(SYSTEM)
    gap = work.session.scalars(select(NumberGap)).one()
    assert (gap.first, gap.last, gap.reason) == (1, 11, "not_entered")
    assert work.session.scalars(select(Series)).one().counter == 12
    assert list(findings(work.session, system.ports.storage)) == []
    paper, copy = text_of(system, order, "paper"), text_of(system, order, "registered")
    assert "12-оп" not in paper
    assert copy.count("22.01.2025") >= 2  # on the order and in the stamp of its appendix
    assert copy.count("№ 12-оп") == 2
    assert "МКУ «ЦКО и МОУО» & школы" in copy
    assert "М.И. Образцова" in copy
    for case_id in cases.values():
        fact = facts.order_registered(system.read(SYSTEM).session, case_id)
        assert fact.value is True
        assert facts.order_date(system.read(SYSTEM).session, case_id).value == DAY


def test_the_next_order_gets_the_next_number_and_an_odd_date_needs_a_comment(
    penza: Runtime, cases: dict[str, int]
) -> None:
    first = registered(penza, signed_order(penza, cases), RegisterInput(DAY))
    assert first.number == "1-оп"
    second = signed_order(penza, cases)
    with pytest.raises(Invalid) as refused:
        registered(penza, second, RegisterInput(date(2025, 1, 20)))
    assert list(refused.value.fields) == ["comment"]
    assert registered(penza, second, RegisterInput(date(2025, 1, 20), comment="Сдан позже")).number == "2-оп"
    with pytest.raises(Invalid) as refused:
        registered(penza, signed_order(penza, cases), RegisterInput(DAY, HandEntry("2", "ошибка")))
    assert list(refused.value.fields) == ["number"]


def test_an_effect_repeated_leaves_one_draft_and_an_added_case_joins_it(
    penza: Runtime, cases: dict[str, int]
) -> None:
    later(penza, DAY)
    one = drafted(penza, "order_plan", [cases["41"]])
    assert drafted(penza, "order_plan", [cases["41"], cases["50"]]) == one
    assert len(look(penza, one).cases) == 2
    assert [pair["supported"] for pair in look(penza, one).values["pairs"]] == [
        "МБОУ СОШ № 41",
        "МБОУ СОШ № 50",
    ]
    agreements = [drafted(penza, "agreement", [cases[code]]) for code in ("41", "50", "41")]
    assert agreements[0] == agreements[2] != agreements[1]


def test_an_empty_required_field_blocks_by_name(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    order = drafted(penza, "order_plan", [cases["41"]])
    with penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"plan": PLAN, "heading": ""})
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, order)
    assert list(refused.value.fields) == ["heading"]
    assert look(penza, order).state == "draft"


def test_typed_values_stay_when_the_sources_are_read_anew(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    order = drafted(penza, "order_plan", [cases["41"]])
    with penza.work(actor(penza, "clerk")) as work:
        version = service.edit(
            work, order, {"executor.phone": "8 (8412) 00-00-00", "heading": "О плане"}
        ).version
    drafted(penza, "order_plan", [cases["50"]])
    document = look(penza, order)
    assert document.values["executor"]["phone"] == "8 (8412) 00-00-00"
    assert document.title == "Приказ «О плане»"
    assert len(document.values["pairs"]) == 2
    with pytest.raises(Stale), penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"heading": "О другом"}, version)
    with pytest.raises(Invalid), penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"nonsense": "1"})
    with pytest.raises(Forbidden), penza.work(actor(penza, "member1")) as work:
        service.edit(work, order, {"heading": "Не моё"})


def test_the_same_values_give_the_same_file(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent_order(penza, cases)
    drain(penza)
    with penza.work(actor(penza, "clerk")) as work:
        service.withdraw(work, order, "Опечатка")
        service.edit(work, order, {"heading": "Другой"})
        service.edit(work, order, {"heading": None})
        service.send_to_sign(work, order)
    drain(penza)
    hashes = [f.file.sha256 for f in look(penza, order).files if f.file and f.copy == "paper"]
    assert len(hashes) == 2
    assert len(set(hashes)) == 1


def test_the_head_or_the_acting_head_signs(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent_order(penza, cases)
    with penza.work(SYSTEM) as work:
        from app.schools.models import Organisation, Person
        from app.schools.service import appoint

        deputy = work.session.scalars(select(Person).where(Person.surname == "Показательный")).one()
        authority = work.session.scalars(select(Organisation).where(Organisation.kind == "authority")).one()
        appoint(work, deputy, authority, "начальник Управления", since=DAY, forms={"gent": "начальника Управления"},
                is_signatory=True, is_acting=True, until=date(2025, 1, 24))  # fmt: skip
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", DAY)], SCAN)
    assert "Показательный" in str(refused.value.fields["signed_on"])
    with penza.work(actor(penza, "clerk")) as work:
        service.withdraw(work, order, "Подписывает исполняющий обязанности")
        service.send_to_sign(work, order)
        service.sign(work, order, [SignatureInput("head", DAY)], SCAN)
    assert look(penza, order).signatures[0].position == "и.о. начальника Управления".replace(" н", "\u00a0н")
    assert "И.о. начальника Управления" in text_of(penza, order, "paper").replace("\n", " ")


def test_an_order_is_not_signed_before_it_was_sent_for_signing(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent_order(penza, cases)
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", date(2025, 1, 21))], SCAN)
    assert "22.01.2025" in str(refused.value.fields["signed_on"])
    later(penza, date(2025, 1, 24))
    with penza.work(actor(penza, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", DAY)], SCAN)  # noted two days later


def test_a_signature_needs_a_file_that_is_one(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent_order(penza, cases)
    for proof in (Proof(b"", "a.pdf"), Proof(b"MZ", "a.pdf"), Proof(b"text", "a.sig")):
        with pytest.raises(Invalid) as refused, penza.work(actor(penza, "clerk")) as work:
            service.sign(work, order, [SignatureInput("head", DAY)], proof)
        assert list(refused.value.fields) == ["proof"]
    with pytest.raises(Refusal), penza.work(actor(penza, "clerk")) as work:
        service.register(work, order, RegisterInput(DAY))
    with penza.work(actor(penza, "clerk")) as work:
        service.sign(work, order, [SignatureInput("head", DAY)], Proof(b"\x30\x82", "подпись.sig"))
    assert look(penza, order).state == "signed"


def test_minutes_need_chair_and_secretary_and_close_the_meeting(
    penza: Runtime, cases: dict[str, int]
) -> None:
    later(penza, date(2025, 1, 20))
    minutes = drafted(penza, "protocol", [cases["41"], cases["50"]])
    with pytest.raises(Invalid), penza.work(actor(penza, "secretary")) as work:
        service.send_to_sign(work, minutes)  # nobody was marked present
    secretary = actor(penza, "secretary")
    with penza.work(secretary) as work:
        meeting = work.session.scalars(select(Meeting)).one()
        people = [actor(penza, name).person_id for name in ("chair", "secretary", "member1")]
        edit_meeting(work, meeting, meeting.version, {"present": people})
    with pytest.raises(Refusal), penza.work(secretary) as work:
        service.send_to_sign(work, minutes)  # the sources changed: the draft must be looked at once more
    with penza.work(secretary) as work:
        service.refresh(work, minutes)
        service.send_to_sign(work, minutes)
    session = penza.read(SYSTEM).session
    fact = facts.protocol_signed(session, cases["41"])
    assert fact.value is False
    assert len(fact.items) == 2
    with penza.work(secretary) as work:
        service.sign(work, minutes, [SignatureInput("secretary", date(2025, 1, 20))], SCAN)
    assert look(penza, minutes).state == "to_sign"
    with penza.work(secretary) as work:
        service.sign(work, minutes, [SignatureInput("chair", date(2025, 1, 20))], SCAN)
    assert facts.protocol_signed(penza.read(SYSTEM).session, cases["50"]).value is True
    assert facts.protocol_signed(penza.read(SYSTEM).session, cases["co1"]).value is False
    document = registered(penza, minutes, RegisterInput(date(2025, 1, 20)))
    assert document.number == "1"
    text = text_of(penza, minutes, "registered")
    assert "Присутствуют 3 из 4 членов координационной группы. Кворум имеется." in text
    with penza.work(SYSTEM) as work:  # a new decision opens a new meeting with minutes of its own
        assert open_meeting(work, get_case(work.session, cases["co1"]).programme).number == 2


def test_an_agreement_bears_the_numbers_of_two_journals(penza: Runtime, cases: dict[str, int]) -> None:
    order = registered(penza, signed_order(penza, cases), RegisterInput(DAY))
    later(penza, date(2025, 1, 27))
    agreement = drafted(penza, "agreement", [cases["41"]])
    with penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, agreement)
        service.sign(
            work, agreement,
            [SignatureInput("curator", date(2025, 1, 27)), SignatureInput("supported", date(2025, 1, 27))], SCAN,
        )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        registered(penza, agreement, RegisterInput(date(2025, 1, 27), numbers={"curator": "7"}))
    assert list(refused.value.fields) == ["supported_number"]
    document = registered(
        penza, agreement, RegisterInput(date(2025, 1, 27), numbers={"curator": "7", "supported": "3/25"})
    )
    assert (document.number, document.state) == ("7, 3/25", "in_force")
    text = text_of(penza, agreement, "registered")
    assert f"приказом Управления образования города Пензы от 22.01.2025 № {order.number}" in text
    assert "№ 3/25" in text
    assert "действующей на основании Устава" in text
    assert list(findings(penza.read(SYSTEM).session, penza.ports.storage)) == []


def test_an_agreement_that_came_into_force_elsewhere_is_printed_so(
    penza: Runtime, cases: dict[str, int]
) -> None:
    later(penza, date(2025, 1, 27))
    day = date(2025, 1, 27)
    with penza.work(SYSTEM) as work:
        from app.documents.proofs import keep_proof

        case = get_case(work.session, cases["41"])
        scan = keep_proof(work, SCAN, programme_id=case.programme_id)
        work.session.flush()
        for _twice in range(2):
            penza.ports.effects["documents.agreement_in_force"](
                work, case,
                {"signed": {"curator": day, "supported": day}, "scan": scan.id, "dated": day,
                 "numbers": {"curator": "7", "supported": "12"}},
            )  # fmt: skip
    assert facts.agreement_registered(penza.read(SYSTEM).session, cases["41"]).value is True
    drain(penza)
    assert list(findings(penza.read(SYSTEM).session, penza.ports.storage)) == []


def test_an_annulled_line_stays_and_its_number_is_spent(penza: Runtime, cases: dict[str, int]) -> None:
    order = registered(penza, signed_order(penza, cases), RegisterInput(DAY))
    with penza.work(actor(penza, "clerk")) as work:
        line = work.session.scalars(select(Registration)).one()
        with pytest.raises(Invalid):
            service.annul(work, line.id, " ")
        service.annul(work, line.id, "Зарегистрирован по ошибке")
    assert look(penza, order.id).state == "signed"
    assert registered(penza, order.id, RegisterInput(DAY)).number == "2-оп"
    assert list(findings(penza.read(SYSTEM).session, penza.ports.storage)) == []
    drain(penza)
    assert "№ 2-оп" in text_of(penza, order.id, "registered")


def test_a_school_sees_papers_about_it_once_they_are_sent(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    order = drafted(penza, "order_plan", [cases["41"]])

    def seen(username: str) -> bool:
        session = penza.read(actor(penza, username)).session
        try:
            return get_document(session, order) is not None
        except NotFound:
            return False

    assert not seen("director41")
    with penza.work(actor(penza, "clerk")) as work:
        service.edit(work, order, {"plan": PLAN})
        service.send_to_sign(work, order)
    drain(penza)
    assert seen("director41")
    assert seen("curator66")
    assert not seen("director50")
    assert not seen("admin")


def test_verify_finds_an_altered_value_a_lost_number_and_a_changed_file(
    penza: Runtime, cases: dict[str, int]
) -> None:
    order = registered(penza, signed_order(penza, cases), RegisterInput(DAY, HandEntry("12", "с бумаги")))
    drain(penza)
    session = penza.read(SYSTEM).session
    with penza.work(SYSTEM) as work, as_system(work.session):
        session.delete(session.scalars(select(NumberGap)).one())
        document = session.scalars(select(Document)).one()
        document.values = {**document.values, "heading": "Другое"}
        series = session.scalars(select(Series)).one()
        series.counter = 20
        row = session.scalars(select(DocumentFile).where(DocumentFile.document_id == order.id)).first()
        assert row is not None
        assert row.file is not None
        row.file.sha256 = "0" * 64
    told = "\n".join(findings(penza.read(SYSTEM).session, penza.ports.storage))
    assert "altered" in told
    assert "the counter says 20" in told
    assert "missing without an explanation" in told
    assert "is not in the storage" in told


def test_two_clerks_at_once_never_get_one_number(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    orders = [signed_order(system, {code: cases[code]}) for code in ("41", "50", "co1", "oshi1")]
    clerk = actor(system, "clerk")

    def give(order: int) -> str:
        try:
            with system.work(clerk) as work:
                return service.register(work, order, RegisterInput(DAY)).number
        finally:
            system.database.session.remove()

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(give, orders))
    assert numbers == ["1-оп", "2-оп", "3-оп", "4-оп"]
    drain(system)
    assert list(findings(system.read(SYSTEM).session, system.ports.storage)) == []


def test_the_agreement_signed_on_the_page_of_curation_is_printed_with_both_numbers(
    penza: Runtime, cases: dict[str, int]
) -> None:
    from app.curation import service as curation
    from app.curation import signing as schools
    from app.curation.rules import Side

    day = date(2025, 1, 27)
    later(penza, day)
    agreement = drafted(penza, "agreement", [cases["41"]])
    with penza.work(actor(penza, "clerk")) as work:
        terms = curation.AgreementTerms(dated=day, place="г. Пенза", since=day, until=date(2025, 12, 31))
        curation.prepare(work, cases["41"], terms)
        curation.send_to_sign(work, cases["41"])
    for username, side, number in (("curator66", Side.curator, "Д-14"), ("director41", Side.school, "3/25")):
        with penza.work(actor(penza, username)) as work:
            schools.register_number(work, cases["41"], side, schools.JournalNumber(number, day))
            schools.sign(work, cases["41"], side, schools.Signature(day))
    with penza.work(actor(penza, "clerk")) as work:
        schools.attach_scan(work, cases["41"], SCAN.data, SCAN.name)
    document = look(penza, agreement)
    assert (document.state, document.number) == ("in_force", "Д-14, 3/25")
    text = text_of(penza, agreement, "registered")
    assert "№ Д-14" in text
    assert "27 января 2025 г." in text
    assert list(findings(penza.read(SYSTEM).session, penza.ports.storage)) == []
