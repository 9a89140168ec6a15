"""`python app.py workflow …` given what it cannot use: a sentence and a status that is not 0, never a traceback."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases.models import ProcessVersion
from app.cli import main
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from tests.integration.cases.test_version_commands import (  # the fixtures of the versions' commands
    CODE,
    SECOND,
    Shell,
    shell,
    system,
)
from tests.people import open_cases

__all__ = ["shell", "system"]
THIRD = SECOND.replace("version: 2\n", "version: 9\n")
LARGE = 10**20
READING = ("check", "test", "simulate", "diagram")


def odd_file(folder: Path, what: str) -> Path:
    path = folder / "odd.yaml"
    if what == "a folder":
        path.mkdir()
    elif what == "a link to itself":
        path.symlink_to("odd.yaml")
    elif what == "not text":
        path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    elif what == "empty":
        path.write_bytes(b"")
    return path


SENTENCES = {
    "absent": "такого файла нет",
    "a folder": "это папка, а не файл",
    "a link to itself": "файл не читается",
    "not text": "файл не читается как текст",
    "empty": "Не читается как YAML",
}


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("what", SENTENCES)
def test_a_file_that_is_none_is_told_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, command: str
) -> None:
    path = odd_file(tmp_path, what)
    assert main(["workflow", command, str(path)]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"{path}:1:1: ")
    assert SENTENCES[what] in first


@pytest.mark.parametrize("command", READING)
def test_a_file_without_an_end_is_refused_in_no_time(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    begun = time.monotonic()
    assert main(["workflow", command, "/dev/zero"]) == 1
    assert "длиннее 500000 знаков" in capsys.readouterr().out
    assert time.monotonic() - begun < 5


def test_of_two_files_the_one_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v2.yaml").write_text(SECOND, encoding="utf-8")
    odd_file(tmp_path, "empty")
    assert main(["workflow", "diff", "/dev/zero", str(tmp_path / "v2.yaml")]) == 2
    assert "Файл /dev/zero слишком велик" in capsys.readouterr().err
    assert main(["workflow", "diff", str(tmp_path / "v2.yaml"), str(tmp_path / "odd.yaml")]) == 2
    assert f"{tmp_path / 'odd.yaml'}: Файл пуст" in capsys.readouterr().err


def console(
    monkeypatch: pytest.MonkeyPatch, raw: io.RawIOBase | io.BufferedIOBase, encoding: str
) -> io.TextIOWrapper:
    made = io.TextIOWrapper(raw, encoding=encoding)  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stdout", made)
    return made


def test_a_console_that_has_no_sign_for_a_dash_is_answered_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    out = console(monkeypatch, written, "cp866")
    assert main(["workflow", "versions"]) == 0
    out.flush()
    assert "опубликована" in written.getvalue().decode("cp866")
    assert main(["workflow", "simulate", "--runs", "1"]) == 0
    written.truncate(0)
    written.seek(0)
    for words in (["diagram"], ["export", CODE, "1"]):
        assert main(["workflow", *words]) == 0
    out.flush()
    assert "«" in written.getvalue().decode("utf-8"), "what goes into a file is whole"


def test_whoever_reads_the_beginning_only_gets_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with console(monkeypatch, os.fdopen(writes, "wb"), "utf-8"):
        assert main(["workflow", "diagram"]) == 1


def test_the_answers_are_in_english_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = odd_file(tmp_path, "empty")
    assert main(["workflow", "--lang", "en", "check", str(path)]) == 1
    assert "Not readable as YAML: the file is empty" in capsys.readouterr().out
    assert main(["workflow", "--lang", "en", "diff", str(path), str(path)]) == 2
    assert "The file is empty" in capsys.readouterr().err
    assert main(["workflow", "--lang", "en", "diagram"]) == 0
    assert "Targeted methodical support of a school" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["a folder", "not text"])
def test_scenarios_that_cannot_be_read_are_named_and_nothing_is_imported(
    shell: Shell, tmp_path: Path, what: str
) -> None:
    (tmp_path / "v9.yaml").write_text(THIRD, encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    odd = odd_file(tmp_path / "scenarios", what)
    status, said, error = shell("import", tmp_path / "v9.yaml")
    assert (status, said) == (2, "")
    assert str(odd) in error
    assert "v9" not in shell("versions")[1]


@pytest.mark.parametrize(
    "words",
    [
        ("check-version", CODE, LARGE),
        ("check-version", CODE, 0),
        ("publish", CODE, LARGE),
        ("publish", CODE, -1),
        ("retire", CODE, LARGE),
        ("export", CODE, LARGE),
        ("revise", CODE, LARGE, "v1.yaml"),
        ("rehearse", CODE, 1, LARGE),
        ("migrate", CODE, LARGE, 1),
        ("diff", f"{CODE}:{LARGE}", f"{CODE}:1"),
        ("rehearse", CODE, 1, 2, "--case", "ROV-1900-77"),
        ("undo", ""),
    ],
)
def test_a_number_or_a_code_there_is_not_is_told(
    shell: Shell, system: Runtime, tmp_path: Path, words: tuple[object, ...]
) -> None:
    open_cases(system)
    (tmp_path / "v1.yaml").write_text(THIRD, encoding="utf-8")
    status, said, error = shell(*(tmp_path / "v1.yaml" if word == "v1.yaml" else word for word in words))
    assert (status, said) == (2, "")
    assert error.strip().endswith(".")


@pytest.mark.parametrize(
    "words",
    [("publish", "\udcff\udcfe", 1), ("rehearse", CODE, 1, 2, "--case", "\udcff"), ("undo", "\udcff")],
)
def test_what_is_typed_in_another_encoding_is_told(shell: Shell, words: tuple[object, ...]) -> None:
    status, said, error = shell(*words)
    assert (status, said) == (2, "")
    assert "не текст в кодировке UTF-8: '\\udcff" in error


@pytest.mark.parametrize("runs", ["0", "-5", "many"])
def test_no_histories_are_no_proof(capsys: pytest.CaptureFixture[str], runs: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["workflow", "simulate", "--runs", runs])
    assert left.value.code == 2
    assert "--runs" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.sqlite3").write_bytes(b"this is a letter, not a database " * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'no.sqlite3'}")
    monkeypatch.setenv("SECRET_KEY", "a secret that only the tests know, long enough")
    assert main(["workflow", "versions"]) == 2
    assert "База данных недоступна" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://opora:geheim@127.0.0.1:1/opora", "База данных недоступна: connection"),
        ("postgresql://opora:geheim@127.0.0.1:port/opora", "DATABASE_URL не читается как адрес"),
        ("postgresql://opora:geheim@[::1/opora", "DATABASE_URL не читается как адрес"),
    ],
)
def test_a_server_that_is_away_or_misspelt_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, sentence: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SECRET_KEY", "a secret that only the tests know, long enough")
    assert main(["workflow", "versions"]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert "geheim" not in told


def test_a_database_somebody_else_writes_to_is_called_busy_not_lost(
    shell: Shell, system: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.engines.LOCK_WAIT_MS", 300)
    with system.work(SYSTEM) as work:
        locked = select(ProcessVersion).where(ProcessVersion.version == 2).with_for_update()
        work.session.scalars(locked).one()
        status, said, error = shell("publish", CODE, 2)
    assert (status, said) == (2, "")
    assert error.startswith("Система занята")


def test_a_version_that_leaves_a_stage_behind_is_told_by_the_file_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v2.yaml").write_text(SECOND, encoding="utf-8")
    renamed = THIRD.replace("from: 1", "from: 2", 1)
    assert "\n  diagnosis:\n" in renamed
    renamed = renamed.replace("\n  diagnosis:\n", "\n  study:\n").replace(": diagnosis\n", ": study\n")
    (tmp_path / "v9.yaml").write_text(renamed, encoding="utf-8")
    assert main(["workflow", "check", str(tmp_path / "v9.yaml")]) == 1
    said = capsys.readouterr().out
    assert "unmapped_stage" in said
    assert "diagnosis" in said


def test_scenarios_that_are_not_there_are_not_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in the name of the file must not look like scenarios that have been played."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (tmp_path / "v2.yaml").write_text(SECOND, encoding="utf-8")
    assert main(["workflow", "test", str(folder / "nope.yaml")]) == 1
    assert "такого файла нет" in capsys.readouterr().out
    (tmp_path / "v2.yaml").unlink()
    (folder / "votes.yaml").write_text("workflow: school_support\n", encoding="utf-8")
    assert main(["workflow", "test", str(folder / "votes.yaml")]) == 1
    assert "нет порядка v*.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "why"), [("absent", "такого файла нет"), ("a folder", "это папка, а не файл")]
)
def test_what_is_taken_in_or_compared_is_refused_with_the_reason(
    tmp_path: Path, shell: Shell, capsys: pytest.CaptureFixture[str], what: str, why: str
) -> None:
    path = odd_file(tmp_path, what)
    for words in (["import", str(path)], ["revise", CODE, "1", str(path)], ["diff", str(path), f"{CODE}:1"]):
        assert main(["workflow", *words]) == 2
        assert capsys.readouterr().err.splitlines()[-1] == f"{path}: {why}."


def test_a_version_with_many_faults_is_refused_with_the_first_of_them(
    tmp_path: Path, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (tmp_path / "v9.yaml").write_text(THIRD, encoding="utf-8")
    (folder / "one.yaml").write_text(
        f"workflow: {CODE}\ntoday: 2025-01-22\npeople: {{m: {{roles: methodist}}}}\nscenarios:\n"
        "  opened: {titles: {ru: Открыт, en: Opened}, steps: [{by: m, open: true}]}\n", encoding="utf-8",
    )  # fmt: skip
    assert main(["workflow", "import", str(tmp_path / "v9.yaml")]) == 1
    assert "предупреждение: uncovered_guard: " in capsys.readouterr().out, (
        "what the coverage lacks is told too"
    )
    assert main(["workflow", "publish", CODE, "9"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("В версии есть ошибки: строка ")
    assert told.count("; строка ") == 4
    assert "; и ещё " in told.replace("\u00a0", " ")
