"""Telling people, and what each of them does with it. Other rooms use `ports.notify`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.access.scopes import as_system, get_visible
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.own_pages import is_own_page
from app.core.ports import Matter, Message
from app.core.unit_of_work import Work
from app.jobs import outbox
from app.notifications import queries
from app.notifications.models import NoticeChoice, NoticeMatter, Notification
from app.notifications.rules import Kind, Way
from app.notifications.standing import stands

LETTER = "notifications.letter"
LETTERS_A_DAY = 10  # notices of one person that go at once; what follows them waits for the daily letter
_DAY = timedelta(days=1)
_AT_ONCE = 500  # notices of one statement: a database takes so many values and no more


def notify(work: Work, users: Iterable[int], told: Message) -> int:
    """Tell each of these people once; the answer is how many had not been told this key before.

    Raises Invalid for a link that leaves the product, KeyError for a code nobody registered.
    """
    known = work.ports.notices[told.code]
    if not is_own_page(told.link):
        raise Invalid(_("A notice leads to a page of this system only."))
    people = _open_accounts(work, users)
    chosen = queries.ways(work.session, people, known.kind)
    hasty = [user_id for user_id, way in chosen.items() if way == Way.at_once]
    for user_id, letters in queries.letters_since(work.session, hasty, work.now - _DAY).items():
        if letters >= LETTERS_A_DAY:  # a morning on which hundreds of terms have passed is one letter
            chosen[user_id] = Way.daily
    rows = [
        {
            "user_id": user_id, "key": told.key, "kind": str(known.kind), "code": told.code,
            "params": dict(told.params), "link": told.link, "case_id": told.case_id, "due": told.due,
            "about": told.about, "created_at": work.now,
            "mail": str(chosen[user_id] if people[user_id] and work.ports.settings.mail_url else Way.product),
        }
        for user_id in sorted(people)
    ]  # fmt: skip
    return _tell(work, rows, told.matters) if rows else 0


def _tell(work: Work, rows: Sequence[Mapping[str, Any]], matters: Mapping[int, Collection[Matter]]) -> int:
    """One notice for each person, unless he was told the same before; the answer is how many are new."""
    dialect = work.session.get_bind().dialect.name
    insert_new = postgresql.insert if dialect == "postgresql" else sqlite.insert
    ways = {row["user_id"]: row["mail"] for row in rows}
    count = 0
    asked: list[dict[str, Any]] = []
    for start in range(0, len(rows), _AT_ONCE):
        statement = (
            insert_new(Notification)
            .values(rows[start : start + _AT_ONCE])
            .on_conflict_do_nothing(index_elements=["user_id", "key"])
            .returning(Notification.id, Notification.user_id)
        )
        for made, user_id in work.session.execute(statement).all():
            count += 1
            asked += [{"notification_id": made, **one._asdict()} for one in sorted(matters.get(user_id, ()))]
            if ways[user_id] == Way.at_once:
                letter = f"notice:{made}"
                _goes_with(work, [made], letter)
                outbox.enqueue(work, LETTER, letter, {"letter": letter, "user": user_id})
    if asked:
        work.session.execute(insert(NoticeMatter), asked)
    return count


def collect_digest(work: Work, user_id: int, rows: list[Notification]) -> bool:
    """Put a person's waiting notices into today's letter; False when he had one today already."""
    letter = f"digest:{user_id}:{work.today.isoformat()}"
    if not outbox.enqueue(work, LETTER, letter, {"letter": letter, "user": user_id}):
        return False
    _goes_with(work, [row.id for row in rows], letter)
    return True


def _goes_with(work: Work, ids: list[int], letter: str) -> None:
    with as_system(work.session):  # the notice is the recipient's, whoever caused it
        work.session.execute(
            update(Notification).where(Notification.id.in_(ids)).values(letter=letter),
            execution_options={"synchronize_session": False},
        )


def mark_read(work: Work, notice_id: int) -> Notification:
    """Note that the actor has read one of his notices. Raises NotFound for anybody else's."""
    row = get_visible(work.session, Notification, notice_id)
    if row.read_at is None:
        row.read_at = work.now
    return row


def mark_all_read(work: Work, up_to: int) -> int:
    """Note that everything up to the newest notice on the page has been read; later ones stay new."""
    rows = work.session.scalars(
        select(Notification).where(
            Notification.user_id == work.actor.user_id,
            Notification.read_at.is_(None),
            Notification.id <= up_to,
            # what asks for nothing any more is not new; it is again when the step is taken back
            stands(work),
        )
    ).all()
    for row in rows:
        row.read_at = work.now
    return len(rows)


def choose(work: Work, chosen: Mapping[Kind, Way]) -> None:
    """Keep how the actor wants to hear of each kind; what is waiting already goes the way it was made for."""
    rows = {row.kind: row for row in work.session.scalars(
        select(NoticeChoice).where(NoticeChoice.user_id == work.actor.user_id))}  # fmt: skip
    for kind, way in chosen.items():
        if kind in rows:
            rows[kind].way = str(way)
        else:
            work.session.add(NoticeChoice(user_id=work.actor.user_id, kind=str(kind), way=str(way)))


def _open_accounts(work: Work, users: Iterable[int]) -> dict[int, bool]:
    """Accounts that are open, and whether each has a mail address."""
    wanted = sorted(set(users))
    if not wanted:
        return {}
    found = work.session.execute(
        select(User.id, User.email).where(User.id.in_(wanted), User.active.is_(True))
    )
    return {user_id: bool(email) for user_id, email in found}
