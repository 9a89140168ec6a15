"""Published workflow definitions, kept in the database so that every web machine reads the same ones."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.scopes import as_system
from app.cases.models import Case, ProcessVersion
from app.core.errors import OporaError
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine import loader
from app.engine.definition import Definition


class Definitions:
    """Definitions by code, version and hash; a published one never changes, so it is kept in memory."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[str, int, str], Definition] = {}

    def of(self, session: Session, case: Case) -> Definition:
        """The definition the case is pinned to.

        Raises OporaError if the stored source no longer has the hash the case was opened with.
        """
        return self.get(session, case.definition_code, case.definition_version, case.definition_hash)

    def get(self, session: Session, code: str, version: int, wanted_hash: str) -> Definition:
        key = (code, version, wanted_hash)
        if key not in self._loaded:
            with as_system(session):  # a definition is code, not somebody's row
                row = session.scalars(
                    select(ProcessVersion).where(
                        ProcessVersion.code == code, ProcessVersion.version == version
                    )
                ).one_or_none()
            definition = loader.loads(row.source, name=f"{code}/v{version}") if row else None
            if definition is None or definition.hash != wanted_hash:
                raise OporaError(
                    _(
                        "The workflow definition %(code)s v%(version)s was altered or lost.",
                        code=code,
                        version=version,
                    )
                )
            self._loaded[key] = definition
        return self._loaded[key]

    def latest(self, session: Session, code: str) -> Definition:
        """The published definition new cases are opened with."""
        with as_system(session):  # a definition is code, not somebody's row
            row = session.scalars(
                select(ProcessVersion)
                .where(ProcessVersion.code == code, ProcessVersion.status == "published")
                .order_by(ProcessVersion.version.desc())
                .limit(1)
            ).one_or_none()
        if row is None:
            raise OporaError(_("No workflow definition is published. Run: python app.py bootstrap"))
        return self.get(session, row.code, row.version, row.hash)


def import_published(work: Work, folder: Path) -> list[str]:
    """Publish the definition files not yet in the database; the answer names those that were added.

    A file whose published version has another hash is refused: a published version never changes.
    """
    added = []
    for path in sorted(folder.glob("*/v*.yaml")):
        source = path.read_text(encoding="utf-8")
        definition = loader.loads(source, name=str(path))
        row = work.session.scalars(
            select(ProcessVersion).where(
                ProcessVersion.code == definition.code, ProcessVersion.version == definition.version
            )
        ).one_or_none()
        if row is None:
            work.session.add(
                ProcessVersion(
                    code=definition.code,
                    version=definition.version,
                    hash=definition.hash,
                    source=source,
                    status="published",
                    published_at=work.now,
                )
            )
            work.session.flush()
            added.append(f"{definition.code} v{definition.version}")
        elif row.hash != definition.hash:
            raise OporaError(
                _(
                    "%(file)s differs from the published version; give the change a new version number.",
                    file=path.name,
                )
            )
    return added
