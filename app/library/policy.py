"""The bank is open to everyone with an account; a publication to whoever sees its case, the centre's to all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from app.access.scopes import everyone, policy
from app.cases.policy import of_visible_case
from app.core.actor import Actor
from app.library.models import Material, Publication

policy(Material)(everyone)


@policy(Publication)
def visible_publications(actor: Actor) -> ColumnElement[bool]:
    case_id = Publication.__table__.c.case_id
    return or_(case_id.is_(None), of_visible_case(case_id, actor))
