"""Whether what a notice asks for is still to be done: asked of the rows of its case whenever notices are read.

Nothing of it is stored, so it is right also when a step is taken back, a case rests for a while or a term moves.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_

from app.access.models import Membership, Substitution
from app.access.roles import GROUP
from app.cases.models import Case, CaseEvent, CaseStatus, CaseTask, CaseVote
from app.notifications.models import Notification

_TERMS = ("terms.today", "terms.remind", "terms.overdue", "terms.escalated")
_VOTES = ("vote.opened", "vote.void")
_TASKS = ("case.returned", "task.reopened")


def stands() -> ColumnElement[bool]:
    """The condition «it only tells something, or what it asks for has not been done or decided yet»."""
    code = Notification.code
    since = Notification.created_at >= Case.entered_at  # the case stands where it stood when this was told
    open_now = CaseTask.status == "open"
    with_this_term = or_(Case.due == Notification.due, _task(open_now, CaseTask.due == Notification.due))
    to_vote = and_(since, Case.approval == "open", ~_voted(), ~_absent_voted())
    # where there are no tasks the case itself is to go on
    to_work = and_(since, or_(_task(open_now), ~_task()))
    asked = or_(
        and_(code.in_(_TERMS), with_this_term),
        and_(code.in_(_VOTES), to_vote),
        and_(code.in_(_TASKS), to_work),
    )
    still = exists().where(Case.id == Notification.case_id, Case.status == CaseStatus.active.value, asked)
    asks = and_(code.in_([*_TERMS, *_VOTES, *_TASKS]), Notification.case_id.is_not(None))
    return or_(~asks, still)


def _task(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the round in which the case stands has such a task."""
    here = (CaseTask.case_id == Case.id, CaseTask.stage == Case.stage, CaseTask.round == Case.round)
    return exists().where(*here, *conditions).correlate(Case, Notification)


def _voted() -> ColumnElement[bool]:
    """Whether the vote that was asked for is given: in the seat of the person who was told, whoever sat there, or by
    him in the seat of another: one head, one vote."""
    here = (CaseVote.case_id == Case.id, CaseVote.stage == Case.stage, CaseVote.round == Case.round)
    his_seat = CaseVote.voter == cast(Notification.user_id, String)
    given_by_him = (
        CaseEvent.case_id == CaseVote.case_id, CaseEvent.at == CaseVote.at,
        CaseEvent.actor_id == Notification.user_id, cast(CaseEvent.on_behalf_of, String) == CaseVote.voter,
    )  # fmt: skip
    by_him = exists().where(*given_by_him).correlate(CaseVote, Notification)
    counts = CaseVote.void.is_(False)
    return exists().where(*here, counts, or_(his_seat, by_him)).correlate(Case, Notification)


def _absent_voted() -> ColumnElement[bool]:
    """Whether a substitute who has no vote of his own was told, and all he stood in for then have voted themselves."""
    told_on = func.date(Notification.created_at)
    stood_in = (
        Substitution.substitute_user_id == Notification.user_id, Substitution.since <= told_on,
        func.coalesce(Substitution.last_day, Substitution.until) >= told_on,
    )  # fmt: skip
    has_a_vote = exists().where(Membership.user_id == Notification.user_id, Membership.role.in_(GROUP))
    voted = exists().where(
        CaseVote.case_id == Case.id, CaseVote.stage == Case.stage, CaseVote.round == Case.round,
        CaseVote.void.is_(False), CaseVote.voter == cast(Substitution.absent_user_id, String),
    ).correlate(Case, Substitution)  # fmt: skip
    anybody = exists().where(*stood_in).correlate(Notification)
    waits = exists().where(*stood_in, ~voted).correlate(Case, Notification)
    return and_(~has_a_vote.correlate(Notification), anybody, ~waits)
