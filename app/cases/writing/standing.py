"""A case as its rows say under the lock: what a step decides upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.writing.projection import project
from app.cases.writing.rows import EVENTS
from app.cases.writing.snapshots import asks_for_votes, is_readable, state_from_rows
from app.core.unit_of_work import Work
from app.engine.definition import Definition
from app.engine.events import Event, from_dict
from app.engine.state import State, VoteState


@dataclass
class Standing:
    """Columns, votes and the head of the journal; `writer.lock` reads it, `writer.write` lets it follow."""

    case_id: int
    columns: dict[str, Any]
    votes: tuple[VoteState, ...]  # of the present round, where the snapshot does not hold them
    event_ids: tuple[int, ...] = ()  # taken from the sequence beforehand: the journal's hash contains them
    head: tuple[int, str] | None = None  # of the journal, after `recorded` records of this unit of work
    recorded: int = 0

    @property
    def version(self) -> int:
        return int(self.columns["version"])

    def state(self, work: Work, definition: Definition) -> State | None:
        """The engine's state; None for a case without events. Folded once more when the snapshot is an old one."""
        if self.version == 0:
            return None
        kept = self.columns["snapshot"]
        if is_readable(kept) and (not asks_for_votes(kept) or kept["votes"] == len(self.votes)):
            return state_from_rows(self.columns, kept, self.votes)
        return project(definition, _events_of(work.session, self.case_id)).state


def _events_of(session: Session, case_id: int) -> list[Event]:
    """All events of a case, as the engine reads them."""
    query = select(EVENTS.c.data).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
    return [from_dict(data) for data in session.connection().execute(query).scalars()]
