"""Tables, columns and sessions: one metadata shared with Flask-AppBuilder, one session per thread."""

from __future__ import annotations

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
)
from sqlalchemy.exc import OperationalError
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

from app.core import engines
from app.core.engines import connection_errors, make_engine
from app.core.turn import Turn

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
        if not turn.acquire(timeout=engines.LOCK_WAIT_MS / 1000):
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
            if engines.is_doubtful(self._kept.dbapi_connection, self._rested):
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
