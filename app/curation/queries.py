"""Reading the agreement, the visits and the recommendations of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access.scopes import as_system
from app.cases.models import Case, Programme
from app.core.errors import NotFound
from app.core.i18n import Text
from app.curation.models import Agreement, AgreementSide, PlannedVisit, Recommendation, Visit, VisitFile
from app.curation.rules import AgreementState, Side, Signed, missing


def current_agreement(session: Session, case_id: int) -> Agreement | None:
    """The agreement of the case: the live one, else the last that was."""
    return session.scalars(
        select(Agreement)
        .options(
            selectinload(Agreement.sides).joinedload(AgreementSide.organisation), joinedload(Agreement.scan)
        )
        .where(Agreement.case_id == case_id)
        .order_by(Agreement.id.desc())
        .limit(1)
    ).one_or_none()


def signed_sides(agreement: Agreement) -> tuple[Signed, ...]:
    """Both sides as the rules count them, the curator school first."""
    return tuple(
        Signed(side.organisation.short_name, side.number is not None, side.signed_on is not None)
        for side in (agreement.side(Side.curator), agreement.side(Side.school))
    )


def what_is_missing(agreement: Agreement) -> tuple[Text, ...]:
    """What keeps the agreement from being in force; empty when nothing does."""
    if agreement.state == AgreementState.in_force:
        return ()
    return missing(AgreementState(agreement.state), signed_sides(agreement), agreement.scan_id is not None)


def curator_as_supported(session: Session, case: Case, since: date, until: date) -> Sequence[Case]:
    """Cases in which the curator school is itself supported while the agreement runs."""
    if case.curator_id is None:
        return ()
    with as_system(session):  # the curator school's own case is hidden from this pair, yet it decides
        return session.scalars(
            select(Case)
            .join(Programme, Programme.id == Case.programme_id)
            .where(
                Case.school_id == case.curator_id,
                Case.status.in_(("active", "suspended")),
                Programme.starts <= until,
                Programme.ends >= since,
            )
        ).all()


def visits_of(session: Session, case_id: int, *, withdrawn: bool = False) -> Sequence[Visit]:
    """Visits of a case, the latest first; those entered by mistake only when asked for."""
    query = (
        select(Visit)
        .options(selectinload(Visit.recommendations))
        .where(Visit.case_id == case_id)
        .order_by(Visit.held_on.desc(), Visit.id.desc())
    )
    if not withdrawn:
        query = query.where(Visit.withdrawn_at.is_(None))
    return session.scalars(query).all()


def get_visit(session: Session, case_id: int, visit_id: int) -> Visit:
    """The visit of this case with all that belongs to it. Raises NotFound."""
    visit = session.scalars(
        select(Visit)
        .options(
            selectinload(Visit.recommendations),
            selectinload(Visit.notes),
            selectinload(Visit.files).joinedload(VisitFile.file),
        )
        .where(Visit.id == visit_id, Visit.case_id == case_id)
    ).one_or_none()
    if visit is None:
        raise NotFound
    return visit


def planned_visits(session: Session, case_id: int) -> Sequence[PlannedVisit]:
    return session.scalars(
        select(PlannedVisit)
        .where(PlannedVisit.case_id == case_id)
        .order_by(PlannedVisit.since, PlannedVisit.id)
    ).all()


def recommendations_before(
    session: Session, case_id: int, visit: Visit | None = None
) -> Sequence[Recommendation]:
    """Recommendations of earlier visits with their fate: open ones first, then by term."""
    query = (
        select(Recommendation)
        .join(Visit, Visit.id == Recommendation.visit_id)
        .options(joinedload(Recommendation.visit))
        .where(Recommendation.case_id == case_id, Visit.withdrawn_at.is_(None))
        .order_by((Recommendation.status != "open"), Recommendation.due, Recommendation.id)
    )
    if visit is not None:
        query = query.where(Visit.held_on <= visit.held_on, Visit.id != visit.id)
    return session.scalars(query).all()


def get_recommendation(session: Session, case_id: int, recommendation_id: int) -> Recommendation:
    found = session.scalars(
        select(Recommendation)
        .options(joinedload(Recommendation.visit))
        .where(Recommendation.id == recommendation_id, Recommendation.case_id == case_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
