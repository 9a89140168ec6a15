"""The map of the process: the way of one case, for those who see the case, under the strict policy."""

from __future__ import annotations

import re

from tests.people import WebUsers


def test_the_map_shows_the_way_of_the_case(web: WebUsers, cases: dict[str, int]) -> None:
    case = cases["41"]
    url = f"/cases/{case}/map"
    assert url in web("methodist").get(f"/cases/{case}").get_data(as_text=True)
    before = web("methodist").get(url).get_data(as_text=True)
    assert "d-line d-path" not in before
    assert (
        web.post("methodist", f"/cases/{case}/step/start_diagnosis", {"expected_version": "1"}).status_code
        == 303
    )
    page = web("director41").get(url).get_data(as_text=True)
    assert page.count("d-line d-path") == 2  # the same drawing for a desk and for a telephone
    assert len(re.findall(r'class="d-box d-now"', page)) == 2
    assert "Карта процесса" in page


def test_the_map_speaks_english(web: WebUsers, cases: dict[str, int]) -> None:
    client = web("curator66")
    client.get("/lang/en")
    page = client.get(f"/cases/{cases['41']}/map").get_data(as_text=True)
    assert "the case is here" in page.replace("\u00a0", " ")
    assert "Map of the process" in page


def test_a_stranger_has_no_map(web: WebUsers, cases: dict[str, int]) -> None:
    assert web("director50").get(f"/cases/{cases['41']}/map").status_code == 404
    assert web("methodist").get("/cases/999999/map").status_code == 404


def test_the_map_needs_no_style_and_no_script(web: WebUsers, cases: dict[str, int]) -> None:
    answer = web("methodist").get(f"/cases/{cases['41']}/map")
    drawing = "".join(re.findall(r"<svg xmlns.*?</svg>", answer.get_data(as_text=True), re.S))
    assert drawing
    assert not re.search(r"<style|<script|style=|\son\w+=|href=", drawing)
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_undoing_of_a_termination_is_no_step_of_a_case_under_way(
    web: WebUsers, cases: dict[str, int]
) -> None:
    page = web("methodist").get(f"/cases/{cases['41']}/map").get_data(as_text=True)
    under_way, terminated = page.split('id="h-stay-1"')[1].split('id="h-stay-2"')
    assert "Прекратить поддержку" in under_way
    assert "Отменить прекращение" not in under_way
    assert "Из прекращённого случая" in terminated
    assert "Отменить прекращение" in terminated


def test_roles_are_called_as_the_procedure_calls_them(web: WebUsers, cases: dict[str, int]) -> None:
    url = f"/cases/{cases['41']}"
    for page in (url, f"{url}/map"):
        shown = web("methodist").get(page).get_data(as_text=True)
        assert '<span class="muted small">Методист центра' in shown
        assert '<span class="muted small">методист' not in shown
