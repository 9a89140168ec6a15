"""The training clock: moved on by people, never back, the same for every process and after a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.clock import TrainingClock

BEGINS = datetime(2025, 1, 22, 6, 0, tzinfo=UTC)
NEARLY = timedelta(seconds=30)


def test_it_begins_on_its_day_and_runs(tmp_path: Path) -> None:
    clock = TrainingClock(BEGINS, tmp_path / "clock")
    first, second = clock.now(), clock.now()
    assert BEGINS <= first <= second < BEGINS + NEARLY


def test_a_leap_is_kept_over_a_restart_and_seen_by_other_processes(tmp_path: Path) -> None:
    clock, other = (TrainingClock(BEGINS, tmp_path / "clock") for _number in range(2))
    target = BEGINS + timedelta(days=40)
    assert timedelta(days=39) < clock.leap(target) <= timedelta(days=40)
    assert target <= clock.now() < target + NEARLY
    assert target <= other.now() < target + NEARLY
    assert target <= TrainingClock(BEGINS, tmp_path / "clock").now() < target + NEARLY


def test_it_never_goes_back(tmp_path: Path) -> None:
    clock = TrainingClock(BEGINS, tmp_path / "clock")
    with pytest.raises(ValueError, match="never back"):
        clock.leap(BEGINS - timedelta(days=1))
    assert clock.now() < BEGINS + NEARLY


def test_another_beginning_starts_anew(tmp_path: Path) -> None:
    TrainingClock(BEGINS, tmp_path / "clock").leap(BEGINS + timedelta(days=200))
    later = BEGINS + timedelta(days=7)
    assert later <= TrainingClock(later, tmp_path / "clock").now() < later + NEARLY


def test_a_clock_file_of_the_first_release_is_read(tmp_path: Path) -> None:
    started = datetime.now(UTC) - timedelta(days=3)
    (tmp_path / "clock").write_text(f"{BEGINS.isoformat()} {started.isoformat()}", encoding="utf-8")
    found = TrainingClock(BEGINS, tmp_path / "clock").now()
    assert BEGINS + timedelta(days=3) <= found < BEGINS + timedelta(days=3) + NEARLY
