"""Tasks that waited for nothing but a paper: once it is registered (a report: signed) they are closed in one press.

Registering closes nothing by itself. Each task is closed in a unit of work of its own, by whoever presses, as on the
page of its case: the engine decides anew, and one that is refused stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.access.scopes import as_system
from app.cases.closing import Closable, closable
from app.cases.history import title, went_to
from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.service import complete_task
from app.core.errors import Invalid, NotFound, OporaError, Reason
from app.core.unit_of_work import Work
from app.documents.batch import Writer, why_not
from app.documents.facts import paper_for
from app.documents.models import Document
from app.documents.queries import get_document
from app.documents.rules import PLAN_CHANGE, PLAN_ORDER, DocumentState
from app.engine.elements import Task

AT_ONCE = 50  # of one press: what is left is offered again


@dataclass(frozen=True)
class Chosen:
    """A task to be closed, at the version of its case that the person saw."""

    case_id: int
    task: str
    version: int


@dataclass(frozen=True)
class Closed:
    """What became of one task: closed, and the stage its case went on to; or why not."""

    case_id: int
    school: str
    title: str
    went_to: str = ""
    version: int = 0  # of the case afterwards
    reasons: Sequence[Reason] = field(default_factory=tuple)

    @property
    def is_done(self) -> bool:
        return not self.reasons


def tasks_of(work: Work, document: Document) -> list[Closable]:
    """The tasks for which this very paper was still missing, if the actor may close them as they stand."""
    if document.is_draft or document.in_state == DocumentState.to_sign:
        return []

    def waited_for_it(case: Case, task: Task) -> bool:
        if not _serves(document, task):
            return False
        with as_system(work.session):  # as the guard of the task asks
            return paper_for(work.session, case.id, str(task.document)) is document

    return closable(work, cases_of(document), waited_for_it, AT_ONCE)


def cases_of(document: Document) -> list[Case]:
    """The cases the paper covers that the actor sees."""
    seen: list[Case | None] = [link.case for link in document.cases]
    return [case for case in seen if case is not None]


def close(
    write: Writer, document_id: int, schools: Mapping[int, str], chosen: Sequence[Chosen]
) -> list[Closed]:
    """Close the chosen tasks of the paper's cases. `schools`: id of a case → its school, as the actor sees them.

    Raises Invalid when nothing or too much is chosen, NotFound for a case that is not the paper's.
    """
    if not 0 < len(chosen) <= AT_ONCE:
        raise Invalid
    if any(one.case_id not in schools for one in chosen):
        raise NotFound
    rows: list[Closed] = []
    moved_to: dict[tuple[int, int], int] = {}  # case and version seen → its version after the task before
    for one in chosen:
        seen = one.case_id, one.version
        row = _close(
            write, document_id, schools[one.case_id], replace(one, version=moved_to.get(seen, one.version))
        )
        if row.is_done:
            moved_to[seen] = row.version
        rows.append(row)
    return rows


def _close(write: Writer, document_id: int, school: str, one: Chosen) -> Closed:
    name = ""
    try:
        with write() as work:
            definition = work.ports.definitions.of(work.session, get_case(work.session, one.case_id))
            task = definition.task(one.task)
            if task is None or not _serves(get_document(work.session, document_id), task):
                raise NotFound
            name = title(definition, "task", task.id)
            done = complete_task(work, one.case_id, task.id, one.version)
            version = get_case(work.session, one.case_id).version
            return Closed(one.case_id, school, name, went_to(definition, done), version)
    except OporaError as error:
        return Closed(one.case_id, school, name, reasons=why_not(error))


def _serves(document: Document, task: Task) -> bool:
    """Whether the task asks for a paper of this kind; what changes the order on a plan approves the plan anew."""
    if task.document is None or task.repeatable:
        return False
    return task.document == document.template or (
        task.document == PLAN_ORDER and document.template == PLAN_CHANGE
    )
