"""One limited child process that prints papers (`child` is what runs in it), and the watch over its clock.

The child has a limit of memory and of processor time for each paper; it knows no database and no settings, and
answers with JSON and bytes, nothing executable.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.core.i18n import _
from app.documents.docx.carried import unpack
from app.documents.docx.child import read_frame, write_frame
from app.documents.docx.gate import HostileFile
from app.documents.docx.intake import MissingFields, RenderError, TemplateMistake, ValueRefused

ROOT = Path(__file__).resolve().parents[3]
MEMORY = 300  # megabytes of a child
SECONDS = 10  # for one paper, of the processor and of the clock
START = 30.0  # seconds a child may take to begin
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH")


class RenderStopped(RenderError):
    """A paper that took too long or too much memory, or whose process was lost; `why` says which."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            {
                "time": _("Printing took too long and was stopped."),
                "memory": _("Printing took too much memory and was stopped."),
            }.get(why, _("The printing process ended by itself."))
        )


def refusal(told: Any) -> Exception:
    """The exception a child's answer tells of."""
    told = told if isinstance(told, dict) else {}
    kind = told.get("kind")
    if kind == "missing":
        return MissingFields([str(name) for name in told.get("names", [])])
    if kind == "value":
        return ValueRefused(str(told.get("name")), unpack(told.get("reason")))
    if kind == "hostile":
        return HostileFile(unpack(told.get("reason")) or "")
    if kind == "stopped":
        return RenderStopped(str(told.get("why")))
    return TemplateMistake(unpack(told.get("detail")))


class Child:
    """One limited process. Whoever holds it is the only one to speak with it."""

    def __init__(self, memory: int = MEMORY, seconds: int = SECONDS) -> None:
        self.memory, self.seconds = memory, seconds
        self.process: subprocess.Popen[bytes] | None = None
        self.deadline: float | None = None
        self.done = 0
        self.why = ""
        self._known: deque[str] = deque(maxlen=8)

    def start(self) -> None:
        """Begin anew. Raises RenderStopped when the process cannot be had."""
        self.stop()
        self.done, self.why = 0, ""
        self._known.clear()
        env = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        env |= {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]), "PYTHONUTF8": "1",
                "MALLOC_ARENA_MAX": "1", "PYTHONNOUSERSITE": "1"}  # fmt: skip
        self.process = subprocess.Popen(  # noqa: S603 -- our own module, fixed arguments
            [sys.executable, "-m", "app.documents.docx.child", str(self.memory), str(self.seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=env,
            start_new_session=os.name == "posix",
        )  # fmt: skip
        self.deadline = time.monotonic() + START
        answer = self._read()
        self.deadline = None
        if answer is None or not answer[0].get("ready"):
            self.stop()
            raise RenderStopped("lost")

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def know(self, template: bytes, name: str) -> None:
        if name not in self._known:
            self.send({"op": "template", "hash": name}, template)
            self._known.append(name)

    def send(self, head: dict[str, Any], body: bytes) -> None:
        stream = self.process.stdin if self.process is not None else None
        assert stream is not None  # noqa: S101 -- started
        with contextlib.suppress(OSError):  # a dead child is found when its answer is read
            write_frame(stream, head, body)

    def _read(self) -> tuple[dict[str, Any], bytes] | None:
        stream = self.process.stdout if self.process is not None else None
        assert stream is not None  # noqa: S101 -- started
        try:
            return read_frame(stream)
        except (OSError, ValueError):
            return None

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """The next answer, waited for until `deadline`. Raises RenderStopped when the child is lost."""
        answer = self._read()
        if answer is None:
            why = self.why
            if not why and self.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = self.process.wait(1)
                    why = "time" if code == -getattr(signal, "SIGXCPU", 0) else "lost"
            self.stop()
            raise RenderStopped(why or "lost")
        self.done += 1
        return answer

    def late(self) -> None:
        """The clock has run out: end the process; whoever waits for its answer is told."""
        self.why = "time"
        self._kill()

    def _kill(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    def stop(self) -> None:
        if self.process is None:
            return
        self._kill()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if stream is not None:
                    stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process, self.deadline = None, None


class Watch:
    """One thread that looks at the clock for all children of a pool."""

    def __init__(self, children: Iterable[Child]) -> None:
        self._children = list(children)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="render-watch", daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            now = time.monotonic()
            for child in self._children:
                deadline = child.deadline
                if deadline is not None and now > deadline:
                    child.deadline = None
                    child.late()

    def close(self) -> None:
        self._over.set()
        self._thread.join(2)
