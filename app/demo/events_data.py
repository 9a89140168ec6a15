"""The five events of the presentation; days, places and participation are training data, teachers exemplary.

Keys of participation are codes of the supported schools, as in `app.demo.penza.PAIRS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.events.rules import EventKind
from app.events.service import EventInput, ParticipationInput, TeacherInput

CENTRE = "МКУ «ЦКО и МОУО» г. Пензы"
EVIDENCE = "https://nmc58.ru/?page=news&id=698"

RUSSIAN, MATHS = "русский язык и литература", "математика"


def _teacher(name: str, subject: str, deficits: str = "", training_until: date | None = None) -> TeacherInput:
    return TeacherInput(name, subject, deficits, training_until)


TEACHERS: dict[str, dict[str, TeacherInput]] = {
    "oshi1": {
        "ru1": _teacher("Проверочная Л.А.", RUSSIAN, "Работа с текстом, самопроверка", date(2026, 11, 30)),
        "ru2": _teacher("Учебникова В.Г.", RUSSIAN, "", date(2027, 3, 31)),
        "ma1": _teacher("Задачникова О.П.", MATHS, "Дифференциация заданий", date(2025, 10, 31)),
    },
    "50": {
        "ru1": _teacher("Сочинителева Ж.П.", RUSSIAN, "Критериальное оценивание сочинения"),
        "ma1": _teacher("Типовая К.М.", MATHS, "Планирование времени урока", date(2026, 5, 31)),
        "ma2": _teacher("Пробный Г.Н.", MATHS, "Практико-ориентированные задачи"),
    },
    "co1": {
        "ru1": _teacher("Условная М.И.", RUSSIAN, "Целеполагание на уроке", date(2026, 9, 30)),
        "ru2": _teacher("Абзацева Ю.Ф.", RUSSIAN),
        "ma1": _teacher("Примерный С.О.", MATHS, "Задания на рассуждение", date(2025, 12, 31)),
    },
    "41": {
        "ru1": _teacher("Глаголева И.Т.", RUSSIAN, "Развитие устной речи", date(2027, 1, 31)),
        "ma1": _teacher("Единицына А.Р.", MATHS, "Темп урока, работа со слабыми", date(2026, 8, 31)),
        "ma2": _teacher("Формулина Д.С.", MATHS, "Наглядность при изучении дробей"),
    },
}


@dataclass(frozen=True)
class DemoEvent:
    """An event and who took part: code of the school → keys of its teachers in TEACHERS."""

    event: EventInput
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def participation(self, school: str) -> ParticipationInput | None:
        """What the school's deputy enters; None when nobody came."""
        keys = self.people.get(school, ())
        if not keys:
            return None
        cards = tuple(TEACHERS[school][key] for key in keys)
        return ParticipationInput(len(cards), new_teachers=cards, evidence_link=EVIDENCE)


EVENTS: tuple[DemoEvent, ...] = (
    DemoEvent(
        EventInput(
            send_key="demo-event-1",
            kind=EventKind.standing_seminar,
            title="Методические проблемы подготовки к итоговой аттестации по русскому языку",
            series="ПДС по русскому языку",
            starts=date(2025, 2, 12),
            ends=date(2025, 4, 16),
            place=CENTRE,
            organiser=CENTRE,
            topic="Сжатое изложение, сочинение, итоговое собеседование: типичные ошибки и приёмы их преодоления",
            link=EVIDENCE,
        ),
        {"oshi1": ("ru1", "ru2"), "50": ("ru1",), "co1": ("ru1",), "41": ("ru1",)},
    ),
    DemoEvent(
        EventInput(
            send_key="demo-event-2",
            kind=EventKind.workshop,
            title="Трудные вопросы русского языка и литературы",
            starts=date(2025, 3, 20),
            place="МБОУ СОШ № 65/23",
            organiser=CENTRE,
            topic="Синтаксический анализ и пунктуация сложного предложения",
            link=EVIDENCE,
        ),
        {"oshi1": ("ru1",), "50": ("ru1",), "co1": ("ru1", "ru2"), "41": ("ru1",)},
    ),
    DemoEvent(
        EventInput(
            send_key="demo-event-3",
            kind=EventKind.method_day,
            title="Методический день для учителей русского языка и литературы ШНОР",
            starts=date(2025, 4, 23),
            place="МБОУ СОШ № 66",
            organiser="МБОУ СОШ № 66, " + CENTRE,
            topic="Открытые уроки и мастер-классы школ-кураторов",
            link=EVIDENCE,
        ),
        {"oshi1": ("ru2",), "50": ("ru1",), "co1": ("ru1",), "41": ("ru1",)},
    ),
    DemoEvent(
        EventInput(
            send_key="demo-event-4",
            kind=EventKind.standing_seminar,
            title="Система подготовки обучающихся к успешной сдаче ОГЭ и ЕГЭ по математике",
            series="ПДС по математике",
            starts=date(2025, 2, 19),
            ends=date(2025, 5, 14),
            place=CENTRE,
            organiser=CENTRE,
            topic="Практико-ориентированные задачи, геометрия, разбор пробных экзаменов",
            link=EVIDENCE,
        ),
        {"oshi1": ("ma1",), "50": ("ma1", "ma2"), "co1": ("ma1",), "41": ("ma1", "ma2")},
    ),
    DemoEvent(
        EventInput(
            send_key="demo-event-5",
            kind=EventKind.placement,
            title="Решение финансовых задач в курсе подготовки ЕГЭ",
            starts=date(2025, 9, 10),
            place="МБОУ СОШ № 51",
            organiser="МБОУ СОШ № 51, " + CENTRE,
            topic="Кредиты, вклады и оптимизация: приёмы решения с разным уровнем подготовки",
            link=EVIDENCE,
        ),
        {"50": ("ma2",), "co1": ("ma1",), "41": ("ma1",)},
    ),
)
