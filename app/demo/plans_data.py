"""The road map of 2025 and the four schools' own measures; training data around the public list of events."""

# ruff: noqa: E501 -- a measure reads better whole
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from app.plans.execution import ReportInput
from app.plans.rules import Direction, Level, ReportStatus
from app.plans.service import ItemInput
from app.plans.terms import Term, parse_term

STARTS, ENDS = date(2025, 1, 9), date(2025, 12, 31)
CENTRE = "МКУ «ЦКО и МОУО» г. Пензы"
D = Direction

COMMON: tuple[ItemInput, ...] = (
    ItemInput("Детальный анализ результатов процедур оценки качества общего образования по блокам и разделам", "до 15.02.2025", D.diagnostics, CENTRE, "Аналитическая справка, рекомендации по устранению дефицитов", "Охват школ-участниц – 100 %", "Заместители директоров, учителя русского языка и математики", risk_code="competence"),
    ItemInput("Повторная диагностика образовательных результатов обучающихся 6–9 классов", "апрель 2025 г.", D.diagnostics, CENTRE, "Сводная таблица результатов", "Снижение доли невыполненных заданий", "Обучающиеся 6–9 классов", risk_code="motivation"),
    ItemInput("Заключение договоров о сотрудничестве между школами-кураторами и школами-участницами", "до 31.01.2025", D.partnership, "Директора школ", "Договоры о сотрудничестве", "4 договора", "Школы-кураторы, школы-участницы", risk_code="competence"),
    ItemInput("Выезды школы-куратора с посещением уроков и консультациями", "ежеквартально, январь – сентябрь", D.partnership, "Школа-куратор", "Справка о выезде, рекомендации", "Не менее одного выезда в квартал", "Учителя русского языка и математики", risk_code="competence"),
    ItemInput("Консультации для заместителей директоров по внутренней системе оценки качества", "ежемесячно, февраль – сентябрь", D.support, CENTRE, "Журнал консультаций", "8 консультаций", "Заместители директоров", risk_code="competence"),
    ItemInput("Методические дни для учителей русского языка и литературы", "март 2025 г.", D.support, CENTRE, "Программа, методические материалы", "Участие не менее двух учителей от школы", "Учителя русского языка и литературы", risk_code="competence"),
    ItemInput("ПДС «Методические проблемы подготовки к итоговой аттестации по русскому языку»", "февраль – апрель 2025 г.", D.growth, CENTRE, "Материалы семинара, отметка об участии", "Три заседания", "Учителя русского языка", risk_code="competence"),
    ItemInput("ПДС «Система подготовки обучающихся к успешной сдаче ОГЭ и ЕГЭ по математике»", "февраль – май 2025 г.", D.growth, CENTRE, "Материалы семинара, отметка об участии", "Четыре заседания", "Учителя математики", risk_code="competence"),
    ItemInput("Практикум «Трудные вопросы русского языка и литературы»", "I квартал 2025 года", D.growth, CENTRE, "Материалы практикума", "Охват учителей – не менее 80 %", "Учителя русского языка и литературы", risk_code="competence"),
    ItemInput("Стажировочная площадка «Решение финансовых задач в курсе подготовки ЕГЭ»", "до 30.04.2025", D.growth, CENTRE, "Программа стажировки, сертификаты", "Участие учителей математики всех школ", "Учителя математики", risk_code="competence"),
    ItemInput("Размещение материалов о ходе проекта на сайтах школ", "январь – сентябрь", D.support, "Заместители директоров", "Раздел сайта «Равенство образовательных возможностей»", "Обновление не реже раза в квартал", "Школы-участницы", risk_code="motivation"),
)  # fmt: skip

