"""Positions a person holds beyond his last day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core.errors import Invalid
from app.core.holdings import CLOSE, HAND_ON, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.schools import service
from app.schools.models import Person, Position
from app.schools.service import PositionData


def positions(work: Work, leaver: Leaver) -> list[Holding]:
    """Positions that would go on after the last day."""
    rows = work.session.scalars(
        select(Position)
        .options(joinedload(Position.organisation))
        .where(
            Position.person_id == leaver.person_id,
            or_(Position.until.is_(None), Position.until > leaver.last_day),
        )
        .order_by(Position.id)
    ).all()
    return [
        Holding(str(p.id), p.title, p.organisation.short_name,
                acts=(HAND_ON, CLOSE) if p.is_signatory else (CLOSE, HAND_ON))
        for p in rows
    ]  # fmt: skip


def settle_position(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """End the position; handed on, the successor holds the same one from the next day."""
    row = work.session.get_one(Position, int(key))
    begins, until = max(leaver.last_day + timedelta(days=1), row.since), row.until
    title, office, forms = row.title, row.organisation, dict(row.forms or {})
    signs, acting, basis = row.is_signatory, row.is_acting, row.basis
    if act == HAND_ON and (successor is None or successor.person_id is None):
        raise Invalid(_("The successor has no card among the employees: a position needs one."))
    if row.since > leaver.last_day:
        service.remove_position(work, row)
    else:
        service.revise_position(work, row, PositionData(
            organisation_id=row.organisation_id, title=title, since=row.since, until=leaver.last_day,
            is_signatory=signs, is_acting=acting, basis=basis, forms=forms,
        ))  # fmt: skip
    last = f"{leaver.last_day:%d.%m.%Y}"
    if act != HAND_ON or successor is None:
        return _("Ends on %(last)s", last=last)
    held = work.session.scalars(
        select(Position).where(
            Position.person_id == successor.person_id, Position.organisation_id == office.id,
            Position.title == title, Position.is_signatory.is_(signs), Position.since <= begins,
            or_(Position.until.is_(None), Position.until >= begins),
        ).limit(1)
    ).first()  # fmt: skip
    if held is None:
        service.appoint(
            work, work.session.get_one(Person, successor.person_id), office, title, since=begins, until=until,
            forms=forms, is_signatory=signs, is_acting=acting, basis=basis,
        )  # fmt: skip
    return _("Ends on %(last)s, the successor holds it from %(first)s", last=last, first=f"{begins:%d.%m.%Y}")


HOLDINGS = [HoldingSource("positions", _("Positions"), positions, settle_position, order=20)]
