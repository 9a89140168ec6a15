"""The card of the plan on the case page, and its tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.plans.queries import all_dues, items_of
from app.plans.rules import ReportStatus, fulfilment


def summary(work: Work, case: Case) -> Mapping[str, Any]:
    """Fulfilment today, what is late and what falls due next."""
    items = items_of(work.session, case.id)
    dues = all_dues(items)
    open_dues = [due for due in dues if due.status in (ReportStatus.planned, ReportStatus.moved)]
    return {
        "items": len(items),
        "figure": fulfilment((due.counted for due in dues), work.today),
        "late": [due for due in open_dues if due.due < work.today],
        "next": [due for due in open_dues if due.due >= work.today][:3],
        "case_id": case.id,
        "today": work.today,
    }


def _page(case_id: int) -> str:
    # not url_for: the engine's reasons link here from the command line too
    return f"/cases/{case_id}/plans"


PANELS = [Panel("plans", _("Plan"), "plans/panel.html", summary, order=30)]
TABS = [Tab("plans", _("Plan"), _page, order=30)]
