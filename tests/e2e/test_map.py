"""The map of the process in a real browser: one drawing at each width and on paper, the way of the case bold on it."""

from __future__ import annotations

import pytest

from app.cases import service
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from tests.e2e.conftest import Desks
from tests.e2e.person import DESKTOP, PHONE
from tests.people import open_cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e-map")]
A4 = 794  # pixels

DRAWN = """() => {
  const seen = [...document.querySelectorAll('.map svg')].filter(e => e.checkVisibility());
  return seen.map(svg => {
    const box = svg.getBoundingClientRect();
    const stroke = c => parseFloat(getComputedStyle(svg.querySelector(c)).strokeWidth);
    const texts = [...svg.querySelectorAll('text')].filter(t => {
      const at = t.getBoundingClientRect();
      return at.right > box.right + 1 || at.left < box.left - 1 || at.bottom > box.bottom + 1;
    });
    const now = getComputedStyle(svg.querySelector('.d-box.d-now')).fill;
    const words = getComputedStyle(svg.querySelector('.d-ink.d-now')).fill;
    return {right: box.right, height: box.height, bold: stroke('.d-line.d-path'), thin: stroke('.d-line:not(.d-path)'),
            cut: texts.map(t => t.textContent), legible: now !== words,
            paths: svg.querySelectorAll('.d-line.d-path').length};
  });
}"""


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("width", "media"), [(DESKTOP, "screen"), (PHONE, "screen"), (A4, "print")])
def test_one_drawing_shows_the_way_whole_and_legible(
    people: Desks, penza: Runtime, language: str, width: int, media: str
) -> None:
    case_id = open_cases(penza)["41"]
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, case_id, Fire("start_diagnosis"), 1)
    person = people("methodist")
    person.page.wait_for_url(lambda url: "/login" not in url)
    if language == "en":
        person.go("/lang/en")
    person.page.set_viewport_size({"width": width, "height": 1000})
    person.page.emulate_media(media=media)  # type: ignore[arg-type]
    assert person.go(f"/cases/{case_id}/map").status == 200
    drawn = person.page.evaluate(DRAWN)
    assert len(drawn) == 1, "the other drawing is for another width"
    (one,) = drawn
    assert one["right"] <= width
    assert one["cut"] == []
    assert one["legible"]
    assert one["paths"] == 1
    assert one["bold"] >= 2 * one["thin"], "bold, not only coloured: it is printed in black and white too"
    assert person.page.get_by_text("Диагностика" if language == "ru" else "Diagnosis").count()
    if media == "print":
        assert one["height"] <= 900, "one sheet of paper"
