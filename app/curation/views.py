"""Pages of curation: the room of a case, the agreement, what each side does."""

from __future__ import annotations

from typing import Any

from flask import request

from app.cases.models import Case, CaseStatus
from app.cases.queries import get_case
from app.cases.roles import may, require
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import _
from app.core.sourced import setting
from app.core.unit_of_work import Work
from app.curation import service, signing
from app.curation.checks import why_not_signed
from app.curation.forms import (
    AgreementForm,
    CorrectionForm,
    ReasonForm,
    ScanForm,
    SideForm,
    TerminateForm,
)
from app.curation.models import Agreement, AgreementSide
from app.curation.pages import FORM, CurationPages, room
from app.curation.panels import load
from app.curation.queries import current_agreement
from app.curation.rules import (
    BEING_SIGNED,
    LIVE_STATES,
    RECOMMENDATION_STATUSES,
    VISIT_MODES,
    AgreementState,
    Side,
)
from app.curation.service import AgreementTerms
from app.curation.signing import CAPABILITY, SideInput
from app.curation.visit_views import VisitView
from app.ui.base import page


class CurationView(CurationPages):
    """The room of curation in a case."""

    @page("/<int:case_id>/curation")
    def index(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self.render(
            "curation/room.html",
            tab="curation",
            title=_("Curation"),
            modes=VISIT_MODES,
            statuses=RECOMMENDATION_STATUSES,
            sides=_own_sides(work, case),
            may=_acts(work, case),
            paper=work.ports.paper_page(case.id, "agreement") if work.ports.paper_page else None,
            **load(work, case),
        )

    @page("/<int:case_id>/curation/agreement", permission="write", methods=FORM)
    def agreement(self, case_id: int) -> Any:
        """Draw up the agreement or correct it while nobody has signed."""
        work = self.read()
        case = self._case(work, case_id, "curation.agreement")
        known = current_agreement(work.session, case_id)
        if known is not None and known.state in LIVE_STATES:
            self.refuse_at_once(service.why_not_corrected(known))
        form: Any = AgreementForm(data=_terms(work, case) if request.method == "GET" else None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    terms = AgreementTerms(
                        dated=form.dated.data,
                        place=form.place.data,
                        since=form.since.data,
                        until=form.until.data,
                        visits_planned=form.visits_planned.data,
                        date_comment=form.date_comment.data or "",
                    )
                    service.prepare(work, case_id, terms, self.expected_version())
                is_new = not self.expected_version()
                told = _("The agreement is ready") if is_new else _("The agreement was corrected")
                return self.done(room(case_id), told)
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._short_form(case_id, form, _("Cooperation agreement"), _("Save"))

    @page("/<int:case_id>/curation/send", permission="write", methods=("POST",))
    def send(self, case_id: int) -> Any:
        with self.write() as work:
            service.send_to_sign(work, case_id, self.expected_version())
        return self.done(room(case_id), _("Sent for signature"))

    @page("/<int:case_id>/curation/sides/<side>", permission="write", methods=FORM)
    def side(self, case_id: int, side: str) -> Any:
        """One school's number, signature and scan, all on one form."""
        if side not in list(Side):
            raise NotFound
        work = self.read()
        self._case(work, case_id, CAPABILITY[Side(side)])
        agreement = current_agreement(work.session, case_id)
        if agreement is None or agreement.state not in BEING_SIGNED:
            raise NotFound(_("The agreement is not being signed now."))
        row = agreement.side(side)
        form: Any = SideForm(data=_side(row) if request.method == "GET" else None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    signing.enter_side(work, case_id, Side(side), _side_input(form), self.expected_version())
                return self.done(room(case_id), _("Your part of the agreement is saved"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _(
            "%(school)s: enter what is there already; the rest can be added later.", school=row.organisation
        )
        return self._short_form(
            case_id, form, _("Number and signature of the agreement"), _("Save"), lead=lead
        )

    @page("/<int:case_id>/curation/sides/<side>/correct", permission="write", methods=FORM)
    def correct(self, case_id: int, side: str) -> Any:
        """The office mends what was entered wrongly about one side of an agreement in force."""
        if side not in list(Side):
            raise NotFound
        work = self.read()
        self._case(work, case_id, "curation.agreement")
        agreement = current_agreement(work.session, case_id)
        if agreement is None or agreement.state != AgreementState.in_force:
            raise NotFound(_("Only an agreement in force is corrected this way."))
        row = agreement.side(side)
        form: Any = CorrectionForm(data=_side(row) if request.method == "GET" else None)
        lead = _(
            "%(school)s: only what was entered wrongly. The old values and the reason stay in the history.",
            school=row.organisation,
        )
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    signing.correct_in_force(
                        work,
                        case_id,
                        Side(side),
                        _side_input(form),
                        form.reason.data,
                        self.expected_version(),
                    )
                return self.done(room(case_id), _("The agreement in force is corrected"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        heading = _("Correct the agreement in force")
        return self._short_form(case_id, form, heading, _("Correct"), lead=lead, danger=True)

    @page("/<int:case_id>/curation/scan", permission="write", methods=FORM)
    def scan(self, case_id: int) -> Any:
        work = self.read()
        self._case(work, case_id, "curation.scan")
        self.refuse_at_once(why_not_signed(_live(work, case_id)))
        form: Any = ScanForm(data=_start(work, case_id))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    data, name = form.scan.data.read(), form.scan.data.filename or ""
                    signing.attach_scan(work, case_id, data, name, self.expected_version())
                return self.done(room(case_id), _("The scan is attached"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._short_form(case_id, form, _("Scan of the signed agreement"), _("Attach"))

    @page("/<int:case_id>/curation/take-back", permission="write", methods=FORM)
    def take_back(self, case_id: int) -> Any:
        work = self.read()
        self._case(work, case_id, "curation.agreement")
        self.refuse_at_once(service.why_not_taken_back(_live(work, case_id)))
        form: Any = ReasonForm(data=_start(work, case_id))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.take_back(work, case_id, form.reason.data, self.expected_version())
                return self.done(room(case_id), _("The agreement is a draft again"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _("Signatures and the scan given so far will no longer count; the history keeps them.")
        return self._short_form(
            case_id, form, _("Take the agreement back"), _("Withdraw to the draft"), lead=lead, danger=True
        )

    @page("/<int:case_id>/curation/terminate", permission="write", methods=FORM)
    def terminate(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        require(work, "curation.agreement", case)  # also in a case that has stopped running
        signed = _live(work, case_id).is_signed
        form: Any = TerminateForm(data=_start(work, case_id))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.terminate(
                        work, case_id, form.ended_on.data, form.reason.data, self.expected_version()
                    )
                told = _("The agreement is terminated") if signed else _("The agreement is given up")
                return self.done(room(case_id), told)
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        heading = _("Terminate the agreement") if signed else _("Give up the agreement")
        lead = (
            ""
            if signed
            else _("It was not signed by both schools, so it was never concluded. The history keeps it.")
        )
        submit = _("Terminate") if signed else _("Give it up")
        return self._short_form(case_id, form, heading, submit, lead=lead, danger=True)


_ACTS = ("agreement", "scan", "visit", "recommendation")


def _acts(work: Work, case: Case) -> dict[str, bool]:
    """What the room offers the actor; only ending the agreement outlives the case."""
    running = case.status == CaseStatus.active
    offered = {name: running and may(work, f"curation.{name}", case) for name in _ACTS}
    return {**offered, "terminate": may(work, "curation.agreement", case)}


def _own_sides(work: Work, case: Case) -> list[str]:
    """The sides for which the actor may enter number and signature."""
    running = case.status == CaseStatus.active
    return [side.value for side in Side if running and may(work, CAPABILITY[side], case)]


def _live(work: Work, case_id: int) -> Agreement:
    """The agreement that is not over. Raises NotFound."""
    agreement = current_agreement(work.session, case_id)
    if agreement is None or agreement.state not in LIVE_STATES:
        raise NotFound(_("There is no agreement yet."))
    return agreement


def _start(work: Work, case_id: int) -> dict[str, Any]:
    """What a form about the whole agreement begins with: the version it is looked at."""
    agreement = current_agreement(work.session, case_id)
    return {"expected_version": agreement.revision if agreement else 0}


def _side(row: AgreementSide) -> dict[str, Any]:
    names = ("number", "registered_on", "signed_on", "signed_by")
    return {**{name: getattr(row, name) for name in names}, "expected_version": row.revision}


def _side_input(form: Any) -> SideInput:
    scan = form.scan.data
    return SideInput(
        number=form.number.data or "",
        registered_on=form.registered_on.data,
        signed_on=form.signed_on.data,
        signed_by=form.signed_by.data or "",
        scan=scan.read() if scan else None,
        scan_name=(scan.filename or "") if scan else "",
    )


def _terms(work: Work, case: Case) -> dict[str, Any]:
    """What the form begins with: the agreement as it is, else what the programme suggests."""
    agreement = current_agreement(work.session, case.id)
    if agreement is not None and agreement.state in LIVE_STATES:
        names = ("dated", "place", "since", "until", "visits_planned", "date_comment")
        return {**{name: getattr(agreement, name) for name in names}, "expected_version": agreement.revision}
    return {
        "expected_version": 0, "dated": work.today, "since": work.today, "until": case.programme.ends,
        "visits_planned": service.default_visits(case.programme),
        "place": setting(case.programme.settings, "place", ""),
    }  # fmt: skip


VIEWS = [CurationView, VisitView]
