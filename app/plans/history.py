"""Telling the history in words what was corrected in a plan; keys and instants stay in the record's codes."""

from __future__ import annotations

from typing import Any

from app.audit import service as audit
from app.core.i18n import Text
from app.core.unit_of_work import Work
from app.plans.models import PlanItem, PlanReport
from app.plans.rules import spoken
from app.plans.terms import Recurrence
from app.plans.texts import FIELD_TITLES


def revise(work: Work, row: PlanItem | PlanReport, item: PlanItem, changes: dict[str, Any], tag: str) -> bool:
    """Set what differs and tell it in the history; False when nothing does."""
    changed = {name: (getattr(row, name), new) for name, new in changes.items() if getattr(row, name) != new}
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    if not changed:
        return False
    told = {
        name: {"old": _told(name, old), "new": _told(name, new)}
        for name, (old, new) in changed.items()
        if name in FIELD_TITLES
    }
    keys = {name: [old, new] for name, (old, new) in changed.items() if name.endswith("_id")}
    audit.record(work, tag, row, case_id=item.case_id, data={"fields": sorted(changed), "keys": keys},
                 values={"about": about(item, row), **told})  # fmt: skip
    return True


def about(item: PlanItem, row: PlanItem | PlanReport | None = None) -> str:
    """«№ 7. Практикум для учителей», by which the history names a measure; a report on one of many terms names it."""
    named = f"№\u00a0{item.number}. {item.action}"
    if isinstance(row, PlanReport) and item.recurrence != Recurrence.once:
        return f"{named}, {row.occurrence:%d.%m.%Y}"
    return named


def _told(name: str, value: Any) -> str:
    shown = spoken(name, value)
    return shown.in_("ru") if isinstance(shown, Text) else str(shown)
