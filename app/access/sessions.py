"""Open sessions and locked accounts, kept on the server: a copied cookie ends with its session.

These rows are written in a transaction of their own: they must stand whatever becomes of the request.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
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
    with _own_transaction(database) as session:
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
    with _own_transaction(database) as session:
        session.execute(update(LoginSession).where(LoginSession.key == key).values(ended_at=now))


def end_all_sessions(session: Session, user_id: int, now: datetime, *, except_key: str | None = None) -> None:
    """End every open session of the account within the caller's transaction (new password, dismissal)."""
    query = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if except_key:
        query = query.where(LoginSession.key != except_key)
    with as_system(session):  # session rows are visible to nobody
        session.execute(query.values(ended_at=now), execution_options={"synchronize_session": False})


def locked_until(session: Session, username: str, now: datetime) -> datetime | None:
    """Until when logging in under this name is refused; None when it is open."""
    with as_system(session):
        guard = session.get(LoginGuard, username.casefold())
    return guard.locked_until if guard and guard.locked_until and guard.locked_until > now else None


def note_attempt(database: Database, username: str, *, success: bool, now: datetime) -> None:
    """Count a failed attempt (the fifth locks the name for a quarter of an hour) or forget them all."""
    with _own_transaction(database) as session:
        guard = session.get(LoginGuard, username.casefold())
        if success:
            if guard:
                session.delete(guard)
            return
        if guard is None:
            guard = LoginGuard(username=username.casefold(), failed=0, locked_until=None)
            session.add(guard)
        guard.failed += 1
        if guard.failed >= MAX_FAILED:
            guard.failed, guard.locked_until = 0, now + LOCK


class _own_transaction:
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
