"""The card of the diagnosis on the case page, and its tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.diagnostics.queries import risks_of, studies_of
from app.diagnostics.rules import SIGNIFICANCE_LABELS, STUDIES, StudyKind


def summary(work: Work, case: Case) -> Mapping[str, Any]:
    """The four studies with their state and the actual risks."""
    begun, risks = studies_of(work.session, case.id), risks_of(work.session, case.id)
    return {
        "studies": [(kind.value, STUDIES[kind].title, begun.get(kind)) for kind in StudyKind],
        "risks": [risk for risk in risks if risk.is_actual],
        "waiting": sum(risk.verified_at is None for risk in risks),
        "significance": SIGNIFICANCE_LABELS,
        "case_id": case.id,
    }


def _page(case_id: int) -> str:
    # not url_for: the engine's reasons link here from the command line too
    return f"/cases/{case_id}/diagnostics"


PANELS = [Panel("diagnostics", _("Diagnosis"), "diagnostics/panel.html", summary, order=20)]
TABS = [Tab("diagnostics", _("Diagnosis"), _page, order=20)]
