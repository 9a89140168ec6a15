"""The way of a case on the map of the procedure: what counts after a change of version and after its undoing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from app.cases.case_map import journey, moves_in
from app.engine import Definition
from app.engine.drawing.diagram import WIDE, draw
from app.engine.reading.loader import loads

SVG = "{http://www.w3.org/2000/svg}"
AT = datetime(2025, 1, 22, 9, tzinfo=UTC)


@dataclass
class Happened:
    """A stored event, as far as the map reads it."""

    type: str
    data: dict[str, Any]
    at: datetime = AT


def moved(step: str, source: str, target: str, number: int = 1) -> Happened:
    return Happened("moved", {"transition": step, "from": source, "to": target, "round": number})


START = [
    moved("start_diagnosis", "identified", "diagnosis"),
    moved("submit_diagnosis", "diagnosis", "plan_approval"),
    moved("return_plan", "plan_approval", "plan_approval", 2),
]
RENAMED = Happened(
    "migrated",
    {"stages": {"identified": "identified", "diagnosis": "study", "plan_approval": "plan_approval"}},
)


def ends(events: list[Any], definition: Definition) -> list[tuple[str, str]]:
    return [(move.source, move.target) for move in moves_in(definition, events)]


def test_the_way_is_told_in_the_names_of_the_new_version_and_back(shipped: Definition) -> None:
    assert ends(START, shipped)[0] == ("identified", "diagnosis")
    assert ends([*START, RENAMED], shipped)[:2] == [("identified", "study"), ("study", "plan_approval")]
    assert ends([*START, RENAMED, Happened("undone", {})], shipped) == ends(START, shipped)


def test_the_map_has_the_stages_the_steps_and_the_rounds_of_the_case(shipped: Definition) -> None:
    case: Any = SimpleNamespace(stage="plan_approval")
    walked = journey(shipped, case, moves_in(shipped, START))  # type: ignore[arg-type]
    assert walked.current == "plan_approval"
    assert set(walked.passed) == {"identified", "diagnosis"}
    assert walked.taken == {
        ("start_diagnosis", "identified"), ("submit_diagnosis", "diagnosis"), ("return_plan", "plan_approval"),
    }  # fmt: skip
    assert (walked.rounds or {})["plan_approval"] == 2
    drawing = draw(shipped, "ru", walked, sheet=WIDE, legend=False).replace("\u00a0", " ")
    assert "сейчас здесь · круг 2" in drawing


@pytest.mark.parametrize(
    ("language", "here", "anywhere"),
    [("ru", "сейчас здесь", "С любого этапа"), ("en", "the case is here", "From any")],
)
def test_all_words_of_the_drawing_are_of_its_language(
    shipped: Definition, language: str, here: str, anywhere: str
) -> None:
    case: Any = SimpleNamespace(stage="plan_approval")
    walked = journey(shipped, case, moves_in(shipped, START))  # type: ignore[arg-type]
    root = ElementTree.fromstring(draw(shipped, language, walked))
    words = " ".join(element.text or "" for element in root.iter()).replace("\u00a0", " ")
    assert here in words
    assert anywhere in words
    if language == "en":
        assert not any("а" <= letter.lower() <= "я" for letter in words)


def test_no_title_brings_markup_into_the_drawing() -> None:
    path = Path(__file__).parents[3] / "workflows" / "school_support" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    spoiled = text.replace("ru: Адресная методическая", "ru: '<b>&\"</b> Адресная методическая", 1)
    spoiled = spoiled.replace("методическая поддержка школы\n", "методическая поддержка школы'\n", 1)
    for old in ("ru: Начать диагностику,", "ru: Методист центра,", "ru: Приостановить,"):
        assert old in spoiled
        spoiled = spoiled.replace(old, old.replace("ru: ", "ru: '<b>x</b> ").replace(",", "',"), 1)
    drawing = draw(loads(spoiled, "spoiled"), "ru")
    ElementTree.fromstring(drawing)
    assert "<b>" not in drawing
    assert drawing.count("&lt;b&gt;") >= 4
