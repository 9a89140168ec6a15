"""Papers printed by long-lived limited child processes: one that runs wild loses its own paper and nothing else.

    with RenderPool(workers=2) as pool:
        for one in pool.render_many(template, values):   # in order; `one.error` or `one.data`
            …

Each child has a limit of memory, of processor time for each paper, is watched by the clock and replaced after a
number of papers. Children know no database and no settings; they answer with JSON and bytes, nothing executable.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.i18n import _
from app.documents.carried import unpack
from app.documents.gate import HostileFile
from app.documents.intake import MissingFields, RenderError, TemplateMistake, ValueRefused
from app.documents.render_child import read_frame, write_frame

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 300  # megabytes of a child
SECONDS = 10  # for one paper, of the processor and of the clock
RECYCLE_AFTER = 2_000  # papers; what a long life collects is given back
MOST = 16  # children of one pool; each begins when it is first needed
_START = 30.0  # seconds a child may take to begin
_AHEAD = 4  # papers sent before the first is answered
_AHEAD_BYTES = 16_000  # of them together: always fit into a pipe, so that no two wait for each other
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


@dataclass(frozen=True)
class Rendered:
    """One paper of a batch: its file, or why there is none."""

    index: int
    data: bytes | None
    error: Exception | None


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
            [sys.executable, "-m", "app.documents.render_child", str(self.memory), str(self.seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=env,
            start_new_session=os.name == "posix",
        )  # fmt: skip
        self.deadline = time.monotonic() + _START
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


class RenderPool:
    """A few limited children that print papers for as long as the pool is open. Safe to use from many threads."""

    def __init__(
        self, workers: int = 2, *, memory: int = MEMORY, seconds: int = SECONDS,
        recycle_after: int = RECYCLE_AFTER,
    ) -> None:  # fmt: skip
        self.seconds, self.recycle_after = seconds, recycle_after
        self.children = [Child(memory, seconds) for _number in range(max(1, workers))]
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()  # the one just used knows the template already
        for child in reversed(self.children):
            self._free.put(child)
        self._watch = Watch(self.children)

    def __enter__(self) -> RenderPool:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def close(self) -> None:
        """End the children."""
        self._watch.close()
        for child in self.children:
            child.stop()

    def render(self, template: bytes, values: Mapping[str, Any]) -> bytes:
        """One paper. Raises what `rendering.render` raises, and RenderStopped."""
        one = next(iter(self.render_many(template, [values], workers=1)))
        if one.error is not None:
            raise one.error
        assert one.data is not None  # noqa: S101 -- a file or an error
        return one.data

    def render_many(
        self, template: bytes, many: Iterable[Mapping[str, Any]], *, workers: int | None = None
    ) -> Iterator[Rendered]:
        """The papers in the order of their values; one that fails has its error, the others go on.

        `many` is read in the caller's thread, a little ahead of what is given back.
        """
        batch = _Batch(self, template, workers or len(self.children))
        try:
            yield from batch.run(iter(many))
        finally:
            batch.end()

    def take(self) -> Child:
        """A free child, waited for."""
        return self._free.get()

    def take_more(self) -> Child | None:
        """A further free child, if there is one right now."""
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return None

    def give_back(self, child: Child) -> None:
        self._free.put(child)


class _Batch:
    """The papers of one call, spread over the children that are free."""

    def __init__(self, pool: RenderPool, template: bytes, workers: int) -> None:
        self.pool, self.template = pool, template
        self.name = hashlib.sha256(template).hexdigest()
        self.tasks: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        self.ready: dict[int, Rendered] = {}
        self.changed = threading.Condition()
        self.ended = False
        self.wanted = workers
        self.threads: list[threading.Thread] = []

    def run(self, source: Iterator[Mapping[str, Any]]) -> Iterator[Rendered]:
        sent = given = 0
        is_over = False
        while True:
            ahead = 8 * max(1, len(self.threads))
            while not is_over and sent - given < ahead:
                values = next(source, None)
                if values is None:
                    is_over = True
                    break
                self.tasks.put((sent, pickle.dumps(values, pickle.HIGHEST_PROTOCOL)))
                sent += 1
                if len(self.threads) < min(self.wanted, sent):
                    self._hire()
            if given == sent:
                return
            with self.changed:
                while given not in self.ready:
                    self.changed.wait()
                one = self.ready.pop(given)
            given += 1
            yield one

    def _hire(self) -> None:
        child = self.pool.take() if not self.threads else self.pool.take_more()
        if child is None:
            return
        thread = threading.Thread(target=self._serve, args=(child,), name="render", daemon=True)
        self.threads.append(thread)
        thread.start()

    def end(self) -> None:
        self.ended = True
        for _thread in self.threads:
            self.tasks.put(None)
        for thread in self.threads:
            thread.join(self.pool.seconds * (_AHEAD + 1) + _START)

    def _serve(self, child: Child) -> None:
        waiting: deque[tuple[int, bytes]] = deque()  # sent, not yet answered
        again: deque[tuple[int, bytes]] = deque()  # lost with a child, not their fault
        is_over = False
        try:
            while True:
                while not is_over or again:
                    if waiting and (child.done >= self.pool.recycle_after or not self._room(waiting)):
                        break
                    task = again.popleft() if again else self._next(block=not waiting)
                    if task is None:  # the end, or nothing to take while answers are outstanding
                        is_over = is_over or not waiting or self.ended
                        break
                    self._send(child, task, waiting, again)
                if not waiting:
                    if is_over and not again:
                        return
                    continue
                self._receive(child, waiting, again)
        finally:
            child.deadline = None
            for index, _body in (*waiting, *again):
                self._put(Rendered(index, None, RenderStopped("lost")))
            if waiting:
                child.stop()
            self.pool.give_back(child)

    def _next(self, *, block: bool) -> tuple[int, bytes] | None:
        if self.ended:
            return None
        try:
            return self.tasks.get(block=block)
        except queue.Empty:
            return None

    def _room(self, waiting: deque[tuple[int, bytes]]) -> bool:
        return len(waiting) < _AHEAD and sum(len(body) for _index, body in waiting) < _AHEAD_BYTES // 2

    def _send(
        self,
        child: Child,
        task: tuple[int, bytes],
        waiting: deque[tuple[int, bytes]],
        again: deque[tuple[int, bytes]],
    ) -> None:
        if not waiting and (not child.runs or child.done >= self.pool.recycle_after):
            try:
                child.start()
            except RenderStopped as error:
                self._put(Rendered(task[0], None, error))
                return
        if waiting and len(task[1]) > _AHEAD_BYTES // 2:
            # too large to wait in the pipe: the child reads it only when it has nothing left to answer
            while waiting:
                self._receive(child, waiting, again)
            if not child.runs:
                self._send(child, task, waiting, again)
                return
        if not waiting:
            child.deadline = time.monotonic() + self.pool.seconds
            child.know(self.template, self.name)
        child.send({"op": "render", "hash": self.name}, task[1])
        waiting.append(task)

    def _receive(
        self, child: Child, waiting: deque[tuple[int, bytes]], again: deque[tuple[int, bytes]]
    ) -> None:
        index, _body = waiting.popleft()
        try:
            head, data = child.answer()
        except RenderStopped as error:
            self._put(Rendered(index, None, error))
            again.extend(waiting)
            waiting.clear()
            return
        child.deadline = time.monotonic() + self.pool.seconds if waiting else None
        refused = refusal(head["error"]) if "error" in head else None
        self._put(Rendered(index, None if refused else data, refused))

    def _put(self, one: Rendered) -> None:
        with self.changed:
            self.ready[one.index] = one
            self.changed.notify_all()


def cores() -> int:
    """How many processors this process may use; as many papers are printed at once."""
    if hasattr(os, "sched_getaffinity"):
        return min(MOST, len(os.sched_getaffinity(0)))
    return min(MOST, os.cpu_count() or 1)


_shared: tuple[int, RenderPool] | None = None
_lock = threading.Lock()


def shared() -> RenderPool:
    """The pool of this process, begun when first asked for; a forked process gets one of its own."""
    global _shared
    with _lock:
        if _shared is None or _shared[0] != os.getpid():
            pool = RenderPool(workers=cores())
            _shared = (os.getpid(), pool)
            atexit.register(pool.close)
        return _shared[1]
