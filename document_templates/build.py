"""Builds the DOCX templates of official papers: `python document_templates/build.py [--check]`.

The files beside this script are what the product ships; a test proves that they equal this build.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from acts import acknowledgement, agreement_extra, destruction_act
from agreement import agreement
from layout import NAME, NB, TEXT_WIDTH, Paper
from orders import (
    NUMBER,
    SMALL,
    closing,
    head,
    order_cancel,
    order_change,
    order_change_plan,
    order_curators,
    order_finish,
    order_group,
    order_repeal,
    order_results,
    plan_table,
    stamp,
)
from reports import results_report, visit_report

HERE = Path(__file__).resolve().parent


def order_plan() -> bytes:
    """Приказ об утверждении плана; the plan itself is the appendix."""
    paper = Paper("Приказ об утверждении плана")
    head(paper)
    paper.line(
        "1. Утвердить {{ plan|agree('прилагаемый', 'прилагаемую', 'прилагаемое', 'прилагаемые') }} "
        f"{{{{ plan|form('accs')|nbsp }}}} (далее{NB}– План)."
    )
    paper.tag("if pairs|count == 1")
    paper.tag("for pair in pairs")
    paper.line(
        "2. Установить, что План реализуется в общеобразовательной организации {{ pair.supported|nbsp }} "
        f"(школа-куратор{NB}– {{{{ pair.curator|nbsp }}}})."
    )
    paper.tag("endfor")
    paper.tag("endif")
    paper.tag("if pairs|count != 1")
    paper.line("2. Установить, что План реализуется в следующих общеобразовательных организациях:")
    paper.tag("for pair in pairs")
    paper.line(
        f"{{{{ pair.supported|nbsp }}}} (школа-куратор{NB}– {{{{ pair.curator|nbsp }}}})"
        "{% if loop.last %}.{% else %};{% endif %}"
    )
    paper.tag("endfor")
    paper.tag("endif")
    closing(paper, 3)

    paper.wide_section()
    stamp(paper, 1, "{{ plan|approved }}", width=257, page=False)
    paper.line("{{ plan.title|nbsp|capital }}", "center", bold=True, after=10)
    plan_table(paper)
    return paper.bytes()


def protocol() -> bytes:
    """Протокол заседания координационной группы."""
    paper = Paper("Протокол заседания координационной группы")
    paper.line("{{ authority.full_name|nbsp }}", "center", bold=True, caps=True)
    paper.line("ПРОТОКОЛ", "center", bold=True, size=16, spaced=3, before=18)
    paper.line("заседания {{ group|form('gent')|nbsp }}", "center", after=14)
    paper.line("{{ date|date_short }}\t" + NUMBER, "left", tab=TEXT_WIDTH)
    paper.line("{{ place|nbsp }}", "center", before=6, after=14)
    for title, who in (("Председатель", "chair"), ("Секретарь", "secretary")):
        paper.line(
            f"{title}{NB}– {{{{ {who}|initials_last }}}}, {{{{ {who}.position.title|nbsp|small }}}}",
            "left",
            left=7.5,
            hang=7.5,
        )
    _people(paper, "Присутствовали", "present")
    for title, who in (
        ("Проголосовали заочно", "by_correspondence"), ("Отсутствовали", "absent"), ("Приглашённые", "invited"),
    ):  # fmt: skip
        paper.tag(f"if {who}")
        _people(paper, title, who)
        paper.tag("endif")
    paper.line(
        "Присутствуют {{ present_count }} из {{ members_count }} "
        "{{ members_count|plural('члена', 'членов', 'членов') }} координационной группы"
        "{% if by_correspondence %}, заочно проголосовали: {{ by_correspondence|count }}{% endif %}. "
        "{% if quorum %}Кворум имеется.{% else %}Кворума нет.{% endif %}",
        before=6,
    )
    paper.line("ПОВЕСТКА ДНЯ", "center", bold=True, before=14, after=6, keep=True)
    paper.tag("for item in items")
    paper.line("{{ loop.index }}. {{ item.title|nbsp|no_dot }}.")
    paper.tag("if item.speaker")
    paper.line(
        "Докладчик: {{ item.speaker|initials_last }}, {{ item.speaker.position.title|nbsp|small|no_dot }}."
    )
    paper.tag("endif")
    paper.tag("endfor")

    paper.tag("for item in items")
    paper.line("{{ loop.index }}. СЛУШАЛИ:", "left", bold=True, before=14, keep=True)
    paper.tag("for speech in item.heard")
    paper.line(
        f"{{% if speech.speaker %}}{{{{ speech.speaker|initials_last('accs') }}}}{NB}– "
        "{{ speech.text|nbsp|small|no_dot }}{% else %}{{ speech.text|nbsp|capital|no_dot }}{% endif %}.",
        "left", indent=True,  # names of schools do not break: justified, they would tear the line apart
    )  # fmt: skip
    paper.tag("endfor")
    paper.tag("if item.spoke")
    paper.line("ВЫСТУПИЛИ:", "left", bold=True, before=6, keep=True)
    paper.tag("for speech in item.spoke")
    paper.line(f"{{{{ speech.speaker|initials_last }}}}{NB}– {{{{ speech.text|nbsp|no_dot }}}}.")
    paper.tag("endfor")
    paper.tag("endif")
    paper.tag("if item.votes")
    paper.line("Результаты голосования:", "left", before=6, after=4, keep=True)
    widths = (52, 16, 20, 30, 22, 30)
    table = paper.table(widths)
    head = "Общеобразовательная организация|«за»|«против»|«воздержался»|не голо-совали|Решение".replace(
        "-", "\u00ad"
    )
    head = head.replace("|Решение", "{% if item.conflict %}*{% endif %}|Решение")
    paper.row(table, head.split("|"), widths, header=True, align="center", size=SMALL)
    cells = [
        "{{ vote.school|nbsp }}",
        "{{ vote.yes }}",
        "{{ vote.no }}",
        "{{ vote.abstained }}",
        "{{ vote.silent }}",
    ]
    aligns = ["left"] + ["center"] * 4 + ["left"]
    paper.rows_of(
        table, "vote in item.votes", [*cells, "{{ vote.decision|nbsp }}"], aligns=aligns, size=SMALL
    )
    paper.tag("if item.conflict")
    paper.line(
        "* В том числе члены группы, исключённые из голосования по данной организации: конфликт интересов.",
        "left",
        size=10,
    )
    paper.tag("endif")
    paper.tag("endif")
    paper.line("РЕШИЛИ:", "left", bold=True, before=6, keep=True)
    paper.tag("for decision in item.decisions")
    paper.line("{{ decision.no }}. {{ decision.text|nbsp|no_dot }}.")
    paper.tag("if decision.executor or decision.term")
    paper.line(
        "{% if decision.executor %}Ответственный: {{ decision.executor|nbsp|no_dot }}.{% endif %}"
        "{% if decision.term %}{% if decision.executor %} {% endif %}Срок: {{ decision.term|nbsp|no_dot }}.{% endif %}"
    )
    paper.tag("endif")
    paper.tag("endfor")
    paper.tag("endfor")
    paper.signature("Председатель", NAME % "chair", keep=True)
    paper.signature("Секретарь", NAME % "secretary", before=18)
    return paper.bytes()


def _people(paper: Paper, title: str, who: str) -> None:
    paper.line(f"{title}:", "left", before=6, keep=True)
    paper.tag(f"for person in {who}")
    person = f"{{{{ person|initials_last }}}}{NB}– {{{{ person.position.title|nbsp|small }}}}"
    paper.line(person, "left", left=20, hang=7.5)
    paper.tag("endfor")


BUILDERS: dict[str, Callable[[], bytes]] = {
    "order_plan.docx": order_plan,
    "order_group.docx": order_group,
    "order_curators.docx": order_curators,
    "order_change.docx": order_change,
    "order_change_plan.docx": order_change_plan,
    "order_cancel.docx": order_cancel,
    "order_repeal.docx": order_repeal,
    "order_results.docx": order_results,
    "order_finish.docx": order_finish,
    "agreement.docx": agreement,
    "agreement_extra.docx": agreement_extra,
    "destruction_act.docx": destruction_act,
    "acknowledgement.docx": acknowledgement,
    "protocol.docx": protocol,
    "visit_report.docx": visit_report,
    "results_report.docx": results_report,
}


def contents(data: bytes) -> dict[str, bytes]:
    """Members of a package: compression may differ between machines, content may not."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def main(arguments: list[str]) -> int:
    stale = []
    for name, builder in BUILDERS.items():
        path, data = HERE / name, builder()
        if "--check" not in arguments:
            path.write_bytes(data)
        elif not path.exists() or contents(path.read_bytes()) != contents(data):
            stale.append(name)
    for name in stale:
        sys.stderr.write(f"{name} differs from its builder: run python document_templates/build.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
