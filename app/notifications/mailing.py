"""What the administrator sees of the mail: how many letters went, which did not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.core.errors import Invalid
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.jobs import outbox
from app.jobs.models import OutboxJob
from app.jobs.rules import JobState
from app.notifications.delivery import TRIAL
from app.notifications.service import LETTER
from app.notifications.texts import FAULTS

_KINDS = (LETTER, TRIAL)
_SHOWN = 100


@dataclass(frozen=True)
class Undelivered:
    """A letter that has not gone: to which account, since when, why, and whether it is tried again by itself."""

    job_id: int
    account: str
    since: datetime
    attempts: int
    fault: Text | str
    is_stuck: bool
    next_try: datetime


def state(work: Work) -> dict[str, int]:
    """How many letters are in which state of the outbox."""
    query = select(OutboxJob.state, func.count(OutboxJob.id)).where(OutboxJob.kind.in_(_KINDS))
    return {str(name): count for name, count in work.session.execute(query.group_by(OutboxJob.state))}


def undelivered(work: Work) -> list[Undelivered]:
    """Letters that failed at least once and have not gone since: those a person must look at first."""
    query = (
        select(OutboxJob)
        .where(
            OutboxJob.kind.in_(_KINDS),
            OutboxJob.state.in_([JobState.stuck, JobState.pending]),
            OutboxJob.attempts > 0,
        )
        .order_by(OutboxJob.state.desc(), OutboxJob.created_at)
        .limit(_SHOWN)
    )
    jobs = work.session.scalars(query).all()
    ids = {int(job.payload.get("user", 0)) for job in jobs}
    names = {
        row.id: row.username
        for row in work.session.execute(select(User.id, User.username).where(User.id.in_(ids)))
    }
    return [
        Undelivered(
            job.id, names.get(int(job.payload.get("user", 0)), "—"), job.created_at, job.attempts,
            FAULTS.get((job.last_error or "").partition(" ")[0], job.last_error or ""),
            job.state == JobState.stuck, job.available_at,
        )
        for job in jobs
    ]  # fmt: skip


def is_letter(work: Work, job_id: int) -> bool:
    """Whether the job is one of the mail's."""
    found = select(OutboxJob.id).where(OutboxJob.id == job_id, OutboxJob.kind.in_(_KINDS))
    return work.session.scalar(found) is not None


def send_all_again(work: Work) -> int:
    """After a long outage: try every letter that did not go now; the answer is how many there are."""
    return outbox.retry_all(work, _KINDS)


def send_trial(work: Work) -> None:
    """Promise a trial letter to the actor's own address. Raises Invalid when no mail is configured."""
    if work.ports.settings.mail_server is None:
        raise Invalid(_("Mail is not configured: set MAIL_URL and MAIL_FROM and start the system again."))
    user = work.actor.user_id
    outbox.enqueue(work, TRIAL, f"{user}:{work.now.isoformat()}", {"user": user})


def address_of(work: Work) -> str:
    """The address the actor's letters go to."""
    return work.session.scalar(select(User.email).where(User.id == work.actor.user_id)) or ""
