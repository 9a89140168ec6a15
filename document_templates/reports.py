"""Справка о выезде куратора and аналитическая справка по итогам."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

from layout import BLANK_DAY, NAME, NB, POSITION, TEXT_WIDTH, Paper


def visit_report() -> bytes:
    """What the curator saw and advises, what became of earlier advice; the director confirms having read it."""
    paper = Paper("Справка о выезде куратора")
    paper.line("{{ curator.full_name|nbsp }}", "center", bold=True, after=14)
    paper.line("СПРАВКА", "center", bold=True, size=16, spaced=3)
    paper.line("о выезде школы-куратора в {{ supported.short_name|nbsp }}", "center", after=12)
    for title, value in (
        ("Дата выезда",
         "{% for day in dates %}{{ day|date_short }}{% if not loop.last %}" + NB + "– {% endif %}{% endfor %}"),
        ("Форма", "{{ mode|nbsp }}"),
        ("Основание", "{{ ground|nbsp }}"),
        ("Цель", "{{ purpose|nbsp|small }}"),
    ):  # fmt: skip
        paper.line(f"**{title}:** {value}", "left", left=7.5, hang=7.5)
    for title, field in (("Мероприятие плана", "plan_item"), ("Риск", "risk")):
        paper.tag(f"if {field}")
        paper.line(f"**{title}:** {{{{ {field}|nbsp }}}}", "left", left=7.5, hang=7.5)
        paper.tag("endif")
    paper.line("Участники", "left", bold=True, before=8, keep=True)
    paper.tag("for side in participants")
    paper.line("от {{ side.school|nbsp }}:", "left", left=7.5, keep=True)
    paper.tag("for person in side.people")
    paper.line("{{ person|nbsp }}", "left", left=22.5, hang=7.5)
    paper.tag("endfor")
    paper.tag("endfor")
    paper.tag("if lessons")
    paper.line("Посещённые уроки", "left", bold=True, before=8, after=4, keep=True)
    widths: tuple[float, ...] = (18, 42, 44, 66)
    table = paper.table(widths)
    paper.row(
        table, ["Класс", "Предмет", "Учитель", "Наблюдения"], widths, header=True, align="center", size=12
    )
    cells = [f"{{{{ lesson.{name}|nbsp }}}}" for name in ("class_name", "subject", "teacher", "note")]
    aligns = ["center", "left", "left", "left"]
    paper.rows_of(table, "lesson in lessons", cells, aligns=aligns, size=12, before=1, after=1)
    paper.tag("endif")
    paper.line("Установлено", "left", bold=True, before=10, keep=True)
    paper.tag("for finding in findings")
    paper.line("{% if loop.length > 1 %}{{ loop.index }}. {% endif %}{{ finding|nbsp|no_dot }}.")
    paper.tag("endfor")
    paper.line("Рекомендации", "left", bold=True, before=10, keep=True)
    paper.tag("if not recommendations")
    paper.line("По итогам выезда рекомендаций не дано.")
    paper.tag("endif")
    paper.tag("for advice in recommendations")
    paper.line(
        "{% if loop.length > 1 %}{{ loop.index }}. {% endif %}{{ advice.text|nbsp|no_dot }}. "
        f"Исполнитель{NB}– {{{{ advice.executor|nbsp }}}}, срок{NB}– {{{{ advice.term|nbsp|no_dot }}}}.",
        keep=True,
    )
    paper.tag("endfor")
    paper.tag("if earlier")
    paper.line("Выполнение ранее данных рекомендаций", "left", bold=True, before=10, after=4, keep=True)
    widths = (26, 64, 28, 52)
    table = paper.table(widths)
    head = ["Выезд", "Рекомендация", "Срок", "Выполнение"]
    paper.row(table, head, widths, header=True, align="center", size=12)
    cells = [
        "{{ advice.given|date_short }}",
        "{{ advice.text|nbsp }}",
        "{{ advice.term|nbsp }}",
        "{{ advice.fate|nbsp }}",
    ]
    aligns = ["center", "left", "left", "left"]
    paper.rows_of(table, "advice in earlier", cells, aligns=aligns, size=12, before=1, after=1, keep=True)
    paper.tag("endif")
    paper.line("{{ date|date_short }}", "left", before=16, keep=True)
    paper.signature(POSITION % "compiler", NAME % "compiler", before=14, keep=True)
    # What the system was told stands as such; the signature is put by hand, the system fakes none.
    paper.tag("if answer and answer.is_objection")
    paper.line(
        "{{ director|agree('Ознакомлен', 'Ознакомлена') }} {{ answer.day|date_short }} (отметка в системе «Опора»), "
        "имеются возражения: {{ answer.text|nbsp|no_dot }}.",
        "left", before=22, keep=True,
    )  # fmt: skip
    paper.tag("endif")
    paper.tag("if answer and not answer.is_objection")
    paper.line(
        "Со справкой {{ director|agree('ознакомлен', 'ознакомлена') }} {{ answer.day|date_short }} "
        "(отметка в системе «Опора»){% if answer.text %}: {{ answer.text|nbsp|no_dot }}{% endif %}.",
        "left", before=22, keep=True,
    )  # fmt: skip
    paper.tag("endif")
    paper.tag("if not answer")
    paper.line(
        "Со справкой {{ director|agree('ознакомлен', 'ознакомлена') }}. Согласен / имею возражения (нужное подчеркнуть)"
        .replace("Согласен", "{{ director|agree('Согласен', 'Согласна') }}"),
        "left", before=22, keep=True,
    )  # fmt: skip
    paper.tag("endif")
    paper.signature(POSITION % "director", NAME % "director", before=10)
    paper.tag("if not answer")
    paper.line(BLANK_DAY, "left", before=8)
    paper.tag("endif")
    paper.tag("if additions")
    paper.line("Дополнения к справке", "left", bold=True, before=14, keep=True)
    paper.tag("for addition in additions")
    paper.line("{{ addition.day|date_short }}. {{ addition.text|nbsp|no_dot }}.")
    paper.tag("endfor")
    paper.tag("endif")
    return paper.bytes()


def results_report() -> bytes:
    """Two years side by side with N, risks before and after, plan, visits and conclusions."""
    paper = Paper("Аналитическая справка по итогам")
    paper.line("{{ office.full_name|nbsp }}", "center", bold=True, after=14)
    paper.line("АНАЛИТИЧЕСКАЯ СПРАВКА", "center", bold=True, size=16)
    paper.line(
        "об итогах реализации {{ programme.title_gent|nbsp }} в {{ supported.short_name|nbsp }}", "center"
    )
    paper.line(f"(школа-куратор{NB}– {{{{ curator.short_name|nbsp }}}})", "center")
    paper.line("по состоянию на {{ as_of|date_short }}", "center", after=10)
    head = f"1. Результаты оценочных процедур (доля участников ниже порога; N{NB}– число участников)"
    paper.line(head, "left", bold=True, after=4, keep=True)
    widths = (62, 18, 24, 18, 24, 24)
    table = paper.table(widths)
    titles = [
        "Процедура",
        f"N,{NB}{{{{ years.before }}}}",
        f"Доля,{NB}{{{{ years.before }}}}",
        f"N,{NB}{{{{ years.now }}}}",
        f"Доля,{NB}{{{{ years.now }}}}",
        "Изменение, п.п.",
    ]
    paper.row(table, titles, widths, header=True, align="center", size=11)
    names = ("title|nbsp", "before_n", "before_share|nbsp", "now_n", "now_share|nbsp", "change")
    cells = [f"{{{{ row.{name} }}}}" for name in names]
    aligns = ["left"] + ["center"] * 5
    paper.rows_of(table, "row in procedures", cells, aligns=aligns, size=11, before=1, after=1)
    paper.line("2. Рисковый профиль", "left", bold=True, before=10, after=4, keep=True)
    widths = (106, 32, 32)
    table = paper.table(widths)
    paper.row(
        table, ["Фактор риска", "До начала работы", "По итогам"], widths, header=True, align="center", size=11
    )
    cells = ["{{ row.title|nbsp }}", "{{ row.before }}", "{{ row.after }}"]
    aligns = ["left", "center", "center"]
    paper.rows_of(table, "row in risks", cells, aligns=aligns, size=11, before=1, after=1)
    paper.line("3. Проведённая работа", "left", bold=True, before=10, keep=True)
    paper.line(
        "План: {{ plan.measures|counted('мероприятие', 'мероприятия', 'мероприятий') }}; "
        f"наступило сроков{NB}– {{{{ plan.total }}}}, выполнено{NB}– {{{{ plan.done }}}}."
    )
    paper.line(
        f"Выезды школы-куратора: {{% if visits.total %}}по договору предусмотрено{NB}{{{{ visits.total }}}}, {{% endif %}}"
        f"проведено{NB}{{{{ visits.done }}}}."
    )
    paper.line(
        f"Рекомендации школы-куратора: {{% if recommendations.total %}}дано{NB}{{{{ recommendations.total }}}}, "
        f"закрыто{NB}{{{{ recommendations.done }}}}{{% else %}}не давались{{% endif %}}."
    )
    paper.line(
        "Участие в мероприятиях и курсах: {{ teachers_trained|counted('педагог', 'педагога', 'педагогов') }}"
        f"{{% if participations %}}, всего участий{NB}– {{{{ participations }}}}{{% endif %}}."
    )
    paper.line(f"Публикации о ходе работы в сети «Интернет»:{NB}{{{{ publications }}}}.")
    paper.line("4. Выводы", "left", bold=True, before=10, keep=True)
    paper.tag("for conclusion in conclusions")
    for case in ("not loop.last", "loop.last"):  # the last words stay with the signature
        paper.tag(f"if {case}")
        paper.line("4.{{ loop.index }}. {{ conclusion|nbsp|no_dot }}.", keep=case == "loop.last")
        paper.tag("endif")
    paper.tag("endfor")
    paper.tag("if outcome")
    paper.line(
        "Решение координационной группы: {{ outcome|nbsp|small|no_dot }}."
        "{% if justification %} Обоснование: {{ justification|nbsp|small|no_dot }}.{% endif %}",
        before=6,
        keep=True,
    )
    paper.tag("endif")
    paper.tag("if proposal and not outcome")
    paper.line(
        "Предлагаемое координационной группе решение: {{ proposal|nbsp|small|no_dot }}.", before=6, keep=True
    )
    paper.tag("endif")
    paper.signature(POSITION % "compiler", NAME % "compiler", before=28, width=TEXT_WIDTH)
    return paper.bytes()
