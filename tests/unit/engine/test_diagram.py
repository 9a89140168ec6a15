"""The drawing is valid SVG in both languages, shows the path, and runs nothing."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.engine import Definition
from app.engine.drawing.arcs import Box
from app.engine.drawing.diagram import SLIM, WIDE, Journey, draw, numbered_steps
from app.engine.reading.loader import loads, parse_text

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


THIRD = (Path(__file__).parents[3] / "workflows" / "school_support" / "v3.yaml").read_text(encoding="utf-8")
TITLE = "ru: Диагностика, en: Diagnosis"


def titled(ru: str, en: str = "x") -> Definition:
    """Also with titles the check refuses: a version may have been published before."""
    found = parse_text(THIRD.replace(TITLE, f'ru: "{ru}", en: "{en}"', 1))[0]
    assert found is not None
    return found


@pytest.mark.parametrize(
    "title",
    [
        "Слово" * 60,
        "ДИАГНОСТИКА ШКОЛЫ С НИЗКИМИ ОБРАЗОВАТЕЛЬНЫМИ РЕЗУЛЬТАТАМИ",
        "W" * 80,
        "длинное имя " * 30,
    ],
)
def test_any_title_stays_in_its_box(title: str) -> None:
    for sheet in (WIDE, SLIM):
        root = ElementTree.fromstring(draw(titled(title), "ru", sheet=sheet))
        bold = [element.text or "" for element in root.iter(f"{SVG}text") if element.get("font-size") == "16"]
        assert "".join(bold).replace(" ", "").count(title[:3].strip()) > 0
        for line in bold:
            assert len(line) + 0.4 * sum(map(str.isupper, line)) <= sheet.title
            assert (len(line) + 0.4 * sum(map(str.isupper, line))) * 9.4 <= sheet.box - 24, (
                "measured in our typeface"
            )


def test_what_xml_cannot_hold_is_left_out() -> None:
    drawn = draw(titled("а\\x07б\\e\\uFFFE\\tв\\nг", "</text><script>"), "ru")
    words = [element.text for element in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    assert "аб в г" in words
    assert "<script>" not in draw(titled("x", "</text><script>"), "en")


def test_a_step_of_a_draft_to_or_from_a_stage_that_is_not_there_is_left_out() -> None:
    for old, new in (("to: diagnosis\n", "to: nowhere\n"), ("from: identified\n", "from: nowhere\n")):
        draft = parse_text(THIRD.replace(old, new, 1), "draft")[0]
        assert draft is not None
        root = ElementTree.fromstring(draw(draft, "ru"))
        assert len(list(root.iter(f"{SVG}rect"))) == len(draft.stages)


def test_thirty_stages_and_as_many_returns_are_drawn_apart() -> None:
    """Each return has a line of its own; a procedure of one stage and its end is drawn too."""
    for count in (1, 30):
        names = [*(f"s{number}" for number in range(count)), "end"]
        stages = "".join(
            f"  {name}: {{titles: {{ru: Э{name}, en: {name}}}{', final: true' * (name == 'end')}}}\n"
            for name in names
        )
        steps = "".join(
            f"  go{number}: {{titles: {{ru: Дальше, en: Next}}, kind: forward, from: s{number}, "
            f"to: {names[number + 1]}, by: [clerk]}}\n"
            + f"  back{number}: {{titles: {{ru: Назад, en: Back}}, kind: return, from: s{number}, to: s0, by: [clerk], "
            f"voids: [votes], form: {{comment: required}}}}\n" * (number > 0)
            for number in range(count)
        )
        big = parse_text(
            "workflow: big\nversion: 1\ntitles: {ru: Большой, en: Big}\ninitial: s0\n"
            "roles: {clerk: {titles: {ru: Клерк, en: Clerk}, found: authority}}\n"
            f"stages:\n{stages}transitions:\n{steps}",
            "big",
        )[0]
        assert big is not None
        root = ElementTree.fromstring(draw(big, "ru"))
        ways = [path.get("d", "") for path in root.iter(f"{SVG}path")]
        across = [way.split("H")[1].split(" ")[0] for way in ways if "H" in way]
        assert len(across) == len(set(across)) == count - 1
        assert all(int(x) < int(str(root.get("width"))) for x in across)


MANY_WAYS = """\
workflow: many
version: 1
titles: {ru: Много путей, en: Many ways}
initial: look
roles:
  head: {titles: {ru: Начальник, en: Head}, found: authority}
