"""Pages of a version whose text is broken, or that somebody else has just changed: a sentence, never a fault."""

from __future__ import annotations

import io
import re

import pytest

from tests.people import WebUsers
from tests.web.test_procedure_pages import PAGE, SECOND, post

NINTH = SECOND.replace("version: 2\n", "version: 9\n")
BROKEN = {
    "a step to a stage that is not there": NINTH.replace("to: diagnosis\n", "to: nowhere\n", 1),
    "a step from a stage that is not there": NINTH.replace("from: identified\n", "from: nowhere\n", 1),
    "no stages": re.sub(r"(?s)\nstages:\n.*?\ntransitions:", "\nstages: {}\n\ntransitions:", NINTH),
    "no steps": re.sub(r"(?s)\ntransitions:\n.*?\nmigrations:", "\ntransitions: {}\n\nmigrations:", NINTH),
}


def sent(web: WebUsers, url: str, source: str, **fields: str) -> object:
    """The text as the administrator hands it in."""
    return post(web("admin"), url, url, source=(io.BytesIO(source.encode()), "v9.yaml"), **fields)


def test_a_draft_is_shown_with_its_faults_whatever_its_text_says(web: WebUsers) -> None:
    for name, source in BROKEN.items():
        assert sent(web, "/procedures/upload", source).status_code == 303, name  # type: ignore[attr-defined]
        shown = web("admin").get(f"{PAGE}/9")
        assert shown.status_code == 200, name
        assert "строка" in shown.text
        rehearsed = web("admin").get(f"{PAGE}/1/rehearsal?to=9")
        assert (rehearsed.status_code, "сначала проверьте" in rehearsed.text) == (422, True), name


def test_the_button_publishes_what_stands_on_the_page(web: WebUsers) -> None:
    client = web("admin")
    page = client.get(f"{PAGE}/2").text
    under_way, of_terminated = page.split("С любого этапа в работе")[1].split("Из прекращённого случая")
    assert "Приостановить</span>" in under_way, "steps that no line of the drawing shows stand below it"
    assert "Отменить прекращение</span>" not in under_way
    assert "Отменить прекращение</span>" in of_terminated
    seen = re.search(r'name="hash" value="([0-9a-f]{64})"', page)
    assert seen
    sent(web, "/procedures/upload", SECOND.replace("working_days: 20", "working_days: 19", 1))
    answer = post(client, f"{PAGE}/2/publish", f"{PAGE}/2", hash=seen.group(1))
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "за это время изменили" in answer.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert "проверена" in client.get(f"{PAGE}/2").text


@pytest.mark.parametrize("odd", ["x", "9" * 30])
def test_texts_are_corrected_from_the_revision_on_the_page(web: WebUsers, odd: str) -> None:
    client = web("admin")
    url = f"{PAGE}/1/revise"
    assert 'name="expected_version" type="hidden" value="1"' in client.get(url).text
    source = client.get(f"{PAGE}/1/yaml").text
    first, second = (source.replace("en: Diagnosis}", f"en: Diagnosis {n}}}") for n in (1, 2))
    assert sent(web, url, first, expected_version="1").status_code == 303  # type: ignore[attr-defined]
    assert sent(web, url, second, expected_version="1").status_code == 409  # type: ignore[attr-defined]
    assert 400 <= sent(web, url, second, expected_version=odd).status_code < 500  # type: ignore[attr-defined]
    assert client.get(f"{PAGE}/1/yaml").text == first


def test_odd_fields_are_answered_with_a_sentence(web: WebUsers, cases: dict[str, int]) -> None:
    client, at = web("admin"), f"{PAGE}/1/rehearsal?to=2"
    assert post(client, f"{PAGE}/2/publish", f"{PAGE}/2").status_code == 303  # type: ignore[attr-defined]
    code = "ROV-2025-01"
    for fields in (
        {},
        {"to": ""},
        {"to": "two", "case": code},
        {"to": "٢", "case": code},
        {"to": "9" * 40, "case": code},
        {"to": "1", "case": code},
        {"to": "3", "case": code},
        {"to": "2", "case": "'; --"},
        {"to": "2", "case": "x" * 5000},
        {"to": "2", "case": "\x00"},
        {"to": "2", "case": code, "map.": "diagnosis"},
        {"to": "2", "case": code, "map.nowhere": "diagnosis"},
        {"to": "2", "case": code, "map.identified": "closed"},
        {"to": "2", "case": code, "map.identified": "-"},
        {"to": "2", "case": code, "map." + "я" * 900: "😀"},
    ):
        answer = post(client, f"{PAGE}/1/migrate", at, **fields)
        told = answer.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
        assert answer.status_code < 500, fields  # type: ignore[attr-defined]
        assert "Переведено: 1 из 1" not in told, fields
    for case in ("", "x" * 5000, "\x00", code, "☃"):
        answer = post(client, "/procedures/undo", f"{PAGE}/2", case=case)
        assert 400 <= answer.status_code < 500, case  # type: ignore[attr-defined]
