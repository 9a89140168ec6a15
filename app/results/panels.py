"""What the results show on the page of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.results import queries
from app.results.texts import OUTCOMES, procedure_name


def load(work: Work, case: Case) -> Mapping[str, Any]:
    """The first procedures of the table with their change, and the outcome as far as it is known."""
    year = case.programme.year
    rows = queries.table(queries.figures_of(work.session, case.id), year, queries.settings_of(case.programme))
    review = queries.review_of(work.session, case.id)
    return {
        "rows": rows[:4], "more": max(0, len(rows) - 4), "year": year, "procedure_name": procedure_name,
        "review": review, "outcomes": OUTCOMES, "url": f"/cases/{case.id}/results",
    }  # fmt: skip


PANELS = [Panel("results", _("Results"), "results/panel.html", load, order=60)]
TABS = [Tab("results", _("Results"), lambda case_id: f"/cases/{case_id}/results", order=60)]
