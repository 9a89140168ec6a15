"""Opening and correcting a programme: a project of one authority in one year."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from app.access.permissions import CAPABILITIES
from app.access.substitutions import right_used
from app.audit import service as audit
from app.cases.models import Programme
from app.cases.roles import require_in_programme
from app.core.errors import Forbidden, Invalid, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Organisation


def open_programme(
    work: Work, *, code: str, title: str, year: int, starts: date, ends: date, authority: Organisation,
    centre: Organisation, settings: dict[str, Any] | None = None, is_demo: bool = False,
) -> Programme:  # fmt: skip
    """A new programme. Raises Forbidden unless the actor opens cases there, Invalid for wrong dates or a taken code."""
    if not work.actor.is_system:
        offices = {authority.id, centre.id}
        rights = [
            h
            for h in work.actor.memberships
            if h.role in CAPABILITIES["case.open"] and h.organisation_id in offices and h.programme_id is None
        ]
        if not rights:
            raise Forbidden
        work.acting = right_used(work.actor, rights)
    _check(work, code, starts, ends, year)
    programme = Programme(
        code=code, title=title, year=year, starts=starts, ends=ends, authority_id=authority.id, centre_id=centre.id,
        settings=settings or {}, is_demo=is_demo, created_at=work.now,
    )  # fmt: skip
    work.session.add(programme)
    audit.record(work, "programme:open", programme, data={"code": code, "year": year})
    return programme


def edit_programme(work: Work, programme: Programme, expected_version: int, changes: dict[str, Any]) -> None:
    """Correct a programme; the old values stay in the history. Raises Forbidden, Stale, Invalid."""
    require_in_programme(work, "case.open", programme)
    if programme.version != expected_version:
        raise Stale
    _check(work, programme.code, changes["starts"], changes["ends"], changes["year"], own=programme.id)
    audit.revise(work, programme, changes, "programme:edit")


def _check(work: Work, code: str, starts: date, ends: date, year: int, own: int | None = None) -> None:
    if ends <= starts:
        raise Invalid(fields={"ends": _("The programme must end after it starts.")})
    if not starts.year <= year <= ends.year:
        raise Invalid(fields={"year": _("The year lies outside the dates of the programme.")})
    taken = work.session.scalars(select(Programme).where(Programme.code == code)).first()
    if taken is not None and taken.id != own:
        raise Invalid(fields={"code": _("This code is taken by another programme.")})
