"""An agreement from the draft to its end, by the people who take each step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.audit.models import AuditRecord
from app.audit.queries import history_of
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.i18n import in_locale
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.curation import checks, facts, service, signing, verify
from app.curation.queries import current_agreement
from app.curation.rules import Side
from app.curation.service import AgreementTerms
from app.curation.signing import AGREEMENT_PRINTED, JournalNumber, SideInput, Signature
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
    signed_by_both(system, case_id, curator, director, numbers)


def signed_by_both(
    system: Runtime, case_id: int, curator: str, director: str, numbers: tuple[str, str]
) -> None:
    with system.work(actor(system, curator)) as work:
        signing.register_number(work, case_id, Side.curator, JournalNumber(numbers[0], DAY))
        signing.sign(work, case_id, Side.curator, Signature(DAY))
    with system.work(actor(system, director)) as work:
        signing.register_number(work, case_id, Side.school, JournalNumber(numbers[1], DAY))
        signing.sign(work, case_id, Side.school, Signature(DAY))
        signing.attach_scan(work, case_id, PDF, "Договор.pdf")


def test_it_comes_into_force_by_itself_once_all_is_there(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    session = system.read(actor(system, "methodist")).session
    assert facts.agreement_in_force(session, case_id).items == (
        "подписи МБОУ СОШ № 66", "подписи МБОУ СОШ № 41", "номера МБОУ СОШ № 66", "номера МБОУ СОШ № 41",
        "скана подписанного договора",
    )  # fmt: skip
    with in_locale("en"):  # inside an English sentence
        assert facts.agreement_in_force(session, case_id).items[-1] == "scan of the signed agreement"
    in_force_case = cases["50"]
    in_force(system, in_force_case, "curator51", "director50", ("14", "7/2025"))
    session = system.read(actor(system, "methodist")).session
    assert facts.agreement_in_force(session, in_force_case).value is True
    assert facts.agreement_until(session, in_force_case).value == date(2025, 12, 31)
    begins = facts.agreement_begins(session, in_force_case)
    assert begins.value == current_agreement(session, in_force_case).since
    assert set(begins.items) == {"№ 14", "№ 7/2025"}
    assert facts.term_covers_plan(session, in_force_case).value is True
    agreement = current_agreement(session, in_force_case)
    assert agreement is not None
    assert agreement.side("curator").signed_by == "Эталонова\u00a0И.О."


def test_a_short_agreement_is_told_in_words(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["50"]
    in_force(system, case_id, "curator51", "director50", ("14", "7/2025"))
    session = system.read(SYSTEM).session
    agreement = current_agreement(session, case_id)
    assert agreement is not None
    agreement.until = date(2025, 6, 30)
    told = facts.term_covers_plan(session, case_id)
    for locale, words in (
        ("ru", "Договор действует по 30.06.2025, а поддержка школы рассчитана по "),
        ("en", "The agreement runs until 30.06.2025, the support of the school until "),
    ):
        with in_locale(locale):
            assert str(told.text).startswith(words)
    assert told.value is False
    session.rollback()


def test_without_an_agreement_nothing_is_known(system: Runtime, cases: dict[str, int]) -> None:
    session = system.read(actor(system, "methodist")).session
    for name in (
        "agreement_in_force", "agreement_until", "agreement_begins", "term_covers_plan", "visits_reported",
    ):  # fmt: skip
        assert getattr(facts, name)(session, cases["41"]).value is None


def test_signatures_without_a_scan_do_not_count(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    with system.work(actor(system, "curator66")) as work:
        signing.sign(work, case_id, Side.curator, Signature(DAY))
    with system.work(actor(system, "director41")) as work:
        assert signing.sign(work, case_id, Side.school, Signature(DAY)).state == "to_sign"
        assert signing.attach_scan(work, case_id, PDF, "скан.pdf").state == "signed"


def test_nobody_signs_for_the_other_school(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    for username, side in (("curator66", Side.school), ("director41", Side.curator), ("clerk", Side.curator)):
        with pytest.raises(Forbidden), system.work(actor(system, username)) as work:
            signing.sign(work, case_id, side, Signature(DAY))
    with pytest.raises(NotFound), system.work(actor(system, "curator51")) as work:
        signing.sign(work, case_id, Side.curator, Signature(DAY))


def test_one_number_never_stands_twice_in_one_journal_of_a_year(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    in_force(system, case_id, "curator66", "director41", ("12А", "3"))
    with system.work(actor(system, "clerk")) as work:
        service.terminate(work, case_id, DAY, "Учебный пример")
    prepared(system, case_id)
    with pytest.raises(Invalid) as refused, system.work(actor(system, "curator66")) as work:
        signing.register_number(work, case_id, Side.curator, JournalNumber("№ 12 а", DAY))
    assert "number" in refused.value.fields
    with system.work(actor(system, "curator66")) as work:
        signing.register_number(work, case_id, Side.curator, JournalNumber("12б", DAY))
    with system.work(actor(system, "director41")) as work:  # the other school has a journal of its own
        signing.register_number(work, case_id, Side.school, JournalNumber("12А", DAY))


def test_a_date_before_the_order_asks_for_a_comment(system: Runtime, cases: dict[str, int]) -> None:
    later(system, date(2025, 2, 3))
    system.ports.facts[checks.ORDER_DATE] = lambda session, case_id: Fact(date(2025, 1, 28))
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
        signing.sign(work, case_id, Side.curator, Signature(DAY))
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


def test_an_additional_agreement_sets_another_last_day(system: Runtime, cases: dict[str, int]) -> None:
    in_force(system, cases["41"], "curator66", "director41", ("9", "4"))
    with system.work(actor(system, "clerk")) as work:
        effect = work.ports.effects["curation.agreement_prolonged"]
        effect(work, get_case(work.session, cases["41"]), {"until": date(2026, 5, 31)})
    agreement = current_agreement(system.read(SYSTEM).session, cases["41"])
    assert agreement is not None
    assert (agreement.until, agreement.state) == (date(2026, 5, 31), "in_force")
    later(system, date(2026, 3, 2))
    with system.work(SYSTEM) as work:
        assert service.expire_due(work) == 0


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


AS_SIGNED = SideInput("14", DAY, DAY, "Эталонова И.О.")


def stands(system: Runtime, case_id: int) -> list[tuple[object, ...]]:
    agreement = current_agreement(system.read(actor(system, "methodist")).session, case_id)
    assert agreement is not None
    return [
        (agreement.scan_id, s.side, s.number, s.registered_on, s.signed_on, s.signed_by)
        for s in agreement.sides
    ]


def test_in_force_nobody_changes_number_signature_or_scan(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["50"]
    in_force(system, case_id, "curator51", "director50", ("14", "7/2025"))
    before = stands(system, case_id)
    for act in (
        lambda work: signing.register_number(work, case_id, Side.curator, JournalNumber("777", DAY)),
        lambda work: signing.sign(work, case_id, Side.curator, Signature(DAY, "Кто-то Другой")),
        lambda work: signing.attach_scan(work, case_id, PDF + b"1", "другой.pdf"),
        lambda work: signing.enter_side(work, case_id, Side.curator, SideInput("777", DAY, DAY)),
    ):
        with (
            pytest.raises(Refusal, match="Договор действует"),
            system.work(actor(system, "curator51")) as work,
        ):
            act(work)
    assert stands(system, case_id) == before


def test_in_force_the_office_corrects_openly_and_with_a_reason(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["50"]
    in_force(system, case_id, "curator51", "director50", ("14", "7/2025"))
    mended = replace(AS_SIGNED, signed_by="Заместитель И.О.", scan=PDF + b"1", scan_name="другой.pdf")
    with pytest.raises(Forbidden), system.work(actor(system, "curator51")) as work:
        signing.correct_in_force(work, case_id, Side.curator, mended, "Подписал заместитель")
    for data, reason in (
        (mended, " "),
        (replace(mended, number="15"), "Описка"),
        (replace(mended, number=""), "х"),
    ):
        with pytest.raises(Invalid), system.work(actor(system, "clerk")) as work:
            signing.correct_in_force(work, case_id, Side.curator, data, reason)
    with pytest.raises(Stale), system.work(actor(system, "clerk")) as work:
        signing.correct_in_force(work, case_id, Side.curator, mended, "Подписал заместитель", 1)
    with system.work(actor(system, "clerk")) as work:
        agreement = signing.correct_in_force(work, case_id, Side.curator, mended, "Подписал заместитель")
        assert agreement.state == "in_force"
        key, side = agreement.id, agreement.side("curator").id
        assert agreement.scan is not None
    history = history_of(
        system.read(actor(system, "methodist")), ("agreements", [key]), ("agreement_sides", [side])
    )
    assert [entry["note"] for entry in history if entry["note"]] == ["Подписал заместитель"]
    (change,) = history[2]["changes"]
    assert change[1:] == ("Эталонова\u00a0И.О.", "Заместитель И.О.")
    with pytest.raises(Invalid, match="Ничего"), system.work(actor(system, "clerk")) as work:
        signing.correct_in_force(
            work, case_id, Side.curator, replace(mended, scan=None, signed_by="Заместитель И.О."), "Ещё раз"
        )


def test_a_number_no_paper_bears_yet_is_corrected_in_force(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["50"]
    system.ports.effects.pop(AGREEMENT_PRINTED)  # the paper could not be printed
    in_force(system, case_id, "curator51", "director50", ("14", "7/2025"))
    with system.work(actor(system, "methodist")) as work:
        agreement = signing.correct_in_force(
            work, case_id, Side.curator, replace(AS_SIGNED, number="41"), "Цифры переставлены"
        )
        assert agreement.side("curator").number == "41"


@pytest.mark.parametrize("status", ["closed", "cancelled", "suspended"])
def test_a_case_that_is_not_running_takes_no_agreement(
    system: Runtime, cases: dict[str, int], status: str
) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    with system.work(SYSTEM) as work:
        get_case(work.session, case_id).status = status
        get_case(work.session, cases["50"]).status = status
    for username, act in (
        ("clerk", lambda work: service.prepare(work, cases["50"], TERMS)),
        ("clerk", lambda work: service.take_back(work, case_id, "Ошибка")),
        (
            "curator66",
            lambda work: signing.register_number(work, case_id, Side.curator, JournalNumber("1", DAY)),
        ),
        ("curator66", lambda work: signing.sign(work, case_id, Side.curator, Signature(DAY))),
        ("curator66", lambda work: signing.enter_side(work, case_id, Side.curator, AS_SIGNED)),
        ("clerk", lambda work: signing.attach_scan(work, case_id, PDF, "скан.pdf")),
    ):
        with pytest.raises(Refusal), system.work(actor(system, username)) as work:
            act(work)
    ended: list[object] = []
    system.ports.effects[service.AGREEMENT_OVER] = lambda work, case, params: ended.append(params["reason"])
    with system.work(actor(system, "clerk")) as work:  # what is left over can be ended
        assert service.terminate(work, case_id, DAY, "Дело закрыто").state == "terminated"
    assert ended == ["Дело закрыто"]


def test_a_form_about_the_whole_agreement_is_stale_once_a_side_has_signed(
    system: Runtime, cases: dict[str, int]
) -> None:
    case_id = cases["41"]
    prepared(system, case_id)
    seen = current_agreement(system.read(actor(system, "clerk")).session, case_id)
    assert seen is not None
    version = seen.revision
    with system.work(actor(system, "curator66")) as work:
        signing.sign(work, case_id, Side.curator, Signature(DAY))
    for act in (
        lambda work: service.take_back(work, case_id, "Ошибка", version),
        lambda work: service.terminate(work, case_id, DAY, "Ошибка", version),
        lambda work: signing.attach_scan(work, case_id, PDF, "скан.pdf", version),
    ):
        with pytest.raises(Stale), system.work(actor(system, "clerk")) as work:
            act(work)


def test_another_curator_school_becomes_a_side_on_the_record(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["41"]
    later(system, date(2025, 1, 28))
    with system.work(actor(system, "clerk")) as work:
        service.prepare(work, case_id, TERMS)
    with system.work(SYSTEM) as work:
        other = get_case(work.session, cases["50"]).curator_id
        get_case(work.session, case_id).curator_id = other
    with system.work(actor(system, "clerk")) as work:
        agreement = service.prepare(work, case_id, TERMS)
        assert agreement.side("curator").organisation_id == other
        tags = work.session.scalars(
            select(AuditRecord.tag).where(AuditRecord.tag == "agreement:curator")
        ).all()
    assert len(tags) == 1


def test_an_agreement_altered_past_the_journal_is_found(system: Runtime, cases: dict[str, int]) -> None:
    case_id = cases["50"]
    in_force(system, case_id, "curator51", "director50", ("14", "7/2025"))
    with system.work(actor(system, "clerk")) as work:
        signing.correct_in_force(
            work, case_id, Side.curator, replace(AS_SIGNED, signed_by="Заместитель И.О."), "Описка"
        )
    with system.work(SYSTEM) as work:
        assert list(verify.findings(work.session)) == []
        agreement = current_agreement(work.session, case_id)
        assert agreement is not None
        agreement.side("curator").number = "777"
        agreement.side("school").number = None
        agreement.scan_id = None
        work.session.flush()
        found = list(verify.findings(work.session))
    assert len(found) == 4, found
    assert "действует без номера МБОУ" in found[0]
    assert any("agreement_sides.number" in line for line in found)
    assert any("agreements.scan_id" in line for line in found)


def test_a_place_saved_with_its_source_is_found_until_it_is_corrected_and_never_once_it_is_in_force(
    system: Runtime, cases: dict[str, int]
) -> None:
    odd = replace(TERMS, place=str({"value": "г. Пенза", "source": "место издания документов"}))
    later(system, date(2025, 1, 28))
    for school in ("41", "50"):
        with system.work(actor(system, "clerk")) as work:
            service.prepare(work, cases[school], odd)
            service.send_to_sign(work, cases[school])
    found = list(verify.findings(system.read(SYSTEM).session))
    assert len(found) == 2
    assert all("место сохранено вместе с его источником" in line for line in found)
    with system.work(actor(system, "clerk")) as work:
        service.prepare(work, cases["41"], TERMS)
    signed_by_both(system, cases["50"], "curator51", "director50", ("14", "7/2025"))
    assert list(verify.findings(system.read(SYSTEM).session)) == []
