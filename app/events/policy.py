"""Who sees events: whoever sees the programme; who took part: whoever sees the school's case."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.access.scopes import policy
from app.cases.models import Case, Programme
from app.cases.policy import register_case_child, visible_cases, visible_programmes
from app.core.actor import Actor
from app.events.models import (
    EventInvitation,
    Participation,
    ParticipationTeacher,
    ProgrammeEvent,
    TeacherCard,
)

for _model in (EventInvitation, Participation, ParticipationTeacher):
    register_case_child(_model, _model.__table__.c.case_id)


@policy(ProgrammeEvent)
def visible_events(actor: Actor) -> ColumnElement[bool]:
    programmes = select(Programme.__table__.c.id).where(visible_programmes(actor))
    return ProgrammeEvent.__table__.c.programme_id.in_(programmes)


@policy(TeacherCard)
def visible_teachers(actor: Actor) -> ColumnElement[bool]:
    """A supported school's cards are open to itself, its curator school and the authority of its case."""
    schools = select(Case.__table__.c.school_id).where(visible_cases(actor))
    return TeacherCard.__table__.c.organisation_id.in_(schools)
