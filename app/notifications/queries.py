"""Reading notices: a page of one's own, how many are unread, the ways people chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.scopes import as_system
from app.core.i18n import Text, current_locale
from app.core.ports import Message
from app.core.unit_of_work import Work
from app.notifications.models import NoticeChoice, Notification
from app.notifications.rules import DEFAULTS, Kind, Way
from app.notifications.standing import stands

PAGE = 50
_KEYS_AT_ONCE = 500  # of one statement: a database takes so many values and no more


@dataclass(frozen=True)
class Shown:
    """A notice as it is printed."""

    row: Notification
    text: Text | str
    icon: str
    is_settled: bool = False  # what it asked for is done or decided, or was told anew since

    @property
    def is_new(self) -> bool:
        return self.row.read_at is None and not self.is_settled


def unread_count(work: Work, user_id: int) -> int:
    """How many notices this person has not read; those that ask for what is done already are not counted."""
    query = select(func.count(Notification.id)).where(
        Notification.user_id == user_id, Notification.read_at.is_(None), stands(work)
    )
    return work.session.scalar(query) or 0


def inbox(work: Work, *, unread: bool = False, page: int = 1) -> tuple[list[Shown], bool]:
    """One page of the actor's notices, the newest first, and whether there are older ones."""
    query = select(Notification, stands(work).label("stands")).where(
        Notification.user_id == work.actor.user_id
    )
    if unread:
        query = query.where(Notification.read_at.is_(None), stands(work))
    query = query.order_by(Notification.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = work.session.execute(query).all()
    lines = [replace(shown(work, row), is_settled=not still) for row, still in rows[:PAGE]]
    return lines, len(rows) > PAGE


def shown(work: Work, row: Notification) -> Shown:
    """The notice in the reader's language; one whose sentence this release does not know is named by its code."""
    notice = work.ports.notices.get(row.code)
    if notice is None:
        return Shown(row, row.code, "bell")
    params = {name: _readable(value) for name, value in row.params.items()}
    number = row.params.get("n")
    text = Text(notice.text.msgid, params, notice.text.plural, number if isinstance(number, int) else None)
    return Shown(row, text, notice.icon)


def _readable(value: Any) -> Any:
    """A title in the reader's language, a day as 22.01.2025."""
    if isinstance(value, dict):
        return value.get(current_locale()) or value.get("ru") or ""
    if isinstance(value, str) and len(value) == 10:
        try:
            return f"{date.fromisoformat(value):%d.%m.%Y}"
        except ValueError:
            return value
    return value


def choices_of(session: Session, user_id: int) -> dict[Kind, Way]:
    """The way this person hears of each kind."""
    rows = session.scalars(select(NoticeChoice).where(NoticeChoice.user_id == user_id)).all()
    chosen = {row.kind: row.way for row in rows}
    return {kind: Way(chosen.get(kind, DEFAULTS[kind])) for kind in Kind}


def ways(session: Session, users: Iterable[int], kind: str) -> dict[int, Way]:
    """The way each of these people hears of one kind."""
    default = DEFAULTS[Kind(kind)] if kind in list(Kind) else Way.product
    found = dict.fromkeys(users, default)
    with as_system(session):  # whoever causes a notice: the reader's own choice says how it reaches him
        query = select(NoticeChoice).where(NoticeChoice.kind == kind, NoticeChoice.user_id.in_(list(found)))
        for row in session.scalars(query):
            found[row.user_id] = Way(row.way)
    return found


def told_before(session: Session, said: Iterable[tuple[Message, Iterable[int]]]) -> set[tuple[int, str]]:
    """Of these messages to these people what each has been told already: (account, key)."""
    pairs = {(user_id, message.key) for message, users in said for user_id in users}
    users, keys = {user_id for user_id, _key in pairs}, sorted({key for _user, key in pairs})
    found: set[tuple[int, str]] = set()
    with as_system(session):  # of the recipients' own notices, whoever causes them
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            query = select(Notification.user_id, Notification.key).where(
                Notification.user_id.in_(users), Notification.key.in_(keys[start : start + _KEYS_AT_ONCE])
            )
            found |= {(user_id, key) for user_id, key in session.execute(query)}
    return found & pairs


def letters_since(session: Session, users: Sequence[int], since: datetime) -> dict[int, int]:
    """How many notices have been put into letters of their own for each of these people since then."""
    if not users:
        return {}
    query = (
        select(Notification.user_id, func.count(Notification.id).label("letters"))
        .where(
            Notification.user_id.in_(users),
            Notification.mail == Way.at_once,
            Notification.created_at > since,
        )
        .group_by(Notification.user_id)
    )
    with as_system(session):  # numbers only, of the recipient's own notices
        return {row.user_id: row.letters for row in session.execute(query)}


def waiting_digests(work: Work) -> dict[int, list[Notification]]:
    """Unread notices that wait for a daily letter, by person, as far as there is still something to do about them."""
    found: dict[int, list[Notification]] = {}
    query = select(Notification).where(
        Notification.mail == Way.daily, Notification.mailed_at.is_(None), Notification.letter.is_(None),
        Notification.read_at.is_(None), stands(work),
    )  # fmt: skip
    for row in work.session.scalars(query.order_by(Notification.id)):
        found.setdefault(row.user_id, []).append(row)
    return found


def of_letter(work: Work, letter: str) -> Sequence[Notification]:
    """What a letter tells, as far as no server has taken it yet and its reader still has to hear of it.

    The server may have been away for days: what was read or done meanwhile is not asked for once more.
    """
    query = select(Notification).where(
        Notification.letter == letter,
        Notification.mailed_at.is_(None),
        Notification.read_at.is_(None),
        stands(work),
    )
    return work.session.scalars(query.order_by(Notification.id)).all()
