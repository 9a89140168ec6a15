"""Values of the Penza demo for the other orders, the additional agreement, the act and the acknowledgement sheet."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

from datetime import date
from typing import Any

from app.documents.language.names import initials_first

from . import penza

GROUP = "по реализации проекта адресной методической помощи общеобразовательным организациям с низкими образовательными результатами"
PURPOSE = "В целях оказания адресной методической помощи общеобразовательным организациям, имеющим низкие образовательные результаты обучающихся, в рамках реализации регионального проекта «Равенство образовательных возможностей»"
CHANGED = {
    "id": 12, "date": date(2025, 1, 22), "number": "12-оп",
    "heading": "Об утверждении плана основных мероприятий (муниципальной дорожной карты) на январь – сентябрь 2025 года",
}  # fmt: skip
OF_ORDER_12 = f"приказ Управления образования города Пензы от 22.01.2025 № 12-оп «{CHANGED['heading']}»"
CENTRE = "МКУ «ЦКО и МОУО» г. Пензы"
AMENDMENTS = [
    {"action": "restate", "place": "Пункт 4", "words": "", "text": "4. Руководителям школ-кураторов, указанных в пункте 2 настоящего приказа, заключить договоры о сотрудничестве до 07.02.2025."},
    {"action": "insert", "place": "пунктом 4.1", "words": "", "text": "4.1. Руководителям общеобразовательных организаций:\nсоздать условия для работы школ-кураторов;\nразместить план на официальном сайте."},
    {"action": "replace", "place": "В подпункте 3.2", "words": "в сроки, установленные Планом", "text": "до 01.10.2025"},
    {"action": "remove", "place": "Подпункт 3.3", "words": "", "text": ""},
]  # fmt: skip


def _order(heading: str, day: date, number: str, **more: Any) -> dict[str, Any]:
    return {
        "demo": True, "authority": penza.AUTHORITY, "place": "г. Пенза", "date": day, "number": number, "heading": heading,
        "preamble": PURPOSE, "points": [], "control": penza.DEPUTY, "signer": penza.HEAD, "executor": penza.CLERK, **more,
    }  # fmt: skip


def _point(
    executor: str, action: str, term: str | None = None, parts: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {"executor": executor, "action": action, "term": term, "parts": list(parts)}


def _name(person: dict[str, Any]) -> str:
    return f"{person['surname']} {person['given']} {person['patronymic']}"


def _member(person: dict[str, Any], role: str = "") -> dict[str, str]:
    return {"name": _name(person), "position": person["position"]["title"], "role": role}


def order_group() -> dict[str, Any]:
    return _order(
        "О создании координационной группы " + GROUP, date(2025, 1, 10), "3-оп",
        group={"forms": {"gent": "координационной группы " + GROUP, "accs": "координационную группу " + GROUP, "loct": "координационной группе " + GROUP}},
        composition=[
            _member(penza.CHAIR, "председатель координационной группы"), _member(penza.DEPUTY, "заместитель председателя координационной группы"),
            _member(penza.SECRETARY, "секретарь координационной группы"), *map(_member, penza.MEMBERS[1:]),
        ],
        meetings="квартал",
        points=[_point(CENTRE, "обеспечить организационно-методическое сопровождение работы Координационной группы"),
                _point("Секретарю Координационной группы Показательной Н.Л.", "довести настоящий приказ до сведения членов Координационной группы", "в течение 3 рабочих дней со дня его регистрации")],
    )  # fmt: skip


def order_curators(many: int = 1) -> dict[str, Any]:
    people = [
        penza.person("Ткач", "Мария", "Олеговна", "feminine", "директор"),
        penza.person("Примерная", "Елена", "Дмитриевна", "feminine", "директор"),
        penza.person("Эталонова", "Ирина", "Олеговна", "feminine", "директор"),
        penza.person("Типовой", "Андрей", "Викторович", "masculine", "директор"),
    ]
    pairs = [{**pair, "person": who} for pair, who in zip(penza.PAIRS, people, strict=True)]
    return _order(
        "О закреплении школ-кураторов за общеобразовательными организациями, имеющими низкие образовательные результаты", date(2025, 1, 13), "5-оп",
        pairs=pairs * many, starts=date(2025, 1, 13), ends=date(2025, 12, 31),
        points=[
            _point("руководителям школ-кураторов, указанных в приложении к настоящему приказу,", "обеспечить", None,
                   ("проведение выезда в закреплённую общеобразовательную организацию и подтверждение её рискового профиля", "оказание методической помощи")),
            _point("руководителям общеобразовательных организаций, указанных в приложении к настоящему приказу,", "создать условия для работы школ-кураторов"),
        ],
    )  # fmt: skip


def order_change() -> dict[str, Any]:
    return _order(
        "О внесении изменений в " + OF_ORDER_12, date(2025, 2, 3), "19-оп", changes=CHANGED, amendments=AMENDMENTS,
        preamble="В связи с уточнением сроков заключения договоров о сотрудничестве",
        points=[_point(CENTRE, "довести настоящий приказ до сведения руководителей общеобразовательных организаций", "в течение 3 рабочих дней со дня его регистрации")],
    )  # fmt: skip


def order_change_plan() -> dict[str, Any]:
    return _order(
        "О внесении изменений в " + OF_ORDER_12, date(2025, 4, 7), "41-оп", changes=CHANGED, plan=penza.order_plan()["plan"],
        preamble="На основании протокола заседания координационной группы от 04.04.2025 № 2",
        points=[_point("руководителям общеобразовательных организаций", "обеспечить выполнение Плана с учётом внесённых изменений")],
    )  # fmt: skip


def order_cancel() -> dict[str, Any]:
    return _order(
        "Об отмене приказа Управления образования города Пензы от 22.01.2025 № 12-оп", date(2025, 1, 24), "13-оп", changes=CHANGED,
        preamble="В связи с необходимостью доработки плана основных мероприятий",
    )  # fmt: skip


def order_repeal() -> dict[str, Any]:
    return _order(
        "О признании утратившим силу приказа Управления образования города Пензы от 22.01.2025 № 12-оп", date(2025, 12, 29), "96-оп",
        changes=CHANGED, since=date(2026, 1, 1), preamble="В связи с завершением реализации плана основных мероприятий", control=None,
    )  # fmt: skip


def order_results(many: int = 1) -> dict[str, Any]:
    outcomes = ["переход в эффективный режим работы"] * 3 + [
        "результаты сопоставимы с прошлым годом, сопровождение продолжено"
    ]
    return _order(
        "Об итогах реализации регионального проекта «Равенство образовательных возможностей» в 2025 году", date(2025, 10, 20), "88-оп",
        programme={"title_gent": "регионального проекта «Равенство образовательных возможностей»"}, year=2025,
        preamble=PURPOSE.replace("В целях оказания", "В целях повышения эффективности") + ", на основании протокола заседания координационной группы от 15.10.2025 № 4",
        schools=[{**pair, "plan": "24 из 24", "visits": "4 из 4", "outcome": outcome} for pair, outcome in zip(penza.PAIRS, outcomes, strict=True)] * many,
        decisions=["признать перешедшими в эффективный режим работы МБОУ ОШИ № 1, МБОУ СОШ № 41 и МБОУ СОШ № 50",
                   "признать результаты МБОУ ЦО № 1 сопоставимыми с результатами прошлого года, сопровождение продолжить"],
        points=[_point(CENTRE, "разместить информацию об итогах на официальном сайте", "до 01.11.2025")],
    )  # fmt: skip


def order_finish() -> dict[str, Any]:
    return _order(
        "О завершении методического сопровождения общеобразовательных организаций, перешедших в эффективный режим работы",
        date(2025, 10, 27), "90-оп", since=date(2025, 11, 1), schools=penza.PAIRS[:3],
        preamble="В связи с переходом общеобразовательных организаций в эффективный режим работы, на основании протокола заседания координационной группы от 15.10.2025 № 4",
        points=[_point(CENTRE, "обеспечить наблюдение за образовательными результатами указанных общеобразовательных организаций", "в течение 2026 года"),
                _point("руководителям общеобразовательных организаций, указанных в пункте 1 настоящего приказа,", "обеспечить сохранение достигнутых результатов")],
    )  # fmt: skip


def agreement_extra() -> dict[str, Any]:
    whole = penza.agreement()
    return {
        **{name: whole[name] for name in ("demo", "place", "curator", "supported")}, "date": date(2025, 9, 22),
        "agreement": {"id": 7, "date": date(2025, 1, 30), "curator_number": "7", "supported_number": "3/25"},
        "starts": date(2025, 9, 22),
        "ends": date(2026, 5, 31),
        "amendments": [
            {"action": "replace", "place": "В пункте 6.1", "words": "31 декабря 2025 г.", "text": "31 мая 2026 г."},
            {"action": "restate", "place": "Пункт 2.2", "words": "", "text": "2.2. Провести за срок действия договора не менее 6 выездов в Школу-партнёр, в том числе с посещением уроков."},
        ],
    }  # fmt: skip


def destruction_act() -> dict[str, Any]:
    return {
        "demo": True, "authority": penza.AUTHORITY, "address": "440000, г. Пенза, ул. Учебная, д. 1", "place": "г. Пенза",
        "date": date(2025, 11, 10), "number": "1", "ground": "приказом Управления образования города Пензы от 05.11.2025 № 92-оп",
        "commission": [{**_member(who, role), "short": initials_first(who)} for who, role in (
            (penza.DEPUTY, "председатель комиссии"), (penza.CLERK, "член комиссии"), (penza.MEMBERS[1], "член комиссии"))],
        "processor": CENTRE + ", г. Пенза, ул. Примерная, д. 2", "subjects": ["Вымышленная Нина Борисовна", "Учебный Юрий Юрьевич"],
        "categories": ["Фамилия, имя, отчество", "Должность", "Телефон"],
        "carriers": [{"title": "Личная карточка участника мероприятий", "sheets": "2"}, {"title": "Лист наблюдения урока", "sheets": "14"}],
        "system": "информационная система «Опора»", "method": "Бумажные носители измельчены, записи в информационной системе обезличены",
        "reason": "Отзыв согласия на обработку персональных данных", "destroyed_on": date(2025, 11, 7), "signer": penza.HEAD,
    }  # fmt: skip


def acknowledgement() -> dict[str, Any]:
    return {
        "demo": True, "authority": penza.AUTHORITY, "order": CHANGED, "marked": True,
        "people": [{"name": _name(who), "position": who["position"]["title"], "mark": mark}
                   for who, mark in zip(penza.MEMBERS, ("23.01.2025 («Опора»)", "", None, ""), strict=True)],
    }  # fmt: skip
