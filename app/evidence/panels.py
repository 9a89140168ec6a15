"""The tab of the evidence package on the page of a case."""

from __future__ import annotations

from app.core.i18n import _
from app.core.ports import Tab

TABS = [Tab("evidence", _("Package of evidence"), lambda case_id: f"/cases/{case_id}/evidence", order=90)]
