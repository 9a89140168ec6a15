"""The roles a person has in one case, and the acts they allow there."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.permissions import CAPABILITIES
from app.access.roles import AUTHORITY, GROUP, SCHOOL
from app.access.substitutions import right_used
from app.cases.models import Case, CaseStatus, Programme
from app.cases.stages import is_before_agreement
from app.core.actor import Actor, Held, StandsFor
from app.core.errors import Forbidden, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work

# where a procedure looks for the people of a role: the roles it may name
FOUND: dict[str, str] = {
    **{role: "group" if role in GROUP else "authority" for role in sorted(AUTHORITY)},
    **dict.fromkeys(sorted(SCHOOL), "supported_school"),
    "curator": "curator_school",
}


def programme_rights(actor: Actor, programme: Programme) -> tuple[Held, ...]:
    """What is held in the authority or centre that runs the programme, by the actor himself or for another."""
    offices = {programme.authority_id, programme.centre_id}
    return tuple(
        h
        for h in actor.memberships
        if h.role in AUTHORITY and h.organisation_id in offices and h.programme_id in (None, programme.id)
    )


def case_rights(actor: Actor, case: Case) -> tuple[Held, ...]:
    """What is held in this very case: a director of another school has nothing here."""
    schools = {"director": case.school_id, "deputy": case.school_id, "curator": case.curator_id}
    return programme_rights(actor, case.programme) + tuple(
        h
        for h in actor.memberships
        if h.role in schools
        and h.organisation_id == schools[h.role]
        and h.programme_id in (None, case.programme_id)
    )


def programme_roles(actor: Actor, programme: Programme) -> frozenset[str]:
    """Roles held in the authority or centre that runs the programme."""
    return frozenset(h.role for h in programme_rights(actor, programme))


def case_roles(actor: Actor, case: Case) -> frozenset[str]:
    """Roles in this very case."""
    return frozenset(h.role for h in case_rights(actor, case))


def stands_for(actor: Actor, case: Case, roles: Iterable[str]) -> StandsFor | None:
    """In whose place the actor does what one of `roles` may do; nobody's when he may do it himself."""
    wanted = frozenset(roles)
    return right_used(actor, [h for h in case_rights(actor, case) if h.role in wanted])


def may(work: Work, capability: str, case: Case) -> bool:
    """True if the actor may do this act in this case (for offering a button, and for refusing the act)."""
    return work.actor.is_system or bool(CAPABILITIES[capability] & case_roles(work.actor, case))


def may_assign_curator(work: Work, case: Case) -> bool:
    """True if the actor may name another curator school, and the case still lets him."""
    if case.status != CaseStatus.active or not may(work, "case.assign_curator", case):
        return False
    return is_before_agreement(work.ports.definitions.of(work.session, case), case.stage)


def require(work: Work, capability: str, case: Case) -> None:
    """Raises Forbidden unless the act is the actor's in this case; notes in whose place it is done."""
    if not may(work, capability, case):
        raise Forbidden
    work.acting = stands_for(work.actor, case, CAPABILITIES[capability])


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
    """Raises Forbidden unless the act is the actor's in this programme; notes in whose place it is done."""
    if not may_in_programme(work, capability, programme):
        raise Forbidden
    allowed = CAPABILITIES[capability]
    work.acting = right_used(
        work.actor, [h for h in programme_rights(work.actor, programme) if h.role in allowed]
    )
