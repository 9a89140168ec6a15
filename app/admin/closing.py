"""The account of whoever leaves is closed with his last day, at once or in the night after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select

from app.access.models import Membership
from app.admin import queries, service
from app.core.holdings import CLOSE, Holding, Leaver, Successor
from app.core.i18n import Text, _
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.jobs import outbox

AFTER = "admin.account.close"


def accounts(work: Work, leaver: Leaver) -> list[Holding]:
    """Open accounts of the person with how many sessions are open; of one that is to be closed, from when."""
    users = work.session.scalars(
        select(User).where(User.id.in_(leaver.user_ids), User.active.is_(True)).order_by(User.id)
    ).all()
    promised = outbox.promised(work.session, AFTER, [_key(user.id, leaver.last_day) for user in users])
    return [
        Holding(str(user.id), user.username, _closes_on(leaver), acts=())
        if _key(user.id, leaver.last_day) in promised
        else Holding(
            str(user.id), user.username,
            _("Open sessions: %(n)s", n=queries.open_sessions(work.session, user.id, work.now)),
            acts=(CLOSE,),
        )
        for user in users
    ]  # fmt: skip


def settle_account(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """Close it; while the last day is still to come, promise it for the night after that day."""
    user = work.session.get_one(User, int(key))
    if leaver.last_day <= work.today:
        service.close_account(work, user)
        return _("The account is closed; its sessions have ended")
    night = datetime.combine(_day_after(leaver), time(), work.ports.zone)
    payload = {"user": user.id, "last_day": leaver.last_day.isoformat()}
    outbox.enqueue(work, AFTER, _key(user.id, leaver.last_day), payload, due=night)
    return _closes_on(leaver)


def close_left(work: Work, payload: Mapping[str, Any]) -> None:
    """Close the account of somebody who has left; not of one who kept a role, or was given one or a later last day."""
    user = work.session.get(User, int(payload["user"]))
    if user is None or not user.active:
        return
    stays = select(Membership.id).where(
        Membership.user_id == user.id, or_(Membership.until.is_(None), Membership.until >= work.today)
    )
    if work.session.scalar(stays.limit(1)) is None:
        service.close_account(work, user)


def _closes_on(leaver: Leaver) -> Text:
    day = f"{_day_after(leaver):%d.%m.%Y}"
    return _("Will be closed on %(day)s, if the employee holds no role then", day=day)


def _day_after(leaver: Leaver) -> date:
    return leaver.last_day + timedelta(days=1)


def _key(user_id: int, last_day: date) -> str:
    return f"{user_id}/{last_day.isoformat()}"


HANDLERS: dict[str, JobHandler] = {AFTER: close_left}
