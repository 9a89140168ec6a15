"""The card of the papers on the case page, and their tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.documents.queries import file_of, list_documents
from app.ui.base import link

_SHOWN = 5


def summary(work: Work, case: Case) -> Mapping[str, Any]:
    """The latest papers about the case with their state and preview."""
    found = list_documents(work.session, case_id=case.id)
    rows = []
    for document in found[:_SHOWN]:
        copy = "registered" if file_of(document, "registered") else "paper"
        file = file_of(document, copy)
        rows.append({"document": document, "state": document.state_label, "copy": copy,
                     "file": file.file if file else None})  # fmt: skip
    return {"rows": rows, "count": len(found), "case_id": case.id}


PANELS = [Panel("documents", _("Documents"), "documents/panel.html", summary, order=35)]
TABS = [Tab("documents", _("Documents"), link("CaseDocumentsView.show"), order=70)]
