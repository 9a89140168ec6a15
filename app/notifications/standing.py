"""Whether what a notice asks for is still to be done: asked of the rows of its case whenever notices are read.

A notice keeps what it asks of its reader (`NoticeMatter`), not whether that is done, so it is right also when a step is
taken back, a case rests for a while or a term moves.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, String, and_, cast, exists, or_
from sqlalchemy.orm import aliased

from app.access.models import Substitution
from app.calendar.queries import filled
from app.cases.models import Case, CaseEvent, CaseStatus, CaseTask, CaseVote
from app.core.unit_of_work import Work
from app.notifications.models import NoticeMatter, Notification

_TERMS = ("terms.today", "terms.remind", "terms.overdue", "terms.escalated")
_VOTES = ("vote.opened", "vote.void")
_TASKS = ("case.returned", "task.reopened")


def stands(work: Work) -> ColumnElement[bool]:
    """The condition «it only tells something, or what it asks of its reader has not been done or decided yet»."""
    code = Notification.code
    since = Notification.created_at >= Case.entered_at  # the case stands where it stood when this was told
    open_now = CaseTask.status == "open"
    with_this_term = or_(Case.due == Notification.due, _task(open_now, CaseTask.due == Notification.due))
    to_vote = and_(since, Case.approval == "open", ~_voted(Notification.user_id))
    # where there are no tasks the case itself is to go on
    to_work = and_(since, or_(_task(open_now), ~_task()))
    asked = or_(
        and_(code.in_(_TERMS), with_this_term),
        and_(code.in_(_VOTES), to_vote),
        and_(code.in_(_TASKS), to_work),
    )
    still = exists().where(Case.id == Notification.case_id, Case.status == CaseStatus.active.value, asked)
    of_case = and_(code.in_([*_TERMS, *_VOTES, *_TASKS]), Notification.case_id.is_not(None))
    return and_(_is_last_word(), _anything_left(work), or_(~of_case, still))


def _is_last_word() -> ColumnElement[bool]:
    """Whether the reader was told nothing newer about the same thing: a term that has passed is near no more."""
    newer = aliased(Notification)
    same = (newer.user_id == Notification.user_id, newer.about == Notification.about)
    return ~exists().where(*same, newer.id > Notification.id).correlate(Notification)


def _anything_left(work: Work) -> ColumnElement[bool]:
    """Whether one of the things asked of the reader is still to be done, or the notice names none."""
    kind, row = NoticeMatter.kind, NoticeMatter.row
    seat = or_(row == Notification.user_id, _stands_in(work))
    left = or_(
        kind == "step",  # it waits as long as the case stands where it stands
        and_(kind == "task", ~_done()),
        and_(kind == "vote", _is_voted_on(), seat, ~_voted(row)),
        and_(kind == "calendar", ~filled(row)),
        *(
            and_(kind == name, is_open(work, row))
            for name, is_open in sorted(work.ports.open_matters.items())
        ),
    )
    matter = exists().where(NoticeMatter.notification_id == Notification.id)
    return or_(~matter.correlate(Notification), matter.where(left).correlate(Notification))


def _task(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the round in which the case stands has such a task."""
    here = (CaseTask.case_id == Case.id, CaseTask.stage == Case.stage, CaseTask.round == Case.round)
    return exists().where(*here, *conditions).correlate(Case, Notification)


def _done() -> ColumnElement[bool]:
    """Whether the task is done; one that has another name since its case moved to a new version is not known to be."""
    here = (CaseTask.case_id == Case.id, CaseTask.stage == Case.stage, CaseTask.round == Case.round)
    done = (CaseTask.task == NoticeMatter.name, CaseTask.status != "open")
    return exists().where(Case.id == Notification.case_id, *here, *done).correlate(Notification, NoticeMatter)


def _is_voted_on() -> ColumnElement[bool]:
    """Whether the group has not decided yet; the stage and its term may go on after it has."""
    return exists().where(Case.id == Notification.case_id, Case.approval == "open").correlate(Notification)


def _voted(seat: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether the vote that was asked for is given: in that seat, by whomever, or by the reader in the seat of another:
    one head, one vote."""
    here = (
        Case.id == Notification.case_id,
        CaseVote.case_id == Case.id, CaseVote.stage == Case.stage, CaseVote.round == Case.round,
    )  # fmt: skip
    given_by_him = (
        CaseEvent.case_id == CaseVote.case_id, CaseEvent.at == CaseVote.at,
        CaseEvent.actor_id == Notification.user_id, cast(CaseEvent.on_behalf_of, String) == CaseVote.voter,
    )  # fmt: skip
    by_him = exists().where(*given_by_him).correlate(CaseVote, Notification)
    counts = CaseVote.void.is_(False)
    given = exists().where(*here, counts, or_(CaseVote.voter == cast(seat, String), by_him))
    return given.correlate(Notification, NoticeMatter)


def _stands_in(work: Work) -> ColumnElement[bool]:
    """Whether the reader stands in for the holder of the seat today."""
    own = (
        Substitution.absent_user_id == NoticeMatter.row,
        Substitution.substitute_user_id == Notification.user_id,
    )
    return exists().where(*own, Substitution.in_force(work.today)).correlate(Notification, NoticeMatter)
