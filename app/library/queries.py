"""Finding materials and publications."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.library.models import Material, Publication
from app.schools.models import Organisation
from app.schools.rules import search_key


def materials(
    session: Session, *, text: str = "", kind: str = "", audience: str = "", risk: str = ""
) -> Sequence[Material]:
    """Materials that contain every word of `text`, by title. Capitals and «ё» do not matter."""
    query = select(Material).order_by(Material.sort_key, Material.id)
    for word in search_key(text).split()[:12]:
        query = query.where(Material.search_key.contains(word, autoescape=True))
    if kind:
        query = query.where(Material.kind == kind)
    found = session.scalars(query).all()
    # Lists are JSON, which the two databases search differently; the bank is small.
    return [m for m in found if (not audience or audience in m.audience) and (not risk or risk in m.risks)]


def publications(session: Session, *, case_id: int | None = None) -> Sequence[Publication]:
    """Publications of a case, or all visible ones by organisation."""
    query = (
        select(Publication)
        .join(Organisation, Organisation.id == Publication.organisation_id)
        .options(joinedload(Publication.organisation))
        .order_by(Organisation.sort_key, Publication.published_on.desc(), Publication.id)
    )
    if case_id is not None:
        query = query.where(Publication.case_id == case_id)
    return session.scalars(query).all()
