"""Pages of the results: the tab of a case, and the forms behind its buttons."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.scopes import get_visible
from app.access.sent_forms import once
from app.cases.models import Case, CaseStatus
from app.cases.queries import get_case
from app.cases.roles import may, require, require_running
from app.cases.stages import RESULTS, deciding_on
from app.core.errors import Invalid, NotFound
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.results import grounds, procedures, queries, service
from app.results.forms import AnalysisForm, DecisionForm, NoticeForm, ProcedureForm, RiskForm
from app.results.models import ListNotice, RiskChange
from app.results.rules import Procedure
from app.results.texts import (
    KINDS,
    LEVELS,
    OUTCOMES,
    POLICIES,
    VERDICTS,
    ground_text,
    low_means,
    names,
    procedure_name,
)
from app.ui.base import RoomView, page


class ResultsView(RoomView):
    route_base = "/cases"
    class_permission_name = "Results"

    @page("/<int:case_id>/results")
    def show(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self.render("results/show.html", **_context(work, case))

    # ── figures ──

    @page("/<int:case_id>/results/add", methods=("GET", "POST"), permission="write")
    def add(self, case_id: int) -> Any:
        work = self.read()
        case = _open_to(work, case_id, "results.enter")
        form = ProcedureForm(year=case.programme.year)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    procedures.add_procedure(work, case_id, form.taken())
                return self._back(case_id, _("The figures are saved."))
            except Invalid as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Procedure of assessment"), _LEAD)

    @page("/<int:case_id>/results/<kind>/<subject>/<int:grade>", methods=("GET", "POST"), permission="write")
    def edit(self, case_id: int, kind: str, subject: str, grade: int) -> Any:
        work = self.read()
        case = _open_to(work, case_id, "results.enter")
        procedure = Procedure(kind, subject, grade)
        row = _row(work, case, procedure)
        form = ProcedureForm(year=case.programme.year, fixed=True)
        if request.method == "GET":
            form.fill(row)
        else:  # the procedure itself stands in the address
            form.kind.data, form.subject.data, form.grade.data = kind, subject, grade
            form.kind.raw_data, form.subject.raw_data, form.grade.raw_data = [kind], [subject], [str(grade)]
            if form.validate():
                try:
                    with self.write() as work:
                        procedures.save_procedure(
                            work, case_id, form.taken(), form.expected_version.data or ""
                        )
                    return self._back(case_id, _("The figures are saved."))
                except Invalid as error:
                    form.take_errors(error)
        remove = url_for("ResultsView.remove", case_id=case_id, kind=kind, subject=subject, grade=grade)
        return self._form(case_id, form, procedure_name(procedure), _LEAD, remove, row.version)

    @page("/<int:case_id>/results/<kind>/<subject>/<int:grade>/remove", methods=("POST",), permission="write")
    def remove(self, case_id: int, kind: str, subject: str, grade: int) -> Any:
        with self.write() as work:
            version = request.form.get("expected_version", "")
            procedures.remove_procedure(work, case_id, Procedure(kind, subject, grade), version)
        return self._back(case_id, _("The procedure is removed; what it said stays in the history."))

    # ── risks ──

    @page("/<int:case_id>/results/risks/add", methods=("GET", "POST"), permission="write")
    def add_risk(self, case_id: int) -> Any:
        work = self.read()
        _open_to(work, case_id, "results.enter")
        form = RiskForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: grounds.add_risk(work, case_id, form.taken()))
                return self._back(case_id, _("The risk is saved."), "risks")
            except Invalid as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Risk before and after the support"), _RISK_LEAD)

    @page("/<int:case_id>/results/risks/<int:risk_id>", methods=("GET", "POST"), permission="write")
    def edit_risk(self, case_id: int, risk_id: int) -> Any:
        work = self.read()
        _open_to(work, case_id, "results.enter")
        risk = get_visible(work.session, RiskChange, risk_id)
        if risk.case_id != case_id:
            raise NotFound
        form = RiskForm()
        if request.method == "GET":
            form.fill(risk)
        elif form.validate():
            try:
                with self.write() as work:
                    grounds.edit_risk(work, risk_id, form.taken(), self.expected_version())
                return self._back(case_id, _("The risk is saved."), "risks")
            except Invalid as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Risk before and after the support"), _RISK_LEAD, remove=url_for(
            "ResultsView.remove_risk", case_id=case_id, risk_id=risk_id), version=risk.version)  # fmt: skip

    @page("/<int:case_id>/results/risks/<int:risk_id>/remove", methods=("POST",), permission="write")
    def remove_risk(self, case_id: int, risk_id: int) -> Any:
        with self.write() as work:
            grounds.remove_risk(work, risk_id, self.expected_version())
        return self._back(case_id, _("The risk is removed; what it said stays in the history."), "risks")

    # ── official list ──

    @page("/<int:case_id>/results/list/add", methods=("GET", "POST"), permission="write")
    def add_notice(self, case_id: int) -> Any:
        work = self.read()
        case = _open_to(work, case_id, "results.analyse")
        form = NoticeForm()
        if request.method == "GET":
            form.year.data = case.programme.year
        elif form.validate():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: grounds.add_notice(work, case_id, form.taken()))
                return self._back(case_id, _("The document is saved."), "list")
            except Invalid as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Document on the official list"), _LIST_LEAD)

    @page("/<int:case_id>/results/list/<int:notice_id>", methods=("GET", "POST"), permission="write")
    def edit_notice(self, case_id: int, notice_id: int) -> Any:
        work = self.read()
        _open_to(work, case_id, "results.analyse")
        notice = get_visible(work.session, ListNotice, notice_id)
        if notice.case_id != case_id:
            raise NotFound
        form = NoticeForm()
        if request.method == "GET":
            form.fill(notice)
        elif form.validate():
            try:
                with self.write() as work:
                    grounds.edit_notice(work, notice_id, form.taken(), self.expected_version())
                return self._back(case_id, _("The document is saved."), "list")
            except Invalid as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Document on the official list"), _LIST_LEAD, remove=url_for(
            "ResultsView.remove_notice", case_id=case_id, notice_id=notice_id), version=notice.version)  # fmt: skip

    @page("/<int:case_id>/results/list/<int:notice_id>/remove", methods=("POST",), permission="write")
    def remove_notice(self, case_id: int, notice_id: int) -> Any:
        with self.write() as work:
            grounds.remove_notice(work, notice_id, self.expected_version())
        return self._back(case_id, _("The document is removed; what it said stays in the history."), "list")

    # ── analysis, proposal, decision ──

    @page("/<int:case_id>/results/analysis", methods=("GET", "POST"), permission="write")
    def analysis(self, case_id: int) -> Any:
        work = self.read()
        case = _open_to(work, case_id, "results.analyse")
        review = queries.review_of(work.session, case.id)
        form = AnalysisForm()
        if request.method == "GET":
            form.analysis.data = review.analysis if review else ""
            form.expected_version.data = review.version if review else 0
        elif form.validate():
            try:
                with self.write() as work:
                    service.write_analysis(work, case_id, form.analysis.data or "", self.expected_version())
                return self._back(case_id, _("The analysis is saved."), "analysis")
            except Invalid as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Analysis of the results"), None)

    @page("/<int:case_id>/results/paper", methods=("POST",), permission="write")
    def paper(self, case_id: int) -> Any:
        """«Аналитическая справка» as a DOCX."""
        with self.write() as work:
            document_id = service.print_report(work, case_id)
        return self.done(
            url_for("DocumentView.show", document_id=document_id), _("The report is being printed")
        )

    @page("/<int:case_id>/results/propose", methods=("POST",), permission="write")
    def propose(self, case_id: int) -> Any:
        with self.write() as work:
            review = service.propose_outcome(work, case_id)
            outcome = OUTCOMES[review.proposed or ""]
        return self._back(case_id, _("Proposed to the group: %(outcome)s.", outcome=outcome), "outcome")

    @page("/<int:case_id>/results/decide", methods=("POST",), permission="write")
    def decide(self, case_id: int) -> Any:
        form = DecisionForm()
        if form.validate():
            try:
                with self.write() as work:
                    service.decide_outcome(work, case_id, form.taken(), self.expected_version())
                return self._back(case_id, _("The decided outcome is recorded."), "outcome")
            except Invalid as error:
                form.take_errors(error)
        work = self.read()
        case = _open_to(work, case_id, "results.decide")
        return self.render("results/show.html", form.status, **{**_context(work, case), "decision": form})

    def _form(
        self, case_id: int, form: Any, title: Any, lead: Any, remove: str | None = None, version: Any = None
    ) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self.render("results/form.html", form.status, case=case, tab="results", form=form, title=title,
                           lead=lead, remove=remove, version=version,
                           cancel=url_for("ResultsView.show", case_id=case_id))  # fmt: skip

    def _back(self, case_id: int, message: Any, anchor: str = "") -> Any:
        return self.done(url_for("ResultsView.show", case_id=case_id, _anchor=anchor or None), message)


_LEAD = _(
    "Counts only: no names of pupils. “Not held” is not zero: such a year is left out of the comparison."
)
_RISK_LEAD = _("The same edition of the dictionary before and after: name the risk as the risk profile does.")
_LIST_LEAD = _(
    "The official list is an external document. It is kept apart from the calculation and does not change it."
)


def _open_to(work: Work, case_id: int, capability: str) -> Case:
    """The running case, if this act is the actor's there: what is not offered is not answered."""
    case = get_case(work.session, case_id)
    require(work, capability, case)
    require_running(case)
    return case


