"""A form that adds something adds it once, however often it is sent: twice pressed, reloaded, sent after a lost answer.

A form carries a mark of its own, made when it is shown (ui.forms.AddForm). Whoever sends it first leaves the mark in
the same transaction as what he adds; whoever sends it at the same moment waits for that and is led to the same thing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access.models import SentForm
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work

LONGEST = 64
_KEPT = timedelta(days=30)  # nobody sends a page again that has lain open for longer: its session is over


def once(work: Work, mark: str | None, add: Callable[[], Any]) -> int:
    """The key of the row that `add` makes, or has made when the same form was sent before.

    A form without a mark (of a program, not of a page) is taken as it is. Raises Invalid for what is no mark.
    """
    if not mark:
        return _added(work, add)
    if len(mark) > LONGEST:
        raise Invalid(_("The form is incomplete. Open it once more."))
    sent = SentForm(mark=mark, user_id=work.actor.user_id, sent_at=work.now)
    try:
        with work.session.begin_nested():
            work.session.add(sent)
    except IntegrityError as error:
        before = work.session.get(SentForm, mark)
        if before is None or before.made is None:  # another person's
            raise Invalid(_("The form is incomplete. Open it once more.")) from error
        return before.made
    sent.made = made = _added(work, add)
    return made


def _added(work: Work, add: Callable[[], Any]) -> int:
    row = add()
    work.session.flush()  # its key is what is remembered
    return int(row.id)


def forget_old(session: Session, now: datetime) -> None:
    """Throw away the marks of forms that nobody sends again."""
    session.execute(delete(SentForm).where(SentForm.sent_at < now - _KEPT))
