"""The drawing is valid SVG in both languages, shows the path, and runs nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.engine import Definition
from app.engine.diagram import draw
from app.engine.loader import loads

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_stage_and_step_is_drawn(shipped: Definition, language: str) -> None:
    root = ElementTree.fromstring(draw(shipped, language))
    words = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    for stage in shipped.stages.values():
        assert stage.titles[language] in words
    assert len(list(root.iter(f"{SVG}rect"))) == len(shipped.stages)
    for step in shipped.transitions.values():
        assert step.titles[language].split()[0] in words
    assert {element.tag for element in root.iter()} == {
        SVG + name for name in ("svg", "title", "desc", "rect", "text", "path", "polygon", "circle")
    }


def test_the_path_is_bold_and_the_current_stage_filled(shipped: Definition) -> None:
    root = ElementTree.fromstring(draw(shipped, "ru", {"identified"}, "diagnosis", {"start_diagnosis"}))
    boxes = list(root.iter(f"{SVG}rect"))
    assert [box.get("stroke-width") for box in boxes][:3] == ["3", "3", "1.2"]
    assert boxes[0].get("fill") != boxes[1].get("fill")
    assert [line.get("stroke-width") for line in root.iter(f"{SVG}path")].count("3") == 1


def test_titles_cannot_bring_markup_in() -> None:
    path = Path(__file__).parents[3] / "workflows" / "school_support" / "v1.yaml"
    text = path.read_text(encoding="utf-8").replace("ru: Диагностика,", "ru: <script>x</script>,")
    assert "<script>" not in draw(loads(text), "ru")
    assert "&lt;script&gt;" in draw(loads(text), "ru")
