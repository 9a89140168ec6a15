"""What the tests of the driver's connection share: a statement to tell, and what became of it."""

from __future__ import annotations

from sqlalchemy import text

from app.core.db import Database
from app.core.pipelined import PipelinedConnection
from app.core.unit_of_work import Runtime, Work

ADD = "INSERT INTO outbox_jobs (kind, key, payload, state, attempts, available_at, created_at)" + (
    " VALUES ('test', $1, '{}', 'pending', 0, now(), now()) RETURNING id"
)
COUNT = text("SELECT count(*) FROM outbox_jobs WHERE kind = 'test'")


def line_of(work: Work) -> PipelinedConnection:
    line = work.session.line()  # type: ignore[attr-defined]
    assert isinstance(line, PipelinedConnection)
    return line


def kept(system: Runtime) -> int:
    """Rows as another connection sees them."""
    with system.database.engine.connect() as connection:
        return int(connection.execute(COUNT).scalar_one())


def owner_dsn(database: Database, line: PipelinedConnection) -> str:
    return f"host={line.info.host} port={line.info.port} user=opora_owner dbname={line.info.dbname}"
