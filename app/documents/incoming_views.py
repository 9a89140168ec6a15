"""Pages of the incoming papers: the list with terms of answer, registration, the answer."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.scopes import get_visible
from app.access.sent_forms import once
from app.audit.queries import history_of
from app.cases.models import Case, CaseStatus, Programme
from app.cases.queries import get_case, list_cases, programmes
from app.cases.roles import may_in_programme
from app.core.errors import Forbidden, Invalid, Refusal
from app.core.i18n import _, current_locale, numbered
from app.core.unit_of_work import Work
from app.documents import incoming, service
from app.documents.forms import BY_HAND, NEXT
from app.documents.life_forms import AnswerForm, IncomingForm, TermForm
from app.documents.life_page import left_of
from app.documents.models import Incoming
from app.documents.people import staff
from app.documents.proofs import Proof
from app.documents.queries import list_documents
from app.documents.rules import INCOMING_LABELS, NUMBERED, IncomingKind
from app.documents.service import AnswerInput, HandEntry, IncomingInput
from app.ui.base import RoomView, int_arg, page

FORM = ("GET", "POST")


class IncomingView(RoomView):
    route_base = "/incoming"
    class_permission_name = "Incoming"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        kind, waiting = request.args.get("kind", ""), request.args.get("waiting") == "1"
        case_id = int_arg("case")
        case = get_case(work.session, case_id) if case_id else None
        found = incoming.list_incoming(
            work, kind=kind if kind in set(IncomingKind) else "", waiting=waiting, case_id=case_id
        )
        return self.render(
            "documents/incoming_list.html", rows=found, kinds=INCOMING_LABELS, kind=kind, waiting=waiting, case=case,
            left=left_of(work, found), may_add=any(self._may(work, p) for p in programmes(work.session)),
        )  # fmt: skip

    @page("/<int:incoming_id>")
    def show(self, incoming_id: int) -> Any:
        work = self.read()
        row = incoming.get_incoming(work, incoming_id)
        counted = incoming.counted(work, row.registration.dated, row.answer_days) if row.answer_days else None
        return self.render(
            "documents/incoming_show.html", row=row, kind=INCOMING_LABELS[IncomingKind(row.kind)],
            may_edit=self._may(work, row.programme), left=left_of(work, [row]).get(row.id),
            counted=counted.texts[current_locale()] if counted else "",
            history=history_of(work, (Incoming.__tablename__, [row.id])),
        )  # fmt: skip

    @page("/add", methods=FORM, permission="write")
    def add(self) -> Any:
        work = self.read()
        case = get_case(work.session, int_arg("case") or 0) if int_arg("case") else None
        own = [p for p in programmes(work.session) if self._may(work, p)]
        programme = case.programme if case else next((p for p in own if p.id == int_arg("programme")), None)
        programme = programme or next(iter(own), None)
        if programme is None or not self._may(work, programme):
            raise Forbidden
        form = self._offer(work, programme, case)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    incoming_id = once(
                        work, form.send_key.data,
                        lambda: service.receive(work, programme.id, _taken(form), _scan(form)),
                    )  # fmt: skip
                    number = get_visible(work.session, Incoming, incoming_id).registration.number
                return self.done(
                    url_for("IncomingView.show", incoming_id=incoming_id),
                    _("Registered: incoming No. %(number)s", number=number),
                )
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        back = url_for("CaseDocumentsView.show", case_id=case.id) if case else url_for("IncomingView.index")
        return self._form(
            form, _("Registration of an incoming document"), _("Register the incoming document"), back
        )

    @page("/<int:incoming_id>/answer", methods=FORM, permission="write")
    def answer(self, incoming_id: int) -> Any:
        work, row = self._open(incoming_id)
        self.refuse_at_once(incoming.why_not_answered(row))
        form = AnswerForm(data={"answered_on": work.today})
        papers = list_documents(
            work.session, programme_id=row.programme_id, states=sorted(str(state) for state in NUMBERED)
        )
        form.document.offer(
            [
                (p.id, f"{numbered(p.number)} · {p.title}")
                for p in papers
                if p.number and p.dated and p.dated >= row.registration.dated
            ]
        )
        form.expected_version.data = form.expected_version.data or str(row.version)
        if form.validate_on_submit() and form.answered_on.data:
            given = AnswerInput(form.answered_on.data, form.document.data, form.text.data or "")
            try:
                with self.write() as work:
                    service.answer(work, incoming_id, given, self.expected_version())
                return self.done(self._url(incoming_id), _("The answer is noted"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(form, _("Note the answer"), _("Save"), self._url(incoming_id))

    @page("/<int:incoming_id>/term", methods=FORM, permission="write")
    def term(self, incoming_id: int) -> Any:
        _work, row = self._open(incoming_id)
        self.refuse_at_once(incoming.why_not_answered(row))
        form = TermForm(data={"due": row.answer_due})
        form.expected_version.data = form.expected_version.data or str(row.version)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.set_term(
                        work, incoming_id, form.due.data, form.reason.data or "", self.expected_version()
                    )
                return self.done(self._url(incoming_id), _("The term is changed"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(form, _("Change the term of the answer"), _("Save"), self._url(incoming_id))

    def _offer(self, work: Work, programme: Programme, case: Case | None) -> IncomingForm:
        kind = request.args.get("kind", "")
        form = IncomingForm(
            data={
                "kind": kind if kind in set(IncomingKind) else None, "received_on": work.today, "way": NEXT,
                "cases": [case.id] if case else [],
            }
        )  # fmt: skip
        found = list_cases(work.session, programme_id=programme.id)
        form.cases.offer(
            [(one.id, one.school.short_name) for one in found if one.status != CaseStatus.cancelled]
        )
        form.way.offer([(NEXT, _("the next one")), (BY_HAND, _("by hand: it was given on paper"))])
        offices = (programme.authority_id, programme.centre_id)
        people = {p.person_id: p for p in staff(work.session, offices, work.today)}
        form.executor.offer([(key, f"{p.person.short}, {p.title}") for key, p in people.items()])
        return form

    def _may(self, work: Work, programme: Programme) -> bool:
        return may_in_programme(work, "documents.incoming", programme)

    def _open(self, incoming_id: int) -> tuple[Work, Incoming]:
        work = self.read()
        row = incoming.get_incoming(work, incoming_id)
        if not self._may(work, row.programme):
            raise Forbidden
        return work, row

    def _form(self, form: Any, heading: Any, submit: Any, back: str) -> Any:
        return self.render(
            "documents/incoming_form.html", form.status, form=form, heading=heading, submit=submit, back=back
        )

    def _url(self, incoming_id: int) -> str:
        return url_for("IncomingView.show", incoming_id=incoming_id)


def _taken(form: IncomingForm) -> IncomingInput:
    by_hand = None
    if form.way.data == BY_HAND:
        by_hand = HandEntry(form.number.data or "", form.reason.data or "", bool(form.leap.data))
    assert form.received_on.data  # noqa: S101 — a required field
    return IncomingInput(
        IncomingKind(form.kind.data), form.sender.data or "", form.subject.data or "", form.received_on.data,
        tuple(form.cases.data or ()), form.sender_number.data or "", form.sender_date.data, form.answer_days.data,
        form.answer_due.data, form.executor.data, form.folder.data or "", form.note.data or "",
        form.comment.data or "", by_hand,
    )  # fmt: skip


def _scan(form: IncomingForm) -> Proof | None:
    return Proof(form.scan.data.read(), form.scan.data.filename or "") if form.scan.data else None


VIEWS: list[type[RoomView]] = [IncomingView]
