"""Accounts with the roles they hold, for the administrator's pages and one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.models import LoginSession, Membership
from app.access.scopes import as_system
from app.access.sessions import LIFETIME
from app.schools.models import Organisation, Person


@dataclass(frozen=True)
class HeldRole:
    """A line of «роли»: what, where, as whom, from when until when."""

    row: Membership
    organisation: str
    person: str

    def is_valid(self, today: date) -> bool:
        return self.row.since <= today and self.goes_on(today)

    def goes_on(self, today: date) -> bool:
        return self.row.until is None or self.row.until >= today


def roles_of(session: Session, user_ids: Iterable[int]) -> dict[int, list[HeldRole]]:
    """The memberships of accounts, the latest first; two queries at any number of accounts."""
    wanted = list(user_ids)
    found: dict[int, list[HeldRole]] = {user_id: [] for user_id in wanted}
    query = (
        select(Membership, Organisation.short_name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id.in_(wanted))
        .order_by(Membership.since.desc(), Membership.id)
    )
    rows = session.execute(query).all()
    with as_system(session):  # one's own name stands in one's own role, whatever else one may see of people
        ids = {membership.person_id for membership, _name in rows if membership.person_id}
        people = {p.id: p.full_name for p in session.scalars(select(Person).where(Person.id.in_(ids)))}
    for membership, organisation in rows:
        found[membership.user_id].append(
            HeldRole(membership, organisation, people.get(membership.person_id or 0, ""))
        )
    return found


def open_sessions(session: Session, user_id: int, now: datetime) -> int:
    """How many sessions of an account are open now."""
    with as_system(session):  # the rows themselves are visible to nobody, only their number is told
        return (
            session.scalar(
                select(func.count()).select_from(LoginSession).where(
                    LoginSession.user_id == user_id, LoginSession.ended_at.is_(None),
                    LoginSession.opened_at > now - LIFETIME,
                )
            )
            or 0
        )  # fmt: skip
