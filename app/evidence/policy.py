"""Who sees a package: whoever ordered it, for it holds what that person may see and nothing else."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, select

from app.access.scopes import policy
from app.cases.policy import of_visible_case
from app.core.actor import Actor
from app.evidence.models import EvidencePackage, EvidencePackageCase
from app.files.policy import also_visible

_packages, _told = EvidencePackage.__table__, EvidencePackageCase.__table__


@policy(EvidencePackage)
def visible_packages(actor: Actor) -> ColumnElement[bool]:
    """His own, as long as he may see every case it tells of: a substitute's packages stay behind when the substitution
    ends, those of a programme with the office that was left."""
    if actor.user_id is None:
        return false()
    hidden = (
        select(_told.c.package_id)
        .where(_told.c.package_id == _packages.c.id, ~of_visible_case(_told.c.case_id, actor))
        .exists()
    )
    return and_(_packages.c.ordered_by == actor.user_id, ~hidden)


@policy(EvidencePackageCase)
def visible_package_cases(actor: Actor) -> ColumnElement[bool]:
    return of_visible_case(_told.c.case_id, actor)


def files_of_packages(actor: Actor) -> ColumnElement[bool]:
    from app.files.models import StoredFile

    files = StoredFile.__table__
    return files.c.id.in_(select(_packages.c.file_id).where(visible_packages(actor)))


also_visible(files_of_packages)
