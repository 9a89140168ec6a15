"""Bytes are on the disk, and named there, before anybody is told that they are kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.storage import LocalStorage


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot be opened there")
def test_a_power_cut_after_a_file_was_kept_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and every folder that names something new are synchronised, the file first."""
    really = os.fsync
    synced: list[int] = []

    def noted(handle: int) -> None:
        really(handle)
        synced.append(os.fstat(handle).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    storage = LocalStorage(tmp_path)
    name = storage.put("приказ".encode())
    folder = tmp_path / name[:2]
    assert synced == [one.stat().st_ino for one in (folder / name, folder, tmp_path)]
    assert storage.get(name) == "приказ".encode()
