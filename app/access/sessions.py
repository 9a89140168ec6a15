"""Open sessions and locked accounts, kept on the server: a copied cookie ends with its session.

These rows are written in a transaction of their own: they must stand whatever becomes of the request.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, case, delete, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access.models import LoginAddress, LoginGuard, LoginSession
from app.access.scopes import as_system
from app.core.db import Database

LIFETIME = timedelta(hours=12)
MAX_FAILED = 5
LOCK = timedelta(minutes=15)
MAX_FAILED_FROM = 50  # of one address of the network within LOCK


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
        row = _counted(session, count, insert(LoginGuard).values(username=key, failed=0, locked_until=None))
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


def may_try_from(database: Database, address: str, now: datetime) -> bool:
    """Count an attempt from an address of the network before the password is looked at, whatever the name.

    False once so many have failed that somebody is trying passwords on many names, until the quarter of an hour that
    began with the first of them is over. Far more than the lapses of an office that shares one address.
    """
    over, until = LoginAddress.until <= now, literal(now + LOCK, LoginAddress.until.type)
    count = (
        update(LoginAddress).where(LoginAddress.address == address)
        .values(
            failed=case((over, 1), else_=LoginAddress.failed + 1), until=case((over, until), else_=LoginAddress.until)
        )
        .returning(LoginAddress.failed).execution_options(synchronize_session=False)
    )  # fmt: skip
    with own_transaction(database) as session:
        first = insert(LoginAddress).values(address=address, failed=0, until=now + LOCK)
        failed: int = _counted(session, count, first).failed
    return failed <= MAX_FAILED_FROM


def _counted(session: Session, count: Any, first: Insert) -> Any:
    """The row after one more attempt; the first one makes it."""
    row = session.execute(count).one_or_none()
    if row is None:
        try:
            with session.begin_nested():  # two first attempts at once: one inserts, the other counts on
                session.execute(first)
        except IntegrityError:
            pass
        row = session.execute(count).one()
    return row


def forget_attempts(database: Database, username: str, address: str | None = None) -> None:
    """The right password was given: the count of the name begins anew, and the address has not failed this time."""
    with own_transaction(database) as session:
        session.execute(delete(LoginGuard).where(LoginGuard.username == guard_key(username)))
        if address is not None:
            session.execute(
                update(LoginAddress).where(LoginAddress.address == address, LoginAddress.failed > 0)
                .values(failed=LoginAddress.failed - 1).execution_options(synchronize_session=False)
            )  # fmt: skip


def lift_locks(session: Session, username: str, of_devices: str) -> None:
    """Attempts at the account begin anew, here and on its devices, in the caller's transaction."""
    theirs = or_(LoginGuard.username == guard_key(username), LoginGuard.username.startswith(of_devices))
    with as_system(session):  # counts of failed attempts are visible to nobody
        session.execute(delete(LoginGuard).where(theirs))


def network_of(address: str | None) -> str | None:
    """What attempts from an address are counted by: it alone, of IPv6 the network of 64 bits one line is given.

    None for this machine itself and for what is no address: there a proxy would make everybody look the same.
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return None if found.is_loopback else str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return None if found.is_loopback else str(found)


def forget_old(session: Session, now: datetime) -> None:
    """Throw away sessions that are over by their age, and the counts of names and addresses that are not locked.

    Anybody may type names that nobody has: what is counted of them must not stay for ever.
    """
    session.execute(delete(LoginSession).where(LoginSession.opened_at <= now - LIFETIME))
    is_open = or_(LoginGuard.locked_until.is_(None), LoginGuard.locked_until <= now)
    session.execute(delete(LoginGuard).where(is_open))
    session.execute(delete(LoginAddress).where(LoginAddress.until <= now))


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
