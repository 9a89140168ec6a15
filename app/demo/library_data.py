"""The bank of ten materials and the five publications of the presentation: titles and addresses word for word.

Kinds, readers, risks and annotations are ours (training data): the presentation gives the titles only.
"""

from __future__ import annotations

from datetime import date

from app.library.service import MaterialData, PublicationData

MATERIALS: tuple[MaterialData, ...] = (
    MaterialData(
        "Методика выявления общеобразовательных организаций, имеющих низкие образовательные результаты обучающихся, "
        "на основе комплексного анализа данных об образовательных организациях, в том числе данных о качестве "
        "образования",
        "method", url="https://nmc58.ru/?page=news&id=715", audience=("authority", "heads"),
        annotation="Как по результатам оценочных процедур за два года определяют школы, которым нужна поддержка.",
    ),
    MaterialData(
        "Методика оказания адресной методической помощи общеобразовательным организациям, имеющим низкие "
        "образовательные результаты обучающихся",
        "method", url="https://nmc58.ru/?page=news&id=715", audience=("authority", "heads"),
        annotation="Порядок адресной помощи: рисковый профиль школы, план мер, работа куратора, оценка результатов.",
    ),
    MaterialData(
        "Пакет методических материалов, проектов нормативных и локальных актов для специалистов органов, "
        "осуществляющих управление в сфере образования, руководителей общеобразовательных организаций, "
        "функционирующих в неблагоприятных социальных условиях",
        "package", url="https://nmc58.ru/?page=news&id=715", audience=("authority", "heads"),
        annotation="Образцы приказов, положений и локальных актов.",
    ),
    MaterialData(
        "Проектирование модели профессионального развития педагогов школ, функционирующих в неблагоприятных "
        "социальных условиях, работающих с учащимися с риском образовательной неуспешности: эмпирическая основа и "
        "ключевые составляющие",
        "article", "Бысик Н.В., Косарецкий С.Г., Пинская М.А.", url="https://nmc58.ru/?page=news&id=715",
        audience=("authority", "heads"), risks=("competence", "inner_training", "failure"),
        annotation="Какое повышение квалификации помогает учителям, работающим с детьми с риском неуспешности.",
    ),
    MaterialData(
        "Поверх барьеров: исследуем резильентные школы",
        "book", "Пинская М. А., Хавенсон Т. Е., Косарецкий С. Г., Звягинцев Р. С., Михайлова А. М., Чиркина Т. А.",
        url="https://nmc58.ru/?page=news&id=715", audience=("heads",), risks=("environment", "failure", "wellbeing"),
        annotation="Почему одни школы в трудных условиях добиваются хороших результатов, а другие нет.",
    ),
    MaterialData(
        "Поверх барьеров: истории школ, работающих в сложных социальных условиях",
        "book", url="https://nmc58.ru/?page=news&id=715", audience=("heads",), risks=("environment", "parents"),
        annotation="Рассказы школ о том, как они изменили уклад и результаты.",
    ),
    MaterialData(
        "Я – эффективный директор: как разработать и реализовать программу улучшения образовательных результатов "
        "учащихся школы",
        "guidelines", url="https://nmc58.ru/?page=news&id=715", audience=("heads",),
        risks=("adaptivity", "environment", "discipline"),
        annotation="Пошаговая разработка школьной программы улучшения результатов.",
    ),
    MaterialData(
        "Я – эффективный учитель: как мотивировать к учебе и повысить успешность «слабых» учащихся",
        "guidelines", url="https://nmc58.ru/?page=news&id=715", audience=("teachers",),
        risks=("motivation", "failure"),
        annotation="Приёмы работы на уроке с теми, кому учиться трудно.",
    ),
    MaterialData(
        "Методические рекомендации для учителей по преподаванию учебных предметов в образовательных организациях с "
        "высокой долей обучающихся с рисками учебной неуспешности. Русский язык",
        "guidelines", "Дощинский Р.А., Иванов С.Л., Цыбулько И.П.", url="https://nmc58.ru/?page=news&id=715",
        audience=("teachers",), risks=("failure", "competence", "language"), subject="russian",
        annotation="Типичные ошибки и приёмы обучения русскому языку в классах с рисками неуспешности.",
    ),
    MaterialData(
        "Компетенции 4К: формирование и оценка на уроке. Практические рекомендации",
        "guidelines", url="https://nmc58.ru/?page=news&id=715", audience=("teachers",),
        risks=("motivation", "adaptivity"),
        annotation="Критическое мышление, креативность, коммуникация, кооперация: задания и критерии.",
    ),
)  # fmt: skip

_WHAT = "Мероприятия проекта «Равенство образовательных возможностей», 2025 год"
_CHECKED = date(2025, 9, 22)  # учебные данные: дата проверки вымышлена

# the centre's own page: it belongs to no case
CENTRE_PUBLICATION = PublicationData("https://nmc58.ru/?page=news&id=698", _WHAT, None, "yes", _CHECKED)

# code of the supported school → its page
PUBLICATIONS: dict[str, tuple[PublicationData, ...]] = {
    "oshi1": (
        PublicationData(
            "https://internat1pnz.ucoz.ru/index/ravenstvo-obrazovatelnykh-vozmozhnostej/0-92",
            _WHAT, None, "yes", _CHECKED,
        ),
    ),
    "co1": (
        PublicationData(
            "https://pnzce1.ucoz.ru/index/ravenstvo_obrazovatelnykh_vozmozhnostej_snor/0-319",
            _WHAT, None, "yes", _CHECKED,
        ),
    ),
    "41": (
        PublicationData(
            "https://school-41.edu-penza.ru/ravenstvo-obrazovatelnyh-vozmozhnostej/", _WHAT, None, "yes", _CHECKED
        ),
    ),
    "50": (
        PublicationData(
            "https://школа50.рф/равенство-образовательных-возможнос/", _WHAT, None, "yes", _CHECKED
        ),
    ),
}  # fmt: skip
