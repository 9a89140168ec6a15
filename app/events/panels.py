"""The card of events on the case page, and its tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.events.queries import counts_of_case, of_case
from app.events.rules import EVENT_KINDS


def load(work: Work, case: Case) -> Mapping[str, Any]:
    """Persons and person-events, the latest events and those that lack the school's word."""
    rows = of_case(work.session, case)
    held = [(e, invited, row) for e, invited, row in rows if e.cancelled_at is None]
    return {
        "case": case,
        "rows": rows,
        "counts": counts_of_case(work.session, case.id),
        "latest": [e for e, _invited, row in reversed(held) if row is not None][:3],
        "silent": [e for e, invited, row in held if invited and row is None and e.last_day < work.today],
        "kinds": EVENT_KINDS,
        "today": work.today,
    }


def url(case_id: int) -> str:
    return f"/cases/{case_id}/events"


PANELS = [Panel("events", _("Events"), "events/_panel.html", load, order=50)]
TABS = [Tab("events", _("Events"), url, order=50)]
