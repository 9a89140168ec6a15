"""Effects of a step are a closed, typed list: the check tells a parameter nobody reads, and one that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import wiring
from app.cases import service
from app.cases.procedures import version_uploads, versions
from app.cases.procedures.check import check_files
from app.cases.procedures.version_uploads import Upload
from app.config import ROOT
from app.core.errors import Refusal
from app.core.unit_of_work import Runtime
from app.demo.penza import actor

SOURCE = (ROOT / "workflows" / "school_support" / "v2.yaml").read_text(encoding="utf-8")
GIVEN = "        params: {template: agreement}\n"
WRONG = {
    "misspelt": (GIVEN, "        params: {tempalte: agreement}\n", ["unknown_key", "missing_key"]),
    "forgotten": (GIVEN, "", ["missing_key"]),
    "one too many": (GIVEN, "        params: {template: agreement, colour: red}\n", ["unknown_key"]),
    "not for a step": (
        "      - name: documents.draft\n" + GIVEN, "      - name: documents.agreement_over\n", ["unknown_effect"],
    ),
}  # fmt: skip


def spoiled(name: str) -> tuple[str, list[str]]:
    old, new, codes = WRONG[name]
    assert SOURCE.count(old) == 1
    return SOURCE.replace("version: 2\n", "version: 9\n").replace(old, new), codes


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_parameter_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    text, codes = spoiled(name)
    path = tmp_path / "v9.yaml"
    path.write_text(text, encoding="utf-8")
    said: list[str] = []
    assert check_files([path], said.append, effects=wiring.STEP_EFFECTS) == 1
    told = [line for line in said if any(f" {code}:" in line for code in codes)]
    assert [next(code for code in codes if f" {code}:" in line) for line in told] == codes
    place = text[: SOURCE.index("      - name: documents.draft\n" + GIVEN)].count("\n") + 1
    assert all(abs(int(line.removeprefix(f"{path}:").split(":")[0]) - place) <= 1 for line in told), told


@pytest.mark.parametrize("name", WRONG)
def test_a_version_with_a_wrong_parameter_is_not_published(penza: Runtime, name: str) -> None:
    with penza.work(actor(penza, "admin")) as work:
        assert version_uploads.upload(work, Upload(spoiled(name)[0])).status == "draft"
    with pytest.raises(Refusal), penza.work(actor(penza, "admin")) as work:
        versions.publish(work, service.PROCESS, 9)


def test_every_effect_of_a_step_is_carried_out_by_somebody() -> None:
    assert set(wiring.STEP_EFFECTS) <= set(wiring.EFFECTS)
    assert check_files([], lambda _line: None, effects=wiring.STEP_EFFECTS) == 0
