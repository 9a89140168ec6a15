"""`backup` and `restore`: the whole system in one archive, from either database into either.

Rows are copied as they stand in the tables, past sessions and their row policies: a backup that left out
what somebody may not see would be none. Everything is read in one snapshot, so people go on working.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Engine,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    null,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from app.admin.archive import Archive, BadArchive, Hashing, Manifest, TablePart, encode
from app.admin.bootstrap import migrate
from app.config import ROOT, Settings
from app.core.engines import make_engine
from app.core.errors import OporaError
from app.core.i18n import _
from app.core.ports import Storage
from app.core.storage import DamagedFile, open_storage
from app.core.unit_of_work import Runtime

_VERSIONS = "alembic_version"
_FILE_COLUMNS = ("sha256", "template_hash")  # columns that name a file of the storage
_BATCH = 500


def backup(system: Runtime, file: Path) -> str:
    """Write the archive; the answer says in a sentence what is in it. Raises OporaError if `file` exists."""
    if file.exists():
        raise OporaError(_("%(file)s exists already; a backup never overwrites a file.", file=file))
    if not file.parent.is_dir():
        raise OporaError(_("There is no folder %(folder)s.", folder=file.parent))
    # A crash leaves a temporary file and never half an archive; only the owner may read it.
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            with zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
                manifest = _write(system, archive)
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(temporary, file)  # unlike a rename it refuses a name that was taken meanwhile
        except FileExistsError as error:
            raise OporaError(
                _("%(file)s exists already; a backup never overwrites a file.", file=file)
            ) from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    rows = sum(part.rows for part in manifest.tables.values())
    sentence = str(_("Backup %(file)s: tables: %(tables)s, rows: %(rows)s, files: %(files)s, logical hash %(hash)s.",
                     file=file, tables=len(manifest.tables), rows=rows, files=len(manifest.files),
                     hash=manifest.logical_hash[:16]))  # fmt: skip
    if manifest.missing:
        sentence += " " + str(_("Not in the storage or altered, so not in the backup: %(files)s.",
                                files=", ".join(manifest.missing)))  # fmt: skip
    return sentence


def _write(system: Runtime, archive: zipfile.ZipFile) -> Manifest:
    made_at = system.clock.now().isoformat()
    with _snapshot(system.database.engine) as connection:
        metadata = _tables(connection)
        manifest = Manifest(_revision(connection), made_at, connection.dialect.name)
        named: dict[str, bool] = {}  # file → must it be there
        for table in metadata.sorted_tables:
            if table.name != _VERSIONS:
                manifest.tables[table.name] = _write_table(connection, table, archive, named)
    # Content never changes under its name, so files may be read after the snapshot.
    for sha256, needed in sorted(named.items()):
        data = _content(system.ports.storage, sha256)
        if data is not None:
            archive.writestr(zipfile.ZipInfo(f"files/{sha256}"), data)
            manifest.files[sha256] = len(data)
        elif needed:
            manifest.missing.append(sha256)
    archive.writestr("manifest.json", manifest.to_json())
    return manifest


def _write_table(
    connection: Connection, table: Table, archive: zipfile.ZipFile, named: dict[str, bool]
) -> TablePart:
    columns = sorted(column.name for column in table.columns)  # their order differs between databases
    part = TablePart(columns)
    files = [n for n, name in enumerate(columns) if name in _FILE_COLUMNS]
    query = select(*(table.c[name] for name in columns)).order_by(
        *(table.primary_key.columns or table.columns)
    )
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as handle:
        out = Hashing(handle)
        for row in connection.execute(query.execution_options(yield_per=_BATCH)):
            line = json.dumps([encode(value) for value in row], ensure_ascii=False, separators=(",", ":"))
            out.write(line.encode() + b"\n")
            part.rows += 1
            for n in files:
                if row[n]:
                    named[row[n]] = named.get(row[n], False) or columns[n] == "sha256"
    part.sha256, part.size = out.sha256, out.size
    return part


def _content(storage: Storage, sha256: str) -> bytes | None:
    try:
        return storage.get(sha256)
    except (OSError, DamagedFile, ValueError):
        return None  # verify names it; the rest of the system must still be saved


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """One unchanging view: SQLite's read transaction, PostgreSQL's REPEATABLE READ."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        yield connection


