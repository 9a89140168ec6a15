"""Papers printed by long-lived limited child processes: one that runs wild loses its own paper and nothing else.

    with RenderPool(workers=2) as pool:
        for one in pool.render_many(template, values):   # in order; `one.error` or `one.data`
            …

Each child (`process`) has a limit of memory, of processor time for each paper, is watched by the clock and
replaced after a number of papers.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import pickle
import queue
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.documents.docx.process import MEMORY, SECONDS, START, Child, RenderStopped, Watch, refusal

RECYCLE_AFTER = 2_000  # papers; what a long life collects is given back
MOST = 16  # children of one pool; each begins when it is first needed
_AHEAD = 4  # papers sent before the first is answered
_AHEAD_BYTES = 16_000  # of them together: always fit into a pipe, so that no two wait for each other


@dataclass(frozen=True)
class Rendered:
    """One paper of a batch: its file, or why there is none."""

    index: int
    data: bytes | None
    error: Exception | None


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
            thread.join(self.pool.seconds * (_AHEAD + 1) + START)

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
