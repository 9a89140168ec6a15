"""What a stage and its tasks were called when the case entered it; a version it has moved to since may rename them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.cases.models import Case, CaseEvent, StageRound
from app.core.unit_of_work import Work
from app.engine.events import Migrated, Undone


@dataclass(frozen=True)
class Entered:
    """The stage and round a case entered, and what its tasks of today were called then."""

    stage: str
    round: int
    tasks: Mapping[str, str]


def as_entered(work: Work, cases: Sequence[Case]) -> dict[int, Entered]:
    """Of those of the cases that have ever moved to another version; the others are called as they are."""
    query = (
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.type, CaseEvent.data)
        .where(
            CaseEvent.case_id.in_([case.id for case in cases]),
            CaseEvent.type.in_([Migrated.type, Undone.type]),
        )
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    moves: dict[int, list[tuple[int, str, Mapping[str, str]]]] = {}
    for case_id, seq, kind, data in work.session.execute(query):
        moves.setdefault(case_id, []).append((seq, kind, data.get("tasks", {})))
    rounds: dict[int, list[StageRound]] = {}
    if moves:
        last_first = StageRound.case_id, StageRound.opened_seq.desc()
        mine = select(StageRound).where(StageRound.case_id.in_(moves)).order_by(*last_first)
        for row in work.session.scalars(mine):
            rounds.setdefault(row.case_id, []).append(row)
    return {case_id: _entered(told, rounds[case_id]) for case_id, told in moves.items()}


def _entered(moves: Sequence[tuple[int, str, Mapping[str, str]]], rounds: Sequence[StageRound]) -> Entered:
    by_moves = {seq for seq, _kind, _tasks in moves}
    row = next(one for one in rounds if one.opened_seq not in by_moves)
    names: list[dict[str, str]] = [{}]  # a move that was taken back renames nothing
    for seq, kind, tasks in moves:
        if seq < row.opened_seq:
            continue
        if kind == Undone.type:
            names.pop()
            continue
        then: dict[str, str] = {}
        for before, after in tasks.items():
            then.setdefault(after, names[-1].get(before, before))
        names.append(then)
    return Entered(row.stage, row.round, names[-1])
