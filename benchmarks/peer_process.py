"""The libraries we measure ourselves against, in a virtual environment of their own: never our dependencies."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "benchmarks" / "peers"
PACKAGES = (
    "transitions==0.9.3", "python-statemachine==3.2.2", "django==5.2.19", "django-fsm-2==4.2.4",
    "django-fsm-log==5.0.2", "psycopg[binary]==3.3.9",
)  # fmt: skip


def python() -> Path:
    """The interpreter that has them; made at the first run."""
    found = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = FOLDER / "ready.txt"
    wanted = "\n".join(PACKAGES)
    if not (ready.exists() and ready.read_text(encoding="utf-8") == wanted):
        print("installing the peers into", FOLDER.relative_to(ROOT), flush=True)
        uv = shutil.which("uv")
        if uv:
            subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER], check=True)  # noqa: S603
            subprocess.run([uv, "pip", "install", "--quiet", "--python", found, *PACKAGES], check=True)  # noqa: S603
        else:
            subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)  # noqa: S603
            subprocess.run([found, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)  # noqa: S603
        ready.write_text(wanted, encoding="utf-8")
    return found


class Peer:
    """A process that measures one library and answers questions line by line, so that rounds take turns."""

    def __init__(self, script: str, *arguments: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [python(), Path(__file__).parent / script, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, what: str, *parameters: Any) -> Any:
        """The answer to one question: usually seconds for one step."""
        self.put(what, *parameters)
        return self.answer()

    def put(self, what: str, *parameters: Any) -> None:
        """Put a question whose answer is read later, so that several peers work at once."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([what, *parameters]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """The answer to the question put before."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)


def keep(file: str, result: dict[str, Any]) -> None:
    """Write the figures beside the others."""
    path = ROOT / "var" / "benchmarks" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def show(result: dict[str, dict[str, Any]]) -> None:
    """Print the figures by their groups."""
    for name, value in result.items():
        print(f"{name}:")
        for key, figure in value.items():
            print(f"  {key}: {figure}")
