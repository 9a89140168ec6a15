"""The press on a registered paper that closes the tasks which waited for it, and what came of it."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.core.errors import Invalid
from app.documents import paper_tasks
from app.documents.paper_tasks import Chosen
from app.documents.queries import get_document
from app.ui.base import MAX_ID, RoomView, page


class PaperTasksView(RoomView):
    """Under the paper, but by the right to act in its cases: nothing more than each case's own page allows."""

    route_base = "/documents"
    class_permission_name = "Cases"

    @page("/<int:document_id>/tasks/close", methods=("POST",), permission="write")
    def close(self, document_id: int) -> Any:
        document = get_document(self.read().session, document_id)
        schools = {case.id: case.school.short_name for case in paper_tasks.cases_of(document)}
        heading = document.title
        rows = paper_tasks.close(self.write, document_id, schools, _chosen(request.form.get("tasks", "")))
        return self.render(
            "documents/closed.html", rows=rows, heading=heading,
            back=url_for("DocumentView.show", document_id=document_id),
        )  # fmt: skip


def _chosen(sent: str) -> list[Chosen]:
    """«17:issue_order:9,18:issue_order:4» — case, task, version — as the page of the paper wrote it. Raises Invalid."""
    try:
        parts = [one.split(":") for one in sent.split(",")]
        chosen = [Chosen(int(case_id), task, int(version)) for case_id, task, version in parts]
    except ValueError as error:
        raise Invalid from error
    if any(one.case_id > MAX_ID or one.version > MAX_ID for one in chosen):
        raise Invalid
    return list(dict.fromkeys(chosen))


VIEWS: list[type[RoomView]] = [PaperTasksView]
