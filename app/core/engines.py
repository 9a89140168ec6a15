"""Connections to both databases: how they are made, begin, rest, and are looked at before they are handed out."""

from __future__ import annotations

import select
import sqlite3
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError

# How long one writer waits for another before he is told; how long a resting connection is trusted if it has said
# nothing.
LOCK_WAIT_MS = 10_000
_DOUBTFUL = 30.0


def normalise_url(url: str) -> str:
    """PostgreSQL is spoken through psycopg 3, whatever spelling the settings use."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def make_engine(url: str) -> Engine:
    url = normalise_url(url)
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"timeout": LOCK_WAIT_MS / 1000, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url, hide_parameters=True, pool_size=10, max_overflow=20, pool_use_lifo=True,
        connect_args={"options": f"-c lock_timeout={LOCK_WAIT_MS} -c timezone=UTC"} | _silent_server(url),
    )  # fmt: skip
    event.listen(engine, "do_connect", _connect_pipelined)
    event.listen(engine, "rollback_savepoint", _doubt)
    event.listen(engine, "checkin", _rests)
    event.listen(engine, "checkout", _check_alive)
    return engine


def _silent_server(url: str) -> dict[str, int]:
    """A server that has vanished without a farewell is given up after seconds; what the address says goes before."""
    patience = {
        "connect_timeout": 5, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }  # fmt: skip
    return {name: value for name, value in patience.items() if name not in make_url(url).query}


def is_busy(error: BaseException) -> bool:
    """Whether another transaction holds what this one needs: a wait that ended, a deadlock, SQLite's write lock.

    Nothing of this transaction is kept, and the same step may well succeed in a moment.
    """
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.OperationalError):
        return "locked" in str(cause) or "busy" in str(cause)
    return getattr(cause, "sqlstate", None) in _BUSY


# lock_not_available, deadlock_detected, serialization_failure
_BUSY = ("55P03", "40P01", "40001")


def _connect_pipelined(_dialect: Any, _record: Any, args: Any, options: Any) -> Any:
    from app.core.pipelined import PipelinedConnection  # only where PostgreSQL is used

    return PipelinedConnection.connect(*args, **options)


def _doubt(connection: Any, _name: str, _context: Any) -> None:
    if connection.invalidated:  # the savepoint has gone with the connection
        return
    connection.connection.dbapi_connection.doubt()


def _rests(connection: Any, record: Any) -> None:
    record.info["since"] = monotonic()


def _check_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection the server has closed is replaced; asking costs a round trip only when there is a doubt.

    A server sends nothing to a connection that rests, except its farewell.
    """
    since = record.info.get("since")
    if since is None or not is_doubtful(connection, since):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except connection_errors() as error:
        raise DisconnectionError from error


def is_doubtful(connection: Any, since: float) -> bool:
    """Whether a connection that has rested since then may have been closed by the server."""
    return monotonic() - since >= _DOUBTFUL or _has_news(connection)


def connection_errors() -> tuple[type[Exception], ...]:
    import psycopg  # only where PostgreSQL is used

    return (psycopg.Error, OSError)


def _has_news(connection: Any) -> bool:
    try:
        handle = connection.fileno()
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(handle, select.POLLIN | select.POLLHUP | select.POLLERR)
            return bool(poll.poll(0))
        return bool(select.select([handle], [], [], 0)[0])
    except connection_errors():
        return True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", f"busy_timeout={LOCK_WAIT_MS}", "foreign_keys=ON",
        "recursive_triggers=ON",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own lower() is ASCII-only: Cyrillic searches would miss capitals.
    connection.create_function(
        "lower", 1, lambda v: v.lower() if isinstance(v, str) else v, deterministic=True
    )


def _begin_sqlite(connection: Any) -> None:
    # A read transaction that turns into a write fails at once when another wrote meanwhile,
    # so writers take the lock at the beginning.
    mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else ""
    connection.exec_driver_sql(f"BEGIN {mode}")
