"""Alembic's environment: our tables and Flask-AppBuilder's in one history, without building an app."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, TypeDecorator, create_engine, event, make_url, text

from app import config as settings_of_app
from app.core.db import Base
from app.core.engines import normalise_url

APP = Path(settings_of_app.__file__).parent

# Every room's models, so that none is forgotten in the history; then FAB's own.
for models in sorted(APP.glob("*/*models.py")):
    importlib.import_module(f"app.{models.parent.name}.{models.stem}")
importlib.import_module("flask_appbuilder.security.sqla.models")

target_metadata = Base.metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones: a migration must not change with the code."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("app."):
        return f"sa.{item.impl!r}"
    return False


def given(name: str) -> str | None:
    """An option set by the calling program; from the command line there are none."""
    config = context.config
    return config.get_main_option(name) if config.file_config.has_section(config.config_ini_section) else None


def urls() -> tuple[str, str]:
    """(owner of the tables, the application's own): given by the caller, else the settings."""
    owner_url = given("sqlalchemy.url")
    if owner_url:
        return normalise_url(owner_url), normalise_url(given("opora.app_url") or owner_url)
    settings = settings_of_app.load()
    return normalise_url(settings.database_owner_url), normalise_url(settings.database_url)


def prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would commit before each CREATE: half a migration
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=OFF")  # a table that is rebuilt must not take its children along


def run(connection: Connection, app_url: str) -> None:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=sqlite,
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration leaves rows without their parents: {broken[:5]}")
        else:
            grant(connection, make_url(app_url).username)


def grant(connection: Connection, role: str | None) -> None:
    """Let the application's role, which owns no table, read and write the rows."""
    owner = connection.execute(text("SELECT current_user")).scalar_one()
    if not role or role == owner:
        return
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", role):
        raise RuntimeError("the name of the application's database role has unusual characters")
    for statement in (
        "GRANT USAGE ON SCHEMA public",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public",
    ):
        connection.execute(text(f'{statement} TO "{role}"'))


def main() -> None:
    owner_url, app_url = urls()
    engine = create_engine(owner_url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as connection:
            run(connection, app_url)
    finally:
        engine.dispose()


main()
