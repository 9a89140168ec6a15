"""Pages of the papers: list, card, draft form, signing, registering, preview and files."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from app.cases.models import CaseStatus
from app.cases.queries import get_case, programmes
from app.cases.roles import may, may_in_programme
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents import card_page, life_page, service
from app.documents.docx.rendering import RenderError
from app.documents.docx_frame import docx_frame
from app.documents.draft_views import DraftPages
from app.documents.facts import paper_for
from app.documents.forms import (
    BY_HAND,
    NEXT,
    RESERVED,
    AgreementRegisterForm,
    ReasonForm,
    RegisterForm,
    ReportScanForm,
    SignForm,
)
from app.documents.models import Document
from app.documents.paper_pages import FORM
from app.documents.pdf_views import PdfView
from app.documents.queries import COPIES, file_of, get_document, list_documents
from app.documents.rules import KIND_LABELS, STATE_LABELS, DocumentKind, DocumentState, Move, missing_signers
from app.documents.service import HandEntry, Proof, RegisterInput, SignatureInput
from app.documents.signers import ROLE_LABELS, expected_signer
from app.documents.templates import Template, registry
from app.files.views import attachment
from app.ui.base import RoomView, int_arg, page


class DocumentView(DraftPages):
    @page("/")
    def index(self) -> Any:
        work = self.read()
        kind, state = request.args.get("kind", ""), request.args.get("state", "")
        programme_id = int_arg("programme")
        found = list_documents(
            work.session, programme_id=programme_id, kind=kind if kind in set(DocumentKind) else "",
            states=[state] if state in set(DocumentState) else [],
        )  # fmt: skip
        return self.render(
            "documents/list.html", documents=found, kinds=KIND_LABELS, states=STATE_LABELS, kind=kind, state=state,
            programmes=programmes(work.session), programme_id=programme_id, tone=card_page.TONES,
            may_create=any(may_in_programme(work, "documents.draft", one) for one in programmes(work.session)),
        )  # fmt: skip

    @page("/<int:document_id>")
    def show(self, document_id: int) -> Any:
        work = self.read()
        document = get_document(work.session, document_id)
        return self.render("documents/show.html", **card_page.context(work, document))

    @page("/<int:document_id>/refresh", methods=("POST",), permission="write")
    def refresh(self, document_id: int) -> Any:
        with self.write() as work:
            service.refresh(work, document_id, self.expected_version())
        to_form = request.form.get("to") == "form"
        url = url_for("DocumentView.edit", document_id=document_id) if to_form else self._url(document_id)
        return self.done(url, _("The draft says what the sources say now"))

    @page("/<int:document_id>/reset", methods=("POST",), permission="write")
    def reset(self, document_id: int) -> Any:
        with self.write() as work:
            service.edit(work, document_id, {request.form.get("path", ""): None}, self.expected_version())
        return self.done(self._url(document_id), _("The value is taken from its source again"))

    @page("/<int:document_id>/send", methods=("POST",), permission="write")
    def send(self, document_id: int) -> Any:
        try:
            with self.write() as work:
                service.send_to_sign(work, document_id, self.expected_version())
        except (Invalid, RenderError) as error:
            told = " ".join([str(error), *map(str, getattr(error, "fields", {}).values())])
            return self.done(self._url(document_id), told, "danger")
        return self.done(self._url(document_id), _("Sent for signing: the text no longer changes"))

    @page("/<int:document_id>/withdraw", methods=FORM, permission="write")
    def withdraw(self, document_id: int) -> Any:
        work, document = self._open(document_id, "documents.draft")
        self.refuse_at_once(service.why_not_withdrawn(work, document))
        form = ReasonForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.withdraw(work, document_id, form.reason.data or "", self.expected_version())
                return self.done(self._url(document_id), _("The document is a draft again"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(document, form, _("Withdraw to the draft"), _("Withdraw to the draft"))

    @page("/<int:document_id>/sign", methods=FORM, permission="write")
    def sign(self, document_id: int) -> Any:
        work, document = self._open(document_id, "documents.sign", Move.sign)
        lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
        form = SignForm(data={"roles": list(lacking), "signed_on": document.dated or work.today})
        form.roles.offer([(role, self._named(work, document, role)) for role in lacking])
        if form.validate_on_submit() and form.proof.data and form.signed_on.data:
            given = form.proof.data
            proof = Proof(given.read(), given.filename or "")
            signatures = [SignatureInput(role, form.signed_on.data) for role in form.roles.data or ()]
            try:
                with self.write() as work:
                    service.sign(work, document_id, signatures, proof, self.expected_version())
                return self.done(self._url(document_id), _("The signature is noted"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _(
            "The system puts no signature itself: attach what proves it. One scan may show several signatures."
        )
        return self._form(document, form, _("Note a signature"), _("Note the signature"), lead)

    @page("/<int:document_id>/scan", methods=FORM, permission="write")
    def scan(self, document_id: int) -> Any:
        """The scan of a report that needs no number."""
        work = self.read()
        document = get_document(work.session, document_id)
        service.require_report(work, document)
        form = ReportScanForm(data={"signed_on": document.dated or work.today})
        if form.validate_on_submit() and form.proof.data and form.signed_on.data:
            given = form.proof.data
            proof = Proof(given.read(), given.filename or "")
            try:
                with self.write() as work:
                    service.attach_scan(
                        work, document_id, proof, form.signed_on.data, self.expected_version()
                    )
                return self.done(self._url(document_id), _("The scan is kept; the report is signed"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(document, form, _("Attach the signed scan"), _("Attach"))

    @page("/<int:document_id>/register", methods=FORM, permission="write")
    def register(self, document_id: int) -> Any:
        work, document = self._open(document_id, "documents.register")
        self.refuse_at_once(service.why_not_registered(work, document))
        if document.kind == DocumentKind.agreement:
            return self._register_agreement(document)
        signed = max((s.signed_on for s in document.signatures), default=work.today)
        day = document.dated or signed
        number = service.preview_number(work, document, day)
        form = RegisterForm(data={"dated": day, "way": NEXT if number else BY_HAND})
        form.offer(number, service.open_reservations(work, document, day))
        if form.validate_on_submit():
            assert form.dated.data  # noqa: S101 — a required field
            by_hand = (
                HandEntry(form.number.data or "", form.reason.data or "", bool(form.leap.data))
                if form.way.data == BY_HAND
                else None
            )
            entry = RegisterInput(
                form.dated.data, by_hand, form.comment.data or "", sheets=form.sheets.data or "",
                mailing=form.mailing.data or "", folder=form.folder.data or "", note=form.note.data or "",
                reservation_id=(form.reservation.data or 0) if form.way.data == RESERVED else None,
            )  # fmt: skip
            return self._register(document, form, entry)
        return self._form(document, form, _("Register the document"), _("Register it now"))

    def _register_agreement(self, document: Document) -> Any:
        form = AgreementRegisterForm(
            data={
                "dated": max((s.signed_on for s in document.signatures), default=None),
                "curator_number": (document.values.get("curator") or {}).get("number"),
                "supported_number": (document.values.get("supported") or {}).get("number"),
            }
        )
        if form.validate_on_submit():
            numbers = {
                "curator": form.curator_number.data or "",
                "supported": form.supported_number.data or "",
            }
            assert form.dated.data  # noqa: S101 — a required field
            entry = RegisterInput(form.dated.data, comment=form.comment.data or "", numbers=numbers)
            return self._register(document, form, entry)
        return self._form(document, form, _("Register the agreement"), _("Register it now"))

    def _register(self, document: Document, form: Any, entry: RegisterInput) -> Any:
        try:
            with self.write() as work:
                done = service.register(work, document.id, entry, self.expected_version())
                number = done.number
            return self.done(self._url(document.id), _("Registered: No. %(number)s", number=number))
        except (Invalid, Refusal) as error:
            form.take_errors(error)
        return self._form(document, form, _("Register the document"), _("Register it now"))

    @page("/<int:document_id>/preview")
    def preview(self, document_id: int) -> Any:
        """The page of the preview frame: our script draws the file, which has its own access check."""
        work = self.read()
        document = get_document(work.session, document_id)
        copy = _copy(request.args.get("copy", "paper"))
        _file(document, copy)
        return docx_frame(document.title, url_for("DocumentView.file", document_id=document.id, copy=copy))

    @page("/<int:document_id>/file/<copy>")
    def file(self, document_id: int, copy: str) -> Any:
        """The DOCX for the preview; taking it home goes through /files/, which is journalled."""
        work = self.read()
        document = get_document(work.session, document_id)
        stored = _file(document, _copy(copy))
        return attachment(work.ports.storage.get(stored.sha256), stored.name, stored.media_type)

    def _named(self, work: Work, document: Document, role: str) -> str:
        position = expected_signer(work, document, role, document.dated or work.today)
        return f"{ROLE_LABELS[role]}: {position.person.short}" if position else str(ROLE_LABELS[role])


class CaseDocumentsView(RoomView):
    """The papers of one case."""

    route_base = "/cases"
    class_permission_name = "Documents"

    @page("/<int:case_id>/documents")
    def show(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self.render(
            "documents/case.html", case=case, tab="documents",
            documents=list_documents(work.session, case_id=case_id), tone=card_page.TONES, states=STATE_LABELS,
            templates=_begun_here(work),
            may_draft=case.status == CaseStatus.active and may(work, "documents.draft", case),
            guards=card_page.guards(work, case), **life_page.of_case(work, case),
        )  # fmt: skip

    @page("/<int:case_id>/documents/for/<template>")
    def wanted(self, case_id: int, template: str) -> Any:
        """On to the paper a task asks for, or to the papers of the case while there is none."""
        if template not in registry().codes:
            raise NotFound
        work = self.read()
        case = get_case(work.session, case_id)
        paper = paper_for(work.session, case.id, template)
        if paper is None:
            return redirect(url_for("CaseDocumentsView.show", case_id=case.id))
        return redirect(url_for("DocumentView.show", document_id=paper.id))

    @page("/<int:case_id>/documents/draft", methods=("POST",), permission="write")
    def draft(self, case_id: int) -> Any:
        code = request.form.get("template", "")
        if code not in registry().codes:
            raise NotFound
        with self.write() as work:
            document_id = service.draft(work, code, [case_id]).id
        return self.done(
            url_for("DocumentView.show", document_id=document_id), _("The draft is ready to be filled in")
        )


def _begun_here(work: Work) -> list[Template]:
    """Templates a paper about this one case is begun with; the others begin on «Создать документ»."""
    offered = [registry().on(code, work.today) for code in registry().codes]
    return [
        t for t in offered if t.is_begun and not t.link and not t.after_closing and t.scope != "authority"
    ]


def _copy(name: str) -> str:
    if name not in COPIES:
        raise NotFound
    return name


def _file(document: Document, copy: str) -> Any:
    found = file_of(document, copy)
    if found is None or found.file is None:
        raise NotFound
    return found.file


VIEWS: list[type[RoomView]] = [DocumentView, PdfView, CaseDocumentsView]