OWN: dict[str, tuple[ItemInput, ...]] = {
    "41": (
        ItemInput("Занятия по геометрии для обучающихся 8–9 классов по карте индивидуальных затруднений", "еженедельно, с 03.02.2025 по 28.03.2025", D.measures, "Заместитель директора по учебной работе", "Карта затруднений, журнал занятий", "Выполнение заданий по геометрии – не ниже 50 %", "Обучающиеся 8–9 классов", risk_code="failure", level=Level.school),
        ItemInput("Привлечение молодого специалиста на вакансию учителя математики", "до 01.09.2025", D.measures, "Директор школы", "Приказ о приёме на работу", "Вакансия закрыта", "Администрация школы", risk_code="staff_shortage", level=Level.school),
    ),
    "50": (
        ItemInput("Занятия по русскому языку в малых группах для детей, для которых русский язык не родной", "ежемесячно, февраль – май", D.measures, "Заместитель директора по учебной работе", "Журнал занятий", "Охват – 63 обучающихся", "Обучающиеся 5–9 классов", risk_code="language", level=Level.school),
        ItemInput("Родительский лекторий «Как помочь ребёнку учиться»", "II квартал", D.measures, "Заместитель директора по воспитательной работе", "Программа лектория, протоколы", "Посещаемость собраний – не ниже 60 %", "Родители (законные представители)", risk_code="parents", level=Level.school),
    ),
    "oshi1": (
        ItemInput("Самоподготовка по картам индивидуальных затруднений", "ежемесячно, февраль – май", D.measures, "Старший воспитатель", "Карты затруднений", "Охват – все обучающиеся группы риска", "Учителя, воспитатели", risk_code="special_needs", level=Level.school),
        ItemInput("Проект «Успех каждого»: встречи с выпускниками и профессиональные пробы", "март – апрель", D.measures, "Заместитель директора по воспитательной работе", "Отчёт о проекте", "Рост учебной мотивации по анкете", "Обучающиеся 7–9 классов", risk_code="motivation", level=Level.school),
    ),
    "co1": (
        ItemInput("Наставничество для молодых учителей математики и русского языка", "ежемесячно, февраль – сентябрь", D.measures, "Заместитель директора по учебной работе", "Программа наставничества, дневники", "Наставник у каждого молодого учителя", "Молодые учителя, наставники", risk_code="staff_shortage", level=Level.school),
        ItemInput("Внутришкольный план повышения квалификации", "до 01.03.2025", D.growth, "Директор центра образования", "План повышения квалификации", "План утверждён", "Педагогический коллектив", risk_code="inner_training", level=Level.school),
    ),
}  # fmt: skip


_OTHER_RISK = {"co1": "failure"}  # the risk of motivation is not in the profile of ЦО № 1


def plan(school: str) -> tuple[ItemInput, ...]:
    """The measures of a school's plan in their order, as adopted."""
    common = tuple(
        replace(item, risk_code=_OTHER_RISK.get(school, item.risk_code))
        if item.risk_code == "motivation"
        else item
        for item in COMMON
    )
    order = list(Direction)
    return tuple(sorted((*common, *OWN[school]), key=lambda item: order.index(Direction(item.direction))))


# The plan of СОШ № 41 is returned once: the group asks for a sharper term and somebody responsible by office.
RETURN_REASON = "В мероприятии № 10 укажите, как часто проводятся занятия, и измеримый показатель; в мероприятии № 11 – срок до начала учебного года."
FIRST_DRAFT: dict[str, dict[int, ItemInput]] = {
    "41": {
        10: replace(OWN["41"][0], term="февраль – март", indicator="Повышение качества"),
        11: replace(OWN["41"][1], term="в течение года"),
    }
}


def first_draft(school: str) -> tuple[ItemInput, ...]:
    """The measures as they are submitted in the first round."""
    changed = FIRST_DRAFT.get(school, {})
    return tuple(changed.get(number, item) for number, item in enumerate(plan(school), start=1))


def corrections(school: str) -> dict[int, ItemInput]:
    """What the second round corrects: number of the measure → the measure as adopted."""
    return {number: plan(school)[number - 1] for number in FIRST_DRAFT.get(school, {})}


def reports(school: str) -> list[tuple[date, int, ReportInput]]:
    """Every report on the plan in order of days: (day it is entered, number of the measure, report)."""
    found = []
    for number, item in enumerate(plan(school), start=1):
        term = parse_term(item.term, STARTS, ENDS)
        if term is None:
            raise ValueError(item.term)
        days = term.occurrences()
        for turn, day in enumerate(days, start=1):
            done = _working(max(day - timedelta(days=3), term.starts))
            found.append((done, number, _report(item, term, day, done, turn)))
    return sorted(found, key=lambda row: (row[0], row[1]))


def _report(item: ItemInput, term: Term, day: date, done: date, turn: int) -> ReportInput:
    nth = f" ({turn}-й раз)" if len(term.occurrences()) > 1 else ""
    text = f"{item.expected_result}: представлено {done:%d.%m.%Y}{nth}. Учебные данные."
    return ReportInput(ReportStatus.done, done_on=done, evidence=text, occurrences=(day,))


def _working(day: date) -> date:
    """The day itself or the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - 4))
