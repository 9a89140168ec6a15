"""The floor of a transition: what a step sends, taken down once and sent again by bare libpq with nothing decided.

What is left is the server's work, the two ways to it and the system's calls: less than this no client can take that
locks, reads and writes these rows.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

from app.core.pipelined import PipelinedConnection

# (statement, values), a command such as BEGIN, or a moment at which a client sends, waits for what has been answered
# so far (the transaction goes on), or for everything
Message = tuple[str, list[bytes | None]] | bytes
SEND, HEAR, SETTLE = b"send", b"hear", b"settle"


def taken_down(take: Callable[[], object]) -> list[Message]:
    """What connections of ours send while `take` runs, in order."""
    messages: list[Message] = []
    with _listening(messages):
        take()
    return messages


@contextmanager
def _listening(messages: list[Message]) -> Iterator[None]:
    ours: Any = PipelinedConnection
    kept = {name: getattr(ours, name) for name in ("_put", "_command", "_read", "tell")}

    def put(line: Any, statement: str, given: Sequence[Any], answered: Any) -> None:
        messages.append((statement, [None if value is None else bytes(value) for value in given]))
        kept["_put"](line, statement, given, answered)

    def command(line: Any, words: bytes) -> None:
        messages.append(words)
        kept["_command"](line, words)

    def read(line: Any, number: int | None = None) -> Any:
        messages.append(SETTLE if number is None else HEAR)
        return kept["_read"](line, number)

    def tell(line: Any, *args: Any, **named: Any) -> None:
        kept["tell"](line, *args, **named)
        messages.append(SEND)

    try:
        for name, one in (("_put", put), ("_command", command), ("_read", read), ("tell", tell)):
            setattr(ours, name, one)
        yield
    finally:
        for name, one in kept.items():
            setattr(ours, name, one)


class Sender:
    """A connection of its own to a copy of the database as it was before the messages."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("SET timezone = 'UTC'")
        self.wire = connection.pgconn
        self.names: dict[str, bytes] = {}
        self.news = select.poll()
        self.news.register(self.wire.socket, select.POLLIN)

    def prepare(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if isinstance(message, tuple) and message[0] not in self.names:
                name = self.names[message[0]] = b"bare_%d" % len(self.names)
                assert self.wire.prepare(name, message[0].encode()).status == ExecStatus.COMMAND_OK

    def send(self, messages: Sequence[Message]) -> float:
        """Seconds of all of them; what is refused ends the run."""
        wire, names, on = self.wire, self.names, False
        begun = time.perf_counter()
        for message in messages:
            if message == HEAR:
                wire.send_flush_request()
                self._wait(None)
                continue
            if message == SETTLE:
                wire.pipeline_sync()
                self._wait(ExecStatus.PIPELINE_SYNC)
                wire.exit_pipeline_mode()
                on = False
                continue
            if not on:
                wire.enter_pipeline_mode()
                on = True
            if isinstance(message, tuple):
                wire.send_query_prepared(names[message[0]], message[1])
            elif message == SEND:
                wire.flush()
            else:
                wire.send_query_params(message, None)
        return time.perf_counter() - begun

    def _wait(self, last: ExecStatus | None) -> None:
        """Read up to the answer of this kind; None is the end of what one statement answers."""
        wire = self.wire
        while wire.flush():
            pass
        while True:
            while wire.is_busy():
                self.news.poll(10_000)
                wire.consume_input()
            result = wire.get_result()
            assert result is None or result.status != ExecStatus.FATAL_ERROR, result.error_message
            if (result and result.status) == last:
                return
