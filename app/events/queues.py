"""What waits for a school in events: its word about events it was called to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.roles import SCHOOL
from app.cases.models import Case, CaseStatus
from app.cases.roles import case_roles
from app.core.i18n import _
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.events.models import EventInvitation, Participation


def participation_waiting(work: Work) -> list[QueueItem]:
    """Past events the school was called to and has said nothing about; for its director and deputies."""
    if not work.actor.has(*SCHOOL):
        return []
    told = {(row.event_id, row.case_id) for row in work.session.scalars(select(Participation))}
    query = select(EventInvitation).options(
        joinedload(EventInvitation.event),
        joinedload(EventInvitation.case).joinedload(Case.school),
        joinedload(EventInvitation.case).joinedload(Case.programme),
    )
    return [
        QueueItem(
            _("Who took part: %(event)s", event=row.event.title),
            where=row.case.school.short_name,
            link=f"/cases/{row.case_id}/events/{row.event_id}",
            case_id=row.case_id,
        )
        for row in work.session.scalars(query)
        if (row.event_id, row.case_id) not in told
        and row.event.cancelled_at is None
        and row.event.last_day < work.today
        and row.case.status == CaseStatus.active
        and case_roles(work.actor, row.case) & SCHOOL
    ]


QUEUES: list[QueueSource] = [participation_waiting]
