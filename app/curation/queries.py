"""Reading the agreement, the visits and the recommendations of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access.scopes import as_system
from app.cases.models import Case, Programme
from app.core.asked_once import asked_once
from app.core.errors import NotFound
from app.core.i18n import Text
from app.curation.models import Agreement, AgreementSide, PlannedVisit, Recommendation, Visit, VisitFile
from app.curation.rules import AgreementState, Side, Signed, missing


@asked_once
def current_agreement(session: Session, case_id: int) -> Agreement | None:
    """The agreement of the case: the live one, else the last that was."""
    return _current_agreements(session, [case_id])[case_id]


def look_at_agreements(session: Session, case_ids: Sequence[int]) -> None:
    """Read at once what `current_agreement` is asked about each of these cases."""
    current_agreement.look_ahead(session, case_ids, lambda some: _current_agreements(session, some))


def _current_agreements(session: Session, case_ids: Sequence[int]) -> dict[int, Agreement | None]:
    last = select(func.max(Agreement.id)).where(Agreement.case_id.in_(case_ids)).group_by(Agreement.case_id)
    rows = session.scalars(
        select(Agreement)
        .options(
            selectinload(Agreement.sides).joinedload(AgreementSide.organisation), joinedload(Agreement.scan)
        )
        .where(Agreement.id.in_(last))
    )
    return dict.fromkeys(case_ids, None) | {row.case_id: row for row in rows}


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


@asked_once
def visits_of(session: Session, case_id: int, *, withdrawn: bool = False) -> Sequence[Visit]:
    """Visits of a case, the latest first; those entered by mistake only when asked for."""
    return _visits_of_all(session, [case_id], withdrawn)[case_id]


def look_at_visits(session: Session, case_ids: Sequence[int]) -> None:
    """Read at once what `visits_of` is asked about each of these cases."""
    visits_of.look_ahead(session, case_ids, lambda some: _visits_of_all(session, some))


def _visits_of_all(
    session: Session, case_ids: Sequence[int], withdrawn: bool = False
) -> dict[int, list[Visit]]:
    found: dict[int, list[Visit]] = {case_id: [] for case_id in case_ids}
    query = (
        select(Visit)
        .options(selectinload(Visit.recommendations))
        .where(Visit.case_id.in_(case_ids))
        .order_by(Visit.held_on.desc(), Visit.id.desc())
    )
    if not withdrawn:
        query = query.where(Visit.withdrawn_at.is_(None))
    for visit in session.scalars(query):
        found[visit.case_id].append(visit)
    return found


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


@dataclass(frozen=True)
class VisitCount:
    """The visits of a case against its plan: `made` fulfil a planned one, `outside` none.

    Before there is a plan (`planned` is None) nothing stands outside it, and `made` is all that were held.
    """

    made: int = 0
    planned: int | None = None
    outside: int = 0


def count_visits(session: Session, case_ids: Sequence[int], on: date) -> dict[int, VisitCount]:
    """The visits held by the day, as every page and paper counts them; a case without any and without a plan is not
    there. The plan begins with the day of the agreement."""
    agreed = set(
        session.scalars(
            select(Agreement.case_id).where(Agreement.case_id.in_(case_ids), Agreement.dated <= on)
        )
    )
    planned: dict[int, list[int | None]] = {case_id: [] for case_id in agreed}
    plans = select(PlannedVisit.case_id, PlannedVisit.visit_id).where(PlannedVisit.case_id.in_(agreed))
    for case_id, visit_id in session.execute(plans):
        planned[case_id].append(visit_id)
    held: dict[int, list[int]] = {}
    visits = select(Visit.case_id, Visit.id).where(
        Visit.case_id.in_(case_ids), Visit.withdrawn_at.is_(None), Visit.held_on <= on
    )
    for case_id, visit_id in session.execute(visits):
        held.setdefault(case_id, []).append(visit_id)
    return {case_id: _counted(held.get(case_id, []), planned.get(case_id)) for case_id in {*held, *planned}}


def _counted(held: Sequence[int], planned: Sequence[int | None] | None) -> VisitCount:
    if planned is None:
        return VisitCount(len(held))
    made = len({*held} & {*planned})
    return VisitCount(made, len(planned), len(held) - made)


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
