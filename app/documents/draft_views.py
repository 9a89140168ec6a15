"""Pages of a draft: the form with every variable, the page beside it that follows the typing, what is kept unsaved."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for

from app.core.errors import Invalid, Refusal
from app.core.i18n import _
from app.documents import draft_page, kept, service
from app.documents.docx.frozen import thaw
from app.documents.models import Document
from app.documents.paper_pages import FORM, PaperPages
from app.documents.proofing import Proof
from app.documents.queries import get_document
from app.documents.steps import must_be_draft, why_fixed
from app.documents.values import missing
from app.ui.base import page


class DraftPages(PaperPages):
    """What `DocumentView` shows of a draft."""

    @page("/<int:document_id>/edit", methods=FORM, permission="write")
    def edit(self, document_id: int) -> Any:
        work, document = self._open(document_id, "documents.draft")
        self.refuse_at_once(why_fixed(document))
        opened = draft_page.open_draft(work, document)
        form = opened.form
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    document = service.edit(work, document_id, opened.changes(), self.expected_version())
                    kept.forget(work, document)
                    left = missing(opened.template, thaw(document.values))
                if left:
                    told = _("Saved; still missing: %(names)s", names=", ".join(f.label for f in left))
                    return self.done(self._url(document_id), told, "warning")
                return self.done(self._url(document_id), _("Saved"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
                work, document = self._open(document_id, "documents.draft")
        here = url_for("DocumentView.edit", document_id=document_id)
        changes = (
            opened.changes() if form.is_submitted() else thaw(opened.unsaved.fields) if opened.unsaved else {}
        )
        proof = draft_page.prove(work, document, changes, here)
        return self.render(
            "documents/draft.html", form.status, document=document, form=form, back=self._url(document_id),
            missing=missing(opened.template, opened.saved), rows=draft_page.rows(opened, proof), proof=proof,
            unsaved=opened.unsaved if not form.is_submitted() else None,
            checks=[(one, draft_page.check_url(one, here)) for one in proof.unverified],
            changed=service.changed_sources(work, document) if document.is_draft else [],
        )  # fmt: skip

    @page("/<int:document_id>/edit/page", permission="write")
    def edit_page(self, document_id: int) -> Any:
        """The page of the frame: the paper with what is saved and what is kept."""
        work, document = self._open(document_id, "documents.draft")
        row = kept.unsaved(work, document)
        return self._page(
            draft_page.prove(work, document, thaw(row.fields) if row else {}, self._form_url(document))
        )

    @page("/<int:document_id>/edit/page", methods=("POST",), permission="write")
    def edit_page_of_typing(self, document_id: int) -> Any:
        """The same with what is in the form this moment, which is kept for when the person comes back."""
        _work, document = self._open(document_id, "documents.draft")
        must_be_draft(document)
        with self.write() as work:
            document = get_document(work.session, document_id)
            opened = draft_page.open_draft(work, document, fresh=False)
            wrong = (
                set()
                if opened.form.validate()
                else {name for name, told in opened.form.errors.items() if told}
            )
            changes = opened.changes()
            for one in opened.asked:
                if one.name in wrong:
                    changes.pop(one.path, None)  # half-typed: the page keeps what was there
            kept.keep(work, document, changes)
            at = work.now if changes else None
            is_overtaken = opened.form.expected_version.data != str(document.version)
        work = self.read()
        document = get_document(work.session, document_id)
        return self._page(
            draft_page.prove(work, document, changes, self._form_url(document)),
            kept_at=at,
            overtaken=is_overtaken,
        )

    @page("/<int:document_id>/edit/drop", methods=("POST",), permission="write")
    def drop(self, document_id: int) -> Any:
        """Throw the unsaved typing away."""
        self._open(document_id, "documents.draft")
        with self.write() as work:
            kept.forget(work, get_document(work.session, document_id))
        return self.done(
            url_for("DocumentView.edit", document_id=document_id), _("The form says what is saved again")
        )

    @page("/<int:document_id>/edit/take-back", methods=("POST",), permission="write")
    def take_back(self, document_id: int) -> Any:
        """A value from its source again; whatever else is in the form stays typed."""
        self._open(document_id, "documents.draft")
        path = request.form.get("path", "")
        with self.write() as work:
            document = get_document(work.session, document_id)
            opened = draft_page.open_draft(work, document, fresh=False)
            opened.form.validate()
            rest = {at: value for at, value in opened.changes().items() if at != path}
            document = service.edit(work, document_id, {path: None}, self.expected_version())
            kept.keep(work, document, rest)
        return self.done(self._form_url(document), _("The value is taken from its source again"))

    def _page(self, proof: Proof, **more: Any) -> Any:
        answer = make_response(render_template("documents/page.html", proof=proof, **more))
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'self'"
        )
        return answer

    def _form_url(self, document: Document) -> str:
        return url_for("DocumentView.edit", document_id=document.id)
