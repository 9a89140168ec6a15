"""The card of curation on the case page, and its tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.curation.queries import (
    VisitCount,
    count_visits,
    current_agreement,
    planned_visits,
    recommendations_before,
    visits_of,
    what_is_missing,
)
from app.curation.rules import REPORT_STATES


def load(work: Work, case: Case) -> Mapping[str, Any]:
    """Agreement, visits plan and fact, recommendations closed, the next visit due."""
    agreement = current_agreement(work.session, case.id)
    visits = visits_of(work.session, case.id)
    planned = planned_visits(work.session, case.id)
    advice = recommendations_before(work.session, case.id)
    return {
        "case": case,
        "agreement": agreement,
        "missing": what_is_missing(agreement) if agreement else (),
        "report_states": REPORT_STATES,
        "visits": visits,
        "planned": planned,
        "count": count_visits(work.session, [case.id], work.today).get(case.id, VisitCount()),
        "in_plan": {row.visit_id for row in planned},
        "next_visit": next((row for row in planned if row.visit_id is None), None),
        "advice": advice,
        "closed": sum(row.status != "open" for row in advice),
        "overdue": [row for row in advice if row.status == "open" and row.due < work.today],
        "today": work.today,
    }


def url(case_id: int) -> str:
    return f"/cases/{case_id}/curation"


PANELS = [Panel("curation", _("Curation"), "curation/_panel.html", load, order=40)]
TABS = [Tab("curation", _("Curation"), url, order=40)]
