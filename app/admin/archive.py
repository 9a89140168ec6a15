"""The archive of a backup: rows as JSON lines, files by their hash, and a manifest that vouches for each.

A zip with `manifest.json`, `tables/<name>.jsonl` and `files/<sha256>`; nothing else is accepted. It is never
unpacked to disk: names only choose what is read, and nothing is read beyond the size the manifest says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from app.core.errors import OporaError
from app.core.i18n import Text, _
from app.core.zips import DAMAGED

FORMAT = 1
MAX_MANIFEST = 256 * 2**20
MAX_ROW = 64 * 2**20
MAX_FILE = 512 * 2**20  # of one stored file, which is held in memory
_NAME = re.compile(r"manifest\.json|tables/[a-z][a-z0-9_]{0,62}\.jsonl|files/[0-9a-f]{64}")
_CHUNK = 2**20


class BadArchive(OporaError):
    """The archive is not one of ours, is damaged, or lies about itself."""

    def __init__(self, problem: Text | str) -> None:
        super().__init__(_("This archive cannot be restored: %(problem)s", problem=str(problem)))


@dataclass
class TablePart:
    """One table: its columns in order, how many rows, and the hash and size of the lines."""

    columns: list[str]
    rows: int = 0
    sha256: str = ""
    size: int = 0


@dataclass
class Manifest:
    revision: str | None
    made_at: str
    database: str
    tables: dict[str, TablePart] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)  # sha256 → size
    missing: list[str] = field(default_factory=list)  # files the rows name and the storage did not have whole

    @property
    def logical_hash(self) -> str:
        """Equal for equal content, whatever database it came from and whenever it was copied."""
        parts = [(name, part.columns, part.sha256) for name, part in sorted(self.tables.items())]
        return hashlib.sha256(json.dumps([parts, sorted(self.files)]).encode()).hexdigest()

    def to_json(self) -> bytes:
        data = {"format": FORMAT, "logical_hash": self.logical_hash, **vars(self)}
        data["tables"] = {name: vars(part) for name, part in self.tables.items()}
        return json.dumps(data, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> Manifest:
        """Raises BadArchive when it is no manifest of this format."""
        try:
            data = json.loads(raw)
            given = data.pop("format")
            claimed = data.pop("logical_hash")
            if given != FORMAT:
                raise BadArchive(_("its format %(format)s is not known here", format=given))
            tables = {name: TablePart(**part) for name, part in data.pop("tables").items()}
            manifest = cls(tables=tables, **data)
            sizes = [*(part.size for part in tables.values()), *manifest.files.values()]
            whole = all(type(size) is int and size >= 0 for size in sizes)
            named = all(re.fullmatch(r"[0-9a-f]{64}", name) for name in manifest.files)
            if not (whole and named and manifest.logical_hash == claimed):
                raise BadArchive(_("its manifest contradicts itself"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadArchive(_("its manifest cannot be read")) from error
        return manifest


def encode(value: Any) -> Any:
    """A column's value as JSON has it; instants lose their zone here because all of them are UTC."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value


class Hashing:
    """Writes into a zip entry and remembers the hash and the size of what went through."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._handle.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Archive:
    """An archive to restore from; `check()` before anything is taken from it."""

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError as error:
            raise BadArchive(_("there is no file %(file)s", file=file)) from error
        except DAMAGED as error:
            raise BadArchive(_("it is not a backup of this system, or it is cut off")) from error
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        self._zip.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _read_manifest(self) -> Manifest:
        names = self._zip.namelist()
        for name in names:
            if not _NAME.fullmatch(name):
                raise BadArchive(_("it holds “%(name)s”, which does not belong there", name=name[:80]))
        if len(set(names)) != len(names):
            raise BadArchive(_("an entry stands in it twice"))
        if "manifest.json" not in names:
            raise BadArchive(_("its manifest is missing"))
        manifest = Manifest.from_json(b"".join(self._stream("manifest.json", MAX_MANIFEST)))
        wanted = {f"tables/{name}.jsonl" for name in manifest.tables} | {f"files/{h}" for h in manifest.files}
        if wanted | {"manifest.json"} != set(names):
            raise BadArchive(_("what it holds is not what its manifest lists"))
        return manifest

    def _stream(self, name: str, at_most: int) -> Iterator[bytes]:
        """The entry in pieces; sizes are counted while reading, whatever the directory of the zip says."""
        read = 0
        try:
            with self._zip.open(name) as handle:
                while piece := handle.read(_CHUNK):
                    read += len(piece)
                    if read > at_most:
                        raise BadArchive(_("“%(name)s” is larger than its manifest says", name=name))
                    yield piece
        except DAMAGED as error:
            raise BadArchive(_("“%(name)s” is damaged", name=name)) from error

    def check(self) -> None:
        """Read everything once and compare with the manifest. Raises BadArchive."""
        for table, part in self.manifest.tables.items():
            name = f"tables/{table}.jsonl"
            self._compare(name, part.size, part.sha256)
        for sha256, size in self.manifest.files.items():
            if size > MAX_FILE:
                raise BadArchive(_("“%(name)s” is larger than a file may be", name=sha256))
            self._compare(f"files/{sha256}", size, sha256)

    def _compare(self, name: str, size: int, sha256: str) -> None:
        digest, read = hashlib.sha256(), 0
        for piece in self._stream(name, size):
            digest.update(piece)
            read += len(piece)
        if (read, digest.hexdigest()) != (size, sha256):
            raise BadArchive(_("“%(name)s” is not what its manifest says", name=name))

    def rows(self, table: str) -> Iterator[list[Any]]:
        """The rows of a table, each a list in the order of its columns."""
        part = self.manifest.tables[table]
        left, count = b"", 0
        for piece in self._stream(f"tables/{table}.jsonl", part.size):
            *lines, left = (left + piece).split(b"\n")
            if len(left) > MAX_ROW:
                raise BadArchive(_("a row of “%(table)s” is too long", table=table))
            for line in lines:
                count += 1
                yield self._row(table, line, len(part.columns))
        if left or count != part.rows:
            raise BadArchive(_("“%(table)s” has another number of rows than its manifest says", table=table))

    def _row(self, table: str, line: bytes, width: int) -> list[Any]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadArchive(_("a row of “%(table)s” cannot be read", table=table)) from error
        if not isinstance(row, list) or len(row) != width:
            raise BadArchive(_("a row of “%(table)s” cannot be read", table=table))
        return row

    def file(self, sha256: str) -> bytes:
        return b"".join(self._stream(f"files/{sha256}", self.manifest.files[sha256]))
