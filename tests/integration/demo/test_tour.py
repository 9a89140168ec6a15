"""The tour: four cases to their real outcomes, the same papers every time and on both databases."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.demo import tour
from tests.servers.databases import TestDatabase

OUTCOMES = {
    "МБОУ ОШИ № 1": "переход в эффективный режим",
    "МБОУ СОШ № 41": "переход в эффективный режим",
    "МБОУ СОШ № 50": "переход в эффективный режим",
    "МБОУ ЦО № 1": "сопоставимо с прошлым годом",
}


def _walk(out: Path, url: str = "") -> tuple[int, list[str], dict[str, str]]:
    said: list[str] = []
    status = tour.main(out, url, said.append)
    return status, said, {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, list[str], dict[str, str]]:
    return _walk(tmp_path_factory.mktemp("tour") / "out")


@pytest.mark.slow
def test_the_four_schools_reach_their_real_outcomes_and_the_database_is_whole(
    walked: tuple[int, list[str], dict[str, str]],
) -> None:
    status, said, papers = walked
    assert status == 0, "\n".join(said[-20:])
    text = "\n".join(said)
    for school, outcome in OUTCOMES.items():
        assert f"  {school}: {outcome}" in said
    assert "№ 12-оп от 22.01.2025" in text
    assert any("12-оп от 22.01.2025" in name for name in papers)
    assert sum("Договор о сотрудничестве" in name for name in papers) >= 4


@pytest.mark.slow
def test_the_transcript_tells_of_the_return_and_of_the_refusals(
    walked: tuple[int, list[str], dict[str, str]],
) -> None:
    text = "\n".join(walked[1])
    assert "возвращает план" in text
    assert text.count("— отказано:") >= 4


@pytest.mark.slow
@pytest.mark.postgresql
def test_the_same_year_on_postgresql_gives_the_same_papers(
    walked: tuple[int, list[str], dict[str, str]], empty_postgres: TestDatabase, tmp_path: Path
) -> None:
    status, said, papers = _walk(tmp_path / "out", empty_postgres.owner_url)
    assert status == 0, "\n".join(said[-20:])
    assert papers == walked[2]


def test_the_tour_refuses_a_file_and_a_database_in_use(sqlite_database: TestDatabase, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Exception, match=r"папка|folder"):
        tour.main(tmp_path / "file", "", print)
    with pytest.raises(Exception, match=r"пустая|empty"):
        tour.main(tmp_path / "out", sqlite_database.url, print)
