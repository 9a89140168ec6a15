"""Several clients at once, each a process with its own connection: ours and the peer's, one side after the other."""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from benchmarks.peer_process import Peer

CLIENTS = 4
ROUNDS = 4


def ours(client: Callable[[int], Callable[[], float]]) -> float:
    """Seconds of one step while all clients take theirs; `client(number)` makes, in its process, what takes a round."""
    apart = multiprocessing.get_context("spawn")
    ready, found = apart.Barrier(CLIENTS), apart.Queue()
    processes = [apart.Process(target=_run, args=(client, number, ready, found)) for number in range(CLIENTS)]
    for process in processes:
        process.start()
    seconds = [found.get(timeout=300) for _ in processes]
    for process in processes:
        process.join(timeout=60)
    return statistics.median(seconds)


def _run(
    client: Callable[[int], Callable[[], float]], number: int, ready: Barrier, found: Queue[float]
) -> None:
    take = client(number)
    take()  # warms plans and caches
    ready.wait(timeout=120)
    found.put(statistics.median(take() for _ in range(ROUNDS)))


def theirs(make: Callable[[], Peer], *question: Any) -> float:
    """The same of the peer."""
    peers = [make() for _ in range(CLIENTS)]
    seconds: list[float] = []
    for number in range(ROUNDS + 1):
        for peer in peers:
            peer.put(*question)
        found = [peer.answer() for peer in peers]
        if number:
            seconds += found
    for peer in peers:
        peer.close()
    return statistics.median(seconds)
