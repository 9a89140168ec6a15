"""Приказы: what all kinds share (head, closing, stamps of appendices), and six kinds of them."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

from typing import Any

from layout import NAME, NB, POSITION, TEXT_WIDTH, Paper

DATE = "{% if date %}{{ date|date_short }}{% else %}__________________{% endif %}"
NUMBER = "№" + NB + "{% if number %}{{ number }}{% else %}__________{% endif %}"
OF_AUTHORITY = "{{ authority|form('gent')|nbsp }}"
STAMP = 75  # mm: the widest line of a requisite in the corner by the edition of 2016; that of 2025 allows 80
SMALL = 11  # pt, in tables
DENSE = 9.5  # pt, in the table of nine columns


def head(paper: Paper, narrow: int = 75) -> None:
    """Whose order, its date, number and place, what it is about, why."""
    paper.line("{{ authority.full_name|nbsp }}", "center", bold=True, caps=True)
    paper.line("ПРИКАЗ", "center", bold=True, size=16, spaced=3, before=18, after=14)
    paper.line(f"{DATE}\t{NUMBER}", "left", tab=TEXT_WIDTH)
    paper.line("{{ place|nbsp }}", "center", before=6, after=18)
    paper.line("{{ heading|nbsp }}", "left", bold=True, right=narrow, after=16)
    paper.line("{{ preamble|nbsp }} " + NB.join("приказываю") + ":", after=4)


def closing(paper: Paper, first: int) -> None:
    """From point `first` on: what people may change, the control, the signature, the executor with his telephone."""
    paper.tag(f"for point in points|numbered({first})")
    paper.line(
        "{{ point.no }}. {{ point.executor|nbsp|capital }} {% if point.term %}{{ point.action|nbsp|no_dot }} "
        "{{ point.term|nbsp|ends(':' if point.parts else '.') }}"
        "{% else %}{{ point.action|nbsp|ends(':' if point.parts else '.') }}{% endif %}"
    )
    paper.tag("for part in point.parts")
    paper.line("{{ part.no }}. {{ part.text|nbsp|ends('.' if loop.last else ';') }}")
    paper.tag("endfor")
    paper.tag("endfor")
    paper.line(
        f"{{{{ points|count({first}) }}}}. Контроль за исполнением настоящего приказа "
        "{% if control %}возложить на {{ control.position|form('accs')|nbsp }} {{ control|initials_last('accs') }}."
        "{% else %}оставляю за собой.{% endif %}",
        keep=True, together=True,
    )  # fmt: skip
    paper.signature(POSITION % "signer", NAME % "signer", before=30, keep=True)  # one page with the control
    paper.line(
        "{{ executor|full_name }}{% if executor.phone %}, {{ executor.phone|nbsp }}{% endif %}",
        "left", size=10, before=16,
    )  # fmt: skip


def stamp(
    paper: Paper, number: int | None, approved: str = "", width: int = TEXT_WIDTH, page: bool = True
) -> None:
    """«Приложение № 1 УТВЕРЖДЁН приказом … от … № …» or «Приложение к приказу …», in the corner of a new page."""
    look: dict[str, Any] = {"align": "left", "left": width - STAMP}
    title = f"Приложение №{NB}{number}" if number else "Приложение"
    order = "приказом" if approved else "к приказу"
    paper.line(title, after=8 if approved else 0, page=page, **look)
    if approved:
        paper.line(approved, **look)
    paper.line(f"{{{{ ('{order} ' ~ authority|form('gent')|nbsp)|lines(28) }}}}", **look)
    day, number_ = DATE.replace("_" * 18, "_" * 12), NUMBER.replace("_" * 10, "_" * 8)  # both on one line
    paper.line(f"от{NB}{day} {number_}", after=14, **look)


def plan_table(paper: Paper) -> None:
    """The measures of the plan by direction."""
    widths = (9, 41.5, 26, 28, 30, 28, 31.5, 36, 27)  # no long word of a plan breaks inside
    titles = "№\nп/п|Мероприятие|Срок|Ответственный|Ожидаемый результат, документ|Показатель|Участники|Риск|Уровень"
    table = paper.table(widths)
    paper.row(table, titles.split("|"), widths, header=True, align="center", size=DENSE)
    paper.tag_row(table, "for direction in plan.directions")
    paper.group_row(
        table,
        "{{ loop.index }}. {{ direction.title|nbsp|capital }}",
        bold=True,
        size=SMALL,
        keep=True,
        before=1,
        after=1,
    )
    fields = ("result", "indicator", "participants", "risk", "level")
    cells = ["{{ item.no }}", "{{ item.text|nbsp }}", "{{ item.term|nbsp }}", "{{ item.owner|nbsp }}"]
    cells += [f"{{{{ (item.{field} or '–')|nbsp }}}}" for field in fields]
    aligns = ["center"] + ["left"] * 8
    paper.rows_of(table, "item in direction.items", cells, aligns=aligns, size=DENSE, before=1, after=1)
    paper.tag_row(table, "endfor")


def amendments(paper: Paper, **look: Any) -> None:
    """What is worded anew, added, left out or replaced: 1.1, 1.2 and so on."""
    mark = "{% if loop.last %}.{% else %};{% endif %}"
    paper.tag("for change in amendments")
    paper.tag("if change.action == 'remove'")
    paper.line(f"1.{{{{ loop.index }}}}. {{{{ change.place|nbsp|small }}}} исключить{mark}", **look)
    paper.tag("endif")
    paper.tag("if change.action == 'replace'")
    paper.line(
        "1.{{ loop.index }}. {{ change.place|nbsp|small }} слова «{{ change.words|nbsp|inner }}» заменить словами "
        f"«{{{{ change.text|nbsp|inner }}}}»{mark}",
        **look,
    )
    paper.tag("endif")
    for action, lead, words in (
        ("restate", "", "изложить в следующей редакции:"),
        ("insert", "дополнить ", "следующего содержания:"),
    ):
        paper.tag(f"if change.action == '{action}'")
        paper.line(
            f"1.{{{{ loop.index }}}}. {lead}{{{{ change.place|nbsp|small }}}} {words}", keep=True, **look
        )
        paper.tag("for text in change.text|quoted('.' if loop.last else ';')")
        paper.line("{{ text|nbsp }}", **look)
        paper.tag("endfor")
        paper.tag("endif")
    paper.tag("endfor")


# What the group is for and how it decides; the shares and terms stand in the programme's settings.
STATUTE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Общие положения",
        (
            "Настоящее Положение определяет задачи, состав и порядок работы {{ group|form('gent')|nbsp }} "
            "(далее – Координационная группа).",
            "Координационная группа является постоянно действующим коллегиальным органом "
            "{{ authority|form('gent')|nbsp }}.",
            "Координационная группа руководствуется законодательством Российской Федерации, правовыми актами "
            "{{ authority|form('gent')|nbsp }} и настоящим Положением.",
        ),
    ),
    (
        "Задачи Координационной группы",
        (
            "Рассмотрение результатов диагностики и рисковых профилей общеобразовательных организаций, имеющих низкие "
            "образовательные результаты обучающихся (далее – Школы).",
            "Рассмотрение планов мероприятий (дорожных карт) Школ и представление их на утверждение.",
            "Координация взаимодействия Школ, школ-кураторов и методической службы.",
            "Рассмотрение итогов работы и подготовка предложений о завершении или продолжении сопровождения Школ.",
        ),
    ),
    (
        "Состав Координационной группы",
        (
            "Координационная группа состоит из председателя, секретаря и членов Координационной группы; в состав "
            "может входить заместитель председателя. Состав утверждается приказом {{ authority|form('gent')|nbsp }}.",
            "Председатель ведёт заседания, подписывает протоколы и распределяет обязанности между членами "
            "Координационной группы. В отсутствие председателя его обязанности исполняет заместитель председателя.",
            "Секретарь готовит материалы к заседаниям, ведёт и подписывает протоколы.",
        ),
    ),
    (
        "Порядок работы Координационной группы",
        (
            "Заседания проводятся по мере необходимости, но не реже одного раза в {{ meetings|nbsp }}.",
            "Заседание правомочно, если в нём участвует более половины членов Координационной группы. "
            "Допускается заочное голосование в срок, установленный председателем.",
            "Решение считается принятым, если за него подано больше голосов, чем против. При равенстве голосов "
            "решающим является голос председателя. Воздержавшиеся учитываются только при определении кворума.",
            "Член Координационной группы, являющийся руководителем рассматриваемой Школы, в голосовании по "
            "соответствующему вопросу не участвует и при определении кворума не учитывается.",
            "Решения оформляются протоколом, который подписывают председатель и секретарь.",
        ),
    ),
)


def order_group() -> bytes:
    """Приказ о создании координационной группы: состав и положение — приложения."""
    paper = Paper("Приказ о создании координационной группы")
    head(paper)
    paper.line(f"1. Создать {{{{ group|form('accs')|nbsp }}}} (далее{NB}– Координационная группа).")
    paper.line("2. Утвердить прилагаемые:", keep=True)
    paper.line(f"2.1. состав Координационной группы (приложение №{NB}1);", keep=True)
    paper.line(f"2.2. положение о Координационной группе (приложение №{NB}2).")
    closing(paper, 3)

    stamp(paper, 1, "УТВЕРЖДЁН")
    paper.line("СОСТАВ", "center", bold=True, keep=True)
    paper.line("{{ group|form('gent')|nbsp }}", "center", bold=True, after=12, keep=True)
    widths = (62.0, 6.0, 102.0)
    table = paper.table(widths, border=False)
    cells = ["{{ person.name|nbsp }}", "–", "{{ person.position|nbsp|small }}, {{ person.role|nbsp|small }}"]
    paper.rows_of(table, "person in composition if person.role", cells, after=6)
    paper.row(table, ["Члены группы:", "", ""], widths, before=4, after=6, keep=True)
    paper.rows_of(
        table,
        "person in composition if not person.role",
        [cells[0], "–", "{{ person.position|nbsp|small }}"],
        after=6,
    )

    stamp(paper, 2, "УТВЕРЖДЕНО")
    paper.line("ПОЛОЖЕНИЕ", "center", bold=True, keep=True)
    paper.line("о {{ group|form('loct')|nbsp }}", "center", bold=True, after=6, keep=True)
    for number, (title, clauses) in enumerate(STATUTE, start=1):
        paper.line(f"{number}. {title}", "center", bold=True, before=10, after=4, keep=True)
        for no, clause in enumerate(clauses, start=1):
            paper.line(f"{number}.{no}. " + clause.replace(" – ", NB + "– "))
    return paper.bytes()


def order_curators() -> bytes:
    """Приказ о закреплении школ-кураторов: пары — таблица приложения."""
    paper = Paper("Приказ о закреплении школ-кураторов")
    head(paper)
    paper.line(
        "1. Закрепить {% if pairs|count == 1 %}общеобразовательную организацию, имеющую{% else %}общеобразовательные организации, имеющие{% endif %} "
        "низкие образовательные результаты обучающихся, на период с {{ starts|date_long }} по {{ ends|date_long }} за "
        "{% if pairs|count == 1 %}школой-куратором{% else %}школами-кураторами{% endif %} согласно приложению к настоящему приказу."
    )
    closing(paper, 2)
    stamp(paper, None)
    paper.line("ПЕРЕЧЕНЬ", "center", bold=True, keep=True)
    paper.line(
        "общеобразовательных организаций\nи закреплённых за ними школ-кураторов",
        "center",
        bold=True,
        after=10,
        keep=True,
    )
    widths = (12, 48, 48, 62)
    table = paper.table(widths)
    titles = ["№\nп/п", "Общеобразовательная организация", "Школа-куратор", "Ответственный от школы-куратора"]
    paper.row(table, titles, widths, header=True, align="center", size=12)
    cells = ["{{ loop.index }}", "{{ pair.supported|nbsp }}", "{{ pair.curator|nbsp }}",
             "{{ pair.person|full_name }}, {{ pair.person.position.title|nbsp|small }}"]  # fmt: skip
    aligns = ["center", "left", "left", "left"]
    paper.rows_of(table, "pair in pairs", cells, aligns=aligns, size=12, before=2, after=2)
    return paper.bytes()


CHANGED = f"приказ {OF_AUTHORITY} от{NB}{{{{ changes.date|date_short }}}} №{NB}{{{{ changes.number }}}} «{{{{ changes.heading|nbsp|inner }}}}»"


def order_change() -> bytes:
    """Приказ о внесении изменений в приказ: изложить, дополнить, исключить, заменить слова."""
    paper = Paper("Приказ о внесении изменений")
    head(paper)
    paper.line(
        f"1. Внести в {CHANGED} {{% if amendments|count == 1 %}}следующее изменение{{% else %}}следующие изменения{{% endif %}}:"
    )
    amendments(paper)
    closing(paper, 2)
    return paper.bytes()


def order_change_plan() -> bytes:
    """Приказ о внесении изменений в план: приложение приказа излагается в новой редакции."""
    paper = Paper("Приказ о внесении изменений в план")
    head(paper)
    paper.line(
        f"1. Внести в {CHANGED} изменение, изложив приложение №{NB}1 «{{{{ plan.title|nbsp|capital|inner }}}}» в новой редакции "
        "согласно приложению к настоящему приказу."
    )
    closing(paper, 2)
    paper.wide_section()
    stamp(paper, None, width=257, page=False)
    look: dict[str, Any] = {"align": "left", "left": 257 - STAMP}
    paper.line(f"«Приложение №{NB}1", after=8, **look)
    paper.line("{{ plan|approved }}", **look)
    paper.line("{{ ('приказом ' ~ authority|form('gent')|nbsp)|lines(28) }}", **look)
    paper.line(f"от{NB}{{{{ changes.date|date_short }}}} №{NB}{{{{ changes.number }}}}", after=12, **look)
    paper.line("{{ plan.title|nbsp|capital }}", "center", bold=True, after=10)
    plan_table(paper)
    paper.line("».", "right")
    return paper.bytes()


def _order_end(title: str, verb: str, since: str) -> bytes:
    paper = Paper(title)
    head(paper)
    paper.line(f"1. {verb} {CHANGED}{since}")
    closing(paper, 2)
    return paper.bytes()


def order_cancel() -> bytes:
    """Приказ об отмене приказа."""
    return _order_end("Приказ об отмене приказа", "Отменить", ".")


def order_repeal() -> bytes:
    """Приказ о признании приказа утратившим силу."""
    return _order_end(
        "Приказ о признании утратившим силу", "Признать утратившим силу",
        "{% if since %} с {{ since|date_long }}{% else %}.{% endif %}",
    )  # fmt: skip


def order_results() -> bytes:
    """Приказ об итогах: по каждой школе план, выезды и решение группы, по наименованиям, без мест."""
    paper = Paper("Приказ об итогах")
    head(paper)
    paper.line(
        f"1. Принять к сведению информацию об итогах реализации {{{{ programme.title_gent|nbsp }}}} в {{{{ year }}}}{NB}году "
        "согласно приложению к настоящему приказу."
    )
    paper.line("2. На основании решения координационной группы:", keep=True)
    paper.tag("for decision in decisions")
    # names of schools do not break: justified, they would tear the line apart
    paper.line("2.{{ loop.index }}. {{ decision|nbsp|ends('.' if loop.last else ';') }}", "left", indent=True)
    paper.tag("endfor")
    closing(paper, 3)
    stamp(paper, None)
    paper.line("ИНФОРМАЦИЯ", "center", bold=True, keep=True)
    paper.line(
        f"об итогах реализации {{{{ programme.title_gent|nbsp }}}} в {{{{ year }}}}{NB}году",
        "center",
        bold=True,
        after=10,
        keep=True,
    )
    widths = (10, 43, 37, 27, 17, 36)
    table = paper.table(widths)
    titles = ["№\nп/п", "Общеобразовательная организация", "Школа-куратор", "Выполнено мероприятий", "Выезды",
              "Решение координационной группы"]  # fmt: skip
    paper.row(table, titles, widths, header=True, align="center", size=10)
    cells = [
        "{{ loop.index }}",
        *(f"{{{{ school.{name}|nbsp }}}}" for name in ("supported", "curator", "plan", "visits", "outcome")),
    ]
    aligns = ["center", "left", "left", "center", "center", "left"]
    paper.rows_of(table, "school in schools", cells, aligns=aligns, size=10, before=2, after=2)
    paper.line(
        "Сведения приведены в порядке наименований общеобразовательных организаций.",
        "left",
        size=10,
        before=4,
    )
    return paper.bytes()


def order_finish() -> bytes:
    """Приказ о завершении сопровождения школ, перешедших в эффективный режим работы."""
    paper = Paper("Приказ о завершении сопровождения")
    head(paper)
    paper.tag("if schools|count == 1")
    paper.tag("for school in schools")
    paper.line(
        "1. Завершить с {{ since|date_long }} методическое сопровождение {{ school.supported|nbsp }} (школа-куратор"
        f"{NB}– {{{{ school.curator|nbsp }}}})."
    )
    paper.tag("endfor")
    paper.tag("endif")
    paper.tag("if schools|count != 1")
    paper.line(
        "1. Завершить с {{ since|date_long }} методическое сопровождение следующих общеобразовательных организаций:",
        keep=True,
    )
    paper.tag("for school in schools")
    paper.line(
        f"1.{{{{ loop.index }}}}. {{{{ school.supported|nbsp }}}} (школа-куратор{NB}– {{{{ school.curator|nbsp }}}})"
        "{% if loop.last %}.{% else %};{% endif %}"
    )
    paper.tag("endfor")
    paper.tag("endif")
    closing(paper, 2)
    return paper.bytes()
