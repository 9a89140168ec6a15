"""`workflow check`: faults with file, line and column; names are compared with what the rooms provide."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import wiring
from app.cases.procedures.check import check_files, kinds_of, template_codes
from app.cases.roles import FOUND
from app.cli import main
from app.config import ROOT
from app.core.i18n import in_locale
from app.engine.checking.checks import check
from app.engine.reading.loader import parse_text
from tests.anchored_terms import ORDER_TERMS
from tests.procedures import growth
from tests.unit.engine.automatic_procedure import PROCEDURE

SOURCE = ROOT / "workflows" / "school_support" / "v1.yaml"
PAGES = {*wiring.PAGES_OF_A_CASE, *(tab.code for tab in wiring.TABS)}


def run(*files: Path, **known: object) -> tuple[int, list[str]]:
    said: list[str] = []
    status = check_files(files, said.append, **known)  # type: ignore[arg-type]
    return status, said


def changed(tmp_path: Path, old: str, new: str) -> Path:
    source = SOURCE.read_text(encoding="utf-8")
    assert old in source
    path = tmp_path / "changed.yaml"
    path.write_text(source.replace(old, new), encoding="utf-8")
    return path


def test_the_published_definition_finds_all_its_names_in_the_rooms() -> None:
    status, said = run(facts=wiring.FACTS, effects=wiring.EFFECTS, pages=PAGES)
    assert status == 0, said
    assert said[-1].startswith("Проверено процедур: 3, ошибок: 0")


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("diagnostics.analysis_written", "diagnostics.no_such", "unknown_fact", "diagnostics.no_such"),
        ("documents.draft", "documents.scribble", "unknown_effect", "documents.scribble"),
        ("template: protocol", "template: ukase", "unknown_template", "ukase"),
        ("    page: results\n", "    page: nowhere\n", "unknown_page", "nowhere"),
        ("by: [methodist]", "by: [wizard]", "unknown_role", "wizard"),
    ],
)
def test_an_unknown_name_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    path = changed(tmp_path, old, new)
    status, said = run(path, facts=wiring.FACTS, effects=wiring.EFFECTS, pages=PAGES)
    assert status == 1
    line = next(line for line in said if code in line)
    assert words in line
    assert "; возможно, " in line or "; можно: " in line, "what could have been meant"
    place = line.removeprefix(str(path)).split(":")
    assert int(place[1]) > 1
    assert int(place[2]) > 0


def test_what_is_no_definition_is_told_and_the_others_still_checked(tmp_path: Path) -> None:
    broken, binary = tmp_path / "broken.yaml", tmp_path / "binary.yaml"
    broken.write_text("workflow: [", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    status, said = run(broken, binary, tmp_path / "absent.yaml", SOURCE)
    assert status == 1
    assert [f"{name}.yaml:" in "".join(said) for name in ("broken", "binary", "absent")] == [True] * 3
    assert "Проверено процедур: 4, ошибок: 3" in said[-1]


def test_it_speaks_english_too(tmp_path: Path) -> None:
    with in_locale("en"):
        _status, said = run(changed(tmp_path, "template: protocol", "template: ukase"))
    assert any("there is no document template" in line for line in said)


def test_the_command_answers_with_its_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "check"]) == 0
    assert main(["workflow", "check", str(changed(tmp_path, "template: protocol", "template: ukase"))]) == 1
    assert "unknown_template" in capsys.readouterr().out


def test_templates_come_from_the_manifest() -> None:
    assert {"order_plan", "agreement", "protocol"} <= template_codes()


def test_a_term_is_counted_only_from_a_fact_that_is_a_date(tmp_path: Path) -> None:
    file = tmp_path / "v3.yaml"
    wanted = "since: documents.order_plan_registered_on"
    file.write_text(ORDER_TERMS, encoding="utf-8")
    _status, said = run(file, facts=wiring.FACTS, dates=wiring.DATES)
    assert not [line for line in said if "since" in line or "unknown_fact" in line]
    line = ORDER_TERMS[: ORDER_TERMS.index(wanted)].count("\n") + 1
    for fact, code in (("documents.order_number", "since_no_date"), ("documents.order_lost", "unknown_fact")):
        file.write_text(ORDER_TERMS.replace(wanted, f"since: {fact}", 1), encoding="utf-8")
        status, said = run(file, facts=wiring.FACTS, dates=wiring.DATES)
        assert status == 1
        assert [one for one in said if f"v3.yaml:{line}:" in one and code in one], said


def test_a_choice_on_a_count_leaves_out_no_case_below_nothing() -> None:
    by_hand = PROCEDURE[PROCEDURE.index("  by_hand:\n") : PROCEDURE.index("  send_back:\n")]
    choice = PROCEDURE.replace(by_hand, "").replace("    outcome_from: paper.outcome\n", "")
    counted = choice.replace("paper.pages < 3", "diagnostics.actual_risks = 0")
    definition, found = parse_text(counted.replace("paper.pages >= 3", "diagnostics.actual_risks > 0"))
    assert [one.code for one in found] == ["automatic_gap"], "who does not know the facts cannot tell"
    assert definition is not None
    assert "automatic_gap" not in [one.code for one in check(definition, kinds_of(wiring.FACTS))]
    numbers = [kind for kind in kinds_of(wiring.FACTS).values() if kind is not None and kind.kind == "number"]
    assert numbers
    assert {kind.least for kind in numbers} == {0}


def test_every_fact_that_is_a_day_has_its_words_for_a_term_and_no_other_has() -> None:
    days = {name for name, kind in kinds_of(wiring.FACTS).items() if kind is not None and kind.kind == "day"}
    assert days == set(wiring.DATES)


def test_a_role_nobody_can_be_given_is_refused(tmp_path: Path) -> None:
    path = changed(
        tmp_path, "outcomes:\n", "  wizard:\n    titles: {ru: А, en: A}\n    found: group\noutcomes:\n"
    )
    status, said = run(path, roles=FOUND)
    assert status == 1
    assert any("role_unheld" in line and "wizard" in line for line in said)


def test_everything_a_procedure_may_name_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "names"]) == 0
    said = capsys.readouterr().out
    for name in (*PAGES, *FOUND, *wiring.STEP_EFFECTS, *template_codes()):
        assert f"  {name}" in said
    assert all(f"  {name}: " in said for name in wiring.FACTS if not name.startswith("documents.registered."))
    assert "documents.order_date: день · since (приказа)" in said
    assert "results.decided_outcome: effective, positive" in said


def test_a_paper_drafted_for_another_stage_than_the_one_that_needs_it_is_warned_of(tmp_path: Path) -> None:
    """The papers of a vote are those of its stage: after an automatic step they do not count any more."""
    task = "    titles: {ru: Подбор наставника, en: Pairing}\n    tasks:\n      issue:\n"
    task += "        titles: {ru: Оформить, en: Issue}\n        roles: [methodist]\n        document: order_plan\n"
    source = growth().replace("    titles: {ru: Подбор наставника, en: Pairing}\n", task)
    draft = "{name: documents.draft, params: {template: order_plan}}\n"
    voted = "      on_no_voters: head\n"
    path = tmp_path / "v1.yaml"
    path.write_text(source.replace(voted, f"{voted}      on_pass: {draft}"), encoding="utf-8")
    status, said = run(path, facts=wiring.FACTS, effects=wiring.STEP_EFFECTS, pages=PAGES, roles=FOUND)
    warning = next(line for line in said if "paper_elsewhere" in line)
    number = source.splitlines().index("        document: order_plan") + 2
    assert (status, f":{number}:19: предупреждение:" in warning) == (0, True)
    assert "для этапа «commission», а задаче он нужен на этапе «pairing»" in warning
    moved = "    to: pairing\n    automatic: true\n"
    path.write_text(source.replace(moved, f"{moved}    effects: {draft}"), encoding="utf-8")
    assert not [line for line in run(path, effects=wiring.STEP_EFFECTS)[1] if "paper_elsewhere" in line]
