"""What goes wrong below a unit of work: nothing is lost in silence, nothing is kept that was taken back."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
import pytest
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError

from app.core import pipelined
from app.core.actor import SYSTEM
from app.core.pipelined import PipelinedConnection
from app.core.unit_of_work import Runtime
from tests.integration.core.lines import ADD, COUNT, line_of, owner_dsn


class Enough(BaseException):
    """As a signal that ends a job raises it: at any line."""


def as_owner(system: Runtime, line: PipelinedConnection, statement: str) -> None:
    with psycopg.connect(owner_dsn(system.database, line), autocommit=True) as other:
        other.execute(statement.encode())


def keys(system: Runtime) -> set[str]:
    with system.database.engine.connect() as connection:
        return set(connection.execute(text("SELECT key FROM outbox_jobs WHERE kind = 'test'")).scalars())


@pytest.mark.parametrize("asked_by", ["the session", "the line", "what was told"])
def test_an_error_nobody_minded_does_not_end_as_a_success(system: Runtime, asked_by: str) -> None:
    """The server answers COMMIT of a failed transaction with ROLLBACK, and no error."""
    with pytest.raises((psycopg.errors.InFailedSqlTransaction, InternalError)), system.work(SYSTEM) as work:
        work.session.execute(COUNT)
        line_of(work).tell(ADD, ("lost",))
        with suppress(Exception):
            if asked_by == "the session":
                work.session.execute(text("SELECT 1/0"))
            elif asked_by == "the line":
                line_of(work).ask("SELECT 1/0")
            else:
                line_of(work).tell("SELECT 1/0")
                line_of(work).ask("SELECT 1")
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("kept",))
    assert keys(system) == {"kept"}


@pytest.mark.parametrize("through", ["the session", "the line"])
def test_a_table_that_was_altered_is_refused_once_and_then_read_again(system: Runtime, through: str) -> None:
    """A newer release widens a column while this one serves: what was prepared for the old one is of no use."""
    asked, queried = "SELECT last_error FROM outbox_jobs", text("SELECT last_error, kind FROM outbox_jobs")
    with system.work(SYSTEM) as work:
        line = line_of(work)
        line.ask(asked)
        for _ in range(7):  # psycopg prepares what it has seen five times
            work.session.execute(queried)
    as_owner(system, line, "ALTER TABLE outbox_jobs ALTER COLUMN last_error TYPE varchar(777)")
    done = []
    for number in range(4):
        with suppress(Exception), system.work(SYSTEM) as work:
            assert line_of(work) is line
            if through == "the line":
                line.ask(asked)
            else:
                work.session.execute(queried)
            done.append(number)
    assert done == [1, 2, 3]


@pytest.mark.parametrize("joined", [False, True])
def test_nobody_is_told_of_what_is_taken_back(system: Runtime, joined: bool) -> None:
    def failing(_rows: Any) -> None:
        raise AssertionError("nothing of it is kept")

    with pytest.raises(LookupError), system.work(SYSTEM) as work:
        if joined:
            work.session.execute(COUNT)
        line = line_of(work)
        line.tell(ADD, ("one",), failing)
        raise LookupError
    assert line.info.transaction_status == TransactionStatus.IDLE
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("two",))
    assert keys(system) == {"two"}


def test_a_savepoint_takes_back_what_was_told_in_it_with_its_errors(system: Runtime) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
        point = work.session.begin_nested()
        line_of(work).tell(ADD, ("two",))
        line_of(work).tell(ADD, ("one",))
        point.rollback()
        line_of(work).tell(ADD, ("three",))
    assert keys(system) == {"one", "three"}


def test_a_connection_lost_in_a_savepoint_is_said_to_be_lost(system: Runtime) -> None:
    with pytest.raises(OperationalError), system.work(SYSTEM) as work, work.session.begin_nested():
        line = line_of(work)
        as_owner(system, line, f"SELECT pg_terminate_backend({line.info.backend_pid}, 5000)")
        work.session.execute(COUNT)
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("kept",))
    assert keys(system) == {"kept"}


@pytest.mark.parametrize("joined", [False, True])
def test_an_invalidated_or_reset_session_keeps_nothing(system: Runtime, joined: bool) -> None:
    for end in ("invalidate", "reset", "close"):
        with system.work(SYSTEM) as work:
            line_of(work).tell(ADD, (end,))
            if joined:
                work.session.execute(COUNT)
            getattr(work.session, end)()
    with system.work(SYSTEM) as work:
        assert line_of(work).ask("SELECT 7") == [(7,)]
    assert keys(system) == set()


@pytest.mark.parametrize("joined", [False, True])
def test_what_cannot_be_sent_leaves_the_wire_as_it_was(system: Runtime, joined: bool) -> None:
    with system.work(SYSTEM) as work:
        if joined:
            work.session.execute(COUNT)
        with pytest.raises(psycopg.OperationalError, match="number of parameters"):
            line_of(work).ask("SELECT 1", list(range(70_000)))
        assert work.session.execute(COUNT).scalar_one() == 0
        line_of(work).tell(ADD, ("kept",))
    assert keys(system) == {"kept"}


def test_what_is_told_without_a_transaction_is_kept_without_a_warning(system: Runtime) -> None:
    heard: list[str] = []
    engine = system.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        line = connection.connection.dbapi_connection
        assert isinstance(line, PipelinedConnection)
        line.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
        line.tell(ADD, ("one",))
        line.commit()
        line.tell(ADD, ("two",))
    assert (heard, keys(system)) == ([], {"one", "two"})


def interrupted(do: Callable[[], None], number: int) -> str | None:
    """Do it, and interrupt it at the so-manieth line of the connection; where that was, None if it came to its end."""
    seen, where = 0, ""

    def line(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal seen, where
        words = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        # a signal is not heard between the end of a block and the release of its lock; a line of it may be
        if event == "line" and "with self.lock" not in words:
            seen += 1
            if seen == number:
                where = f"{frame.f_code.co_name}: {words.strip()}"
                raise Enough
        return line

    def call(frame: FrameType, _event: str, _arg: Any) -> Any:
        return line if Path(frame.f_code.co_filename) == Path(pipelined.__file__) else None

    sys.settrace(call)
    try:
        do()
    except (Enough, LookupError, psycopg.errors.UniqueViolation):
        pass
    finally:
        sys.settrace(None)
    return where or None


@pytest.mark.parametrize("end", ["kept", "joined and kept", "taken back", "failed"])
def test_who_is_interrupted_at_any_line_keeps_all_or_nothing(system: Runtime, end: str) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
    for number in range(1, 1000):
        both = (f"a{number}", f"b{number}")

        def step(number: int = number, both: tuple[str, str] = both) -> None:
            with system.work(SYSTEM) as work:
                line_of(work).ask(f"SELECT {number}")  # prepared anew each time
                if end.startswith("joined"):
                    work.session.execute(COUNT)
                for key in both:
                    line_of(work).tell(ADD, (key,))
                if end == "taken back":
                    raise LookupError
                if end == "failed":
                    line_of(work).tell(ADD, ("one",))

        where = interrupted(step, number)
        if where is None:
            break
        with system.work(SYSTEM) as work:
            line = line_of(work)
            assert line.ask("SELECT 77") == [(77,)], where
            line.tell(ADD, (f"after{number}",))
            assert work.session.execute(text("SELECT 78")).scalar_one() == 78, where
        assert line.pgconn.pipeline_status == PipelineStatus.OFF
        found = keys(system)
        assert f"after{number}" in found, where
        assert len(found & set(both)) in ((0, 2) if end.endswith("kept") else (0,)), where
    assert number > 100, "the interruption is in the way"
