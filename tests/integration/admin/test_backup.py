"""Backups of a working system, restored into an empty one on the same and on the other database."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from app import config, wiring
from app.admin.archive import Archive, BadArchive
from app.admin.backup import backup, restore
from app.admin.verify import findings
from app.cases.models import Case
from app.cases.service import act
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import OporaError
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine import Cast
from app.files.service import keep
from tests.conftest import BOTH_DATABASES
from tests.integration.admin.conftest import PDF, World, let_pass, settings_for
from tests.people import START
from tests.servers.databases import TestDatabase


@dataclass
class Place:
    """An empty database and an empty storage."""

    settings: config.Settings

    def open(self) -> Runtime:
        system = wiring.build(self.settings, FixedClock(START))
        let_pass(system)
        return system


@pytest.fixture(params=BOTH_DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if request.param == "sqlite":
        database: TestDatabase = request.getfixturevalue("sqlite_template").copy(folder / "opora.sqlite3")
    else:
        database = request.getfixturevalue("postgres_database")
    return Place(settings_for(database, folder))


@pytest.fixture
def archive(world: World, tmp_path: Path) -> Path:
    file = tmp_path / "copy.zip"
    backup(world.system, file)
    return file


def test_what_is_restored_is_whole_and_equal(
    world: World, archive: Path, place: Place, tmp_path: Path
) -> None:
    restore(place.settings, archive)
    system = place.open()
    try:
        assert list(findings(system)) == []
        backup(system, tmp_path / "again.zip")
        with Archive(archive) as first, Archive(tmp_path / "again.zip") as second:
            assert first.manifest.logical_hash == second.manifest.logical_hash
            assert first.manifest.files.keys() == second.manifest.files.keys()
        case_id = world.cases["41"]
        with system.work(actor(system, "chair")) as work:  # and people work on: new keys, same journal
            act(work, case_id, Cast("for"), work.session.get(Case, case_id).version)
            keep(work, PDF + b"2", "two.pdf", "application/pdf", case_id=case_id)
        assert list(findings(system)) == []
        with system.database.engine.connect() as connection, pytest.raises(DatabaseError):
            connection.execute(text("UPDATE audit_records SET tag = 'x'"))
        _keys_go_on(system)
    finally:
        system.database.dispose()


def _keys_go_on(system: Runtime) -> None:
    """PostgreSQL's sequences stand behind the highest key of their table."""
    if system.database.is_sqlite:
        return
    with system.database.engine.connect() as connection:
        sequences = inspect(connection).get_sequence_names()
        checked = 0
        for name in sequences:
            table = name.removesuffix("_id_seq")
            if inspect(connection).has_table(table):
                highest = connection.execute(text(f'SELECT coalesce(max(id), 0) FROM "{table}"')).scalar_one()
                assert connection.execute(text(f"SELECT nextval('\"{name}\"')")).scalar_one() > highest, name
                checked += 1
        assert checked > 20


def test_the_archive_is_the_owners_alone_and_never_overwrites(
    world: World, archive: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    before = archive.read_bytes()
    with pytest.raises(OporaError, match="уже есть"):
        backup(world.system, archive)
    assert archive.read_bytes() == before
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".copy")] == []
    with pytest.raises(OporaError, match="Нет папки"):
        backup(world.system, tmp_path / "nowhere" / "copy.zip")


def test_a_missing_file_is_told_and_the_rest_saved(world: World, tmp_path: Path) -> None:
    world.file_of(hashlib.sha256(PDF).hexdigest()).unlink()
    assert "нет в хранилище" in backup(world.system, tmp_path / "copy.zip").lower()


def test_a_backup_under_load_is_consistent(world: World, place: Place, tmp_path: Path) -> None:
    stop = threading.Event()

    def work_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with world.system.work(actor(world.system, "chair")) as work:
                case_id = world.cases["41"]
                choice: Any = ("against", "abstain")[number % 2]
                act(work, case_id, Cast(choice), work.session.get(Case, case_id).version)
                keep(work, f"file {number}".encode(), "n.txt", "text/plain", case_id=case_id)
        world.system.database.session.remove()

    thread = threading.Thread(target=work_on)
    thread.start()
    try:
        for number in range(3):
            backup(world.system, tmp_path / f"copy{number}.zip")
    finally:
        stop.set()
        thread.join()
    restore(place.settings, tmp_path / "copy2.zip")
    system = place.open()
    try:
        assert list(findings(system)) == []
    finally:
        system.database.dispose()


def test_only_an_empty_place_takes_an_archive(world: World, archive: Path, tmp_path: Path) -> None:
    with pytest.raises(OporaError, match="не пусто"):
        restore(world.system.settings, archive)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "files").mkdir()
    (tmp_path / "new" / "files" / "something").write_bytes(b"x")
    settings = settings_for(TestDatabase("sqlite://", "sqlite://"), tmp_path / "new")
    with pytest.raises(OporaError, match="Хранилище"):
        restore(settings, archive)


