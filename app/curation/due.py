"""What falls due in curation: visits of the agreement not held yet, recommendations not carried out yet."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.access.permissions import CAPABILITIES
from app.access.roles import SCHOOL
from app.cases.models import Case, CaseStatus
from app.cases.roles import case_roles, stands_for
from app.core.i18n import Text, n_
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.curation.models import Agreement, PlannedVisit, Recommendation, Visit
from app.curation.rules import AgreementState, RecommendationStatus

AHEAD = timedelta(days=14)
_WITH_SCHOOL = (joinedload(Case.school), joinedload(Case.programme))


def visits_due(work: Work) -> list[QueueItem]:
    """One line per case with the visits whose period is over or nearly so; the oldest counts."""
    visitors = CAPABILITIES["curation.visit"]
    if not work.actor.has(*visitors):
        return []
    query = (
        select(Case, PlannedVisit.until)
        .join(PlannedVisit, PlannedVisit.case_id == Case.id)
        .join(Agreement, Agreement.case_id == Case.id)
        .options(*_WITH_SCHOOL)
        .where(
            Case.status == CaseStatus.active.value, Agreement.state == AgreementState.in_force.value,
            PlannedVisit.visit_id.is_(None), PlannedVisit.until <= work.today + AHEAD,
        )
        .order_by(Case.id, PlannedVisit.until)
    )  # fmt: skip
    return [
        _item(
            work, case, days, visitors, n_("Hold and enter %(n)s visit", "Hold and enter %(n)s visits", len(days))
        )
        for case, days in _by_case(work, query, visitors)
    ]  # fmt: skip


def recommendations_due(work: Work) -> list[QueueItem]:
    """One line per case with the open recommendations whose term is over or near; the oldest counts."""
    if not work.actor.has(*SCHOOL):
        return []
    query = (
        select(Case, Recommendation.due)
        .join(Recommendation, Recommendation.case_id == Case.id)
        .join(Visit, Visit.id == Recommendation.visit_id)
        .options(*_WITH_SCHOOL)
        .where(
            Case.status == CaseStatus.active.value, Visit.withdrawn_at.is_(None),
            Recommendation.status == RecommendationStatus.open.value, Recommendation.due <= work.today + AHEAD,
        )
        .order_by(Case.id, Recommendation.due)
    )  # fmt: skip
    return [
        _item(
            work, case, days, SCHOOL,
            n_("Carry out %(n)s recommendation of the curator", "Carry out %(n)s recommendations of the curator",
               len(days)),
        )
        for case, days in _by_case(work, query, SCHOOL)
    ]  # fmt: skip


def _by_case(work: Work, query: Select[Case, date], roles: frozenset[str]) -> list[tuple[Case, list[date]]]:
    """The rows of a query by their case, of the cases in which the actor has one of the roles."""
    rows = work.session.execute(query).all()
    found = [(case, [day for _case, day in own]) for case, own in groupby(rows, key=lambda row: row[0])]
    return [(case, days) for case, days in found if case_roles(work.actor, case) & roles]


def _item(work: Work, case: Case, days: list[date], roles: frozenset[str], title: Text) -> QueueItem:
    behalf = stands_for(work.actor, case, roles)
    return QueueItem(
        title, where=case.school.short_name, link=f"/cases/{case.id}/curation", case_id=case.id, due=days[0],
        behalf=behalf.whom if behalf else "",
    )  # fmt: skip


QUEUES: list[QueueSource] = [visits_due, recommendations_due]
