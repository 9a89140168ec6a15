"""Whose turn it is to write, within one process."""

from __future__ import annotations

import threading
from collections import deque


class Turn:
    """A lock that is handed on in the order in which it was asked for: nobody waits while others overtake him."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn; False when it has not come in so many seconds."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._guard:
            if mine.is_set():  # handed on at the last moment
                return True
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
