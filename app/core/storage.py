"""Files named by their SHA-256: written once, never overwritten, checked when read."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from app.core.errors import NoRoom
from app.core.ports import Storage

# no space, the quota is used up, a file larger than this process or the file system may write
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def is_full(error: BaseException) -> bool:
    """Whether the operating system refused to write because there is no room."""
    return isinstance(error, OSError) and error.errno in _FULL


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # there a folder cannot be opened, and names are kept without asking
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class DamagedFile(RuntimeError):
    """A stored file no longer equals its name."""


class LocalStorage:
    """A folder on this machine (or a shared volume when several machines serve)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep the bytes; their name. Raises NoRoom when the disk takes no more."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.exists():
            return sha256
        try:
            self._write(path, data)
        except OSError as error:
            if is_full(error):
                raise NoRoom from error
            raise
        return sha256

    def _write(self, path: Path, data: bytes) -> None:
        is_first = not path.parent.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        # A crash between the write and the rename leaves a temporary file, never half a document.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # … and a power cut neither: the folder itself must be on the disk before a transaction tells of the file
        _sync_folder(path.parent)
        if is_first:
            _sync_folder(self.root)

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises FileNotFoundError when absent, DamagedFile when altered."""
        data = self._path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedFile(sha256)
        return data

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).exists()


def open_storage(url: str) -> Storage:
    """The storage at `file:/path`; the settings refuse other kinds."""
    return LocalStorage(Path(url.removeprefix("file:").removeprefix("//")))
