"""What the library shows on the page of a case: the publications of its school."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.cases.roles import may
from app.core.i18n import _
from app.core.ports import Panel, Tab
from app.core.unit_of_work import Work
from app.library.queries import publications
from app.library.rules import Address, WrongAddress, parse
from app.library.texts import ALIVE


def address(url: str) -> Address | None:
    """The address to print; None for one that cannot be opened (kept from before a stricter rule)."""
    try:
        return parse(url)
    except WrongAddress:
        return None


def load(work: Work, case: Case) -> Mapping[str, Any]:
    return {
        "publications": publications(work.session, case_id=case.id), "address": address, "alive_texts": ALIVE,
        "can_edit_publications": may(work, "publications.edit", case), "url": f"/cases/{case.id}/publications",
    }  # fmt: skip


PANELS = [Panel("publications", _("Publications"), "library/panel.html", load, order=70)]
TABS = [Tab("publications", _("Publications"), lambda case_id: f"/cases/{case_id}/publications", order=70)]
