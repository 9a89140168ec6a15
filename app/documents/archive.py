"""Filing a paper whose work is done: into which file of the nomenclature it went («дело № 01-14»)."""

from __future__ import annotations

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.roles import require_in_programme
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document
from app.documents.queries import standing_lines
from app.documents.rules import Move
from app.documents.steps import locked, move, note

LENGTH = 60


def archive(work: Work, document_id: int, file_index: str, expected_version: int | None = None) -> Document:
    """Put the paper into its file; the journal's column «дело» says so too.

    Raises NotFound, Forbidden, Stale, Invalid at `file_index`, Refusal while the paper still has work to do.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.register", document.programme)
    index = " ".join(file_index.replace("№", " ").split())
    if not index or len(index) > LENGTH:
        raise Invalid(
            fields={"file_index": _("Give the index of the file by the nomenclature, for example 01-14.")}
        )
    was = document.state
    move(document, Move.archive)
    document.file_index, document.archived_at, document.archived_from = index, work.now, was
    with as_system(work.session):  # the line of the journal follows its paper
        lines = standing_lines(work.session, document.id)
    for line in lines:
        if line.folder != index:
            audit.revise(work, line, {"folder": index}, "journal:file")
    note(work, document, "document:archive", data={"from": was}, values={"note": index})
    return document
