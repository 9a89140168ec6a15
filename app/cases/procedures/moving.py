"""The move of many cases to another version, and back: by workers in parts, case by case, with its progress.

What the order says is judged for each case under its lock, as when a single one is moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.access.scopes import as_system
from app.cases import parts
from app.cases.models import Case
from app.cases.parts import InParts, Progress
from app.cases.procedures import migration
from app.cases.procedures.migration import Fated, Order
from app.core.ports import JobHandler
from app.core.unit_of_work import Work

MOVE, BACK = "cases.move", "cases.move.back"


def begin(work: Work, order: Order, chosen: Sequence[Fated] = ()) -> int:
    """Have the chosen cases moved, or all live ones that lose no term by it; the answer is how many are looked at.

    Raises Forbidden, NotFound, Invalid as a move of a single case.
    """
    migration.require_ready(work, order)
    seen = {one.case_id: one.version for one in chosen}
    cases = list(seen) or migration.live_ids(work, order)
    payload = {
        "code": order.code, "source": order.source, "target": order.target, "mapping": dict(order.mapping),
        "losing": order.losing and bool(seen), "seen": {str(key): version for key, version in seen.items()},
    }  # fmt: skip
    parts.promise(work, MOVE, _about(order.code, order.source), cases, payload)
    return len(cases)


def begin_back(work: Work, code: str, version: int) -> int:
    """Have every move to this version taken back that still can be; the answer is how many."""
    cases = migration.undoable_ids(work, code, version)
    parts.promise(work, BACK, _about(code, version), cases, {})
    return len(cases)


def progress(work: Work, code: str, version: int) -> Progress | None:
    """Of the last order about cases of this version, away from it or back."""
    about = _about(code, version)
    return parts.progress(work, MOVE, about) or parts.progress(work, BACK, about)


def _about(code: str, version: int) -> str:
    return f"{code}/{version}"


def _move(work: Work, case_id: int, given: Mapping[str, Any]) -> None:
    order = Order(
        given["code"], given["source"], given["target"], given["mapping"], losing=bool(given["losing"])
    )
    migration.move(work, case_id, order, given["seen"].get(str(case_id)))


def _take_back(work: Work, case_id: int, _given: Mapping[str, Any]) -> None:
    with as_system(work.session):  # its code only
        code = work.session.get_one(Case, case_id).code
    migration.undo(work, code)


HANDLERS: dict[str, JobHandler] = {MOVE: InParts(_move), BACK: InParts(_take_back)}
