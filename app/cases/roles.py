"""The roles a person has in one case, and the acts they allow there."""

from __future__ import annotations

from app.access.permissions import CAPABILITIES
from app.access.roles import AUTHORITY
from app.cases.models import Case, CaseStatus, Programme
from app.core.actor import Actor
from app.core.errors import Forbidden, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work


def programme_roles(actor: Actor, programme: Programme) -> frozenset[str]:
    """Roles held in the authority or centre that runs the programme."""
    offices = {programme.authority_id, programme.centre_id}
    return frozenset(
        h.role for h in actor.memberships if h.role in AUTHORITY and h.organisation_id in offices
    )


def case_roles(actor: Actor, case: Case) -> frozenset[str]:
    """Roles in this very case: a director of another school has none here."""
    roles = set(programme_roles(actor, case.programme))
    for held in actor.memberships:
        if held.role in ("director", "deputy") and held.organisation_id == case.school_id:
            roles.add(held.role)
        if held.role == "curator" and held.organisation_id == case.curator_id:
            roles.add(held.role)
    return frozenset(roles)


def may(work: Work, capability: str, case: Case) -> bool:
    """True if the actor may do this act in this case (for offering a button, and for refusing the act)."""
    return work.actor.is_system or bool(CAPABILITIES[capability] & case_roles(work.actor, case))


def require(work: Work, capability: str, case: Case) -> None:
    """Raises Forbidden unless the act is the actor's in this case."""
    if not may(work, capability, case):
        raise Forbidden


def require_running(case: Case) -> None:
    """Raises Refusal when the case is closed, terminated or suspended: nothing new is entered then."""
    if case.status != CaseStatus.active:
        raise Refusal(
            [
                Reason(
                    _("The case is not being worked on now: nothing new can be entered."), f"/cases/{case.id}"
                )
            ]
        )


def may_in_programme(work: Work, capability: str, programme: Programme) -> bool:
    return work.actor.is_system or bool(CAPABILITIES[capability] & programme_roles(work.actor, programme))


def require_in_programme(work: Work, capability: str, programme: Programme) -> None:
    """Raises Forbidden unless the act is the actor's in this programme."""
    if not may_in_programme(work, capability, programme):
        raise Forbidden
