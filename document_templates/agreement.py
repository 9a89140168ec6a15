"""Договор о сотрудничестве между школой-куратором и школой с низкими результатами, безвозмездный."""

from __future__ import annotations

from typing import Any

from layout import BLANK_DAY, NAME, NB, TEXT_WIDTH, Paper

SIZE = 13  # pt: the agreement and its signatures fit on two pages
COLUMNS = (85.0, 85.0)  # of the two schools


def side(code: str, title: str) -> str:
    return (
        f"{{{{ {code}.full_name|nbsp }}}}, {{{{ {code}|named }}}} в дальнейшем «{title}», "
        f"в лице {{{{ {code}.director.position|form('gent')|nbsp }}}} {{{{ {code}.director|full_name('gent') }}}}, "
        f"{{{{ {code}.director|acting }}}} на основании {{{{ {code}.basis|nbsp }}}}"
    )


def its_number(code: str) -> str:
    return f"№{NB}{{% if {code}.number %}}{{{{ {code}.number }}}}{{% else %}}____________{{% endif %}}"


def by_hand(title: str, field: str, *blanks: int) -> str:
    """A particular of a school, or a blank to write it into: the parties fill it in when they sign."""
    blank = " ".join("_" * width for width in blanks)
    return f"{title}: {{% if %s.{field} %}}{{{{ %s.{field}|nbsp }}}}{{% else %}}{blank}{{% endif %}}"


def opening(paper: Paper, what: str) -> None:
    """Two number places, place and day, who concludes it with whom."""
    numbers = paper.table(COLUMNS, border=False)
    paper.row(numbers, [its_number("curator"), its_number("supported")], COLUMNS, aligns=["left", "right"])
    small = ["(номер в журнале Школы-куратора)", "(номер в журнале Школы-партнёра)"]
    paper.row(numbers, small, COLUMNS, aligns=["left", "right"], size=10)
    date = f"{{% if date %}}{{{{ date|date_long }}}}{{% else %}}{BLANK_DAY}{{% endif %}}"
    paper.line("{{ place|nbsp }}\t" + date, "left", before=12, after=12, tab=TEXT_WIDTH)
    paper.line(
        f"{side('curator', 'Школа-куратор')}, с одной стороны, и {side('supported', 'Школа-партнёр')}, с другой "
        f"стороны, совместно именуемые «Стороны», заключили {what} о нижеследующем:",
        size=SIZE,
    )


def signatures(paper: Paper, title: str, *particulars: tuple[str, float]) -> None:
    """Two columns of signatures; `particulars`: what stands under the address, with the room before it."""
    paper.line(title, "center", bold=True, size=SIZE, before=10, after=4, keep=True)
    table = paper.table(COLUMNS, border=False)
    look: dict[str, Any] = {"size": 12, "right": 4}
    paper.row(table, ["Школа-куратор", "Школа-партнёр"], COLUMNS, bold=True, keep=True, **look)
    for text, before in (
        ("{{ %s.full_name|nbsp }}", 4),
        (by_hand("Адрес", "address", 30, 37), 4),
        *particulars,
        ("{{ %s.director.position.title|nbsp|capital }}", 12),
        (f"_______________ {NAME % '%s.director'}", 16),
        ("М.П.", 8),
    ):
        cells = [text.replace("%s", code) for code in ("curator", "supported")]
        paper.row(table, cells, COLUMNS, before=before, keep=text != "М.П.", **look)


SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Предмет договора",
        (
            "Стороны сотрудничают в целях повышения качества образования в Школе-партнёре в рамках реализации "
            "{{ programme.title_gent|nbsp }}{% if order %} и плана, утверждённого приказом "
            "{{ authority|form('gent')|nbsp }} от {{ order.date|date_short }} № {{ order.number }}{% endif %} "
            "(далее – План).",
            "{% if risks %}Основные направления помощи определяются рисками, подтверждёнными при диагностике: "
            "{{ risks|join_list|nbsp }}.{% else %}Основные направления помощи определяются Планом.{% endif %}",
            "Договор является безвозмездным: взаимных финансовых обязательств у Сторон не возникает, каждая Сторона "
            "несёт свои расходы самостоятельно.",
        ),
    ),
    (
        "Обязанности Школы-куратора",
        (
            "Оказывать Школе-партнёру консультационную и методическую помощь в реализации Плана.",
            "Провести за срок действия договора не менее {{ visits }} {{ visits|plural('выезда', 'выездов', 'выездов') "
            "}} в Школу-партнёр, в том числе с посещением уроков, и составить по итогам каждого выезда справку "
            "с рекомендациями.",
            "Приглашать педагогических работников Школы-партнёра на открытые уроки, практикумы и семинары, "
            "знакомить их с результативным опытом работы.",
            "Отслеживать выполнение данных рекомендаций и информировать о нём координационную группу.",
        ),
    ),
    (
        "Обязанности Школы-партнёра",
        (
            "Создать условия для проведения выездов, предоставить сведения и материалы, необходимые для оказания "
            "методической помощи.",
            "Обеспечить участие педагогических работников в совместных мероприятиях.",
            "Рассматривать рекомендации Школы-куратора, выполнять их в согласованные сроки и сообщать о выполнении.",
            "Знакомиться со справкой о выезде под подпись; возражения представлять в письменном виде.",
        ),
    ),
    (
        "Права Сторон",
        (
            "Стороны вправе вносить предложения по изменению Плана и содержания совместной работы, обмениваться "
            "методическими материалами и использовать их в своей деятельности с указанием авторства.",
            "Стороны вправе запрашивать друг у друга сведения, необходимые для исполнения договора.",
        ),
    ),
    (
        "Персональные данные",
        (
            "Стороны обрабатывают персональные данные работников в объёме, необходимом для исполнения договора, "
            "и соблюдают требования Федерального закона от 27.07.2006 № 152-ФЗ «О персональных данных».",
            "Сведения об обучающихся передаются только в обобщённом виде, без указания фамилий и иных данных, "
            "позволяющих определить обучающегося.",
        ),
    ),
    (
        "Срок действия, изменение и расторжение договора",
        (
            "Договор вступает в силу со дня его подписания обеими Сторонами, но не ранее {{ starts|date_long }}, "
            "и действует по {{ ends|date_long }} включительно.",
            "Изменения и дополнения оформляются дополнительным соглашением, подписанным обеими Сторонами.",
            "Договор может быть расторгнут по соглашению Сторон либо по инициативе одной из них с письменным "
            "уведомлением другой Стороны не менее чем за 30 дней.",
        ),
    ),
    (
        "Заключительные положения",
        (
            "Споры разрешаются путём переговоров; неурегулированные вопросы рассматриваются с участием "
            "{{ authority|form('gent')|nbsp }}.",
            "Договор составлен в двух экземплярах, имеющих равную юридическую силу, по одному для каждой Стороны. "
            "Каждая Сторона регистрирует договор в своём журнале.",
        ),
    ),
)


def agreement() -> bytes:
    """Two number places, two signature columns; each school registers it in its own journal."""
    paper = Paper("Договор о сотрудничестве")
    paper.line("ДОГОВОР", "center", bold=True, size=16, spaced=3)
    paper.line("о сотрудничестве", "center", bold=True, after=12)
    opening(paper, "настоящий договор")
    for number, (title, points) in enumerate(SECTIONS, start=1):
        paper.line(f"{number}. {title}", "center", bold=True, size=SIZE, before=10, after=4, keep=True)
        for no, point in enumerate(points, start=1):
            text = point.replace("№ ", "№" + NB).replace(" – ", NB + "– ")
            paper.line(f"{number}.{no}. {text}", size=SIZE)
    phone = by_hand("Телефон", "phone", 26)
    signatures(paper, f"{len(SECTIONS) + 1}. Адреса и подписи Сторон", (phone, 0))
    return paper.bytes()
