"""A connection to PostgreSQL that sends prepared statements without waiting for each answer in turn.

psycopg's own connection, with three things more. `ask` sends one statement as the server takes it: one way there
and back. `tell` sends a statement and goes on; its answer, or its error, is read with the next thing the
transaction does. When that is the end, one wait answers everything. Everything else that uses the connection waits
for what was told first, so nobody sees less than the statements before him have done.

A transaction that begins here has no BEGIN and no COMMIT: to the server all statements up to the next point of
synchronisation are one transaction, so nothing is synchronised before its end; answers needed earlier are asked for
by a flush. Whoever uses the connection in the usual way meanwhile makes it a transaction like any other: BEGIN,
sent then, takes in what has been done already.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

Row = tuple[Any, ...]
Answered = Callable[[list[Row]], None]

# A table was altered, or somebody had everything deallocated: what is prepared is of no use any more.
_OUTDATED = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)


class PipelinedConnection(psycopg.Connection[Row]):
    """One transaction at a time, as psycopg has it; errors are psycopg's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._adapt = Transformer(self)
        self._names: dict[str, bytes] = {}  # statements the server has prepared for us
        self._named = 0
        self._hoped: list[str] = []  # those sent to be prepared and not answered yet
        self._due: list[Answered | None] = []  # who waits for the answers that have not been read, in order
        self._is_open = False  # a transaction that has begun without BEGIN
        self._has_failed = False  # … and that an error has ended: until its end nothing more is done in it
        self._is_doubtful = False
        self._is_outdated = False  # psycopg's own prepared statements are

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows of one statement with its numbered parameters; prepared once per connection."""
        rows: list[Row] = []
        self._send(statement, values, rows.extend)
        with self.lock:
            if self._is_open:
                self._hear()
            else:
                self._settle()
        return rows

    def tell(self, statement: str, values: Sequence[Any] = (), answered: Answered | None = None) -> None:
        """Let a statement be carried out; `answered` gets its rows before the transaction ends.

        What goes wrong in it is raised by whatever the transaction does next, at the latest by `commit`. That may
        have committed when `answered` is called: it only takes what it is given, and asks nothing.
        """
        self._send(statement, values, answered)
        with self.lock:
            self.pgconn.flush()

    def commit(self) -> None:
        """Commit; what was told before is answered in the same round trip.

        A transaction that an error has ended is refused: the server would roll it back and call that a success.
        """
        self._refuse_failed(self.pgconn.transaction_status == TransactionStatus.INERROR)
        if not self._is_on:
            return super().commit()
        with self.lock:
            if not self._is_open and not self.autocommit:
                self._command(b"COMMIT")
            self._settle(ending=True)

    def rollback(self) -> None:
        """Roll back, and keep what is prepared: psycopg forgets it all, for tables that a rollback makes vanish."""
        self._has_failed = False
        with self.lock:
            if self._is_open:
                self._is_open = False
                self._command(b"BEGIN")  # else the server warns that there is nothing to roll back
                self._command(b"ROLLBACK")
            if self._is_on:
                self._pass_over()
            ending = self.pgconn.transaction_status
            if ending == TransactionStatus.IDLE:
                return
            if ending in (TransactionStatus.INTRANS, TransactionStatus.INERROR) and not self._is_outdated:
                self.pgconn.enter_pipeline_mode()
                self._command(b"ROLLBACK")
                return self._settle()
        super().rollback()
        self._names.clear()
        self._is_outdated = False

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Everything psycopg does with the server comes by here: what was told before it is answered first."""
        self._refuse_failed()
        if self._is_on:
            self._settle()
        try:
            return super().wait(*args, **kwargs)
        except _OUTDATED:
            self._is_outdated = True
            raise

    def doubt(self) -> None:
        """A savepoint is rolled back: psycopg will have everything deallocated before its next statement.

        What was told since the savepoint goes with it, and so does what went wrong in it.
        """
        self._is_doubtful = True
        if self._is_on and not self._is_open:
            with self.lock:  # all of it stands in the savepoint: what was told before has been answered
                self._pass_over()

    @property
    def _is_on(self) -> bool:
        """Whether the wire is in pipeline mode without psycopg's knowing; the wire itself is asked, it cannot err."""
        return self._pipeline is None and self.pgconn.pipeline_status != PipelineStatus.OFF

    def _refuse_failed(self, is_known: bool = False) -> None:
        if self._has_failed or is_known:
            raise psycopg.errors.InFailedSqlTransaction(
                "an error has ended this transaction: roll it back first"
            )

    def _send(self, statement: str, values: Sequence[Any], answered: Answered | None) -> None:
        self._refuse_failed()
        if self._is_doubtful:
            self.execute("SELECT 1")
            self._names.clear()
            self._is_doubtful = False
        # before anything is sent: what cannot be given is refused here
        given = self._adapt.dump_sequence(values, _texts(len(values))) if values else ()
        begins = (
            not self._is_on
            and self.pgconn.transaction_status == TransactionStatus.IDLE
            and not self.autocommit
        )
        if begins and (self.isolation_level is not None or self.read_only is not None):
            self.execute("SELECT 1")  # a transaction of another kind: psycopg knows how to begin it
            begins = False
        with self.lock:
            if not self._is_on:
                self.pgconn.enter_pipeline_mode()
            if begins:
                self._is_open = True
            self._put(statement, given, answered)

    def _command(self, words: bytes) -> None:
        """Add what begins or ends a usual transaction; not prepared, so it works whatever has been deallocated."""
        self.pgconn.send_query_params(words, None)
        self._due.append(None)

    def _put(self, statement: str, given: Sequence[Any], answered: Answered | None) -> None:
        """Add a statement to what is on its way."""
        name = self._names.get(statement)
        if name is None:
            self._named += 1
            self._hoped.append(statement)
            name = self._names[statement] = b"ours_%d" % self._named
            self.pgconn.send_prepare(name, statement.encode())
            self._due.append(None)
        self.pgconn.send_query_prepared(name, given)
        self._due.append(answered)

    def _hear(self) -> None:
        """Read all answers that are due in a transaction that goes on, without ending it as a settlement would."""
        due, hoped = self._taken()
        self.pgconn.send_flush_request()
        results = self._read(len(due))
        if any(result.status == ExecStatus.FATAL_ERROR for result in results):
            self._settle(ending=True)  # the server passes over everything until then
            self._has_failed = True
        self._answer(due, hoped, results)

    def _settle(self, *, ending: bool = False) -> None:
        """Read all answers that are due and leave pipeline mode. Raises the first error among them.

        A transaction without BEGIN ends here, or becomes one like any other.
        """
        if self._is_open and not ending:
            self._command(b"BEGIN")
        was_open, self._is_open = self._is_open, False
        due, hoped = self._taken()
        self.pgconn.pipeline_sync()
        results = self._read()
        self._has_failed = was_open and any(one.status == ExecStatus.FATAL_ERROR for one in results)
        self._answer(due, hoped, results)

    def _pass_over(self) -> None:
        """Read what is due and forget it, be it an answer or an error: nothing of it is kept."""
        _due, hoped = self._taken()
        for statement in hoped:
            self._names.pop(statement, None)
        self.pgconn.pipeline_sync()
        self._read()

    def _taken(self) -> tuple[list[Answered | None], list[str]]:
        """Who waits for an answer, and which statements were to be prepared: from here on it is ours to tell them."""
        due, self._due = self._due, []
        hoped, self._hoped = self._hoped, []
        return due, hoped

    def _read(self, number: int | None = None) -> list[PGresult]:
        """So many answers; all up to the point of synchronisation, and out of pipeline mode, if no number is given."""
        try:
            results = super().wait(self._answers(number))
            if number is None:
                self.pgconn.exit_pipeline_mode()
        except BaseException:  # interrupted in the middle: nobody knows what the server has done
            self._is_open = False
            self.close()
            raise
        return results

    def _answer(
        self, due: Sequence[Answered | None], hoped: Sequence[str], results: Sequence[PGresult]
    ) -> None:
        """Tell those who wait; or raise the first error."""
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                for statement in hoped:  # what was to be prepared after the error is not
                    self._names.pop(statement, None)
                error = error_from_result(result, encoding=self.info.encoding)
                if isinstance(error, _OUTDATED):
                    self._names.clear()
                raise error
        for answered, result in zip(due, results, strict=True):
            if answered is not None:
                self._adapt.set_pgresult(result)
                answered(self._adapt.load_rows(0, result.ntuples, tuple))

    def _answers(self, number: int | None) -> Generator[Any, Any, list[PGresult]]:
        wire = self.pgconn
        results: list[PGresult] = []
        while wire.flush():  # the server may have to be read before it reads on
            if (yield Wait.RW) & Ready.R:
                wire.consume_input()
        while len(results) != number:
            while wire.is_busy():
                yield Wait.R
                wire.consume_input()
            result = wire.get_result()
            if result is None:
                if wire.status == ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection is lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                break
            else:
                results.append(result)
        return results


@cache
def _texts(number: int) -> list[PyFormat]:
    return [PyFormat.TEXT] * number
