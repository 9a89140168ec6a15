"""Telling a database that is away (stopped, cut off, full of connections, unreadable) from an error of ours.

What was asked may have been done or not: only the database knows, and a form that is sent again says from which
version it was filled.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# connection exceptions, too many connections, insufficient disk or memory, a server that stops, starts or crashed
_AWAY = ("08", "53", "57P01", "57P02", "57P03", "57P05", "58030")
_SQLITE = ("unable to open", "disk i/o error", "database or disk is full")
RETRY_AFTER = 10  # seconds: about what a restart of the database takes


def is_away(error: BaseException) -> bool:
    """Whether the database could not be reached, or went away in the middle of what was asked of it."""
    return any(_says_away(one) for one in _chain(error))


def cause_of(error: BaseException) -> str:
    """The innermost error's class and the database's own code: for the log, without addresses, names or values."""
    known = [one for one in _chain(error) if _says_away(one)] or [error]
    code = getattr(known[-1], "sqlstate", None)
    return f"{type(known[-1]).__name__} {code}" if code else type(known[-1]).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it: a lost connection shows itself again when its transaction is rolled back."""
    seen: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        here = getattr(here, "orig", None) or here.__cause__ or here.__context__


def _says_away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    if isinstance(error, sqlite3.OperationalError):
        return str(error).lower().startswith(_SQLITE)
    if not type(error).__module__.startswith("psycopg"):
        return False
    code = getattr(error, "sqlstate", None)
    if code is not None:
        return str(code).startswith(_AWAY)
    # psycopg's own: no connection was made, it is lost or closed
    return type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
