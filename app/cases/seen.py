"""Nobody closes a task over a text he has not seen: what the page showed goes along with its form."""

from __future__ import annotations

import hashlib

from app.cases.models import Case
from app.core.canonical import canonical_json
from app.core.errors import Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine.elements import Task


def content_seen(work: Work, case_id: int, page: str) -> str:
    """The fingerprint of what a room's page shows of the case now; empty where the room has nothing to be read."""
    source = work.ports.contents.get(page)
    if source is None:
        return ""
    return hashlib.sha256(canonical_json(source(work.session, case_id)).encode()).hexdigest()


def task_seen(work: Work, case_id: int, task: Task | None) -> str:
    """What goes along with the form that closes a task."""
    return content_seen(work, case_id, task.page or "") if task is not None else ""


def check_seen(work: Work, case: Case, task: Task | None, seen: str | None) -> None:
    """Raises Stale when what is read on the page of the task was changed since `seen`; without it there was no page."""
    if not seen or task is None or seen == task_seen(work, case.id, task):
        return
    title = next((str(tab.title) for tab in work.ports.tabs if tab.code == task.page), "")
    raise Stale(
        _(
            "“%(page)s” was changed while you were looking at it. Read it again before you close the task.",
            page=title,
        )
    )