def _tables(connection: Connection) -> MetaData:
    """The tables as they are, not as this release would have them: a backup works before a migration too."""
    metadata = MetaData()
    metadata.reflect(connection, resolve_fks=False)
    return metadata


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return str(found[0]) if found else None


# ── restore ───────────────────────────────────────────────────────────────────────────────────────


def restore(settings: Settings, file: Path) -> None:
    """Put an archive into an empty database and an empty storage, then bring the tables to this release.

    Everything is checked before anything is written, and a failure leaves the place empty. Raises BadArchive,
    or OporaError when the place is not empty or the archive comes from a newer release.
    """
    with Archive(file) as archive:
        archive.check()
        storage = open_storage(settings.storage_url)
        if settings.storage_path.is_dir() and any(settings.storage_path.iterdir()):
            raise OporaError(_("The storage %(folder)s is not empty; restore into an empty one.",
                               folder=settings.storage_path))  # fmt: skip
        _check_empty(settings)
        _migrate_to(settings, archive.manifest.revision)
        put: list[str] = []
        engine = make_engine(settings.database_owner_url)
        try:
            with engine.connect().execution_options(writes=True) as connection, connection.begin():
                _fill(connection, archive)
                for sha256 in archive.manifest.files:
                    put.append(sha256)
                    if storage.put(archive.file(sha256)) != sha256:
                        raise BadArchive(_("“%(name)s” is not what its manifest says", name=sha256))
        except BaseException as error:
            for sha256 in put:  # the storage was empty, so all of these are ours
                (settings.storage_path / sha256[:2] / sha256).unlink(missing_ok=True)
            if settings.storage_path.is_dir():
                for folder in settings.storage_path.iterdir():
                    if folder.is_dir() and not any(folder.iterdir()):
                        folder.rmdir()
            if isinstance(error, SQLAlchemyError):
                kind = type(error).__name__
                raise BadArchive(_("its rows do not fit the tables (%(problem)s)", problem=kind)) from error
            raise
        finally:
            engine.dispose()
    if archive.manifest.revision is not None:
        migrate(settings)


def _check_empty(settings: Settings) -> None:
    url = settings.database_owner_url
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        if not path.exists():
            return
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            for table in _tables(connection).sorted_tables:
                if table.name != _VERSIONS and connection.execute(select(table).limit(1)).first() is not None:
                    raise OporaError(_("The database is not empty (%(table)s has rows); restore into an empty one.",
                                       table=table.name))  # fmt: skip
    finally:
        engine.dispose()


def _migrate_to(settings: Settings, revision: str | None) -> None:
    """Tables as they were when the archive was made; the newest revisions then move rows and tables together."""
    engine = None
    if revision is not None:
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        scripts = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
        if revision not in {script.revision for script in scripts.walk_revisions()}:
            raise OporaError(_("The archive was made by a newer release (revision %(revision)s); install that one.",
                               revision=revision))  # fmt: skip
        migrate(settings, revision)
    try:
        engine = make_engine(settings.database_owner_url)
        with engine.connect() as connection:
            found = _revision(connection)
    finally:
        if engine is not None:
            engine.dispose()
    if found != revision:
        raise OporaError(_(
            "The tables are at revision %(found)s, the archive at %(revision)s; "
            "restore into a database without tables.", found=found or "–", revision=revision or "–",
        ))  # fmt: skip


