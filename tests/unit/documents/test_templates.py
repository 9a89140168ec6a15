"""The shipped templates: built from their script, laid out by the standard, filled without a trace of tags."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from docx import Document
from docx.shared import Mm

from app.documents.docx.filters import FILTERS
from app.documents.docx.gate import check_docx
from app.documents.docx.rendering import MissingFields, document_text, render, template_names
from app.documents.language.dates import MONTHS

from . import penza

HERE = Path(__file__).parents[3] / "document_templates"
MANIFEST = yaml.safe_load((HERE / "manifest.yaml").read_text(encoding="utf-8"))["documents"]
VALUES = {code: getattr(penza, code) for code in MANIFEST}


def template(code: str) -> bytes:
    return (HERE / MANIFEST[code]["file"]).read_bytes()


def words(code: str, **changes: Any) -> str:
    text = document_text(render(template(code), {**VALUES[code](), **changes}))
    return text.replace("\u00a0", " ")


def test_shipped_files_equal_the_build() -> None:
    done = subprocess.run(
        [sys.executable, HERE / "build.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_template_is_in_the_manifest_and_tested() -> None:
    assert {path.name for path in HERE.glob("*.docx")} == {entry["file"] for entry in MANIFEST.values()}
    assert set(MANIFEST) == set(VALUES)


@pytest.mark.parametrize("code", MANIFEST)
def test_no_line_of_a_paper_ends_between_a_figure_and_what_it_counts(code: str) -> None:
    text = document_text(render(template(code), VALUES[code]()))
    assert re.findall(rf"№ \d+|\d+ (?:%|{'|'.join(MONTHS)})", text) == []


def test_the_figures_of_the_results_stay_with_their_words() -> None:
    text = document_text(render(template("results_report"), VALUES["results_report"]()))
    for words_ in ("План: 13_мероприятий", "предусмотрено_4", "проведено_4", "N,_2024", "34,1_%"):
        assert words_.replace("_", "\u00a0") in text


@pytest.mark.parametrize("code", MANIFEST)
def test_manifest_names_exactly_what_the_template_uses(code: str) -> None:
    entry = MANIFEST[code]
    assert {field["name"] for field in entry["fields"]} == template_names(template(code))
    assert {"title", "about", "kind", "series", "scope", "signers"} <= set(entry)
    for edition in entry.get("editions") or [entry]:
        assert {"effective_from", "effective_until"} <= set(edition)
    assert entry["scope"] in ("programme", "order", "authority", "pair", "meeting", "subject", "sheet")
    for field in entry["fields"]:
        assert {"name", "type", "source", "required", "label"} <= set(field)
        assert set(field["label"]) == {"ru", "en"}


@pytest.mark.parametrize("code", MANIFEST)
def test_rendered_paper_is_clean(code: str) -> None:
    paper = render(template(code), VALUES[code]())
    check_docx(paper)
    assert paper == render(template(code), VALUES[code]())
    with zipfile.ZipFile(io.BytesIO(paper)) as package:
        for name in package.namelist():
            assert not re.search(rb"\{\{|\}\}|\{%|%\}", package.read(name)), name
    text = document_text(paper)
    assert "None" not in text
    assert "учебные данные" in text
    assert not re.search(r"\.\.|,,| ,| \.", text.replace("...", "")), re.findall(
        r".{20}(?:\.\.|,,| ,| \.).{10}", text
    )
    assert "учебные данные" not in words(code, demo=False)


@pytest.mark.parametrize("code", MANIFEST)
def test_missing_values_are_all_named(code: str) -> None:
    optional = {field["name"] for field in MANIFEST[code]["fields"] if not field["required"]}
    with pytest.raises(MissingFields) as refusal:
        render(template(code), dict.fromkeys(optional))
    tops = {re.split(r"[.\[]", name)[0] for name in refusal.value.names}
    required = {field["name"] for field in MANIFEST[code]["fields"] if field["required"]}
    assert required <= tops


@pytest.mark.parametrize("code", MANIFEST)
def test_page_by_the_standard(code: str) -> None:
    document = Document(io.BytesIO(render(template(code), VALUES[code]())))
    for section in document.sections:
        margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
        assert [round(margin / Mm(1)) for margin in margins] == [30, 10, 20, 20]
    first = document.sections[0]
    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml
    assert "PAGE" not in first.first_page_header._element.xml
    assert first.header.paragraphs[0].alignment == 1
    normal = document.styles["Normal"]
    assert normal.font.name == "Times New Roman"
    assert normal.font.size.pt == 14
    body = [p for p in document.paragraphs if p.alignment == 3]
    assert body or code == "acknowledgement"  # nothing but a table
    assert all(round(p.paragraph_format.first_line_indent / Mm(0.1)) == 125 for p in body)


def test_order() -> None:
    text = words("order_plan")
    order = ["Управление образования города Пензы", "ПРИКАЗ", "22.01.2025\t№ 12-оп", "г. Пенза", "Об утверждении",
             "п р и к а з ы в а ю:", "1. Утвердить прилагаемый план", "МБОУ ЦО № 1 (школа-куратор – МБОУ СОШ № 65/23).",
             "3. Директору МКУ", "3.1. методическое", "4. Директорам школ", "5. Контроль за исполнением",
             "заместителя начальника Управления образования города Пензы Примерова А.И.\n", "Е.А. Образцова",
             "Приложение № 1", "УТВЕРЖДЁН", "от 22.01.2025 № 12-оп", "План основных мероприятий"]  # fmt: skip
    places = [text.index(piece) for piece in order]
    assert places == sorted(places)


def test_order_for_one_school() -> None:
    text = words("order_plan", pairs=penza.PAIRS[:1])
    assert "в общеобразовательной организации МБОУ ОШИ № 1 (школа-куратор – МБОУ СОШ № 27).\n3. " in text
    assert "следующих" not in text


def test_order_for_signature_has_blanks() -> None:
    text = words("order_plan", date=None, number=None)
    assert "12-оп" not in text
    assert re.search(r"_{10,}\t№ _{8,}", text)
    assert re.search(r"от _{10,} № _{8,}", text)


def test_order_kept_under_control_by_the_signer() -> None:
    assert "оставляю за собой.\n" in words("order_plan", control=None)


def test_points_end_with_one_mark() -> None:
    points = [
        {
            "executor": "Ткачу П.И.",
            "action": "согласовать план с Примеровым А.И.",
            "term": "до 2025 г.",
            "parts": [],
        },
        {
            "executor": "Ткачу П.И.",
            "action": "провести",
            "term": None,
            "parts": ["совещание с Примеровым А.И.", "отчёт."],
        },
    ]
    text = words("order_plan", points=points)
    assert "3. Ткачу П.И. согласовать план с Примеровым А.И. до 2025 г.\n" in text
    assert "4. Ткачу П.И. провести:\n4.1. совещание с Примеровым А.И.;\n4.2. отчёт.\n5. Контроль" in text


def test_stamp_agrees_with_a_road_map() -> None:
    plan = {
        **penza.order_plan()["plan"],
        "gender": "feminine",
        "title": "дорожная карта",
        "forms": {"accs": "дорожную карту"},
    }
    text = words("order_plan", plan=plan)
    assert "УТВЕРЖДЕНА" in text
    assert "Утвердить прилагаемую дорожную карту" in text


def test_acting_head_signs_as_acting() -> None:
    deputy = {
        **penza.DEPUTY,
        "position": {"title": "и.о. начальника Управления образования города Пензы", "forms": {}},
    }
    assert "И.о. начальника Управления\nобразования города Пензы\tА.И. Примеров" in words(
        "order_plan", signer=deputy
    )


def test_plan_table_repeats_its_header() -> None:
    document = Document(io.BytesIO(render(template("order_plan"), penza.order_plan())))
    table = document.tables[0]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    assert len(table.rows) == 1 + 5 + 11
    assert document.sections[1].page_width > document.sections[1].page_height


def test_agreement() -> None:
    text = words("agreement")
    assert "«Школа-куратор», в лице директора Ткач Марии Олеговны, действующей на основании Устава" in text
    assert "«Школа-партнёр», в лице директора Примерова Ильи Фомича, действующего на основании Устава" in text
    assert "именуемое в дальнейшем" in text
    assert "№ 65/23" in text
    assert "безвозмездным" in text
    assert "№ 7" in text
    assert "№ 3/25" in text
    assert "не менее 4 выездов" in text
    assert "30 января 2025 г., и действует по 31 декабря 2025 г. включительно" in text
    assert "________ М.О. Ткач" in text


def test_agreement_before_the_order_and_numbers() -> None:
    blank = penza.agreement(False)
    text = words("agreement", **{**blank, "order": None, "risks": None, "visits": 1})
    assert text.count("№ ____________") == 2
    assert "12-оп" not in text
    assert "не менее 1 выезда" in text


def test_protocol() -> None:
    text = words("protocol")
    order = ["ПРОТОКОЛ", "20.01.2025\t№ 1", "Председатель – Ткач П.И.", "Секретарь – Показательная Н.Л.",
             "Присутствовали:", "Проголосовали заочно:", "Заочный П.И. – методист", "Отсутствовали:", "Приглашённые:",
             "Присутствуют 6 из 8 членов координационной группы, заочно проголосовали: 1. Кворум имеется.",
             "ПОВЕСТКА ДНЯ", "1. СЛУШАЛИ:", "Черных И.С. – о рассмотрении планов", "План доработан", "ВЫСТУПИЛИ:",
             "Результаты голосования", "План одобрен", "РЕШИЛИ:", "1.1. Одобрить", "2. СЛУШАЛИ:", "2.1.",
             "Председатель\tП.И. Ткач", "Секретарь\tН.Л. Показательная"]  # fmt: skip
    places = [text.index(piece) for piece in order]
    assert places == sorted(places)
    assert "Кворума нет." in words("protocol", quorum=False)
    assert "Приглашённые" not in words("protocol", invited=[])
    assert "Отсутствовали" not in words("protocol", absent=None)
    assert "заочно" not in words("protocol", by_correspondence=None).lower()
    assert text.count("совали*") == text.count("конфликт интересов") == 1


def test_ampersands_and_quotes_reach_every_paper() -> None:
    assert 'A & B <№ 65/23> "x"' in words("order_plan", heading='A & B <№ 65/23> "x"')


def test_dates_are_days_not_words() -> None:
    assert isinstance(penza.order_plan()["date"], date)
    assert "date_short" in FILTERS


def test_reports() -> None:
    text = words("visit_report")
    assert "Дата выезда: 12.02.2025 – 13.02.2025" in text
    assert "от МБОУ СОШ № 66 г. Пензы:" in text
    assert "срок – до 15.03.2025." in text
    assert "Со справкой ознакомлена 17.02.2025 (отметка в системе «Опора»)." in text
    assert "нужное подчеркнуть" not in text
    assert "Исполнитель – Учебный Ю.Ю., срок" in text
    assert "03.03.2025. Уточнён список" in text
    bare = words("visit_report", earlier=[], lessons=[], additions=[], answer=None, dates=[date(2025, 2, 12)])
    assert "ранее данных" not in bare
    assert "Дополнения" not in bare
    assert "Дата выезда: 12.02.2025" in bare
    assert "Со справкой ознакомлена. Согласна / имею возражения" in bare
    answer = {"is_objection": True, "day": date(2025, 2, 17), "text": "Урок 8 «А» не посещался."}
    objected = words("visit_report", answer=answer, recommendations=[])
    assert "имеются возражения: Урок 8 «А» не посещался." in objected
    assert "рекомендаций не дано" in objected
    text = words("results_report")
    assert "Предлагаемое координационной группе решение: переход в эффективный режим работы." in text
    decided = words("results_report", outcome="Положительная динамика", justification="Снизились все доли.")
    assert (
        "Решение координационной группы: положительная динамика. Обоснование: снизились все доли." in decided
    )
    assert "Предлагаемое" not in decided
    assert "N, 2024" in text
    assert "34,1 %" in text
    assert "План: 13 мероприятий; наступило сроков – 24, выполнено – 24." in text
    assert "21 педагог, всего участий – 34." in text
    assert "Публикации о ходе работы в сети «Интернет»: 5." in text
