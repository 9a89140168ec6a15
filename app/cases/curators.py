"""Which school curates a case: named when the case is opened, another one until the agreement makes it formal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases import telling
from app.cases.context import page_url
from app.cases.models import Case, CaseStatus, Programme
from app.cases.queries import lock_case
from app.cases.roles import require_in_programme, require_running
from app.cases.stages import is_before_agreement
from app.core.errors import Invalid, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Organisation


def assign_curator(
    work: Work, case_id: int, curator: Organisation, expected_version: int | None = None
) -> None:
    """Name another curator school, before the agreement makes it formal; the old one stays in the history.

    Raises Forbidden, Stale, Refusal (the case is not running, or the stage of the agreement has begun), Invalid.
    """
    case = lock_case(work.session, case_id)
    require_in_programme(work, "case.assign_curator", case.programme)
    require_running(case)
    if expected_version is not None and case.version != expected_version:
        raise Stale
    if reason := why_not_exchanged(work, case):
        raise Refusal([reason])
    check_curator(work, case.programme, case.school, curator)
    if curator.id == case.curator_id:
        return
    former, told = case.curator, telling.of_schools(work, case)
    names = [school.short_name for school in (former, curator) if school]
    values = {"curator_id": {"old": case.curator_id, "new": curator.id}, "about": " → ".join(names)}
    case.curator_id = curator.id
    audit.record(work, "case:curator", case, case_id=case.id, data={"fields": ["curator_id"]}, values=values)
    telling.tell_curator(work, case, former, curator, told)


def why_not_exchanged(work: Work, case: Case) -> Reason | None:
    """Why the curator school is not exchanged at this stage; None when it is."""
    definition = work.ports.definitions.of(work.session, case)
    if not is_before_agreement(definition, case.stage):
        return Reason(_("The agreement is being made or in force: terminate it and return the case first."))
    if _has_agreement(work, case):
        told = _("The agreement is being made or in force: give it up or terminate it first.")
        return Reason(told, page_url(work, "curation", case))
    return None


def _has_agreement(work: Work, case: Case) -> bool:
    """Whether the curator school has an agreement that is not over; it outlives a return of the case to its plan."""
    until = work.ports.facts.get("curation.agreement_until")
    with as_system(work.session):
        return until is not None and until(work.session, case.id).value is not None


def never_curators(work: Work, programme: Programme) -> set[int]:
    """Keys of the schools that curate nobody in the programme, since it supports them: see `check_curator`."""
    return _schools(work, Case.school_id, Case.programme_id == programme.id)


def never_supported(work: Work, programme: Programme) -> set[int]:
    """Keys of the schools no case is opened for: they have one, or curate another school (see `check_supported`)."""
    return never_curators(work, programme) | _schools(
        work, Case.curator_id, Case.programme_id == programme.id, _runs()
    )


def _schools(work: Work, column: InstrumentedAttribute[Any], *which: ColumnElement[bool]) -> set[int]:
    return set(work.session.scalars(select(column).where(*which)))


def _runs() -> ColumnElement[bool]:
    return Case.status.in_([CaseStatus.active, CaseStatus.suspended])


def check_curator(
    work: Work, programme: Programme, school: Organisation, curator: Organisation | None
) -> None:
    """A supported school cannot curate, and nobody curates himself."""
    if curator is None:
        return
    if curator.id == school.id:
        raise Invalid(fields={"curator": _("A school cannot be its own curator.")})
    supported = work.session.scalars(
        select(Case).where(Case.programme_id == programme.id, Case.school_id == curator.id)
    ).first()
    if supported is not None:
        raise Invalid(
            fields={
                "curator": _("%(school)s is itself supported in this programme.", school=curator.short_name)
            }
        )


def check_supported(work: Work, programme: Programme, school: Organisation) -> None:
    """A school that curates another in the programme is not supported in it: one of the two would have to end."""
    curated = work.session.scalars(
        select(Organisation)
        .join(Case, Case.school_id == Organisation.id)
        .where(Case.programme_id == programme.id, Case.curator_id == school.id, _runs())
        .order_by(Case.id)
    ).all()
    if curated:
        told = _(
            "%(school)s is a curator school in this programme and cannot be supported in it. It curates: %(names)s.",
            school=school.short_name, names=", ".join(one.short_name for one in curated),
        )  # fmt: skip
        raise Invalid(fields={"school": told})
