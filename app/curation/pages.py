"""What the pages of curation share: the running case for one act, the page with a short form, the way back."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.roles import require, require_running
from app.core.i18n import Text
from app.core.unit_of_work import Work
from app.ui.base import RoomView
from app.ui.forms import RoomForm

FORM = ("GET", "POST")


class CurationPages(RoomView):
    """The ancestor of the views under `/cases/<id>/curation`."""

    route_base = "/cases"
    class_permission_name = "Curation"

    def _case(self, work: Work, case_id: int, capability: str) -> Case:
        """The running case, if this act is the actor's there: what is not offered is not answered."""
        case = get_case(work.session, case_id)
        require(work, capability, case)
        require_running(case)
        return case

    def _short_form(
        self, case_id: int, form: RoomForm, title: Text, submit: Text, *, lead: Text | str | None = None,
        danger: bool = False, back: str = "",
    ) -> Any:  # fmt: skip
        return self.render(
            "curation/form.html", form.status, case=get_case(self.read().session, case_id), tab="curation",
            title=title, form=form, submit=submit, lead=lead, danger=danger, back=back or room(case_id),
        )  # fmt: skip


def room(case_id: int) -> str:
    """The address of the room of curation in a case."""
    return url_for("CurationView.index", case_id=case_id)
