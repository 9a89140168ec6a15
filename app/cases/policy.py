"""Who sees a case and everything that hangs on it: the authority of its programme, its school, its curator school."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, false, or_, select, true, union

from app.access.models import Membership, Substitution
from app.access.roles import AUTHORITY, BUSINESS
from app.access.scopes import everyone, policy
from app.audit.policy import scope_by_case
from app.cases.models import (
    Case,
    CaseEvent,
    CaseTask,
    CaseVote,
    Meeting,
    MeetingItem,
    ProcessRevision,
    ProcessVersion,
    Programme,
    StageRound,
)
from app.core.actor import Actor
from app.core.db import Base
from app.schools.models import Organisation, OrganisationKind
from app.schools.policy import plug_partners

_cases, _programmes = Case.__table__, Programme.__table__
_substitutions, _memberships, _organisations = (
    Substitution.__table__, Membership.__table__, Organisation.__table__
)  # fmt: skip


def own_programmes(actor: Actor, *roles: str) -> Select[tuple[int]]:
    """Programmes whose authority or centre the actor works for, in one of `roles` if they are named."""
    roles = roles or tuple(AUTHORITY)
    offices = sorted(actor.organisation_ids(*roles))
    conditions: list[ColumnElement[bool]] = [
        _programmes.c.authority_id.in_(offices),
        _programmes.c.centre_id.in_(offices),
    ]
    for held in actor.of_programmes(*roles):  # a substitution for one programme of the office
        office = held.organisation_id
        conditions.append(
            (_programmes.c.id == held.programme_id)
            & or_(_programmes.c.authority_id == office, _programmes.c.centre_id == office)
        )
    return select(_programmes.c.id).where(or_(*conditions))


@policy(Case)
def visible_cases(actor: Actor) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if actor.has(*AUTHORITY):
        conditions.append(_cases.c.programme_id.in_(own_programmes(actor)))
    if schools := sorted(actor.organisation_ids("director", "deputy")):
        conditions.append(_cases.c.school_id.in_(schools))
    if curators := sorted(actor.organisation_ids("curator")):
        conditions.append(_cases.c.curator_id.in_(curators))
    for held in actor.of_programmes("director", "deputy", "curator"):
        school = _cases.c.curator_id if held.role == "curator" else _cases.c.school_id
        conditions.append((school == held.organisation_id) & (_cases.c.programme_id == held.programme_id))
    return or_(*conditions) if conditions else false()


@policy(Programme)
def visible_programmes(actor: Actor) -> ColumnElement[bool]:
    if not actor.has(*BUSINESS):
        return false()
    return or_(
        _programmes.c.id.in_(own_programmes(actor)),
        _programmes.c.id.in_(select(_cases.c.programme_id).where(visible_cases(actor))),
    )


def of_visible_case(case_id: Any, actor: Actor) -> ColumnElement[bool]:
    """The condition «hangs on a case the actor sees», for a column that holds the case's key."""
    return case_id.in_(select(_cases.c.id).where(visible_cases(actor)))


def of_own_programme(programme_id: Any, actor: Actor) -> ColumnElement[bool]:
    """The condition «belongs to a programme of the actor's authority or centre»."""
    if not actor.has(*AUTHORITY):
        return false()
    return programme_id.in_(own_programmes(actor))


def register_case_child(model: type[Base], case_id: Any) -> None:
    """Declare that a row of `model` is seen by whoever sees its case."""
    policy(model)(lambda actor: of_visible_case(case_id, actor))


for _model in (StageRound, CaseTask, CaseVote, CaseEvent):
    register_case_child(_model, _model.__table__.c.case_id)

policy(ProcessVersion)(everyone)
policy(ProcessRevision)(everyone)


@policy(Meeting)
def visible_meetings(actor: Actor) -> ColumnElement[bool]:
    return of_own_programme(Meeting.__table__.c.programme_id, actor)


@policy(MeetingItem)
def visible_meeting_items(actor: Actor) -> ColumnElement[bool]:
    """A school reads what was decided about it; the agenda as a whole belongs to the authority."""
    return of_visible_case(MeetingItem.__table__.c.case_id, actor)


def partners(actor: Actor) -> Select[tuple[int]]:
    """The other schools of the pairs the actor's own school stands in."""
    pair = visible_cases(actor)
    both = union(select(_cases.c.school_id).where(pair), select(_cases.c.curator_id).where(pair)).subquery()
    return select(both.c[0])


@policy(Substitution)
def visible_substitutions(actor: Actor) -> ColumnElement[bool]:
    """The administrator sees all, everybody what concerns himself, a head what may concern his authority.

    For a head that is what is limited to a programme of his, and what is limited to none unless both people belong to
    another authority only. Who acts for him in one programme sees what is limited to that one.
    """
    if actor.has("admin"):
        return true()
    own = or_(
        _substitutions.c.absent_user_id == actor.user_id, _substitutions.c.substitute_user_id == actor.user_id
    )
    if not actor.has("head"):
        return own
    programmes = own_programmes(actor, "head")
    concerns_head: ColumnElement[bool] = _substitutions.c.programme_id.in_(programmes)
    if offices := sorted(actor.organisation_ids("head")):
        ours = or_(
            _memberships.c.organisation_id.in_(offices),
            _memberships.c.organisation_id.in_(_reached(_programmes.c.id.in_(programmes))),
        )
        theirs = or_(
            _memberships.c.organisation_id.in_(_reached(_programmes.c.id.not_in(programmes))),
            _memberships.c.organisation_id.in_(
                select(_organisations.c.id).where(_organisations.c.kind == OrganisationKind.authority.value)
            ),
        )
        unlimited = _substitutions.c.programme_id.is_(None)
        concerns_head = or_(concerns_head, unlimited & or_(_one_belongs(ours), ~_one_belongs(theirs)))
    return or_(own, concerns_head)


def _reached(which: ColumnElement[bool]) -> CompoundSelect[tuple[int]]:
    """The authorities, centres, schools and curator schools of these programmes."""
    pairs = _programmes.join(_cases, _cases.c.programme_id == _programmes.c.id)
    return union(
        select(_programmes.c.authority_id).where(which), select(_programmes.c.centre_id).where(which),
        select(_cases.c.school_id).select_from(pairs).where(which),
        select(_cases.c.curator_id).select_from(pairs).where(which, _cases.c.curator_id.is_not(None)),
    )  # fmt: skip


def _one_belongs(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of the two people of a substitution holds, has held or will hold a role there."""
    people = (_substitutions.c.absent_user_id, _substitutions.c.substitute_user_id)
    return exists().where(_memberships.c.user_id.in_(people), where).correlate(_substitutions)


scope_by_case(of_visible_case)
plug_partners(partners)