def _row(work: Work, case: Case, procedure: Procedure) -> queries.Row:
    rows = queries.table(
        queries.figures_of(work.session, case.id), case.programme.year, queries.settings_of(case.programme)
    )
    found = next((row for row in rows if row.procedure == procedure), None)
    if found is None:
        raise NotFound
    return found


def _context(work: Work, case: Case) -> dict[str, Any]:
    """Everything the tab prints, for one person."""
    session, year, settings = work.session, case.programme.year, queries.settings_of(case.programme)
    figures = queries.figures_of(session, case.id)
    review = queries.review_of(session, case.id)
    proposal, found = service.weigh(work, case)
    decision = DecisionForm(formdata=None)
    decision.outcome.data = (review.decided or review.proposed) if review else None
    decision.justification.data = review.justification if review else ""
    decision.expected_version.data = review.version if review else 0
    running = case.status == CaseStatus.active
    voted = deciding_on(work.ports.definitions.of(session, case), RESULTS)
    papers = work.ports.papers
    notices, listings = queries.notices_of(session, case.id), work.ports.choices.get("listings")
    fresh = bool(review and review.proposed and review.proposed_for == queries.basis_hash(session, case.id))
    grounds = [(text, a.holds, a.ground) for a in proposal.arguments if (text := ground_text(a))]
    return {
        "case": case, "tab": "results", "year": year, "settings": settings, "review": review,
        "rows": queries.table(figures, year, settings), "risks": queries.risks_of(session, case.id),
        "notices": notices, "listings": listings(session, case.id) if listings and not notices else (),
        "signs": found, "proposal": proposal, "grounds": grounds,
        "fresh": fresh, "decision": decision,
        "paper": papers.find_report(work, service.report_subject(case)) if papers else None,
        "can_print": bool(review and review.analysis) and may(work, "reports.results_report", case),
        "can_enter": running and may(work, "results.enter", case),
        "can_analyse": running and may(work, "results.analyse", case),
        "can_decide": running and may(work, "results.decide", case) and case.stage in voted,
        "kinds": KINDS, "levels": LEVELS, "outcomes": OUTCOMES, "verdicts": VERDICTS, "policies": POLICIES,
        "procedure_name": procedure_name, "names": names, "low_means": low_means,
    }  # fmt: skip


VIEWS = [ResultsView]
