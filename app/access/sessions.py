"""Open sessions and locked accounts, kept on the server: a copied cookie ends with its session.

These rows are written in a transaction of their own: they must stand whatever becomes of the request.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access.models import LoginGuard, LoginSession
from app.access.scopes import as_system
from app.core.db import Database

LIFETIME = timedelta(hours=12)
MAX_FAILED = 5
LOCK = timedelta(minutes=15)


def open_session(database: Database, user_id: int, now: datetime) -> str:
    """Open a session for the account; the answer is the key its cookie carries."""
    key = secrets.token_urlsafe(32)
    with own_transaction(database) as session:
        session.add(LoginSession(key=key, user_id=user_id, opened_at=now, ended_at=None))
    return key


def is_open(session: Session, key: str | None, user_id: int, now: datetime) -> bool:
    if not key:
        return False
    with as_system(session):  # asked before there is an actor
        row = session.scalars(select(LoginSession).where(LoginSession.key == key)).one_or_none()
    return (
        row is not None and row.user_id == user_id and row.ended_at is None and now - row.opened_at < LIFETIME
    )


def end_session(database: Database, key: str, now: datetime) -> None:
    with own_transaction(database) as session:
        session.execute(update(LoginSession).where(LoginSession.key == key).values(ended_at=now))


def end_all_sessions(session: Session, user_id: int, now: datetime, *, except_key: str | None = None) -> None:
    """End every open session of the account within the caller's transaction (new password, dismissal)."""
    query = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if except_key:
        query = query.where(LoginSession.key != except_key)
    with as_system(session):  # session rows are visible to nobody
        session.execute(query.values(ended_at=now), execution_options={"synchronize_session": False})


def shift_open_sessions(database: Database, now: datetime, by: timedelta) -> None:
    """Let every session that is open at `now` go on when a training copy's clock moves on by `by`."""
    with own_transaction(database) as session:
        rows = session.scalars(
            select(LoginSession).where(
                LoginSession.ended_at.is_(None), LoginSession.opened_at > now - LIFETIME
            )
        )
        for row in rows:
            row.opened_at += by


def locked_until(session: Session, username: str, now: datetime) -> datetime | None:
    """Until when logging in under this name is refused; None when it is open."""
    with as_system(session):
        guard = session.get(LoginGuard, guard_key(username))
    return guard.locked_until if guard and guard.locked_until and guard.locked_until > now else None


def may_try(database: Database, username: str, now: datetime) -> bool:
    """Count an attempt before the password is looked at; False once there were five without a success.

    The count is one statement under the row's lock, so attempts made at once are counted one by one.
    """
    key = guard_key(username)
    with own_transaction(database) as session:
        count = (
            update(LoginGuard).where(LoginGuard.username == key).values(failed=LoginGuard.failed + 1)
            .returning(LoginGuard.failed, LoginGuard.locked_until)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        row = session.execute(count).one_or_none()
        if row is None:
            try:
                with session.begin_nested():  # two first attempts at once: one inserts, the other counts on
                    session.execute(insert(LoginGuard).values(username=key, failed=0, locked_until=None))
            except IntegrityError:
                pass
            row = session.execute(count).one()
        if row.locked_until is not None and row.locked_until > now:
            return False
        values: dict[str, Any] = {}
        if row.locked_until is not None:  # the lock has run out: this is the first attempt of a new count
            values = {"failed": 1, "locked_until": None}
        elif row.failed > MAX_FAILED:
            values = {"failed": 0, "locked_until": now + LOCK}
        if values:
            session.execute(
                update(LoginGuard).where(LoginGuard.username == key).values(**values)
                .execution_options(synchronize_session=False)
            )  # fmt: skip
        return values.get("locked_until") is None


def forget_attempts(database: Database, username: str) -> None:
    """The right password was given: the count begins anew."""
    with own_transaction(database) as session:
        session.execute(delete(LoginGuard).where(LoginGuard.username == guard_key(username)))


def forget_old(session: Session, now: datetime) -> None:
    """Throw away sessions that are over by their age, and the counts of names that are not locked.

    Anybody may type names that nobody has: what is counted of them must not stay for ever.
    """
    session.execute(delete(LoginSession).where(LoginSession.opened_at <= now - LIFETIME))
    is_open = or_(LoginGuard.locked_until.is_(None), LoginGuard.locked_until <= now)
    session.execute(delete(LoginGuard).where(is_open))


def guard_key(username: str) -> str:
    """One spelling per name; cut after folding, because «ß» folds into two letters."""
    return username.casefold()[:150]


class own_transaction:
    """What a request writes whatever becomes of it: committed at the end of the block."""

    def __init__(self, database: Database) -> None:
        self.session = database.sessions()

    def __enter__(self) -> Session:
        from app.core.actor import SYSTEM

        self.session.info["actor"] = SYSTEM
        self.session.connection(execution_options={"writes": True})
        return self.session

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.session.commit()
        else:
            self.session.rollback()
        self.session.close()
