"""The page of a draft: every value stands in a mark of its field, whatever the renderer remembers."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from app.documents.docx.rendering import document_text, render
from app.documents.proofing import Proof, proof
from app.documents.templates import Template, registry
from tests.unit.documents.penza import agreement, order_plan


def prove(template: Template, values: dict[str, Any]) -> Proof:
    nobody: Any = None  # the values hold no cards, so no session is asked
    return proof(nobody, template, template.content, values, {}, lambda one: "")


def marked(found: Proof) -> list[tuple[str, str]]:
    return re.findall(r'data-f="(\w+)"[^>]*>([^<]*)<', str(found.html))


@pytest.mark.parametrize(("code", "make"), [("agreement", agreement), ("order_plan", order_plan)])
def test_every_value_is_marked_each_time(code: str, make: Any) -> None:
    template = registry().on(code, date(2025, 1, 27))
    render(template.content, make())  # the renderer has met these values
    first, second = prove(template, make()), prove(template, make())
    assert marked(first) == marked(second)
    names = {name for name, _text in marked(first)}
    assert {"place"} < names <= {field.name for field in template.fields}
    assert first.lacking == []
    assert first.unverified == []


def test_the_page_says_what_the_paper_says() -> None:
    template = registry().on("order_plan", date(2025, 1, 27))
    html = re.sub(r"<[^>]+>", "", str(prove(template, order_plan()).html))
    printed = "".join(document_text(render(template.content, order_plan())).split())
    body = "".join(html.replace("\u200b", "").replace("&#8203;", "").replace("&amp;", "&").split())
    assert body
    assert body[:400] in printed


def test_gaps_are_named_and_all_of_them() -> None:
    template = registry().on("agreement", date(2025, 1, 27))
    found = prove(template, agreement() | {"place": None, "supported": None})
    assert {"Место заключения", "Школа-партнёр"} <= set(found.lacking)
    assert "Место заключения" in [text for _name, text in marked(found)]
