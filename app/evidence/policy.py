"""Who sees a package: whoever ordered it, for it holds what that person may see and nothing else."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select

from app.access.scopes import policy
from app.cases.policy import of_visible_case
from app.core.actor import Actor
from app.evidence.models import EvidencePackage
from app.files.policy import also_visible

_packages = EvidencePackage.__table__


@policy(EvidencePackage)
def visible_packages(actor: Actor) -> ColumnElement[bool]:
    """His own, as long as he may see the case: a substitute's packages stay behind when the substitution ends."""
    if actor.user_id is None:
        return false()
    still = or_(_packages.c.case_id.is_(None), of_visible_case(_packages.c.case_id, actor))
    return and_(_packages.c.ordered_by == actor.user_id, still)


def files_of_packages(actor: Actor) -> ColumnElement[bool]:
    from app.files.models import StoredFile

    files = StoredFile.__table__
    return files.c.id.in_(select(_packages.c.file_id).where(visible_packages(actor)))


also_visible(files_of_packages)
