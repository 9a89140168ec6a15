"""Pages of PDF copies: ask for one, wait for it, read why there is none."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import url_for

from app.core.errors import NotFound, Refusal
from app.core.unit_of_work import Work
from app.documents import pdf
from app.documents.models import Document, DocumentFile
from app.documents.paper_pages import PaperPages
from app.documents.queries import COPIES, file_of, get_document
from app.ui.base import page


class PdfView(PaperPages):
    """The PDF copy of a printed file."""

    @page("/<int:document_id>/pdf/<copy>")
    def show(self, document_id: int, copy: str) -> Any:
        work = self.read()
        document, printed, sha256 = _printed(work, document_id, copy)
        row = pdf.pdf_of(work, document, sha256)
        ready = url_for("FileView.download", file_id=row.file_id) if row is not None and row.file_id else ""
        trouble = pdf.TROUBLES.get(row.trouble) if row is not None and row.trouble else None
        if not ready and trouble is None and pdf.office() is None:
            trouble = pdf.TROUBLES["absent"]
        is_waiting = row is not None and row.rendered_at is None and trouble is None and not ready
        return self.render(
            "documents/pdf.html", document=document, copy=copy, printed=printed, trouble=trouble, ready=ready,
            is_waiting=is_waiting, may_try=pdf.office() is not None,
            back=self._url(document_id),
        )  # fmt: skip

    @page("/<int:document_id>/pdf/<copy>/make", methods=("POST",))
    def make(self, document_id: int, copy: str) -> Any:
        if copy not in COPIES:
            raise NotFound
        with contextlib.suppress(Refusal), self.write() as work:  # the page says why there is none
            pdf.request_pdf(work, document_id, copy)
        return self.done(url_for("PdfView.show", document_id=document_id, copy=copy))


def _printed(work: Work, document_id: int, copy: str) -> tuple[Document, DocumentFile, str]:
    """The paper, what was printed of it, and the hash of that file."""
    document = get_document(work.session, document_id)
    found = file_of(document, copy) if copy in COPIES else None
    if found is None or found.file is None:
        raise NotFound
    return document, found, found.file.sha256
