"""Every kind of paper from «Создать документ» to the journal, as the clerk takes it."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.cases.models import Programme
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, Invalid, NotFound, Refusal
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service, starting
from app.documents.daily import keep_terms
from app.documents.docx.frozen import thaw
from app.documents.docx.rendering import document_text
from app.documents.models import Acknowledgement
from app.documents.service import HandEntry, RegisterInput, SignatureInput
from app.documents.sheet import print_sheet
from app.documents.starting import Beginning
from app.documents.templates import registry
from app.documents.values import missing
from app.documents.verify import findings
from tests.people import open_cases

from .test_life import DAY, SCAN, later, look, registered, signed_order, text_of

LATER = date(2025, 2, 3)
AMENDMENTS = [
    {"action": "restate", "place": "Пункт 4", "words": "", "text": "4. Договоры заключить до 07.02.2025."},
    {"action": "remove", "place": "Подпункт 3.2", "words": "", "text": ""},
]


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    return penza_on_both, open_cases(penza_on_both)


def programme_id(system: Runtime) -> int:
    return system.read(SYSTEM).session.query(Programme).one().id


def begun(system: Runtime, template: str, who: str = "clerk", **about: Any) -> int:
    key = programme_id(system)
    with system.work(actor(system, who)) as work:
        return starting.begin(work, Beginning(template, key, **about)).id


def lacking(system: Runtime, document_id: int) -> list[str]:
    document = look(system, document_id)
    kind = registry().of(document.template, document.template_hash)
    return [field.name for field in missing(kind, thaw(document.values))]


def typed(system: Runtime, document_id: int, **values: Any) -> None:
    with system.work(actor(system, "clerk")) as work:
        service.edit(work, document_id, values)


def through(system: Runtime, document_id: int, day: date, number: str = "") -> str:
    """Sent, signed by the head, registered; the answer is the text of the registered copy."""
    with system.work(actor(system, "clerk")) as work:
        service.send_to_sign(work, document_id)
        service.sign(work, document_id, [SignatureInput("head", day)], SCAN)
    registered(
        system,
        document_id,
        RegisterInput(day, HandEntry(number, "Журнал велся на бумаге", True) if number else None),
    )
    work = system.read(SYSTEM)
    assert list(findings(work.session, system.ports.storage)) == []
    return text_of(system, document_id, "registered")


def order_12(system: Runtime, cases: dict[str, int]) -> int:
    order = signed_order(system, cases)
    registered(system, order, RegisterInput(DAY, HandEntry("12-оп", "Журнал до 22.01.2025 вёлся на бумаге")))
    return order


def test_the_group_and_its_statute(both: tuple[Runtime, dict[str, int]]) -> None:
    system, _cases = both
    later(system, DAY)
    order = begun(system, "order_group")
    assert begun(system, "order_group") == order  # twice is as good as once
    assert lacking(system, order) == []
    text = through(system, order, DAY)
    assert "О создании координационной группы по реализации проекта" in text
    assert "1. Создать координационную группу по реализации" in text
    assert "Показательный Олег Николаевич\n–\nзаместитель начальника Управления" in text
    assert "председатель координационной группы" in text
    assert (
        "УТВЕРЖДЕНО\nприказом Управления\nобразования города Пензы\nот 22.01.2025 № 1-оп\nПОЛОЖЕНИЕ" in text
    )
    assert text.count("от 22.01.2025 № 1-оп") == 2  # in both stamps
    with system.work(actor(system, "director41")) as work, pytest.raises(NotFound):
        work.session.rollback()
        from app.documents.queries import get_document

        get_document(work.session, order)


def test_curators_are_assigned(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    later(system, DAY)
    text = through(system, begun(system, "order_curators", case_ids=tuple(cases.values())), DAY)
    rows = ["МБОУ ОШИ № 1\nМБОУ СОШ № 27\nНаставников Сергей Ильич, директор",
            "МБОУ СОШ № 41\nМБОУ СОШ № 66\nПримерная Елена Дмитриевна, директор"]  # fmt: skip
    places = [text.index(row) for row in rows]
    assert places == sorted(places)
    one = begun(system, "order_curators", case_ids=(cases["41"],))
    values = thaw(look(system, one).values)
    assert values["heading"] == (
        "О закреплении школы-куратора за общеобразовательной организацией, имеющей низкие образовательные результаты"
    )
    assert values["points"][0]["executor"] == "руководителю школы-куратора МБОУ СОШ № 66"


def test_an_order_is_changed_then_repealed(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    order = order_12(system, cases)
    later(system, LATER)
    with system.work(actor(system, "clerk")) as work:
        offered = [kind.code for kind in starting.successors(work, look(system, order))]
    assert offered == ["order_change", "order_change_plan", "order_cancel", "order_repeal"]
    change = begun(system, "order_change", target_id=order)
    assert begun(system, "order_change", target_id=order) == change
    assert lacking(system, change) == ["preamble", "amendments"]
    with pytest.raises(Invalid) as refused:
        through(system, change, LATER)
    assert set(refused.value.fields) == {"preamble", "amendments"}
    typed(system, change, preamble="В связи с уточнением сроков", amendments=AMENDMENTS)
    text = through(system, change, LATER)
    assert (
        "О внесении изменений в приказ Управления образования города Пензы от 22.01.2025 № 12-оп «Об утверждении"
        in text
    )
    assert (
        "1.1. пункт 4 изложить в следующей редакции:\n«4. Договоры заключить до 07.02.2025.»;\n1.2. подпункт 3.2 исключить."
        in text
    )
    assert {link.case_id for link in look(system, change).cases} == set(cases.values())
    assert look(system, order).state == "changed"
    repeal = begun(system, "order_repeal", target_id=order)
    assert lacking(system, repeal) == ["preamble"]
    typed(system, repeal, preamble="В связи с завершением работ", since=date(2025, 3, 1))
    text = through(system, repeal, LATER)
    assert (
        "1. Признать утратившим силу приказ Управления образования города Пензы от 22.01.2025 № 12-оп" in text
    )
    assert "с 1 марта 2025 г.\n" in text
    assert look(system, order).state == "repealed"
    with pytest.raises(Invalid) as refused:
        begun(system, "order_cancel", target_id=order)  # no longer in force
    assert list(refused.value.fields) == ["target"]


def test_the_plan_in_a_new_edition(penza: Runtime, cases: dict[str, int]) -> None:
    order = order_12(penza, cases)
    later(penza, LATER)
    change = begun(penza, "order_change_plan", target_id=order)
    assert "plan" in lacking(penza, change)  # nobody has entered a measure in this test
    from .test_life import PLAN

    typed(penza, change, plan=PLAN)
    text = through(penza, change, LATER)
    assert "изложив приложение № 1 «План основных мероприятий» в новой редакции" in text
    assert (
        "«Приложение № 1\nУТВЕРЖДЁН\nприказом Управления\nобразования города Пензы\nот 22.01.2025 № 12-оп"
        in text
    )


def test_results_and_the_end_of_support(
    penza: Runtime, cases: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    later(penza, DAY)
    with pytest.raises(Invalid) as refused:
        begun(penza, "order_finish", case_ids=(cases["41"],))
    assert "МБОУ СОШ № 41" in str(refused.value.fields["cases"])
    results = begun(penza, "order_results", case_ids=tuple(cases.values()))
    assert lacking(penza, results) == ["decisions"]  # the group has decided nothing yet
    with penza.work(SYSTEM) as work:
        for code, outcome in (("41", "effective"), ("50", "effective"), ("co1", "no_change")):
            get_case(work.session, cases[code]).outcome = outcome
    with penza.work(actor(penza, "clerk")) as work:
        service.refresh(work, results)
    text = through(penza, results, DAY)
    assert ("2.1. признать МБОУ СОШ № 41 и МБОУ СОШ № 50 общеобразовательными организациями, перешедшими в эффективный "
            "режим работы;\n2.2. признать образовательные результаты МБОУ ЦО № 1 сопоставимыми") in text  # fmt: skip
    assert "решение не принято" in text  # ОШИ № 1
    finish = begun(penza, "order_finish", case_ids=(cases["41"],))
    text = through(penza, finish, DAY)
    assert "Завершить с 22 января 2025 г. методическое сопровождение МБОУ СОШ № 41 (школа-куратор" in text


@pytest.mark.parametrize(
    ("template", "status", "is_begun"),
    [
        ("order_results", "active", True), ("order_results", "closed", True), ("order_results", "cancelled", False),
        ("order_curators", "active", True), ("order_curators", "closed", False),
    ],
)  # fmt: skip
def test_a_paper_is_about_cases_that_may_still_be_in_it(
    penza: Runtime, cases: dict[str, int], template: str, status: str, is_begun: bool
) -> None:
    """A case opened by mistake is in no paper, a closed one in those that look back."""
    with penza.work(SYSTEM) as work:
        get_case(work.session, cases["41"]).status = status
    both_cases = (cases["41"], cases["50"])
    if is_begun:
        assert len(look(penza, begun(penza, template, case_ids=both_cases)).cases) == 2
    else:
        with pytest.raises(Refusal):
            begun(penza, template, case_ids=both_cases)


def test_an_act_of_destruction_is_for_the_authority_alone(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    act = begun(penza, "destruction_act")
    assert begun(penza, "destruction_act") != act  # each destruction has its own
    assert lacking(penza, act) == [
        "address",
        "commission",
        "subjects",
        "categories",
        "method",
        "reason",
        "destroyed_on",
    ]
    member = {
        "name": "Примеров Пётр Сергеевич",
        "position": "делопроизводитель",
        "role": "председатель комиссии",
        "short": "П.С. Примеров",
    }
    typed(
        penza, act, address="г. Пенза", commission=[member], subjects=["Вымышленная Нина Борисовна"], categories=["Телефон"],
        method="Записи обезличены", reason="Отзыв согласия", destroyed_on=date(2025, 1, 21),
    )  # fmt: skip
    text = through(penza, act, DAY)
    assert "УТВЕРЖДАЮ\nНачальник Управления" in text
    assert "3.1. Вымышленная Нина Борисовна." in text
    assert "№ 1\n" in text
    assert look(penza, act).state == "registered"
    assert look(penza, act).cases == []
    for who in ("director41", "curator66"):
        assert starting_sees(penza, who, act) is False


def starting_sees(system: Runtime, who: str, document_id: int) -> bool:
    from app.documents.models import Document

    work = system.read(actor(system, who))
    return work.session.query(Document).filter(Document.id == document_id).first() is not None


def test_who_may_not_begin(penza: Runtime, cases: dict[str, int]) -> None:
    for who in ("head", "director41", "curator66", "member1"):
        with pytest.raises((Forbidden, NotFound)):
            begun(penza, "order_group", who)
    for code in ("visit_report", "acknowledgement", "no_such"):
        with pytest.raises(Invalid):
            begun(penza, code)
    for about in ({"case_ids": ()}, {"case_ids": (cases["41"], cases["50"])}):
        with pytest.raises(Invalid):
            begun(penza, "agreement", **about)
    with pytest.raises(Invalid):
        begun(penza, "order_change")
    with pytest.raises(Invalid):  # the case page is no way round
        with penza.work(actor(penza, "clerk")) as work:
            service.draft(work, "order_cancel", [cases["41"]])


def test_a_sheet_of_acknowledgement(penza: Runtime, cases: dict[str, int]) -> None:
    order = order_12(penza, cases)
    with penza.work(actor(penza, "clerk")) as work, pytest.raises(Refusal):
        print_sheet(work, order)  # it was sent to nobody yet
    with penza.work(actor(penza, "clerk")) as work:
        schools = [get_case(work.session, cases[code]).school_id for code in ("41", "50")]
        service.send(work, order, service.Mailing(tuple(schools)))
    with penza.work(actor(penza, "director41")) as work:
        service.acknowledge(work, work.session.query(Acknowledgement).one().id)
    with penza.work(actor(penza, "clerk")) as work:
        data, name = print_sheet(work, order)
    text = document_text(data).replace("\u00a0", " ")
    assert name == "Лист ознакомления с приказом № 12-оп от 22.01.2025.docx"
    assert "с приказом Управления образования города Пензы от 22.01.2025 № 12-оп" in text
    assert "Тестова Людмила Фёдоровна\nдиректор МБОУ СОШ № 41\n22.01.2025 («Опора»)" in text
    assert "Наглядная Татьяна Львовна\nдиректор МБОУ СОШ № 50\n\n" in text
    with penza.work(actor(penza, "director41")) as work, pytest.raises(Forbidden):
        print_sheet(work, order)


def test_two_editions_of_the_standard(penza: Runtime) -> None:
    old, new = (registry().on("order_group", day) for day in (date(2025, 8, 17), date(2025, 8, 18)))
    assert (old.standard, new.standard) == ("ГОСТ Р 7.0.97-2016", "ГОСТ Р 7.0.97-2025")


def test_an_additional_agreement_changes_the_agreement(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    agreement = begun(penza, "agreement", case_ids=(cases["41"],))
    both_sign(penza, agreement, DAY, {"curator": "9/2025", "supported": "4"})
    assert look(penza, agreement).state == "in_force"
    later(penza, LATER)
    extra = begun(penza, "agreement_extra", target_id=agreement)
    assert begun(penza, "agreement_extra", target_id=agreement) == extra
    assert lacking(penza, extra) == ["amendments"]
    typed(
        penza,
        extra,
        amendments=[
            {
                "action": "replace",
                "place": "В пункте 6.1",
                "words": "31 декабря 2025 г.",
                "text": "31 мая 2026 г.",
            }
        ],
    )
    typed(penza, extra, ends=date(2026, 5, 31))
    both_sign(penza, extra, LATER, {"curator": "10/2025", "supported": "5"})
    text = text_of(penza, extra, "registered")
    assert "к договору о сотрудничестве от 22.01.2025 № 9/2025, № 4" in text
    assert "№ 10/2025" in text
    assert "1.1. в пункте 6.1 слова «31 декабря 2025 г.» заменить словами «31 мая 2026 г.»." in text
    assert look(penza, extra).title == "Дополнительное соглашение: МБОУ СОШ № 66 – МБОУ СОШ № 41"
    assert (look(penza, agreement).state, look(penza, extra).state) == ("changed", "in_force")
    later(penza, date(2026, 3, 2))  # after the term of the agreement, within that of the additional one
    with penza.work(SYSTEM) as work:
        keep_terms(work, {})
    assert look(penza, agreement).state == "changed"
    later(penza, date(2026, 6, 1))
    with penza.work(SYSTEM) as work:
        keep_terms(work, {})
    assert (look(penza, agreement).state, look(penza, extra).state) == ("expired", "expired")
    with pytest.raises(Invalid):  # an additional agreement is changed by another, to the same agreement
        begun(penza, "agreement_extra", target_id=extra)


def both_sign(system: Runtime, document_id: int, day: date, numbers: dict[str, str]) -> None:
    with system.work(actor(system, "clerk")) as work:
        service.edit(work, document_id, {"starts": day})
        service.send_to_sign(work, document_id)
        service.sign(
            work, document_id, [SignatureInput(side, day) for side in ("curator", "supported")], SCAN
        )
    registered(system, document_id, RegisterInput(day, numbers=numbers))
