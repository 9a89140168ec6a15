"""Tables, columns and connections: one metadata shared with Flask-AppBuilder, one engine per database."""

from __future__ import annotations

import json
import select
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from time import monotonic
from typing import Any, cast

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    PoolProxiedConnection,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    scoped_session,
    sessionmaker,
)
from sqlalchemy.types import TypeDecorator

from app.core.turn import Turn

# How long one writer waits for another before he is told; how long a resting connection is trusted if it has said
# nothing.
LOCK_WAIT_MS = 10_000
_DOUBTFUL = 30.0

# Before FAB's security models are imported: constraints without names cannot be migrated on SQLite.
FabModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: give an aware instant in UTC")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# The registry is FAB's, so the map goes there and not on our base class.
FabModel.registry.update_type_annotation_map({datetime: UTCDateTime, dict[str, Any]: JSON, list[Any]: JSON})


class Base(DeclarativeBase):
    """Ancestor of all our models; shares registry and metadata with Flask-AppBuilder's tables."""

    registry = FabModel.registry
    metadata = FabModel.metadata


class Versioned:
    """A row that two people may edit at once: the second one is told instead of overwriting."""

    version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version if hasattr(cls, "__table__") else cls.version}


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


_canonical = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_jsonable, check_circular=False
).encode  # made once: a step asks for several


def canonical_json(data: Any) -> str:
    """One spelling per value, so that equal data give equal hashes on both databases."""
    return _canonical(data)


_NO_WAITING = nullcontext()


class Database:
    """One database: its engine and its thread-local session."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False, class_=WorkSession)
        self.session: scoped_session[WorkSession] = scoped_session(self.sessions)
        # SQLite has one writer and wakes those who wait in no order: within a process they queue here instead
        self.turn = Turn() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def writing(self, session: Session) -> AbstractContextManager[None]:
        """Begin to write: on SQLite the one writer's lock is taken at once, PostgreSQL locks rows as they are met."""
        return _NO_WAITING if self.turn is None else self._in_turn(session, self.turn)

    @contextmanager
    def _in_turn(self, session: Session, turn: Turn) -> Iterator[None]:
        if not turn.acquire(timeout=LOCK_WAIT_MS / 1000):
            raise sqlite3.OperationalError("database is locked by another thread")
        try:
            session.connection(execution_options={"writes": True})
            yield
        finally:
            try:
                session.rollback()  # whatever was not committed: the next writer must not wait for us
            finally:
                turn.release()

    def dispose(self) -> None:
        self.session.remove()
        self.engine.dispose()


class WorkSession(Session):
    """The session of the product; row access is enforced on this class only (see access.scopes).

    On PostgreSQL it keeps its connection from the first question until it is closed. A transaction may begin below
    it, on the driver's connection (`line`): it becomes the session's own as soon as something is asked of the session.
    """

    _kept: PoolProxiedConnection | None = None
    _joined: Connection | None = None
    _rested: float | None = None  # since when no transaction has been open on the kept connection

    def line(self) -> Any:
        """The driver's connection of the present transaction, once what was changed in the session has been sent."""
        if self.has_changes():
            self.flush()
        if self.in_transaction():
            return self.connection().connection.dbapi_connection
        return self._keep().dbapi_connection

    def has_changes(self) -> bool:
        """Whether something in the session waits to be sent."""
        if (
            next(iter(self), None) is None
        ):  # quickly said of an empty one: the three sets are made anew each time
            return False
        return bool(self.new or self.dirty or self.deleted)

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = self.bind
        if not isinstance(bind, Engine) or bind.dialect.name != "postgresql":
            return super().get_bind(*args, **kwargs)
        if self._joined is None or self._rested is not None:
            kept = self._keep()
            if self._joined is None:
                self._joined = Connection(bind, kept)
        return self._joined

    def commit(self) -> None:
        if self._kept is not None and not self.in_transaction() and not self.has_changes():
            cast(Any, self._kept).commit()
        else:
            super().commit()
        self._rest()

    def rollback(self) -> None:
        kept = self._kept
        is_lost = kept is not None and (kept.dbapi_connection is None or kept.dbapi_connection.closed)
        if is_lost and self._joined is not None:
            self._joined.invalidate()  # there is nothing left to roll back
        if self.in_transaction():
            super().rollback()
        if kept is None or self._rested is not None:
            return
        if is_lost or (self._joined is not None and self._joined.invalidated):
            self._give_back()
            return
        try:
            cast(Any, kept).rollback()
        except BaseException as error:
            self._throw_away()  # nobody knows how it stands: nothing is ever asked or committed there again
            if not isinstance(error, connection_errors()):
                raise
        else:
            self._rest()

    def close(self) -> None:
        super().close()
        self._give_back()

    def reset(self) -> None:
        super().reset()
        self._give_back()

    def invalidate(self) -> None:
        super().invalidate()
        self._throw_away()

    def _keep(self) -> PoolProxiedConnection:
        if self._kept is not None and self._rested is not None:
            if _is_doubtful(self._kept.dbapi_connection, self._rested):
                self._give_back()  # the pool asks whether it lives
            self._rested = None
        if self._kept is None:
            try:
                self._kept = cast(Engine, self.bind).raw_connection()
            except connection_errors() as error:  # told as when SQLAlchemy itself connects
                raise OperationalError("connect", None, error) from error
        return self._kept

    def _rest(self) -> None:
        if self._kept is not None:
            self._rested = monotonic()

    def _throw_away(self) -> None:
        if self._kept is not None and self._kept.is_valid:
            self._kept.invalidate()
        self._give_back()

    def _give_back(self) -> None:
        """The connection goes back to the pool; whatever was not committed on it is rolled back there."""
        if self._kept is not None:
            kept, self._kept, self._joined, self._rested = self._kept, None, None, None
            kept.close()


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
    if since is None or not _is_doubtful(connection, since):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except connection_errors() as error:
        raise DisconnectionError from error


def _is_doubtful(connection: Any, since: float) -> bool:
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
