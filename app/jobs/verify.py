"""Proof that nothing promised is lost: what waits, what is late, what nobody will ever take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.core.i18n import Text, _, n_
from app.jobs.models import OutboxJob
from app.jobs.rules import JobState

LATE = timedelta(minutes=15)  # longer than every pause between two tries


def findings(session: Session, counts: Counter[str]) -> Iterator[Text]:
    """What will not happen by itself any more: given up after five tries, or in a state no worker takes up."""
    lost = or_(
        OutboxJob.state.not_in([state.value for state in JobState]),
        and_(OutboxJob.state == JobState.claimed, OutboxJob.leased_until.is_(None)),
        and_(OutboxJob.state == JobState.done, OutboxJob.done_at.is_(None)),
    )
    counts["jobs"] += session.scalar(select(func.count()).select_from(OutboxJob)) or 0
    query = select(OutboxJob).where(or_(lost, OutboxJob.state == JobState.stuck)).order_by(OutboxJob.id)
    for job in session.scalars(query.execution_options(yield_per=500)):
        if job.state == JobState.stuck:
            yield _("Job %(id)s (%(kind)s, %(key)s) is stuck after %(tries)s tries: %(error)s",
                    id=job.id, kind=job.kind, key=job.key, tries=job.attempts, error=job.last_error or "?")  # fmt: skip
        else:
            yield _("Job %(id)s (%(kind)s, %(key)s) is lost: no worker takes up its state “%(state)s”",
                    id=job.id, kind=job.kind, key=job.key, state=job.state)  # fmt: skip


def warnings(session: Session, now: datetime, kinds: Collection[str]) -> Iterator[Text]:
    """What is late, and what this release does not know how to do: it waits for a worker that does."""
    late = or_(
        and_(OutboxJob.state == JobState.pending, OutboxJob.available_at < now - LATE),
        and_(OutboxJob.state == JobState.claimed, OutboxJob.leased_until < now - LATE),
    )
    rows = session.execute(
        select(OutboxJob.kind, func.count(), func.min(OutboxJob.available_at)).where(late).group_by(OutboxJob.kind)
        .order_by(OutboxJob.kind)
    )  # fmt: skip
    for kind, number, since in rows:
        yield n_("%(n)s job “%(kind)s” is late, due since %(since)s; is a worker running?",
                 "%(n)s jobs “%(kind)s” are late, the oldest due since %(since)s; is a worker running?",
                 number, kind=kind, since=f"{since:%d.%m.%Y %H:%M} UTC")  # fmt: skip
    unknown = select(OutboxJob.kind).where(
        OutboxJob.state == JobState.pending, OutboxJob.kind.not_in(sorted(kinds))
    )
    for kind in session.scalars(unknown.distinct().order_by(OutboxJob.kind)):
        yield _("Jobs “%(kind)s” wait: this release does not know them", kind=kind)


def pending(session: Session) -> Iterator[Text]:
    """What is still to be done, by kind."""
    waits = OutboxJob.state.in_([JobState.pending, JobState.claimed])
    rows = session.execute(
        select(OutboxJob.kind, func.count()).where(waits).group_by(OutboxJob.kind).order_by(OutboxJob.kind)
    )
    for kind, number in rows:
        yield n_("%(n)s job “%(kind)s” is waiting", "%(n)s jobs “%(kind)s” are waiting", number, kind=kind)
