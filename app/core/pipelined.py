"""A connection to PostgreSQL that sends prepared statements without waiting for each answer in turn.

psycopg's own connection, with three things more. `ask` sends one statement as the server takes it, together with
the BEGIN of a transaction that has not begun: one way there and back. `tell` sends a statement and goes on; its
answer, or its error, is read with the next thing the transaction does. When that is the end, COMMIT goes out
at once, and one wait answers both. Everything else that uses the connection waits for what was told first, so
nobody sees less than the statements before him have done.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

Row = tuple[Any, ...]
Answered = Callable[[list[Row]], None]


class PipelinedConnection(psycopg.Connection[Row]):
    """One transaction at a time, as psycopg has it; errors are psycopg's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._adapt = Transformer(self)
        self._names: dict[str, bytes] = {}  # statements the server has prepared for us
        self._named = 0
        self._hoped: list[str] = []  # those sent to be prepared and not answered yet
        self._due: list[Answered | None] = []  # who waits for the answers that have not been read, in order
        self._is_doubtful = False

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows of one statement with its numbered parameters; prepared once per connection."""
        rows: list[Row] = []
        self._send(statement, values, rows.extend)
        with self.lock:
            self._settle()
        return rows

    def tell(self, statement: str, values: Sequence[Any] = (), answered: Answered | None = None) -> None:
        """Let a statement be carried out; `answered` gets its rows before the transaction ends.

        What goes wrong in it is raised by whatever the transaction does next, at the latest by `commit`.
        """
        self._send(statement, values, answered)
        with self.lock:
            self.pgconn.flush()

    def commit(self) -> None:
        """Commit; what was told before is answered in the same round trip."""
        if not self._due:
            return super().commit()
        with self.lock:
            self._command(b"COMMIT")
            self._settle()

    def rollback(self) -> None:
        """Roll back, and keep what is prepared: psycopg forgets it all, for tables that a rollback makes vanish."""
        if not self._due and self.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        with self.lock:
            if self._due:
                with suppress(psycopg.Error):  # whatever it was, nothing of it is kept
                    self._settle()
            if self.pgconn.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
                self.pgconn.enter_pipeline_mode()
                self._command(b"ROLLBACK")
                return self._settle()
        super().rollback()

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Everything psycopg does with the server comes by here: what was told before it is answered first."""
        if self._due:
            self._settle()
        return super().wait(*args, **kwargs)

    def doubt(self) -> None:
        """A savepoint was rolled back: psycopg will have everything deallocated before its next statement."""
        self._is_doubtful = True

    def _send(self, statement: str, values: Sequence[Any], answered: Answered | None) -> None:
        if self._is_doubtful:
            self.execute("SELECT 1")
            self._names.clear()
            self._is_doubtful = False
        # before anything is sent: what cannot be given is refused here
        given = self._adapt.dump_sequence(values, _texts(len(values))) if values else ()
        begins = (
            not self._due and self.pgconn.transaction_status == TransactionStatus.IDLE and not self.autocommit
        )
        if begins and (self.isolation_level is not None or self.read_only is not None):
            self.execute("SELECT 1")  # a transaction of another kind: psycopg knows how to begin it
            begins = False
        with self.lock:
            if not self._due:
                self.pgconn.enter_pipeline_mode()
            if begins:
                self._command(b"BEGIN")
            self._put(statement, given, answered)

    def _command(self, words: bytes) -> None:
        """Add what begins or ends a transaction; not prepared, so it works whatever has been deallocated."""
        self.pgconn.send_query_params(words, None)
        self._due.append(None)

    def _put(self, statement: str, given: Sequence[Any], answered: Answered | None) -> None:
        """Add a statement to what is on its way."""
        name = self._names.get(statement)
        if name is None:
            self._named += 1
            name = self._names[statement] = b"ours_%d" % self._named
            self._hoped.append(statement)
            self.pgconn.send_prepare(name, statement.encode())
            self._due.append(None)
        self.pgconn.send_query_prepared(name, given)
        self._due.append(answered)

    def _settle(self) -> None:
        """Read all answers that are due. Raises the first error among them."""
        due, self._due = self._due, []
        hoped, self._hoped = self._hoped, []
        try:
            self.pgconn.pipeline_sync()
            results = super().wait(self._answers())
            self.pgconn.exit_pipeline_mode()
        except BaseException:  # interrupted in the middle: nobody knows what the server has done
            self.close()
            raise
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                for statement in hoped:  # what was to be prepared after the error is not
                    self._names.pop(statement, None)
                error = error_from_result(result, encoding=self.info.encoding)
                if isinstance(error, psycopg.errors.InvalidSqlStatementName):
                    self._names.clear()  # somebody had everything deallocated
                raise error
        for answered, result in zip(due, results, strict=True):
            if answered is not None:
                self._adapt.set_pgresult(result)
                answered(self._adapt.load_rows(0, result.ntuples, tuple))

    def _answers(self) -> Generator[Any, Any, list[PGresult]]:
        """All results up to the point of synchronisation."""
        wire = self.pgconn
        results: list[PGresult] = []
        while wire.flush():  # the server may have to be read before it reads on
            if (yield Wait.RW) & Ready.R:
                wire.consume_input()
        while True:
            while wire.is_busy():
                yield Wait.R
                wire.consume_input()
            result = wire.get_result()
            if result is None:
                if wire.status == ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection is lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)


@cache
def _texts(number: int) -> list[PyFormat]:
    return [PyFormat.TEXT] * number
