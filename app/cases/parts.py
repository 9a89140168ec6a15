"""Something done to thousands of cases: by workers, in parts, each case in a transaction of its own.

A part is one job of the outbox, short enough for its lease; between two cases others write. A case that refuses is
left as it stands, one that fails is tried again with its part; what a killed worker had done is found done.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, select

from app.access.memberships import actor_for
from app.access.scopes import as_system
from app.core.actor import SYSTEM
from app.core.errors import Busy, OporaError
from app.core.unit_of_work import Runtime, Work
from app.jobs import outbox
from app.jobs.execution import looking, place
from app.jobs.models import OutboxJob
from app.jobs.rules import JobState

PART = 25  # cases of one job
FROM = 26  # cases; fewer are done while one waits

Act = Callable[[Work, int, Mapping[str, Any]], object]
log = structlog.get_logger(__name__)


class InParts:
    """The handler of a kind of jobs: does `act` to each case of a part, in the name of whoever asked."""

    def __init__(self, act: Act) -> None:
        self._act = act

    def outside(self, runtime: Runtime, payload: Mapping[str, Any]) -> None:
        """Every case of the part. Raises what a case failed with, after the others: the part is tried again."""
        user = payload.get("user")
        failed: Exception | None = None
        with looking(runtime) as session:
            today = runtime.read(SYSTEM).today
            actor = SYSTEM if user is None else actor_for(session, int(user), str(payload["name"]), today)
        for case_id in payload["cases"]:
            try:
                with runtime.work(actor) as work:
                    self._act(work, int(case_id), payload)
            except Busy as error:  # somebody else is at it
                failed = error
            except OporaError as error:  # the case is left as it stands, and the page says why
                log.info("case.left", case=case_id, error=type(error).__name__)
            except Exception as error:  # concerns this case only; the others must go on
                log.error("case.failed", case=case_id, error=place(error))
                failed = error
        if failed is not None:
            raise failed

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        """Everything is done; the part is marked so."""


@dataclass(frozen=True)
class Progress:
    """How far the last order of a kind has come: its cases, those still to be looked at, those given up."""

    total: int
    left: int
    stuck: int

    @property
    def goes_on(self) -> bool:
        return self.left > self.stuck


def promise(work: Work, kind: str, about: str, cases: Sequence[int], payload: Mapping[str, Any]) -> None:
    """Have it done to these cases; `about` names what it is done for, so that its progress can be told."""
    who = {"user": work.actor.user_id, "name": work.actor.name}
    order = secrets.token_hex(4)
    for start in range(0, len(cases), PART):
        some = list(cases[start : start + PART])
        key = f"{about}/{order}/{start // PART:05d}"
        outbox.enqueue(work, kind, key, {**payload, **who, "cases": some})


def progress(work: Work, kind: str, about: str) -> Progress | None:
    """Of the last order about this; None when there was none, or nothing of it is left."""
    with as_system(work.session):  # numbers only
        mine = (OutboxJob.kind == kind) & OutboxJob.key.startswith(f"{about}/", autoescape=True)
        last = work.session.scalar(select(func.max(OutboxJob.created_at)).where(mine))
        if last is None:
            return None
        rows = work.session.execute(
            select(OutboxJob.state, OutboxJob.payload).where(mine, OutboxJob.created_at == last)
        ).all()
    count = dict.fromkeys(JobState, 0)
    for state, payload in rows:
        count[JobState(state)] += len(payload["cases"])
    left = sum(count.values()) - count[JobState.done]
    return Progress(sum(count.values()), left, count[JobState.stuck]) if left else None
