"""Pages of a registered paper's further life: what it does to others, filing, comparison, mailing and reading."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.access.scopes import get_visible
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import _
from app.documents import acknowledgement, links, service
from app.documents.life_forms import ArchiveForm, LinkForm, MailForm, SheetForm
from app.documents.models import Acknowledgement, Document
from app.documents.paper_pages import FORM, PaperPages
from app.documents.people import staff
from app.documents.proofs import Proof
from app.documents.rules import LINK_LABELS, LINKS_OF, LinkKind, Move
from app.documents.service import Mailing, PaperSheet
from app.documents.subjects import number_and_day
from app.schools.models import OrganisationKind
from app.schools.queries import organisations
from app.ui.base import RoomView, page


class PaperLifeView(PaperPages):
    @page("/<int:document_id>/links/add", methods=FORM, permission="write")
    def link(self, document_id: int) -> Any:
        work, document = self._open(document_id, "documents.draft")
        kinds = LINKS_OF.get(document.of_kind, ())
        form = LinkForm(data={"kind": kinds[0].value if kinds else None})
        form.kind.offer([(kind.value, LINK_LABELS[kind]) for kind in kinds])
        form.target.offer(
            [(paper.id, _titled(paper)) for paper in links.candidates(work, document)] if kinds else []
        )
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.declare(
                        work,
                        document_id,
                        form.target.data or 0,
                        LinkKind(form.kind.data or ""),
                        self.expected_version(),
                    )
                return self.done(self._url(document_id), _("It takes effect when the document is registered"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _("Both documents will show it, and so will the journal. Annulling a number is another matter: that "
                 "is for a document registered by mistake.")  # fmt: skip
        return self._form(document, form, _("What the document does to an earlier one"), _("Save"), lead)

    @page("/<int:document_id>/links/<int:link_id>/drop", methods=("POST",), permission="write")
    def unlink(self, document_id: int, link_id: int) -> Any:
        with self.write() as work:
            service.drop(work, document_id, link_id, self.expected_version())
        return self.done(self._url(document_id), _("Taken back"))

    @page("/<int:document_id>/archive", methods=FORM, permission="write")
    def archive(self, document_id: int) -> Any:
        _work, document = self._open(document_id, "documents.register", Move.archive)
        known = next((line.folder for line in document.lines if line.folder and line.annulled_at is None), "")
        form = ArchiveForm(data={"file_index": known})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.archive(work, document_id, form.file_index.data or "", self.expected_version())
                return self.done(self._url(document_id), _("The document is filed"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _(
            "A filed document no longer changes its state; it stays in the journal and can always be read."
        )
        return self._form(document, form, _("Put the document into its file"), _("File it"), lead)

    @page("/<int:document_id>/compare", methods=("POST",), permission="write")
    def compare(self, document_id: int) -> Any:
        """Print it again and say whether it is the same."""
        with self.write() as work:
            found = service.compare(work, document_id)
            told = "; ".join(str(row.text) for row in found)
            is_good = all(row.is_good for row in found)
        return self.done(self._url(document_id), told[:1].upper() + told[1:], "ok" if is_good else "danger")

    @page("/<int:document_id>/mail", methods=FORM, permission="write")
    def mail(self, document_id: int) -> Any:
        work, document = self._open(document_id, "documents.register")
        known = {row.addressee for row in acknowledgement.addressees(work, document.id)}
        schools = organisations(work.session, OrganisationKind.school)
        offices = (document.programme.authority_id, document.programme.centre_id)
        people = {p.person_id: p for p in staff(work.session, offices, work.today)}
        usual = [school.id for school in acknowledgement.proposed(work, document)]
        form = MailForm(data={"organisations": usual, "people": [], "due": acknowledgement.term(work)})
        form.organisations.offer([(s.id, s.short_name) for s in schools if f"org:{s.id}" not in known])
        form.people.offer(
            [
                (key, f"{p.person.short}, {p.title}")
                for key, p in people.items()
                if f"person:{key}" not in known
            ]
        )
        if form.validate_on_submit():
            mailing = Mailing(
                tuple(form.organisations.data or ()), tuple(form.people.data or ()), form.due.data
            )
            try:
                with self.write() as work:
                    count = service.send(work, document_id, mailing, self.expected_version())
                return self.done(self._url(document_id), _("Sent; new addressees: %(n)s", n=count))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _("Each addressee finds the document in “My tasks” and confirms that it was read.")
        return self._form(document, form, _("Send the document to be read"), _("Send"), lead)

    @page("/<int:document_id>/readers/<int:row_id>/sheet", methods=FORM, permission="write")
    def sheet(self, document_id: int, row_id: int) -> Any:
        work, document = self._open(document_id, "documents.register")
        row = get_visible(work.session, Acknowledgement, row_id)
        if row.document_id != document_id:
            raise NotFound
        named = (
            acknowledgement.directors(work, row.organisation_id, work.today) if row.organisation_id else ""
        )
        reader = named or (row.person.short if row.person else "")
        form = SheetForm(data={"reader": reader, "read_on": work.today})
        if form.validate_on_submit() and form.scan.data and form.read_on.data:
            proof = Proof(form.scan.data.read(), form.scan.data.filename or "")
            given = PaperSheet(form.reader.data or "", form.read_on.data, proof)
            try:
                with self.write() as work:
                    service.note_paper(work, row_id, given)
                return self.done(self._url(document_id), _("The sheet is kept"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        who = "".join(acknowledgement.names([row]))
        return self._form(document, form, _("Read on paper: %(who)s", who=who), _("Save"))


class ReadingView(RoomView):
    """«Ознакомлен(а)»: the button of whoever a paper was sent to."""

    route_base = "/reading"
    class_permission_name = "Reading"

    @page("/<int:row_id>", methods=("POST",), permission="write")
    def read_it(self, row_id: int) -> Any:
        with self.write() as work:
            document_id = service.acknowledge(work, row_id).document_id
        return self.done(
            url_for("DocumentView.show", document_id=document_id), _("It is noted that you have read it")
        )


def _titled(paper: Document) -> str:
    return " · ".join(filter(None, (number_and_day(paper), paper.title)))


VIEWS: list[type[RoomView]] = [PaperLifeView, ReadingView]
