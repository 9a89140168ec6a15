"""Where many cases stand, for pages and mornings that look at all of them: read from their rows, not from their past.

A step reads its own case under the lock (`writer`); here nothing is locked. That rows say what the events say is
proved by `verify` and on random histories (tests/integration/cases/test_rows_and_events.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseVote
from app.cases.queries import events_of_all
from app.cases.writing.snapshots import COLUMNS, asks_for_votes, is_readable, state_from_rows
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.events import from_dict
from app.engine.state import State, VoteState

# in one statement, so that columns and snapshot are of the same moment
_ROWS = select(Case.id, *(getattr(Case, name) for name in COLUMNS), Case.opened_at, Case.snapshot)
_VOTE = (CaseVote.case_id, CaseVote.voter, CaseVote.choice, CaseVote.content_hash, CaseVote.at, CaseVote.void)


def states_now(work: Work, cases: Sequence[Case]) -> dict[int, State]:
    """Id of the case → its state, of those that have begun.

    One query for all; one more where many people vote, and one for cases whose snapshot is of a former layout.
    """
    session, found = work.session, dict[int, State]()
    rows = session.execute(_ROWS.where(Case.id.in_([case.id for case in cases]))).all()
    readable = [row for row in rows if is_readable(row.snapshot)]
    votes = _votes(session, [row.id for row in readable if asks_for_votes(row.snapshot)])
    for row in readable:
        given = votes.get(row.id, [])
        if not asks_for_votes(row.snapshot) or row.snapshot["votes"] == len(given):
            found[row.id] = state_from_rows(row._asdict(), row.snapshot, given)
    former = {case.id: case for case in cases if case.id not in found}
    for case_id, events in events_of_all(session, list(former)).items() if former else ():
        if events:
            definition = work.ports.definitions.of(session, former[case_id])
            found[case_id] = machine.fold(definition, [from_dict(event.data) for event in events])
    return found


def _votes(session: Session, case_ids: Sequence[int]) -> dict[int, list[VoteState]]:
    """The votes given in the present rounds of these cases, in their order."""
    found: dict[int, list[VoteState]] = {}
    if case_ids:
        # by the case's own row, not by a condition for each case: SQLite nests no more than a thousand of them
        here = and_(CaseVote.case_id == Case.id, CaseVote.stage == Case.stage, CaseVote.round == Case.round)
        query = select(*_VOTE).join(Case, here).where(Case.id.in_(case_ids)).order_by(CaseVote.id)
        for row in session.execute(query):
            vote = VoteState(row.voter, row.choice, row.content_hash, row.at, row.void)
            found.setdefault(row.case_id, []).append(vote)
    return found
