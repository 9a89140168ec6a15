"""Справка о выезде куратора and аналитическая справка по итогам."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

from layout import TEXT_WIDTH, Paper

NB = "\u00a0"
POSITION = "{{ %s.position.title|nbsp|capital|lines(34) }}"
NAME = "{{ %s|initials_first }}"


def visit_report() -> bytes:
    """What the curator saw and advises, what became of earlier advice; the director confirms having read it."""
    paper = Paper("Справка о выезде куратора")
    paper.line("{{ curator.full_name|nbsp }}", "center", bold=True, after=14)
    paper.line("СПРАВКА", "center", bold=True, size=16, spaced=3)
    paper.line("о выезде школы-куратора в {{ supported.short_name|nbsp }}", "center", after=12)
    for title, value in (
        ("Даты", "{% for day in dates %}{{ day|date_short }}{% if not loop.last %}, {% endif %}{% endfor %}"),
        ("Форма", "{{ mode|nbsp }}"),
        ("Основание", "{{ ground|nbsp }}"),
        ("Цель", "{{ purpose|nbsp }}"),
    ):
        paper.line(f"**{title}:** {value}", "left", left=7.5, hang=7.5)
    for title, field in (("Мероприятие плана", "plan_item"), ("Риск", "risk")):
        paper.tag(f"if {field}")
        paper.line(f"**{title}:** {{{{ {field}|nbsp }}}}", "left", left=7.5, hang=7.5)
        paper.tag("endif")
    paper.line("Участники:", "left", bold=True, before=8, keep=True)
    paper.tag("for person in participants")
    paper.line(
        f"{{{{ person|initials_last }}}}{NB}– {{{{ person.position.title|nbsp|small }}}}",
        "left",
        left=20,
        hang=7.5,
    )
    paper.tag("endfor")
    paper.tag("if lessons")
    paper.line("Посещённые уроки", "left", bold=True, before=8, after=4, keep=True)
    widths = (22, 42, 40, 66)
    table = paper.table(widths)
    paper.row(
        table, ["Класс", "Предмет", "Учитель", "Наблюдения"], widths, header=True, align="center", size=12
    )
    paper.tag_row(table, "for lesson in lessons")
    cells = [f"{{{{ lesson.{name}|nbsp }}}}" for name in ("class_name", "subject", "teacher", "note")]
    paper.row(table, cells, widths, aligns=["center", "left", "left", "left"], size=12, before=1, after=1)
    paper.tag_row(table, "endfor")
    paper.tag("endif")
    paper.line("Установлено", "left", bold=True, before=10, keep=True)
    paper.tag("for finding in findings")
    paper.line("{{ loop.index }}. {{ finding|nbsp|no_dot }}.")
    paper.tag("endfor")
    paper.line("Рекомендации", "left", bold=True, before=10, keep=True)
    paper.tag("for advice in recommendations")
    paper.line(
        f"{{{{ loop.index }}}}. {{{{ advice.text|nbsp|no_dot }}}}. Исполнитель{NB}– {{{{ advice.executor|nbsp }}}}, срок{NB}– {{{{ advice.term|nbsp|no_dot }}}}."
    )
    paper.tag("endfor")
    paper.tag("if earlier")
    paper.line("Выполнение ранее данных рекомендаций", "left", bold=True, before=10, after=4, keep=True)
    widths = (110, 60)
    table = paper.table(widths)
    paper.row(table, ["Рекомендация", "Выполнение"], widths, header=True, align="center", size=12)
    paper.tag_row(table, "for advice in earlier")
    paper.row(table, ["{{ advice.text|nbsp }}", "{{ advice.fate|nbsp }}"], widths, size=12, before=1, after=1)
    paper.tag_row(table, "endfor")
    paper.tag("endif")
    paper.line("{{ date|date_short }}", "left", before=16, keep=True)
    paper.signature(POSITION % "compiler", NAME % "compiler", before=14, keep=True)
    paper.line(
        "{{ director|agree('Ознакомлен', 'Ознакомлена') }}. Согласен / имею возражения (нужное подчеркнуть)",
        "left",
        before=22,
        keep=True,
    )
    paper.signature(POSITION % "director", NAME % "director", before=10, keep=True)
    paper.line(f"«____»{NB}______________{NB}20____{NB}г.", "left", before=8)
    return paper.bytes()


def results_report() -> bytes:
    """Two years side by side with N, risks before and after, plan, visits and conclusions."""
    paper = Paper("Аналитическая справка по итогам")
    paper.line("{{ authority.full_name|nbsp }}", "center", bold=True, caps=True, after=14)
    paper.line("АНАЛИТИЧЕСКАЯ СПРАВКА", "center", bold=True, size=16)
    paper.line(
        "об итогах реализации {{ programme.title_gent|nbsp }} в {{ supported.short_name|nbsp }}", "center"
    )
    paper.line("(школа-куратор – {{ curator.short_name|nbsp }})".replace(" –", NB + "–"), "center")
    paper.line("по состоянию на {{ as_of|date_short }}", "center", after=10)
    head = f"1. Результаты оценочных процедур (доля участников ниже порога; N{NB}– число участников)"
    paper.line(head, "left", bold=True, after=4, keep=True)
    widths = (62, 18, 24, 18, 24, 24)
    table = paper.table(widths)
    titles = [
        "Процедура",
        "N, {{ years.before }}",
        "Доля, {{ years.before }}",
        "N, {{ years.now }}",
        "Доля, {{ years.now }}",
        "Изменение, п.п.",
    ]
    paper.row(table, titles, widths, header=True, align="center", size=11)
    paper.tag_row(table, "for row in procedures")
    names = ("title", "before_n", "before_share", "now_n", "now_share", "change")
    cells = [f"{{{{ row.{name} }}}}" for name in names]
    paper.row(table, cells, widths, aligns=["left"] + ["center"] * 5, size=11, before=1, after=1)
    paper.tag_row(table, "endfor")
    paper.line("2. Рисковый профиль", "left", bold=True, before=10, after=4, keep=True)
    widths = (106, 32, 32)
    table = paper.table(widths)
    paper.row(
        table, ["Фактор риска", "До начала работы", "По итогам"], widths, header=True, align="center", size=11
    )
    paper.tag_row(table, "for row in risks")
    cells = ["{{ row.title|nbsp }}", "{{ row.before }}", "{{ row.after }}"]
    paper.row(table, cells, widths, aligns=["left", "center", "center"], size=11, before=1, after=1)
    paper.tag_row(table, "endfor")
    paper.line("3. Проведённая работа", "left", bold=True, before=10, keep=True)
    paper.line("План: выполнено {{ plan.done }} из {{ plan.total }} мероприятий.")
    paper.line("Выезды школы-куратора: проведено {{ visits.done }}, предусмотрено {{ visits.total }}.")
    paper.line("Рекомендации: выполнено {{ recommendations.done }} из {{ recommendations.total }}.")
    paper.line(
        "Участие в мероприятиях и курсах: {{ teachers_trained }} {{ teachers_trained|plural('педагог', 'педагога', 'педагогов') }}."
    )
    paper.line("4. Выводы", "left", bold=True, before=10, keep=True)
    paper.tag("for conclusion in conclusions")
    paper.line("4.{{ loop.index }}. {{ conclusion|nbsp|no_dot }}.")
    paper.tag("endfor")
    paper.tag("if outcome")
    paper.line("Решение координационной группы: {{ outcome|nbsp|no_dot }}.", before=6)
    paper.tag("endif")
    paper.signature(POSITION % "compiler", NAME % "compiler", before=28, width=TEXT_WIDTH)
    return paper.bytes()
