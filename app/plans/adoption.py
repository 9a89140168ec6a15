"""The plan a school works by while another one is made: what the group adopted last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.cases.adopted import adopted
from app.cases.models import Case
from app.cases.stages import PLAN
from app.core.unit_of_work import Work
from app.plans.models import PlanItem, PlanSnapshot
from app.plans.queries import content, items_of, look_at_items, snapshots_of
from app.plans.rules import content_hash


def adopted_plans(work: Work, cases: Sequence[Case]) -> dict[int, Sequence[PlanItem] | None]:
    """The measures the group adopted last, by case; as they stand where it has decided nothing, None where what it
    adopted was not kept.
    """
    look_at_items(work.session, [case.id for case in cases])
    last = adopted(work, cases, PLAN)
    found: dict[int, Sequence[PlanItem] | None] = {}
    for case in cases:
        items = items_of(work.session, case.id)
        if case.id not in last or last[case.id].hash == content_hash(content(items)):
            found[case.id] = items
            continue
        kept = (one.content for one in snapshots_of(work.session, case.id) if one.hash == last[case.id].hash)
        rows = next(kept, None)
        found[case.id] = None if rows is None else [_measure(case, row) for row in rows]
    return found


def keep_adopted(work: Work, case: Case) -> None:
    """Keep the adopted plan before it is first changed. One that was corrected during the vote was never submitted
    in these words, so nothing has kept it yet.
    """
    taken = snapshots_of(work.session, case.id)
    if not taken:
        return
    rows = content(items_of(work.session, case.id))
    now = content_hash(rows)
    if any(one.hash == now for one in taken):
        return
    last = adopted(work, [case], PLAN).get(case.id)
    if last is None or last.hash != now:
        return
    submitted = next((one for one in reversed(taken) if one.round == last.round), taken[-1])
    work.session.add(
        PlanSnapshot(
            case_id=case.id, round=last.round, content=rows, hash=now, submitted_by=submitted.submitted_by,
            submitted_name=submitted.submitted_name, at=last.at,
        )
    )  # fmt: skip
    work.session.flush()


def _measure(case: Case, row: Mapping[str, Any]) -> PlanItem:
    """A measure as it was kept, to be read only."""
    days = {name: date.fromisoformat(row[name]) for name in ("starts", "ends") if row.get(name)}
    return PlanItem(case_id=case.id, **{**row, **days})