def _fill(connection: Connection, archive: Archive) -> None:
    metadata = _tables(connection)
    tables = {table.name: table for table in metadata.sorted_tables if table.name != _VERSIONS}
    manifest = archive.manifest
    if tables.keys() != manifest.tables.keys():
        odd = sorted(tables.keys() ^ manifest.tables.keys())
        raise BadArchive(_("its tables are not those of its revision: %(tables)s", tables=", ".join(odd)))
    for name, table in tables.items():
        if sorted(column.name for column in table.columns) != sorted(manifest.tables[name].columns):
            raise BadArchive(_("the columns of “%(table)s” are not those of its revision", table=name))
        _fill_table(connection, table, archive)
    if connection.dialect.name == "postgresql":
        _reset_sequences(connection, tables)


def _fill_table(connection: Connection, table: Table, archive: Archive) -> None:
    columns = archive.manifest.tables[table.name].columns
    decode = [_decoder(table.c[name], connection.dialect.name) for name in columns]
    # A row may point to one of the same table that comes later: such keys are written in a second round.
    own = [c.name for c in table.columns if any(key.column.table is table for key in c.foreign_keys)]
    later: list[dict[str, Any]] = []
    key = [column.name for column in table.primary_key.columns]
    batch: list[dict[str, Any]] = []

    def send() -> None:
        if batch:
            connection.execute(insert(table), batch)
            batch.clear()

    for raw in archive.rows(table.name):
        try:
            row = {name: take(value) for name, take, value in zip(columns, decode, raw, strict=True)}
        except (ValueError, TypeError, ArithmeticError) as error:
            raise BadArchive(_("a row of “%(table)s” cannot be read", table=table.name)) from error
        kept = {name: row[name] for name in own if row[name] is not None and table.c[name].nullable}
        if kept:
            later.append(kept | {f"key_{name}": row[name] for name in key})
            row |= dict.fromkeys(kept)
        batch.append(row)
        if len(batch) >= _BATCH:
            send()
    send()
    for change in later:
        where = [table.c[name] == change.pop(f"key_{name}") for name in key]
        connection.execute(update(table).where(*where).values(**change))
    found = connection.execute(select(func.count()).select_from(table)).scalar_one()
    if found != archive.manifest.tables[table.name].rows:
        raise BadArchive(_("“%(table)s” has another number of rows than its manifest says", table=table.name))


def _decoder(column: Any, dialect: str) -> Callable[[Any], Any]:
    """What makes of a JSON value the value this column takes."""
    kind = column.type
    if isinstance(kind, JSON):
        return lambda value: null() if value is None and column.nullable else value
    try:
        python = kind.python_type
    except NotImplementedError:  # SQLAlchemy knows no Python type for it: the value goes as JSON gave it
        return lambda value: value
    if python is datetime:
        aware = dialect == "postgresql" and getattr(kind, "timezone", False)
        return lambda v: (
            None if v is None else datetime.fromisoformat(v).replace(tzinfo=UTC if aware else None)
        )
    if python is date:
        return lambda v: None if v is None else date.fromisoformat(v)
    if python is Decimal:
        return lambda v: None if v is None else Decimal(str(v))
    if python is bool:
        return lambda v: None if v is None else bool(v)
    return lambda value: value


def _reset_sequences(connection: Connection, tables: dict[str, Table]) -> None:
    """The next key follows the highest one, also in Flask-AppBuilder's sequences, which no column owns."""
    known = set(inspect(connection).get_sequence_names())
    for table in tables.values():
        for column in table.primary_key.columns:
            owned = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": table.name, "column": column.name},
            ).scalar()
            names = {owned.rsplit(".", 1)[-1].strip('"')} if owned else set()
            names |= known & {f"{table.name}_{column.name}_seq"}
            highest = connection.execute(select(func.max(column))).scalar() if names else None
            for name in names:
                if isinstance(highest, int):
                    connection.execute(
                        text("SELECT setval(CAST(:name AS regclass), :value)"),
                        {"name": f'"{name}"', "value": highest},
                    )
