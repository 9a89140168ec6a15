"""Workflow definitions as cases run by them, kept in the database so that every web machine reads the same ones."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.access.scopes import as_system
from app.cases.models import Case, ProcessVersion, VersionStatus
from app.cases.procedures.scenario_files import texts_beside
from app.core.errors import OporaError
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine.definition import Definition, akin
from app.engine.reading import loader

_RELEASED = (VersionStatus.published, VersionStatus.retired)


class Definitions:
    """Definitions by code, version and hash, kept in memory.

    A published structure never changes, but its texts may be corrected, on whichever machine: at most every
    `look_every` seconds the numbers of the revisions are compared, and only a text that changed is read again.
    """

    look_every = 2.0

    def __init__(self) -> None:
        self._loaded: dict[tuple[str, int, str], Definition] = {}
        self._revisions: dict[tuple[str, int, str], int] = {}
        self._looked: float | None = None
        self._lock = threading.Lock()

    def of(self, session: Session, case: Case) -> Definition:
        """The definition the case is pinned to.

        Raises OporaError if the stored source no longer has the hash the case was opened with.
        """
        return self.get(session, case.definition_code, case.definition_version, case.definition_hash)

    def get(self, session: Session, code: str, version: int, wanted_hash: str) -> Definition:
        """One version by its hash, with every other version its cases may have begun in. Raises OporaError."""
        key = (code, version, wanted_hash)
        if self._looked is None or time.monotonic() - self._looked >= self.look_every:
            self._look(session)
        if key not in self._loaded:
            self._look(session)
        if key not in self._loaded:
            raise OporaError(
                _(
                    "The workflow definition %(code)s v%(version)s was altered or lost.",
                    code=code,
                    version=version,
                )
            )
        return self._loaded[key]

    def latest(self, session: Session, code: str) -> Definition:
        """The published definition new cases are opened with; nobody retires it before that case is there."""
        with as_system(session):  # a definition is code, not somebody's row
            row = session.scalars(
                select(ProcessVersion)
                .options(defer(ProcessVersion.source))
                .where(ProcessVersion.code == code, ProcessVersion.status == VersionStatus.published)
                .order_by(ProcessVersion.version.desc())
                .with_for_update(read=True)  # of all: when the first was just retired, the next is left
            ).first()
        if row is None:
            raise OporaError(_("No workflow definition is published. Run: python app.py bootstrap"))
        return self.get(session, row.code, row.version, row.hash)

    def offered(self, session: Session) -> dict[str, Definition]:
        """The procedures a new case may be opened in: code → its latest published version."""
        query = select(ProcessVersion.code, ProcessVersion.version, ProcessVersion.hash).order_by(
            ProcessVersion.code, ProcessVersion.version
        )
        with as_system(session):
            rows = session.execute(query.where(ProcessVersion.status == VersionStatus.published)).all()
        newest = {code: (version, wanted) for code, version, wanted in rows}  # the last of each code stays
        return {code: self.get(session, code, *which) for code, which in newest.items()}

    def any_looked_after(self, session: Session) -> bool:
        """Whether in any released version something may follow an act by itself: a step the case takes, a term.

        As far as this process has looked.
        """
        if self._looked is None:
            self._look(session)
        return any(definition.automatic or definition.anchored for definition in tuple(self._loaded.values()))

    def forget(self) -> None:
        """Look at the database before the next answer: something was published or corrected here."""
        self._looked = None

    def _look(self, session: Session) -> None:
        """Read what is new since the last look; versions of one procedure know each other."""
        columns = (ProcessVersion.id, ProcessVersion.code, ProcessVersion.version, ProcessVersion.hash,
                   ProcessVersion.revision)  # fmt: skip
        with as_system(session):
            rows = session.execute(select(*columns).where(ProcessVersion.status.in_(_RELEASED))).all()
            new = [
                row for row in rows if self._revisions.get((row.code, row.version, row.hash)) != row.revision
            ]
            sources = {}
            if new:
                texts = select(ProcessVersion.id, ProcessVersion.source).where(
                    ProcessVersion.id.in_([row.id for row in new])
                )
                sources = {row.id: row.source for row in session.execute(texts)}
        with self._lock:
            for row in new:
                key = (row.code, row.version, row.hash)
                self._revisions[key] = row.revision
                self._loaded.pop(key, None)
                # It was checked when it was published. A later release may find more faults: its cases go on.
                definition = loader.released(sources[row.id], f"{row.code}/v{row.version}")
                if definition is not None and definition.hash == row.hash:  # whoever asks for another is told
                    self._loaded[key] = definition
            for code in {row.code for row in new}:
                keys = [key for key in self._loaded if key[0] == code]
                self._loaded.update(zip(keys, akin(self._loaded[key] for key in keys), strict=True))
            self._looked = time.monotonic()


def import_shipped(work: Work, folder: Path) -> list[str]:
    """Take in the definition files not yet in the database; the answer says what became of each.

    The first version of a procedure is published, so that a new system can work; later ones are checked and wait
    for the administrator: a new release does not change by itself how people work. A version of the same number
    that somebody here has written stays as it is. A file whose published version came with the product and has
    another hash is refused: a published version never changes.
    """
    from app.cases.procedures import version_uploads, versions  # they read definitions too

    told = []
    for path in sorted(folder.glob("*/v*.yaml")):
        source = path.read_text(encoding="utf-8")
        definition = loader.loads(source, name=str(path))
        row = versions.find(work, definition.code, definition.version)
        is_released = row is not None and row.status in _RELEASED
        if row is not None and (row.source == source or (is_released and row.hash == definition.hash)):
            continue
        if row is not None and version_uploads.drafted(work, row) is not None:
            told.append(f"{row} (an own version stays; the one of this release was not taken in)")
            continue
        if is_released:
            raise OporaError(
                _(
                    "%(file)s differs from the published version; give the change a new version number.",
                    file=path.name,
                )
            )
        first = not versions.has_published(work, definition.code)
        row = version_uploads.keep_draft(work, source, texts_beside(path))
        versions.take_as_checked(work, row)
        if first:
            versions.release(work, row)
        told.append(f"{row} ({row.status})")
    return told
