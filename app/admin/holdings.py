"""What an account holds: roles and substitutions; the account itself stands in `closing`."""

from __future__ import annotations

from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select

from app.access.models import Membership, Substitution
from app.access.roles import GROUP, ROLE_TITLES
from app.admin import closing, service, substitutions
from app.admin.service import RoleData
from app.admin.substitutions import SubstitutionData
from app.core.errors import Invalid, Reason, Refusal
from app.core.holdings import CLOSE, HAND_ON, HisAlready, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.schools.models import Organisation, Person


def roles(work: Work, leaver: Leaver) -> list[Holding]:
    """Roles that would go on after the last day."""
    rows = work.session.execute(
        select(Membership, Organisation.short_name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.user_id.in_(leaver.user_ids),
            or_(Membership.until.is_(None), Membership.until > leaver.last_day),
        )
        .order_by(Membership.id)
    ).all()
    return [
        Holding(str(m.id), str(ROLE_TITLES.get(m.role, m.role)), office, acts=(HAND_ON, CLOSE))
        for m, office in rows
    ]


def settle_role(
    work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None
) -> Text | HisAlready:
    row = service.locked_role(work, int(key))
    if act == HAND_ON and (successor is None or successor.user_id is None):
        raise Invalid(_("The successor has no account: a role is held by an account."))
    role, office, until = row.role, work.session.get_one(Organisation, row.organisation_id), row.until
    person = work.session.get(Person, row.person_id) if row.person_id else None
    begins = max(leaver.last_day + timedelta(days=1), row.since)
    handed = votes_already = False
    if act == HAND_ON and successor is not None and not _holds(work, successor, role, office.id, begins):
        user = work.session.get_one(User, successor.user_id)
        card = work.session.get(Person, successor.person_id) if successor.person_id else None
        votes_already = role in GROUP and _votes(work, successor, begins)
        service.give_role(work, user, RoleData(role, office, card, begins, until, leaver.ground))
        handed = True
    if role == "admin" and not _administers(work, leaver, begins):
        raise Refusal([Reason(_("After this nobody could administer the system."))])
    if row.since > leaver.last_day:
        service.withdraw_role(work, row)
    else:
        ended = RoleData(role, office, person, row.since, leaver.last_day, leaver.ground)
        service.change_role(work, row, ended)
    days = {"last": f"{leaver.last_day:%d.%m.%Y}", "first": f"{begins:%d.%m.%Y}"}
    if votes_already:
        return _("Ends on %(last)s, the successor holds it from %(first)s. He votes in the group already and has one "
                 "vote: the group becomes smaller", **days)  # fmt: skip
    if handed:
        return _("Ends on %(last)s, the successor holds it from %(first)s", **days)
    if act == HAND_ON:
        last = f"{leaver.last_day:%d.%m.%Y}"
        return HisAlready(_("Ends on %(last)s; the successor holds this role already", last=last))
    return _("Ends on %(last)s", last=f"{leaver.last_day:%d.%m.%Y}")


def _holds(work: Work, successor: Successor, role: str, organisation_id: int, day: date) -> bool:
    query = select(Membership.id).where(
        Membership.user_id == successor.user_id, Membership.role == role,
        Membership.organisation_id == organisation_id, Membership.valid_on(day),
    )  # fmt: skip
    return work.session.scalars(query.limit(1)).first() is not None


def _votes(work: Work, successor: Successor, day: date) -> bool:
    """Whether the successor sits in the coordination group already: one head, one vote."""
    query = select(Membership.id).where(
        Membership.user_id == successor.user_id, Membership.role.in_(GROUP), Membership.valid_on(day)
    )
    return work.session.scalars(query.limit(1)).first() is not None


def _administers(work: Work, leaver: Leaver, day: date) -> bool:
    """Whether somebody else administers the system once the leaver is gone."""
    query = (
        select(func.count()).select_from(Membership).join(User, User.id == Membership.user_id)
        .where(
            Membership.role == "admin", User.active.is_(True), Membership.user_id.not_in(leaver.user_ids),
            Membership.valid_on(day),
        )
    )  # fmt: skip
    return bool(work.session.scalar(query))


def substitutes(work: Work, leaver: Leaver) -> list[Holding]:
    """Substitutions that go on after the last day: for him, and by him for others. What is over is held no more."""
    rows = work.session.scalars(
        select(Substitution).where(
            or_(
                Substitution.absent_user_id.in_(leaver.user_ids),
                Substitution.substitute_user_id.in_(leaver.user_ids),
            ),
            Substitution.until > leaver.last_day,
            or_(Substitution.last_day.is_(None), Substitution.last_day > leaver.last_day),
        ).order_by(Substitution.id)
    ).all()  # fmt: skip
    return [
        Holding(
            str(row.id), _("%(name)s for %(whom)s", name=row.substitute_name, whom=row.whom),
            f"{row.since:%d.%m.%Y} – {row.ends:%d.%m.%Y}, {row.ground}",
            acts=(CLOSE,) if row.absent_user_id in leaver.user_ids else (HAND_ON, CLOSE),
        )
        for row in rows
        if row.ends >= max(row.since, work.today)
    ]  # fmt: skip


def settle_substitution(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    row = work.session.get_one(Substitution, int(key))
    last = max(leaver.last_day, work.today - timedelta(days=1), row.since - timedelta(days=1))
    until = row.ends
    substitutions.end(work, row, last, row.version)
    work.session.flush()
    if act != HAND_ON:
        return _("Ends on %(last)s", last=f"{last:%d.%m.%Y}")
    if successor is None or successor.user_id is None:
        raise Invalid(_("The successor has no account: a role is held by an account."))
    first = last + timedelta(days=1)
    substitutions.add(
        work,
        SubstitutionData(
            absent=work.session.get_one(User, row.absent_user_id),
            substitute=work.session.get_one(User, successor.user_id), since=first, until=until, ground=row.ground,
            role=row.role, organisation_id=row.organisation_id, programme_id=row.programme_id,
            is_acting=row.is_acting,
        ),
    )  # fmt: skip
    return _("Ends on %(last)s, the successor stands in from %(first)s",
             last=f"{last:%d.%m.%Y}", first=f"{first:%d.%m.%Y}")  # fmt: skip


HOLDINGS = [
    HoldingSource("roles", _("Roles"), roles, settle_role, order=10),
    HoldingSource(
        "substitutions", _("Substitutions"), substitutes, settle_substitution, order=30, is_told=True
    ),
    # without his account a person could not do what nobody has taken over
    HoldingSource(
        "accounts", _("Account"), closing.accounts, closing.settle_account, order=90, needs_the_rest=True
    ),
]
