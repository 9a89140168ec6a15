"""Results of the four schools of Penza, 2024 and 2025: invented figures, marked as training data.

What the presentation says of the outcomes is true: № 41, № 50 and ОШИ № 1 moved to the effective mode of
work, the results of ЦО № 1 are comparable with last year. The counts behind it are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.results.grounds import NoticeData, RiskData
from app.results.procedures import ProcedureData, YearData
from app.results.service import DecisionData

_SOURCE = "учебные данные"


@dataclass(frozen=True)
class Results:
    """Everything the stage of the results review needs for one school."""

    procedures: tuple[ProcedureData, ...]
    risks: tuple[RiskData, ...]
    notices: tuple[NoticeData, ...]
    analysis: str
    decision: DecisionData


def _two(
    kind: str, subject: str, grade: int, before: tuple[int, int] | None, now: tuple[int, int] | None
) -> ProcedureData:
    """(participants, below the threshold) of 2024 and 2025; None for «не проводилось»."""
    return ProcedureData(kind, subject, grade, (_year(2024, before), _year(2025, now)))


def _year(year: int, counts: tuple[int, int] | None) -> YearData:
    if counts is None:
        return YearData(year, held=False, source=_SOURCE)
    return YearData(year, counts[0], counts[1], source=_SOURCE)


def _listed(included: bool, year: int, number: str, issued_on: date) -> NoticeData:
    return NoticeData(year, included, number, issued_on, "Министерство образования Пензенской области",
                      "Учебные данные: реквизиты документа вымышлены.")  # fmt: skip


_IN = _listed(True, 2024, "уч-1", date(2024, 11, 15))
_OUT = _listed(False, 2025, "уч-2", date(2025, 9, 15))

COMPETENCE = "Недостаточная предметная и методическая компетентность педагогических работников"
FAILURE = "Высокая доля обучающихся с рисками учебной неуспешности"
MOTIVATION = "Низкая учебная мотивация обучающихся"
PARENTS = "Низкий уровень вовлеченности родителей"
STAFF = "Дефицит педагогических кадров"
LANGUAGE = "Низкое качество преодоления языковых и культурных барьеров"
WELLBEING = "Пониженный уровень школьного благополучия"
TRAINING = "Несформированность внутришкольной системы повышения квалификации"
SPECIAL = "Высокая доля обучающихся с ОВЗ"

RESULTS: dict[str, Results] = {
    "41": Results(
        procedures=(
            _two("vpr", "russian", 5, (58, 21), (61, 13)),
            _two("vpr", "mathematics", 5, (57, 18), (60, 11)),
            _two("vpr", "history", 6, (54, 12), None),
            _two("oge", "russian", 9, (49, 11), (52, 5)),
            _two("oge", "mathematics", 9, (49, 19), (52, 10)),
        ),
        risks=(
            RiskData(
                COMPETENCE,
                "high",
                "low",
                "Учителя русского языка и математики прошли ПДС и практикум центра.",
            ),
            RiskData(
                FAILURE, "high", "medium", "Введены дополнительные занятия, доля неуспевающих снизилась."
            ),
            RiskData(MOTIVATION, "medium", "low", "Наставничество школы-куратора, открытые уроки."),
            RiskData(STAFF, "medium", "low", "Вакансия учителя математики закрыта с 1 сентября."),
        ),
        notices=(_IN, _OUT),
        analysis=(
            "Доля обучающихся, не преодолевших порог, снизилась по всем процедурам, проводившимся в оба года. "
            "Наибольшее снижение – ОГЭ по математике: с 38,8 до 19,2 %.\n\n"
            "Сработали методические дни для учителей русского языка и литературы, ПДС по подготовке к ОГЭ и ЕГЭ по "
            "математике и взаимопосещение уроков со школой-куратором № 66.\n\n"
            "ВПР по истории в 6 классе в 2025 году по жребию не проводилась и в сравнении не участвует."
        ),
        decision=DecisionData("effective"),
    ),
    "50": Results(
        procedures=(
            _two("vpr", "russian", 5, (74, 24), (78, 15)),
            _two("vpr", "mathematics", 6, (70, 25), (75, 14)),
            _two("oge", "russian", 9, (63, 14), (66, 7)),
            _two("oge", "mathematics", 9, (63, 22), (66, 15)),
            _two("ege", "maths_base", 11, (18, 4), (16, 1)),
        ),
        risks=(
            RiskData(
                COMPETENCE, "medium", "low", "Стажировочная площадка и консультации школы-куратора № 51."
            ),
            RiskData(PARENTS, "low", "low", "Работа продолжается."),
            RiskData(LANGUAGE, "high", "medium", "Занятия в малых группах по русскому языку, охват полный."),
            RiskData(MOTIVATION, "medium", "low", "Открытые уроки и консультации школы-куратора № 51."),
        ),
        notices=(_IN, _OUT),
        analysis=(
            "В 2024 году низкие результаты зафиксированы по трём процедурам, в 2025 году – ни по одной. "
            "Доля не преодолевших порог снизилась по всем пяти процедурам.\n\n"
            "План выполнен полностью. Рекомендуется сохранить взаимодействие со школой-куратором № 51 по математике: "
            "доля отметок «2» на ОГЭ (22,7 %) остаётся самой высокой среди процедур школы."
        ),
        decision=DecisionData("effective"),
    ),
    "oshi1": Results(
        procedures=(
            _two("vpr", "russian", 5, (21, 8), (22, 5)),
            _two("vpr", "mathematics", 5, (21, 7), (22, 5)),
            _two("oge", "russian", 9, (17, 5), (19, 3)),
            _two("oge", "mathematics", 9, (17, 7), (19, 5)),
        ),
        risks=(
            RiskData(
                SPECIAL, "high", "medium", "Введены адаптированные материалы и занятия малыми группами."
            ),
            RiskData(MOTIVATION, "high", "medium", "Тьюторское сопровождение, проектная деятельность."),
            RiskData(
                COMPETENCE, "medium", "low", "Все учителя-предметники прошли курсы повышения квалификации."
            ),
            RiskData(WELLBEING, "low", "low", "Работа воспитателей и психолога продолжена по плану."),
        ),
        notices=(_IN, _OUT),
        analysis=(
            "Классы небольшие, поэтому доли чувствительны к двум-трём работам; при этом снижение отмечено по всем "
            "четырём процедурам.\n\n"
            "Методические дни для учителей русского языка и консультации школы-куратора № 27 дали устойчивый эффект: "
            "ни по одной процедуре 2025 года порог низких результатов не достигнут."
        ),
        decision=DecisionData("effective"),
    ),
    "co1": Results(
        procedures=(
            _two("vpr", "russian", 6, (86, 27), (88, 27)),
            _two("vpr", "mathematics", 6, (84, 29), (87, 28)),
            _two("oge", "russian", 9, (71, 13), (69, 12)),
            _two("oge", "mathematics", 9, (71, 20), (69, 18)),
        ),
        risks=(
            RiskData(FAILURE, "high", "high", "Доля обучающихся с рисками неуспешности не изменилась."),
            RiskData(
                STAFF, "high", "medium", "Принят учитель математики, вакансия учителя русского языка открыта."
            ),
            RiskData(
                COMPETENCE,
                "high",
                "medium",
                "Учителя прошли ПДС и практикум, темы для продолжения определены.",
            ),
            RiskData(TRAINING, "medium", "low", "Внутришкольный план повышения квалификации выполняется."),
        ),
        notices=(_IN, _listed(True, 2025, "уч-2", date(2025, 9, 15))),
        analysis=(
            "Изменения по всем четырём процедурам не превышают 5 процентных пунктов: результаты сопоставимы с прошлым "
            "годом. По ВПР в 6 классе доля низких результатов остаётся выше 30 % второй год подряд.\n\n"
            "План выполнен, однако риск учебной неуспешности сохраняется. Предлагается продолжить сопровождение: "
            "усилить работу с учителями русского языка и математики 6–7 классов."
        ),
        decision=DecisionData("no_change"),
    ),
}