def rewrite(
    source: Path, target: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool = False
) -> Path:
    """The archive with other entries; `honest` makes the manifest agree with them."""
    with zipfile.ZipFile(source) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    change(entries)
    if honest:
        manifest = json.loads(entries["manifest.json"])
        for name, part in manifest["tables"].items():
            data = entries[f"tables/{name}.jsonl"]
            part |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "rows": data.count(b"\n")}
        parts = [(name, part["columns"], part["sha256"]) for name, part in sorted(manifest["tables"].items())]
        manifest["logical_hash"] = hashlib.sha256(
            json.dumps([parts, sorted(manifest["files"])]).encode()
        ).hexdigest()
        entries["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries.items():
            new.writestr(name, data)
    return target


def _flip(entries: dict[str, bytes]) -> None:
    name = "tables/organisations.jsonl"
    entries[name] = entries[name].replace(b"authority", b"AUTHORITY")


def _bomb(entries: dict[str, bytes]) -> None:
    entries["tables/cases.jsonl"] += b" " * 50_000_000


HOSTILE: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a path upwards": lambda e: e.update({"../../etc/passwd": b"x"}),
    "an absolute path": lambda e: e.update({"/etc/passwd": b"x"}),
    "a path under files": lambda e: e.update({"files/../../x": b"x"}),
    "a foreign entry": lambda e: e.update({"tables/cases.jsonl.py": b"x"}),
    "an unlisted file": lambda e: e.update({"files/" + "0" * 64: b"x"}),
    "an altered row": _flip,
    "a bomb": _bomb,
    "no manifest": lambda e: e.pop("manifest.json"),
    "a lost table": lambda e: e.pop("tables/cases.jsonl"),
    "a broken manifest": lambda e: e.update({"manifest.json": b"{"}),
    "a list for a manifest": lambda e: e.update({"manifest.json": b"[]"}),
    "another format": lambda e: e.update(
        {"manifest.json": e["manifest.json"].replace(b'"format": 1', b'"format": 9')}
    ),
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_archive_is_refused_before_anything_is_written(
    sqlite_world: World, tmp_path: Path, sqlite_place: Place, kind: str
) -> None:
    backup(sqlite_world.system, tmp_path / "copy.zip")
    bad = rewrite(tmp_path / "copy.zip", tmp_path / "bad.zip", HOSTILE[kind])
    with pytest.raises(BadArchive):
        restore(sqlite_place.settings, bad)
    _is_still_empty(sqlite_place)


def test_rows_that_do_not_fit_leave_the_place_empty(
    world: World, archive: Path, place: Place, tmp_path: Path
) -> None:
    def orphan(entries: dict[str, bytes]) -> None:
        entries["tables/organisations.jsonl"] = b""

    bad = rewrite(archive, tmp_path / "bad.zip", orphan, honest=True)
    with pytest.raises(BadArchive):
        restore(place.settings, bad)
    _is_still_empty(place)
    restore(place.settings, archive)


def test_what_is_no_archive_is_refused(sqlite_place: Place, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 and nothing")
    for file in (tmp_path / "x.zip", tmp_path / "absent.zip", tmp_path):
        with pytest.raises(BadArchive):
            restore(sqlite_place.settings, file)


def test_a_restored_file_has_the_same_bytes(world: World, archive: Path, place: Place) -> None:
    restore(place.settings, archive)
    system = place.open()
    try:
        assert system.ports.storage.get(hashlib.sha256(PDF).hexdigest()) == PDF
        work = system.read(SYSTEM)
        assert len(work.session.scalars(select(Case)).all()) == 4
    finally:
        system.database.dispose()


def _is_still_empty(place: Place) -> None:
    system = wiring.build(place.settings, FixedClock(START))
    with system.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM ab_user")).scalar_one() == 0
    system.database.dispose()
    assert not place.settings.storage_path.exists() or not any(place.settings.storage_path.iterdir())


@pytest.fixture
def sqlite_place(sqlite_template: Any, tmp_path: Path) -> Place:
    (tmp_path / "elsewhere").mkdir()
    return Place(
        settings_for(sqlite_template.copy(tmp_path / "elsewhere" / "opora.sqlite3"), tmp_path / "elsewhere")
    )


@pytest.fixture
def sqlite_world(penza: Runtime) -> World:
    return World(penza, {})


def test_a_database_without_tables_gets_those_of_the_archive(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    url = f"sqlite:///{folder / 'opora.sqlite3'}"
    settings = settings_for(TestDatabase(url, url), folder)
    restore(settings, archive)
    system = Place(settings).open()
    try:
        assert list(findings(system)) == []
    finally:
        system.database.dispose()


def test_an_archive_of_a_newer_release_is_refused(archive: Path, place: Place, tmp_path: Path) -> None:
    def newer(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["manifest.json"])
        entries["manifest.json"] = json.dumps(manifest | {"revision": "ffff00001111"}).encode()

    with pytest.raises(OporaError, match="более новой"):
        restore(place.settings, rewrite(archive, tmp_path / "newer.zip", newer))
    _is_still_empty(place)
