"""`workflow test`, `simulate`, `diagram`, and what `workflow check` says of edges nobody has shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.cases.procedures.check import check_files
from app.cases.procedures.rehearsal import play_files, simulate_files
from app.cli import main
from app.config import ROOT
from app.engine.trials import promises, walks

SHIPPED = ROOT / "workflows" / "school_support"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped procedure with its scenarios, to be spoiled."""
    shutil.copytree(SHIPPED, tmp_path / "school_support")
    return tmp_path / "school_support" / "v1.yaml"


def played(*files: Path) -> tuple[int, list[str]]:
    said: list[str] = []
    return play_files(files, said.append), said


def spoil(path: Path, old: str, new: str) -> int:
    """Replace once; the answer is the line of the change."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_shipped_scenarios_pass_and_cover_everything() -> None:
    status, said = played()
    assert status == 0, said
    assert said[-1].endswith("всего 100 %.")


def test_a_failed_scenario_is_told_with_file_line_and_column(copy: Path) -> None:
    file = copy.parent / "scenarios" / "1_year.yaml"
    line = spoil(file, "stage: identified, due: 2025-01-29", "stage: identified, due: 2025-01-30")
    status, said = played(copy)
    assert status == 1
    assert said[0].startswith(f"{file}:{line}:")
    assert "«due»: ожидалось 2025-01-30, получено 2025-01-29" in said[0]
    assert sum(file.name in one for one in said) == 1, "what goes on from it is counted, not listed"
    assert said[1].startswith("Не проверялись, потому что продолжают непрошедшие: ")


def test_a_refusal_nobody_expected_is_told_in_its_own_words(copy: Path) -> None:
    spoil(
        copy.parent / "scenarios" / "1_year.yaml",
        "expect: {refused: [role]}",
        "expect: {refused: [not_open]}",
    )
    said = played(copy)[1]
    assert "ожидалось [not_open], получено [role] (" in said[0]
    assert "Методист центра" in said[0]


def test_less_than_everything_is_not_enough(copy: Path) -> None:
    (copy.parent / "scenarios" / "3_ways_back.yaml").unlink()
    status, said = played(copy)
    assert status == 1
    assert any("uncovered_transition" in one and str(copy) in one for one in said)
    assert "100 %" not in said[-1]


def test_one_file_of_scenarios_is_judged_without_the_coverage(copy: Path) -> None:
    status, said = played(copy.parent / "scenarios" / "2_votes.yaml")
    assert status == 0
    assert len(said) == len(list(copy.parent.glob("v*.yaml"))) == 3, "a line for each version"


def test_an_id_written_twice_and_an_unreadable_file_are_told(copy: Path) -> None:
    folder = copy.parent / "scenarios"
    shutil.copy(folder / "1_year.yaml", folder / "4_again.yaml")
    (folder / "5_broken.yaml").write_text("workflow: [", encoding="utf-8")
    (folder / "6_binary.yaml").write_bytes(b"\xff\xfe\x00")
    status, said = played(copy)
    assert status == 1
    assert any("duplicate_scenario" in one and "1_year.yaml" in one for one in said)
    assert sum("not_yaml" in one for one in said) == 2


def test_check_reports_an_edge_no_scenario_covers(copy: Path) -> None:
    said: list[str] = []
    assert check_files([copy], said.append) == 0
    (copy.parent / "scenarios" / "3_ways_back.yaml").unlink()
    said.clear()
    assert check_files([copy], said.append) == 1
    assert any("«change_plan» с этапа «events»" in one for one in said)


def test_a_definition_without_scenarios_is_warned_of(copy: Path) -> None:
    shutil.rmtree(copy.parent / "scenarios")
    said: list[str] = []
    assert check_files([copy], said.append) == 0
    assert "no_scenarios" in said[0]


def test_the_commands_answer_with_their_status(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["workflow", "test"]) == 0
    assert main(["workflow", "simulate", "--runs", "5", "--seed", "3"]) == 0
    assert "Все обещания выполнены" in capsys.readouterr().out
    for language, word in (("ru", "Диагностика"), ("en", "Diagnosis")):
        out = tmp_path / f"{language}.svg"
        assert main(["workflow", "diagram", "--lang", language, "--out", str(out)]) == 0
        ElementTree.parse(out)
        assert word in out.read_text(encoding="utf-8")
    assert main(["workflow", "diagram"]) == 0
    assert capsys.readouterr().out.startswith("<svg")
    assert main(["workflow", "diagram", "--out", str(tmp_path / "no" / "where.svg")]) == 2
    spoil(copy, "by: [methodist]", "by: [wizard]")
    for command in ("test", "simulate", "diagram"):
        assert main(["workflow", command, str(copy)]) == 1
        assert "unknown_role" in capsys.readouterr().out


def test_broken_promises_are_said_with_the_way_there(copy: Path) -> None:
    for other in ("v2.yaml", "v3.yaml"):  # a case could end by another version
        copy.with_name(other).unlink()
    # nobody returns to this stage: the simulation sees it, the check, which knows one step at a time, does not
    spoil(copy, "if: case.curator_assigned\n", "if: case.curator_assigned and stage.round > 1\n")
    said: list[str] = []
    assert simulate_files([copy], 2, 1, said.append) == 1
    assert any("нарушает обещание: из любого состояния случай может идти дальше" in one for one in said)
    assert not any("ошибка движка" in one for one in said)
    assert said[-1] == "Историй с нарушенными обещаниями: 2."


@pytest.mark.parametrize(
    ("language", "promise"),
    [
        ("ru", "История 0 нарушает обещание: случай равен свёртке своих событий"),
        ("en", "Run 0 breaks a promise: the case equals the fold of its events"),
    ],
)
def test_broken_promises_are_said_in_the_language_asked_for(
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    promise: str,
) -> None:
    real = walks.fold
    monkeypatch.setattr(walks, "fold", lambda definition, events: real(definition, list(events)[:-1]))
    assert main(["workflow", "--lang", language, "simulate", str(copy), "--runs", "40"]) == 1
    said = capsys.readouterr().out
    assert promise in said
    cyrillic = re.search("[а-яё]", said.replace(str(copy), ""), re.IGNORECASE)
    assert bool(cyrillic) is (language == "ru")
    assert re.search(r"    \d{4}-\d\d-\d\d \w+: (vote|fire|complete): \w+", said)


def test_each_promise_and_each_turn_is_a_sentence_in_both_languages() -> None:
    words = dict.fromkeys(
        ("steps", "codes", "problem", "who", "version", "fate", "stage", "round", "waits"), "7"
    )
    for english, russian in (*promises.PROMISES.values(), *promises.TURNS.values()):
        assert re.findall(r"{(\w+)}", english) == re.findall(r"{(\w+)}", russian)
        assert not re.search("[а-яё]", english, re.IGNORECASE)
        assert re.search("[а-яё]", russian.format(**words), re.IGNORECASE)


def test_a_promise_the_engine_breaks_is_told_as_such(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = walks.fold
    monkeypatch.setattr(walks, "fold", lambda definition, events: real(definition, list(events)[:-1]))
    said: list[str] = []
    assert simulate_files([copy], 3, 1, said.append) == 1
    assert any("ошибка движка" in line for line in said)