stages:
  look: {titles: {ru: Осмотр, en: Look}}
  mending: {titles: {ru: Устранение, en: Mending}}
  fine: {titles: {ru: Порядок, en: Fine}, final: true}
  mended: {titles: {ru: Устранено, en: Mended}, final: true}
transitions:
  found: {titles: {ru: Есть, en: Found}, kind: forward, from: look, to: mending, by: head}
  all_fine: {titles: {ru: Нет, en: None}, kind: forward, from: look, to: fine, by: head}
  again: {titles: {ru: Снова, en: Again}, kind: return, from: [look, mending], to: look, by: head}
  done: {titles: {ru: Готово, en: Done}, kind: forward, from: mending, to: mended, by: head}
  forgive: {titles: {ru: Снять, en: Forgive}, kind: skip, from: [look, mending], to: mended, by: head}
  reopen: {titles: {ru: Открыть, en: Reopen}, kind: reopen, from: [fine, mended], to: look, by: head}
  suspend: {titles: {ru: Приостановить, en: Suspend}, kind: suspend, from: mending, by: head}
  resume: {titles: {ru: Возобновить, en: Resume}, kind: resume, from: working, by: head}
  stop: {titles: {ru: Прекратить, en: Stop}, kind: cancel, from: [look, mending], by: head}
  back: {titles: {ru: Восстановить, en: Reinstate}, kind: reopen, from: working, by: head}
  back_here: {titles: {ru: Вернуть, en: Return}, kind: reopen, from: mending, by: head}
"""


def test_steps_that_stay_are_told_with_the_stages_they_lead_from() -> None:
    found = parse_text(MANY_WAYS, "many")[0]
    assert found is not None
    for language, told in (
        ("ru", ["С любого этапа в работе: Возобновить (Начальник); Прекратить (Начальник)",
                "С этапа «Устранение»: Приостановить (Начальник)",
                "Из прекращённого случая: Восстановить (Начальник)",
                "Из случая, прекращённого на этапе «Устранение»: Вернуть (Начальник)"]),
        ("en", ["From any stage under way: Resume (Head); Stop (Head)", "From “Mending”: Suspend (Head)",
                "From a terminated case: Reinstate (Head)", "From a case terminated at “Mending”: Return (Head)"]),
    ):  # fmt: skip
        root = ElementTree.fromstring(draw(found, language))
        assert [element.text for element in root.iter(f"{SVG}text")][-4:] == told


def test_no_two_arcs_share_the_end_of_a_line_and_no_number_stands_on_the_line_of_another() -> None:
    found = parse_text(MANY_WAYS, "many")[0]
    assert found is not None
    for sheet in (WIDE, SLIM):
        root = ElementTree.fromstring(draw(found, "ru", sheet=sheet, legend=False))
        ways = [re.findall(r"[MHV]-?\d+|\d+", path.get("d") or "") for path in root.iter(f"{SVG}path")]
        arcs = [tuple(int(re.sub("[MHV]", "", one)) for one in way) for way in ways if len(way) == 5]
        assert len(arcs) == 8
        heights = [start for _x, start, _across, _end, _tip in arcs] + [end for *_rest, end, _tip in arcs]
        assert len(heights) == len(set(heights))
        for circle in root.iter(f"{SVG}circle"):
            x, y = int(circle.get("cx") or 0), int(circle.get("cy") or 0)
            crossing = [line for _x, start, across, end, _tip in arcs if across > x for line in (start, end)]
            assert all(abs(y - line) > 9 for line in crossing), (x, y)


def test_lines_begin_and_end_at_the_border_of_a_round_box() -> None:
    box = Box(100, 141, 20)
    assert [box.dent(y) for y in (100, 109, 121, 133, 141)] == [20, 3, 0, 4, 20]
    assert Box(100, 160, 8).dent(130) == 0
