"""The drawing is valid SVG in both languages, shows the path, and runs nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.engine import Definition
from app.engine.diagram import SLIM, Journey, draw, numbered_steps
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
    root = ElementTree.fromstring(
        draw(shipped, "ru", Journey({"identified"}, "diagnosis", {("start_diagnosis", "identified")}))
    )
    boxes = list(root.iter(f"{SVG}rect"))
    assert [box.get("stroke-width") for box in boxes][:3] == ["3", "3", "1.2"]
    assert boxes[0].get("fill") != boxes[1].get("fill")
    assert [line.get("stroke-width") for line in root.iter(f"{SVG}path")].count("3") == 1


def test_titles_cannot_bring_markup_in() -> None:
    path = Path(__file__).parents[3] / "workflows" / "school_support" / "v1.yaml"
    text = path.read_text(encoding="utf-8").replace("ru: Диагностика,", "ru: <script>x</script>,")
    assert "<script>" not in draw(loads(text), "ru")
    assert "&lt;script&gt;" in draw(loads(text), "ru")


def test_only_the_edge_that_was_taken_is_bold(shipped: Definition) -> None:
    walked = Journey({"events"}, "plan_approval", {("change_plan", "events")}, {"plan_approval": 2})
    root = ElementTree.fromstring(draw(shipped, "ru", walked))
    taken = [path for path in root.iter(f"{SVG}path") if path.get("class") == "d-line d-path"]
    assert len(taken) == 1
    words = " ".join(element.text or "" for element in root.iter(f"{SVG}text")).replace("\u00a0", " ")
    assert "сейчас здесь · круг 2" in words


@pytest.mark.parametrize("language", ["ru", "en"])
def test_words_stay_on_the_sheet(shipped: Definition, language: str) -> None:
    for sheet in ({}, {"sheet": SLIM, "legend": False}):
        root = ElementTree.fromstring(draw(shipped, language, **sheet))  # type: ignore[arg-type]
        width = int(root.get("width") or 0)
        for element in root.iter(f"{SVG}text"):
            size = int(element.get("font-size") or 0)
            assert int(element.get("x") or 0) + len(element.text or "") * size * 0.52 <= width + 12, (
                element.text
            )


def test_a_narrow_drawing_fits_a_telephone(shipped: Definition) -> None:
    root = ElementTree.fromstring(draw(shipped, "ru", sheet=SLIM, legend=False))
    assert int(root.get("width") or 0) <= 390
    assert set(numbered_steps(shipped)) == {
        "return_plan", "return_to_diagnosis", "change_plan", "return_results", "return_to_events", "reopen",
    }  # fmt: skip


def test_arrows_do_not_lie_on_one_another(shipped: Definition) -> None:
    root = ElementTree.fromstring(draw(shipped, "ru"))
    ends = [(head.get("points") or "").split()[0] for head in root.iter(f"{SVG}polygon")]
    assert len(ends) == len(set(ends))
