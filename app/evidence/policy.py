"""Who sees a package: whoever ordered it, for it holds what that person may see and nothing else."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select

from app.access.scopes import policy
from app.core.actor import Actor
from app.evidence.models import EvidencePackage
from app.files.policy import also_visible

_packages = EvidencePackage.__table__


@policy(EvidencePackage)
def visible_packages(actor: Actor) -> ColumnElement[bool]:
    return _packages.c.ordered_by == actor.user_id if actor.user_id is not None else false()


def files_of_packages(actor: Actor) -> ColumnElement[bool]:
    from app.files.models import StoredFile

    files = StoredFile.__table__
    return files.c.id.in_(select(_packages.c.file_id).where(visible_packages(actor)))


also_visible(files_of_packages)
