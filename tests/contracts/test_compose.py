"""What `docker-compose.yml` promises exists: commands, settings, health checks, no root, no secrets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ("prepare", "web", "worker", "scheduler")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("service", OURS)
def test_each_command_is_one_of_the_command_line(compose: dict[str, Any], service: str) -> None:
    command = compose["services"][service]["command"]
    shown = subprocess.run(
        [sys.executable, "app.py", *command, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert shown.returncode == 0, shown.stderr


def test_each_setting_is_read_by_the_application(compose: dict[str, Any]) -> None:
    known = "".join((ROOT / "app" / name).read_text(encoding="utf-8") for name in ("config.py", "cli.py"))
    named = {name for service in OURS for name in compose["services"][service]["environment"]}
    assert {name for name in named if f'"{name}"' not in known} == set()


def test_servers_and_web_tell_whether_they_are_well(compose: dict[str, Any]) -> None:
    assert all("healthcheck" in compose["services"][name] for name in ("postgres", "redis", "web"))


def test_no_secret_stands_in_the_file_and_none_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("DATABASE_PASSWORD", "OWNER_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert uses
        assert all(":?" in use for use in uses)
    assert {source["environment"] for source in compose["secrets"].values()} == {
        "SECRET_KEY", "OWNER_PASSWORD", "DATABASE_PASSWORD",
    }  # fmt: skip


def test_the_image_runs_as_an_ordinary_user_from_the_lock_file() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER opora"]
    assert any("--require-hashes -r requirements.lock" in line for line in lines)


def test_what_the_image_copies_exists() -> None:
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
