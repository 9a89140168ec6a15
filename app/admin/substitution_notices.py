"""What a substitute is told of his days, and until when it is news."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, exists

from app.access.models import Substitution
from app.access.substitutions import by_order
from app.core.ports import Matter, Message
from app.core.unit_of_work import Work


def tell(work: Work, row: Substitution, code: str) -> None:
    """The substitute hears of his days when they are entered or changed; nothing more is said when they begin."""
    if work.ports.notify is None or (code == "substitution.named" and row.ends < work.today):
        return  # of days that are over only papers know: he did nothing in them here
    days = {"since": row.since.isoformat(), "until": row.ends.isoformat()}
    # names and the order are not declined in an English sentence
    whom = {"ru": row.absent_whom, "en": row.absent_name}
    params = {"whom": whom, "ground": {"ru": by_order(row.ground), "en": row.ground}, **days}
    about = f"substitution:{row.id}"
    # that it was cancelled, or is over already, has no end at which it stops to be news
    lasts = {row.substitute_user_id: [Matter("stand_in", row=row.id)]} if row.ends >= work.today else {}
    key = f"{about}:{code}:{work.now.isoformat()}"
    told = Message(code, params, "/substitutions/", key, matters=lasts, about=about)
    work.ports.notify(work, {row.substitute_user_id}, told)


def _is_not_over(work: Work, row: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition «the substitution is in force today or still to begin»."""
    return exists().where(Substitution.id == row, Substitution.in_force(work.today, date.max))


OPEN_MATTERS = {"stand_in": _is_not_over}
