"""Odd but legal procedures (`tests/data/odd`): checked, tried by random histories, drawn and run by the real service.

No required tasks, one stage, a vote at once, tasks repeated with a form, a group of one, a majority with vetoes, forms
of every kind of step, terms from facts, automatic steps after one another, optional tasks a vote waits for …
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.admin import verify
from app.cases import service
from app.cases.overview import overview, reasons
from app.cases.queries import get_case, programmes
from app.cli import main
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.drawing import diagram
from app.engine.reading.loader import load
from app.engine.trials.simulation import simulate
from app.schools.queries import organisations
from tests.procedures import publish

FILES = sorted((Path(__file__).parents[2] / "data" / "odd").glob("*.yaml"))
PEOPLE = ("methodist", "clerk", "head", "chair", "secretary", "member1", "director41", "curator66")


def test_none_of_them_has_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(FILES) > 20
    assert main(["workflow", "--lang", "en", "check", *map(str, FILES)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_random_histories_keep_the_promises_and_it_is_drawn(file: Path) -> None:
    procedure = load(file)
    report = simulate(procedure, 12, 3)
    assert [(broken.promise, broken.history[-5:]) for _number, broken in report.divergences] == []
    assert report.led_to_the_end == report.runs
    for language in ("ru", "en"):
        ElementTree.fromstring(diagram.draw(procedure, language))


@pytest.mark.parametrize("file", FILES[::4], ids=lambda file: file.stem)
def test_a_case_begins_in_it_and_everybody_reads_whole_sentences(penza: Runtime, file: Path) -> None:
    code = load(file).code
    publish(penza, file.read_text(encoding="utf-8"), 1, code)
    with penza.work(actor(penza, "methodist")) as work:
        schools = {school.code: school for school in organisations(work.session)}
        case_id = service.open_case(
            work, programme=programmes(work.session)[0], school=schools["41"], curator=schools["66"], process=code
        ).id  # fmt: skip
    for who in PEOPLE:
        penza.database.session.remove()
        work = penza.read(actor(penza, who))
        case = get_case(work.session, case_id)
        page = overview(work, case)
        told = [
            str(one.text)
            for offer in (*page.mine, *page.ahead, *page.alone)
            for one in reasons(work, case, offer)
        ]
        assert all(text and "{" not in text and "  " not in text for text in told), told
    assert [str(one) for one in verify.findings(penza)] == []
