"""Proof that every kept file is there and is what it was: its content equals its name, and its size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Text, _
from app.core.ports import Storage
from app.core.storage import DamagedFile
from app.files.models import StoredFile


def findings(session: Session, storage: Storage, counts: Counter[str]) -> Iterator[Text]:
    """One sentence per fault; one file is in memory at a time."""
    query = select(StoredFile.id, StoredFile.sha256, StoredFile.size).order_by(StoredFile.id)
    for file_id, sha256, size in session.execute(query.execution_options(yield_per=500)):
        counts["files"] += 1
        try:
            data = storage.get(sha256)
        except FileNotFoundError:
            yield _("File No. %(id)s: its content %(hash)s is not in the storage", id=file_id, hash=sha256)
        except (DamagedFile, ValueError):
            yield _("File No. %(id)s: its content was altered, it is not %(hash)s", id=file_id, hash=sha256)
        except OSError as error:
            yield _("File No. %(id)s cannot be read: %(problem)s", id=file_id, problem=type(error).__name__)
        else:
            if len(data) != size:
                yield _("File No. %(id)s: its size is %(found)s, recorded are %(size)s bytes",
                        id=file_id, found=len(data), size=size)  # fmt: skip
