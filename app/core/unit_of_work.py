"""One unit of work: one actor, one instant, one transaction, one commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.core.actor import Actor, StandsFor
from app.core.asked_once import forget_answers
from app.core.clock import Clock, local_date
from app.core.db import Database
from app.core.engines import is_busy
from app.core.errors import Busy
from app.core.ports import Ports

if TYPE_CHECKING:
    from app.config import Settings


@dataclass
class Work:
    """What every service receives first; services never commit."""

    session: Session
    actor: Actor
    now: datetime
    ports: Ports
    outbox_ids: list[int] = field(default_factory=list)  # rows to offer to a worker after the commit
    # in whose place the present act is done; set where the right to it is found (cases.roles), read by the journal
    acting: StandsFor | None = None
    # cases something was recorded about, with the key of the last record: facts of theirs may have changed
    touched: dict[int, str] = field(default_factory=dict)
    recorded: int = 0  # journal records made so far; whoever knows the head of a chain sees whether it moved

    @property
    def today(self) -> date:
        """The calendar date where the authority sits."""
        return local_date(self.now, self.ports.zone)


class Runtime:
    """The running system: settings, database, clock and the rooms' ports."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, ports: Ports) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.ports = ports

    def read(self, actor: Actor) -> Work:
        """A unit of work that only looks; it ends when the thread's session is removed."""
        session = self.database.session()
        session.info["actor"] = actor
        return Work(session, actor, self.clock.now(), self.ports)

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """Run a block as one unit of work: committed at its end, rolled back by any exception.

        The thread's session is used, so a view sees the objects Flask-AppBuilder loaded; a read
        transaction it has opened is ended first, because SQLite cannot turn it into a writing one.
        """
        session = self.database.session()
        if session.info.get("in_work"):
            raise RuntimeError("units of work do not nest: pass the outer one")
        session.rollback()
        forget_answers(session)
        session.expire_all()  # a thread that lives long must not decide by what it read before
        before = session.info.get("actor")
        session.info["actor"], session.info["in_work"] = actor, True
        try:
            with self.database.writing(session):
                work = Work(session, actor, self.clock.now(), self.ports)
                yield work
                for promise in self.ports.before_commit:
                    promise(work)
                session.commit()
        except BaseException as error:
            session.rollback()
            if is_busy(error):
                raise Busy from error
            raise
        finally:
            session.info["actor"], session.info["in_work"] = before, False
        if work.outbox_ids and self.ports.after_commit is not None:
            self.ports.after_commit(work.outbox_ids)
