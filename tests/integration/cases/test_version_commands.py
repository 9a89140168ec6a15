"""The versions led from the command line: what each command answers to right and to wrong input."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.admin import verify
from app.cases import service
from app.cli import main
from app.core.unit_of_work import Runtime
from app.engine.actions import Fire
from tests.integration.cases.test_versions import PROCEDURE, SECOND, stands, take
from tests.people import open_cases

CODE = service.PROCESS
FIRST = "ROV-2025-01"


class Shell:
    """`python app.py workflow …` on the database of the test: status, output, complaints."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        self.capsys.readouterr()
        status = main(["workflow", *map(str, words)])
        said = self.capsys.readouterr()
        return status, said.out.replace("\u00a0", " "), said.err.replace("\u00a0", " ")


@pytest.fixture
def system(penza_on_both: Runtime) -> Runtime:
    return penza_on_both


@pytest.fixture
def shell(
    system: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Shell:
    for name, value in {
        "DATABASE_URL": system.settings.database_url,
        "DATABASE_OWNER_URL": system.settings.database_owner_url,
        "STORAGE_URL": f"file:{tmp_path / 'files'}",
        "SECRET_KEY": "a secret that only the tests know, long enough",
    }.items():
        monkeypatch.setenv(name, value)
    return Shell(capsys)


def test_a_version_is_led_from_file_to_retirement(shell: Shell, system: Runtime, tmp_path: Path) -> None:
    assert open_cases(system)
    status, said, _err = shell("versions")
    assert status == 0
    assert [line.split(":")[0] for line in said.splitlines()] == [f"school_support v{n}" for n in (3, 2, 1)]
    assert "случаев в работе: 4" in said
    third = tmp_path / "v9.yaml"
    third.write_text(SECOND.replace("version: 2\n", "version: 9\n"), encoding="utf-8")
    status, said, _err = shell("import", third)
    assert (status, said.splitlines()[0]) == (0, "school_support v9: проверена")
    assert shell("check-version", CODE, 9)[0] == 0
    status, said, _err = shell("publish", CODE, 9)
    assert (status, said) == (0, "school_support v9 опубликована.\n")
    assert shell("publish", CODE, 9)[0] == 2, "once"
    third.write_text(
        third.read_text("utf-8").replace("ru: Утверждение плана,", "ru: План,"), encoding="utf-8"
    )
    status, said, _err = shell("revise", CODE, 9, third)
    assert (status, said) == (0, "school_support v9: редакция текстов 2.\n")
    out = tmp_path / "out.yaml"
    assert shell("export", CODE, 9, "--out", out) == (0, "", "")
    assert out.read_bytes() == third.read_bytes()
    assert shell("export", CODE, 9)[1].strip() == third.read_text("utf-8").replace("\u00a0", " ").strip()
    assert shell("retire", CODE, 9)[0] == 0
    assert shell("retire", CODE, 9)[0] == 2, "retired already"
    assert shell("retire", CODE, 1)[0] == 2, "live cases run by it"
    assert [str(one) for one in verify.findings(system)] == []


def test_cases_are_rehearsed_moved_and_taken_back(shell: Shell, system: Runtime) -> None:
    case_id = open_cases(system)["41"]
    code = str(stands(system, case_id)["code"])
    status, said, _err = shell("rehearse", CODE, 1, 2)
    assert (status, said.count("переносится как есть")) == (0, 4)
    assert stands(system, case_id)["definition_version"] == 1, "nothing has happened"
    assert shell("migrate", CODE, 1, 2)[0] == 2, "not published yet"
    assert shell("publish", CODE, 2)[0] == 0
    status, said, _err = shell("migrate", CODE, 1, 2, "--case", code)
    assert (status, said.splitlines()[-1]) == (0, "Переведено: 1 из 1.")
    assert stands(system, case_id)["definition_version"] == 2
    status, said, _err = shell("undo", code)
    assert (status, said) == (0, f"{code} снова ведётся по версии 1.\n")
    assert stands(system, case_id)["definition_version"] == 1
    assert shell("undo", code)[0] == 2, "nothing is left to undo"
    status, said, _err = shell("migrate", CODE, 1, 2)
    assert (status, said.splitlines()[-1]) == (0, "Переведено: 4 из 4.")
    assert shell("rehearse", CODE, 1, 2)[:2] == (0, "По этой версии нет случаев в работе.\n")
    assert [str(one) for one in verify.findings(system)] == []


def test_a_case_that_loses_a_term_moves_only_when_told(shell: Shell, system: Runtime, tmp_path: Path) -> None:
    case_id = open_cases(system)["41"]
    code = str(stands(system, case_id)["code"])
    take(system, case_id, "methodist", Fire("start_diagnosis"))
    third = tmp_path / "v9.yaml"
    third.write_text(without_term(SECOND), encoding="utf-8")
    assert shell("import", third)[0] == 0
    assert shell("publish", CODE, 9)[0] == 0
    status, said, _err = shell("rehearse", CODE, 1, 9, "--case", code)
    assert (status, "теряет срок" in said) == (0, True)
    status, said, _err = shell("migrate", CODE, 1, 9, "--case", code)
    assert (status, said.splitlines()[-1]) == (1, "Переведено: 0 из 1.")
    assert "больше нет срока" in said
    status, said, _err = shell("migrate", CODE, 1, 9, "--case", code, "--losing")
    assert (status, said.splitlines()[-1]) == (0, "Переведено: 1 из 1.")
    assert stands(system, case_id)["due"] is None


def test_what_has_no_successor_is_mapped_by_hand(shell: Shell, system: Runtime, tmp_path: Path) -> None:
    case_id = open_cases(system)["41"]
    code = str(stands(system, case_id)["code"])
    take(system, case_id, "methodist", Fire("start_diagnosis"))
    third = tmp_path / "v9.yaml"
    third.write_text(renamed_stage(SECOND), encoding="utf-8")
    status, said, _err = shell("import", third)
    assert status == 0, said
    assert shell("publish", CODE, 9)[0] == 0
    status, said, _err = shell("rehearse", CODE, 1, 9, "--case", code)
    assert (status, "нужно сопоставление" in said) == (1, True)
    assert shell("migrate", CODE, 1, 9, "--case", code)[0] == 1
    assert shell("migrate", CODE, 1, 9, "--case", code, "--map", "diagnosis=study")[0] == 0
    assert stands(system, case_id)["stage"] == "study"
    assert shell("undo", code)[0] == 0
    assert stands(system, case_id)["stage"] == "diagnosis"


def test_the_difference_is_told_in_words(shell: Shell, tmp_path: Path) -> None:
    files = PROCEDURE / "v1.yaml", PROCEDURE / "v2.yaml"
    status, said, _err = shell("diff", *files)
    assert (status, "Срок этапа «Диагностика»: 15 → 20 рабочих дней" in said) == (0, True)
    later = shell("diff", PROCEDURE / "v2.yaml", PROCEDURE / "v3.yaml")[1]
    assert "Срок этапа «Договор о сотрудничестве школ»: отсчёт со дня: начала этапа → приказа\n" in later
    assert "нужен зарегистрированный документ: нет → «Приказ об утверждении плана»\n" in later
    assert shell("diff", f"{CODE}:1", f"{CODE}:2")[1] == said, "files or versions of the database"
    assert shell("diff", files[0], files[0])[:2] == (0, "Отличий нет.\n")
    broken = tmp_path / "broken.yaml"
    broken.write_text("workflow: [", encoding="utf-8")
    for wrong in (broken, tmp_path / "absent.yaml", f"{CODE}:9", "nothing:1"):
        status, said, error = shell("diff", files[0], wrong)
        assert (status, said, bool(error.strip())) == (2, "", True), wrong


def test_a_faulty_file_is_kept_as_a_draft_with_the_places(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "v9.yaml"
    wrong = SECOND.replace("version: 2\n", "version: 9\n").replace("initial: identified", "initial: nowhere")
    file.write_text(wrong, encoding="utf-8")
    status, said, _err = shell("import", file)
    assert status == 1
    assert said.startswith("school_support v9: черновик")
    assert "nowhere" in said
    assert shell("check-version", CODE, 9)[0] == 1
    assert shell("publish", CODE, 9)[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("import", "absent.yaml"),
        ("publish", CODE, 9),
        ("publish", "nothing", 1),
        ("check-version", CODE, 9),
        ("retire", CODE, 9),
        ("export", CODE, 9),
        ("export", CODE, 1, "--out", "no/such/folder/v1.yaml"),
        ("revise", CODE, 1, PROCEDURE / "v2.yaml"),
        ("revise", CODE, 1, "absent.yaml"),
        ("rehearse", CODE, 1, 1),
        ("rehearse", CODE, 1, 9),
        ("rehearse", CODE, 1, 2, "--map", "diagnosis"),
        ("rehearse", CODE, 1, 2, "--map", "nothing=diagnosis"),
        ("migrate", CODE, 1, 2, "--case", "ROV-1900-77"),
        ("undo", "ROV-1900-77"),
        ("undo", FIRST),
    ],
)
def test_wrong_input_is_answered_with_a_sentence_and_status_2(
    shell: Shell, system: Runtime, words: tuple[object, ...]
) -> None:
    open_cases(system)
    status, said, error = shell(*words)
    assert (status, said) == (2, "")
    assert error.strip().endswith((".", ")", "»", "”")) or "\n" in error.strip(), error


@pytest.mark.parametrize(
    "words", [("publish", CODE), ("publish", CODE, "two"), ("migrate", CODE, 1), ("leap",)]
)
def test_a_command_that_cannot_be_read_ends_with_its_usage(
    shell: Shell, words: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["workflow", *map(str, words)])
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def without_term(source: str) -> str:
    """A third version whose diagnosis has no term."""
    term = (
        "    due:\n      working_days: 20\n      remind: [5, 1]\n      escalate: {after: 3, to: [head]}\n"
        "      source: *settings\n    tasks:\n      fill_diagnosis:"
    )
    assert source.count(term) == 1
    return source.replace("version: 2\n", "version: 9\n").replace(term, "    tasks:\n      fill_diagnosis:")


def renamed_stage(source: str) -> str:
    """A third version whose diagnosis is called otherwise, without a word of what it was before."""
    source = source.replace("version: 2\n", "version: 9\n").replace("\n  diagnosis:\n", "\n  study:\n")
    return source.replace(": diagnosis\n", ": study\n").partition("\nmigrations:")[0]
