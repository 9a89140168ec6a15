"""Tables, columns and connections: one metadata shared with Flask-AppBuilder, one engine per database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import JSON, DateTime, Dialect, Engine, Integer, create_engine, event
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


JSONColumn = JSON

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


def canonical_json(data: Any) -> str:
    """One spelling per value, so that equal data give equal hashes on both databases."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_jsonable)


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


class Database:
    """One database: its engine and its thread-local session."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False, class_=WorkSession)
        self.session: scoped_session[WorkSession] = scoped_session(self.sessions)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def dispose(self) -> None:
        self.session.remove()
        self.engine.dispose()


class WorkSession(Session):
    """The session of the product; row access is enforced on this class only (see access.scopes)."""


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
            url, hide_parameters=True, connect_args={"timeout": 10, "check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20,
        connect_args={"options": "-c lock_timeout=10000 -c timezone=UTC"},
    )  # fmt: skip


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON", "recursive_triggers=ON",
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
