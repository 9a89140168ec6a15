"""The words of every paper: a change in wording is seen here, and is meant. `REWRITE=1` writes them anew."""

# ruff: noqa: E501 -- a line of a paper reads better whole
from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import yaml
from docx import Document

from app.documents.docx.compiled import compiled
from app.documents.docx.rendering import document_text, render

from . import penza

HERE = Path(__file__).parents[3] / "document_templates"
PAPERS = Path(__file__).parent / "papers"
MANIFEST = yaml.safe_load((HERE / "manifest.yaml").read_text(encoding="utf-8"))["documents"]


def text_of(code: str) -> str:
    """The paper's words, a paragraph a line, unbreakable spaces shown as «·»."""
    data = render((HERE / MANIFEST[code]["file"]).read_bytes(), getattr(penza, code)(), check=True)
    rows = [row.strip() for row in document_text(data).split("\n")]
    return "\n".join(row for row in rows if row).replace("\u00a0", "·").replace("\u00ad", "") + "\n"


@pytest.mark.parametrize("code", MANIFEST)
def test_words_of_the_paper(code: str) -> None:
    path, text = PAPERS / f"{code}.txt", text_of(code)
    if os.environ.get("REWRITE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("code", MANIFEST)
def test_no_line_ends_where_it_must_not(code: str) -> None:
    text = text_of(code)
    for wrong in ("№ ", " г. ", '"', "И. О.", "--", " - ", "Е.А. ", "школы 41"):
        assert wrong not in text, wrong
    assert text.count("«") + text.count("„") == text.count("»") + text.count("“")


@pytest.mark.parametrize(
    "code", [code for code in MANIFEST if MANIFEST[code]["kind"] == "order" and code != "acknowledgement"]
)
def test_an_order_is_an_order(code: str) -> None:
    text = text_of(code).replace("·", " ")
    order = ["Управление образования города Пензы", "ПРИКАЗ", "№ ", "г. Пенза", "\nО", " п р и к а з ы в а ю:", "\n1. ",
             "Контроль за исполнением настоящего приказа", "Начальник Управления", "Е.А. Образцова", "Учебная Ольга Петровна, 8"]  # fmt: skip
    places = [text.index(piece) for piece in order]
    assert places == sorted(places)
    if "Приложение" in text[places[-1] :]:  # the stamp of an appendix bears the order's date and number
        values = getattr(penza, code)()
        assert f"от {values['date']:%d.%m.%Y} № {values['number']}" in text[places[-1] :]


def test_blanks_before_registration() -> None:
    for code in MANIFEST:
        values = getattr(penza, code)()
        if "number" not in values or values.get("date") is None or code == "protocol":
            continue
        blank = {**values, "date": None, "number": None}
        text = document_text(render((HERE / MANIFEST[code]["file"]).read_bytes(), blank))
        assert "№\u00a0__________" in text, code
        assert (
            values["number"] not in text.replace("12-оп", "").replace("4-оп", "") or code == "destruction_act"
        )


def test_stamps_agree_in_gender() -> None:
    group = text_of("order_group")
    assert "УТВЕРЖДЁН\nприказом Управления\nобразования города Пензы\nот·10.01.2025 №·3-оп\nСОСТАВ" in group
    assert (
        "УТВЕРЖДЕНО\nприказом Управления\nобразования города Пензы\nот·10.01.2025 №·3-оп\nПОЛОЖЕНИЕ" in group
    )


def test_long_tables_repeat_their_header_and_break_between_rows() -> None:
    for code in ("order_curators", "order_results"):
        values = getattr(penza, code)(15)
        document = Document(io.BytesIO(render((HERE / MANIFEST[code]["file"]).read_bytes(), values)))
        table = document.tables[0]
        assert len(table.rows) == 61
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)


def test_the_signature_stays_with_the_last_point() -> None:
    for code, entry in MANIFEST.items():
        if entry["kind"] != "order" or code == "acknowledgement":
            continue
        data = render((HERE / entry["file"]).read_bytes(), getattr(penza, code)())
        lines = Document(io.BytesIO(data)).paragraphs
        place = next(i for i, p in enumerate(lines) if "Контроль за исполнением" in p.text)
        assert lines[place].paragraph_format.keep_with_next, code
        assert lines[place + 1].paragraph_format.keep_with_next, code


def test_one_school_is_spoken_of_in_the_singular() -> None:
    def words(code: str, **changes: object) -> str:
        values = {**getattr(penza, code)(), **changes}
        return document_text(render((HERE / MANIFEST[code]["file"]).read_bytes(), values)).replace(
            "\u00a0", " "
        )

    one = words("order_curators", pairs=penza.order_curators()["pairs"][:1])
    assert "1. Закрепить общеобразовательную организацию, имеющую" in one
    assert "за школой-куратором согласно приложению" in one
    one = words("order_finish", schools=penza.PAIRS[1:2])
    assert "методическое сопровождение МБОУ СОШ № 41 (школа-куратор – МБОУ СОШ № 66)." in one
    one = words("order_change", amendments=penza.order_change()["amendments"][-1:])
    assert "следующее изменение:\n1.1. подпункт 3.3 исключить." in one
    assert words("order_repeal", since=None).count("2025 года».") == 1


def test_shipped_templates_go_the_fast_way() -> None:
    for code, entry in MANIFEST.items():
        assert compiled((HERE / entry["file"]).read_bytes()).reason == "", code
