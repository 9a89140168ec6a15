"""The page beside the draft: what Word would print, as HTML, with the marks of values."""

from __future__ import annotations

import io
import re

from docx import Document as NewDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from app.documents.docx.page_html import Mark, page_html
from app.documents.docx.rendering import render
from app.documents.templates import FOLDER
from tests.unit.documents.penza import agreement, order_plan

SIGNS = ("\ue010", "\ue011", "\ue012")


def html_of(document: object, marks: list[Mark] | None = None) -> str:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return str(page_html(buffer.getvalue(), marks or [], SIGNS))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u200b", "").replace("&#8203;", "").split())


def test_words_of_a_real_paper_stand_on_its_page() -> None:
    html = str(page_html(render((FOLDER / "order_plan.docx").read_bytes(), order_plan()), [], SIGNS))
    text = words(html)
    assert "ПРИКАЗ" in text
    assert "п р и к а з ы в а ю:" in text.replace("\u00a0", " ")
    assert html.count('class="sheet"') >= 2  # the appendix lies on a sheet of its own, across
    assert "width:842pt" in html
    assert html.count("<tr>") > 2
    assert 'class="lined"' in html


def test_the_agreement_keeps_ampersands_and_numbers() -> None:
    values = agreement()
    values["curator"]["full_name"] = "Школа № 65/23 <&> «Опора»"
    html = str(page_html(render((FOLDER / "agreement.docx").read_bytes(), values), [], SIGNS))
    assert "№\u00a065/23 &lt;&amp;&gt; «Опора»" in html
    assert "<&>" not in html


def test_formatting_breaks_and_merged_cells() -> None:
    document = NewDocument()
    document.sections[0].page_width = Mm(210)
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run("жирный")
    run.bold = run.italic = run.underline = True
    run.add_break()
    document.add_page_break()
    table = document.add_table(rows=2, cols=2, style="Table Grid")
    table.cell(0, 0).merge(table.cell(1, 0)).text = "слева"
    table.cell(0, 1).text = "справа"
    html = html_of(document)
    assert "text-align:center" in html
    assert "font-weight:700" in html
    assert "font-style:italic" in html
    assert "<br>" in html
    assert html.count('class="sheet"') == 2
    assert 'rowspan="2"' in html
    assert html.count("<td") == 3


def test_marks_become_fields_gaps_and_links() -> None:
    document = NewDocument()
    opening, parting, closing = SIGNS
    paragraph = document.add_paragraph(
        f"до {opening}0{parting}значение{closing} и {opening}1{parting}Заголовок{closing}"
    )
    paragraph.add_run(f" {opening}2{parting}<Ткача>")
    paragraph.add_run(f" Петра{closing} после")
    marks = [
        Mark("heading"),
        Mark("place", gap="Заголовок"),
        Mark("signer", link="/names/person/1?back=/a&b", label='"'),
    ]
    html = html_of(document, marks)
    assert '<span class="val" data-f="heading">значение</span>' in html
    assert '<mark class="gap" data-f="place">Заголовок</mark>' in html
    assert html.count('href="/names/person/1?back=/a&amp;b"') == 2  # the value goes on in the next run
    assert "&lt;Ткача&gt;" in html
    assert "после" in words(html).split("Петра")[1]
    assert not set(SIGNS) & set(html)


def test_an_unknown_mark_is_plain_text() -> None:
    document = NewDocument()
    document.add_paragraph(f"{SIGNS[0]}77{SIGNS[1]}слово{SIGNS[2]}")
    assert "слово" in words(html_of(document))
