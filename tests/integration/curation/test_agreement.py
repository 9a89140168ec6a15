"""An agreement from the draft to its end, by the people who take each step."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.curation import facts, service
from app.curation.queries import current_agreement
from app.curation.rules import Side
from app.curation.service import AgreementTerms, JournalNumber, Signature
from app.curation.values import agreement_values
from app.demo.penza import actor

PDF = b"%PDF-1.4\n%%EOF\n"
DAY = date(2025, 1, 27)
TERMS = AgreementTerms(dated=DAY, place="г. Пенза", since=DAY, until=date(2025, 12, 31))


@pytest.fixture
def system(penza: Runtime) -> Runtime:
    assert isinstance(penza.clock, FixedClock)
    return penza


def later(system: Runtime, day: date) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def prepared(system: Runtime, case_id: int) -> None:
    later(system, date(2025, 1, 28))
    with system.work(actor(system, "clerk")) as work:
        service.prepare(work, case_id, TERMS)
        service.send_to_sign(work, case_id)


def in_force(system: Runtime, case_id: int, curator: str, director: str, numbers: tuple[str, str]) -> None:
    prepared(system, case_id)
    with system.work(actor(system, curator)) as work:
        service.register_number(work, case_id, Side.curator, JournalNumber(numbers[0], DAY))
        service.sign(work, case_id, Side.curator, Signature(DAY))
    with system.work(actor(system, director)) as work:
        service.register_number(work, case_id, Side.school, JournalNumber(numbers[1], DAY))
        service.sign(work, case_id, Side.school, Signature(DAY))
        service.attach_scan(work, case_id, PDF, "Договор.pdf")


def test_it_comes_into_force_by_itself_once_all_is_there(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    session = system.read(actor(system, "methodist")).session
    assert facts.agreement_in_force(session, case_id).items == (
        "подпись МБОУ СОШ № 66", "подпись МБОУ СОШ № 41", "номер МБОУ СОШ № 66", "номер МБОУ СОШ № 41",
        "скан подписанного договора",
    )  # fmt: skip
    in_force_case = cases["50"]
    in_force(system, in_force_case, "curator51", "director50", ("14", "7/2025"))
    session = system.read(actor(system, "methodist")).session
    assert facts.agreement_in_force(session, in_force_case).value is True
    assert facts.agreement_until(session, in_force_case).value == date(2025, 12, 31)
    assert facts.term_covers_plan(session, in_force_case).value is True
    agreement = current_agreement(session, in_force_case)
    assert agreement is not None
    assert agreement.side("curator").signed_by == "Эталонова\u00a0И.О."


def test_without_an_agreement_nothing_is_known(system: Runtime, cases: dict[str, int]) -> None:
    session = system.read(actor(system, "methodist")).session
    for name in ("agreement_in_force", "agreement_until", "term_covers_plan", "visits_reported"):
        assert getattr(facts, name)(session, cases["41"]).value is None


def test_signatures_without_a_scan_do_not_count(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    with system.work(actor(system, "curator66")) as work:
        service.sign(work, case_id, Side.curator, Signature(DAY))
    with system.work(actor(system, "director41")) as work:
        assert service.sign(work, case_id, Side.school, Signature(DAY)).state == "to_sign"
        assert service.attach_scan(work, case_id, PDF, "скан.pdf").state == "signed"


def test_nobody_signs_for_the_other_school(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    for username, side in (("curator66", Side.school), ("director41", Side.curator), ("clerk", Side.curator)):
        with pytest.raises(Forbidden), system.work(actor(system, username)) as work:
            service.sign(work, case_id, side, Signature(DAY))
    with pytest.raises(NotFound), system.work(actor(system, "curator51")) as work:
        service.sign(work, case_id, Side.curator, Signature(DAY))


def test_one_number_never_stands_twice_in_one_journal_of_a_year(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    in_force(system, case_id, "curator66", "director41", ("12А", "3"))
    with system.work(actor(system, "clerk")) as work:
        service.terminate(work, case_id, DAY, "Учебный пример")
    prepared(system, case_id)
    with pytest.raises(Invalid) as refused, system.work(actor(system, "curator66")) as work:
        service.register_number(work, case_id, Side.curator, JournalNumber("№ 12 а", DAY))
    assert "number" in refused.value.fields
    with system.work(actor(system, "curator66")) as work:
        service.register_number(work, case_id, Side.curator, JournalNumber("12б", DAY))
    with system.work(actor(system, "director41")) as work:  # the other school has a journal of its own
        service.register_number(work, case_id, Side.school, JournalNumber("12А", DAY))


def test_a_date_before_the_order_asks_for_a_comment(system: Runtime, cases: dict[str, int]) -> None:
    later(system, date(2025, 2, 3))
    system.ports.facts[service.ORDER_DATE] = lambda session, case_id: Fact(date(2025, 1, 28))
    with pytest.raises(Invalid) as refused, system.work(actor(system, "clerk")) as work:
        service.prepare(work, cases["41"], TERMS)
    assert set(refused.value.fields) == {"date_comment"}
    explained = AgreementTerms(**{**vars(TERMS), "date_comment": "Подписан заранее, приказ задержан"})
    with system.work(actor(system, "clerk")) as work:
        assert service.prepare(work, cases["41"], explained).state == "draft"


def test_a_curator_that_is_itself_supported_is_refused(system: Runtime, cases: dict[str, int]) -> None:
    from app.cases.models import Case

    with system.work(actor(system, "methodist")) as work:
        case = work.session.get_one(Case, cases["41"])
        case.curator_id = work.session.get_one(Case, cases["50"]).school_id
    with pytest.raises(Refusal, match="№ 50"), system.work(actor(system, "clerk")) as work:
        service.prepare(work, cases["41"], TERMS)


def test_what_was_signed_is_not_changed_but_may_be_taken_back(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    with system.work(actor(system, "curator66")) as work:
        service.sign(work, case_id, Side.curator, Signature(DAY))
    with pytest.raises(Refusal), system.work(actor(system, "clerk")) as work:
        service.prepare(work, case_id, TERMS)
    with system.work(actor(system, "clerk")) as work:
        agreement = service.take_back(work, case_id, "Ошибка в сроке")
        assert agreement.state == "draft"
        assert agreement.side("curator").signed_on is None
        changed = service.prepare(work, case_id, AgreementTerms(**{**vars(TERMS), "visits_planned": 5}))
        assert changed.visits_planned == 5


def test_a_form_filled_from_an_older_agreement_is_refused(system: Runtime, cases: dict[str, int]) -> None:
    prepared(system, cases["41"])
    with pytest.raises(Stale), system.work(actor(system, "clerk")) as work:
        service.prepare(work, cases["41"], TERMS, expected_version=1)


def test_it_expires_on_the_day_after_its_term(system: Runtime, cases: dict[str, int]) -> None:
    from app.core.actor import SYSTEM

    case_id = cases["41"]
    in_force(system, case_id, "curator66", "director41", ("14", "7/2025"))
    later(system, date(2025, 12, 31))
    with system.work(SYSTEM) as work:
        assert service.expire_due(work) == 0
    later(system, date(2026, 1, 1))
    with system.work(SYSTEM) as work:
        assert service.expire_due(work) == 1
        assert facts.agreement_in_force(work.session, case_id).value is False


def test_the_paper_names_both_directors_in_their_cases(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    with system.work(actor(system, "clerk")) as work:
        agreement = current_agreement(work.session, case_id)
        assert agreement is not None
        values = agreement_values(work, [agreement.case])
    assert values["ends"] == date(2025, 12, 31)
    assert values["curator"]["director"]["position"]["forms"]["gent"] == "директора"
    assert values["supported"]["director"]["forms"]["gent"] == "Тестовой Людмилы Фёдоровны"
    assert values["supported"]["number"] is None
