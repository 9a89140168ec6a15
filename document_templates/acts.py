"""Дополнительное соглашение, акт об уничтожении персональных данных, лист ознакомления."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

from typing import Any

from agreement import SIZE, opening, signatures
from layout import NB, TEXT_WIDTH, Paper
from orders import DATE, NUMBER, amendments

CONTRACT = (
    "к договору о сотрудничестве от {{ agreement.date|date_short }} "
    f"№{NB}{{{{ agreement.curator_number }}}}, №{NB}{{{{ agreement.supported_number }}}}"
)


def agreement_extra() -> bytes:
    """Дополнительное соглашение: what changes in the agreement, the rest stands; each school has its number."""
    paper = Paper("Дополнительное соглашение")
    paper.line("ДОПОЛНИТЕЛЬНОЕ СОГЛАШЕНИЕ", "center", bold=True, size=16)
    paper.line(CONTRACT, "center", after=12)
    opening(paper, f"настоящее дополнительное соглашение {CONTRACT} (далее{NB}– Договор)")
    paper.line(
        "1. Внести в Договор {% if amendments|count == 1 %}следующее изменение{% else %}следующие изменения{% endif %}:",
        size=SIZE, keep=True,
    )  # fmt: skip
    amendments(paper, size=SIZE)
    for clause in (
        "2. В остальной части условия Договора остаются неизменными.",
        "3. Настоящее дополнительное соглашение вступает в силу со дня его подписания обеими Сторонами, но не ранее "
        "{{ starts|date_long }}, и является неотъемлемой частью Договора."
        "{% if ends %} Договор с учётом внесённых изменений действует по {{ ends|date_long }} включительно.{% endif %}",
        "4. Настоящее дополнительное соглашение составлено в двух экземплярах, имеющих равную юридическую силу, по одному "
        "для каждой Стороны. Каждая Сторона регистрирует его в своём журнале.",
    ):
        paper.line(clause, size=SIZE)
    signatures(paper, "5. Подписи Сторон")
    return paper.bytes()


def destruction_act() -> bytes:
    """Акт об уничтожении персональных данных: what приказ Роскомнадзора от 28.10.2022 № 179 asks for, item by item."""
    paper = Paper("Акт об уничтожении персональных данных")
    look: dict[str, Any] = {"align": "left", "left": TEXT_WIDTH - 75}
    paper.line("УТВЕРЖДАЮ", **look)
    paper.line("{{ signer.position.title|nbsp|capital|lines(28) }}", before=4, **look)
    paper.line("______________ {{ signer|initials_first }}", before=14, **look)
    paper.line(DATE, before=6, after=18, **look)
    paper.line("{{ authority.full_name|nbsp }}", "center", bold=True, caps=True, after=12)
    paper.line("АКТ", "center", bold=True, size=16, spaced=3)
    paper.line("об уничтожении персональных данных", "center", bold=True, after=10)
    paper.line("{{ place|nbsp }}\t" + NUMBER, "left", tab=TEXT_WIDTH, after=12)
    paper.line("Комиссия{% if ground %}, созданная {{ ground|nbsp }},{% endif %} в составе:", keep=True)
    paper.tag("for person in commission")
    paper.line(
        f"{{{{ person.name|nbsp }}}}{NB}– {{{{ person.position|nbsp|small }}}}"
        "{% if person.role %}, {{ person.role|nbsp|small }}{% endif %}{% if loop.last %},{% else %};{% endif %}",
        "left", left=20, hang=7.5,
    )  # fmt: skip
    paper.tag("endfor")
    paper.line(
        "составила настоящий акт о том, что {{ destroyed_on|date_long }} ею уничтожены персональные данные.",
        "left",
        before=6,
        after=4,
    )
    paper.line(f"1. Оператор{NB}– {{{{ authority.full_name|nbsp }}}}, адрес: {{{{ address|nbsp|no_dot }}}}.")
    paper.tag("if processor")
    paper.line(
        f"2. Лицо, осуществлявшее обработку по поручению оператора,{NB}– {{{{ processor|nbsp|no_dot }}}}."
    )
    paper.tag("endif")
    paper.tag("if not processor")
    paper.line("2. Обработка персональных данных другому лицу не поручалась.")
    paper.tag("endif")
    paper.line("3. Субъекты, персональные данные которых уничтожены:", keep=True)
    paper.tag("for subject in subjects")
    paper.line("3.{{ loop.index }}. {{ subject|nbsp|ends('.' if loop.last else ';') }}")
    paper.tag("endfor")
    paper.line("4. Категории уничтоженных персональных данных: {{ categories|join_list|nbsp|no_dot }}.")
    paper.tag("if carriers")
    paper.line("5. Уничтоженные материальные носители:", after=4, keep=True)
    widths = (12, 118, 40)
    table = paper.table(widths)
    titles = ["№\nп/п", "Наименование носителя", "Количество листов"]
    paper.row(table, titles, widths, header=True, align="center", size=12)
    cells = ["{{ loop.index }}", "{{ carrier.title|nbsp }}", "{{ carrier.sheets }}"]
    aligns = ["center", "left", "center"]
    paper.rows_of(table, "carrier in carriers", cells, aligns=aligns, size=12, before=1, after=1)
    paper.tag("endif")
    paper.tag("if not carriers")
    paper.line("5. Материальные носители не уничтожались.")
    paper.tag("endif")
    paper.tag("if system")
    paper.line(
        "6. Информационная система, из которой уничтожены персональные данные,"
        f"{NB}– {{{{ system|nbsp|no_dot }}}}. Выгрузка из журнала регистрации событий информационной системы прилагается.",
        before=4,
    )
    paper.tag("endif")
    paper.tag("if not system")
    paper.line("6. Из информационных систем персональные данные не уничтожались.", before=4)
    paper.tag("endif")
    paper.line("7. Способ уничтожения: {{ method|nbsp|small|no_dot }}.")
    paper.line("8. Причина уничтожения: {{ reason|nbsp|small|no_dot }}.")
    paper.line("9. Дата уничтожения: {{ destroyed_on|date_long }}", after=6)
    paper.line("Подписи лиц, уничтоживших персональные данные:", "left", before=10, after=4, keep=True)
    paper.tag("for person in commission")
    paper.line(
        "{{ person.position|nbsp|capital|lines(34) }}\t______________\t{{ person.short|nbsp }}",
        "left",
        before=12,
        middle=88,
        tab=TEXT_WIDTH,
        keep=True,
        together=True,
    )
    paper.tag("endfor")
    paper.line(
        f"Срок хранения акта и выгрузки{NB}– 3 года с момента уничтожения персональных данных.",
        "left",
        size=10,
        before=16,
    )
    return paper.bytes()


def acknowledgement() -> bytes:
    """Лист ознакомления: who has to read the order, with room for the date and the signature."""
    paper = Paper("Лист ознакомления")
    paper.line("{{ authority.full_name|nbsp }}", "center", bold=True, after=14)
    paper.line("ЛИСТ ОЗНАКОМЛЕНИЯ", "center", bold=True, size=16)
    paper.line(
        "с приказом {{ authority|form('gent')|nbsp }} от {{ order.date|date_short }} "
        f"№{NB}{{{{ order.number }}}}",
        "center",
        before=4,
    )
    paper.line("«{{ order.heading|nbsp|inner }}»", "center", after=12)
    widths = (10, 44, 56, 33, 27)
    table = paper.table(widths)
    titles = ["№\nп/п", "Фамилия, имя, отчество", "Должность", "Дата ознакомления", "Подпись"]
    paper.row(table, titles, widths, header=True, align="center", size=12)
    cells = ["{{ loop.index }}", "{{ person.name|nbsp }}", "{{ person.position|nbsp|small }}",
             "{% if person.mark %}{{ person.mark|nbsp }}{% endif %}", ""]  # fmt: skip
    aligns = ["center", "left", "left", "center", "left"]
    paper.rows_of(table, "person in people", cells, aligns=aligns, size=12, before=4, after=4)
    paper.tag("if marked")
    paper.line(
        "Даты с пометкой «Опора» взяты из отметок об ознакомлении в системе; подпись ставится собственноручно.",
        "left",
        size=10,
        before=6,
    )
    paper.tag("endif")
    return paper.bytes()
