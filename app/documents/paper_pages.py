"""What the pages of one paper share: who may open it, its address, the form under its heading."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.cases.roles import may_in_programme
from app.core.errors import Forbidden
from app.core.i18n import Text
from app.core.unit_of_work import Work
from app.documents.models import Document
from app.documents.queries import get_document
from app.documents.rules import Move
from app.documents.steps import why_not
from app.ui.base import RoomView
from app.ui.forms import RoomForm

FORM = ("GET", "POST")


class PaperPages(RoomView):
    """The ancestor of the views under `/documents/<id>`."""

    route_base = "/documents"
    class_permission_name = "Documents"

    def _open(self, document_id: int, capability: str, step: Move | None = None) -> tuple[Work, Document]:
        """The paper for whoever may do this act; the form of a step it does not take is not shown."""
        work = self.read()
        document = get_document(work.session, document_id)
        if not may_in_programme(work, capability, document.programme):
            raise Forbidden
        if step is not None:
            self.refuse_at_once(why_not(document, step))
        return work, document

    def _url(self, document_id: int) -> str:
        return url_for("DocumentView.show", document_id=document_id)

    def _form(
        self, document: Document, form: RoomForm, heading: Text, submit: Text, lead: Text | None = None
    ) -> Any:
        """The page with the form; it remembers which version of the paper the person saw."""
        if "expected_version" in form:
            seen = form["expected_version"]
            seen.data = seen.data or str(document.version)
        return self.render(
            "documents/form.html", form.status, document=document, form=form, heading=heading, submit=submit, lead=lead,
            back=self._url(document.id),
        )  # fmt: skip
