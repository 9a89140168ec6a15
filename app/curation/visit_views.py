"""Pages of visits: the form a curator fills on a phone, the report and its answers, recommendations."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.sent_forms import once
from app.audit.queries import history_of
from app.cases.models import Case, CaseStatus
from app.cases.queries import get_case
from app.cases.roles import may
from app.core.errors import Invalid, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.curation import recommendations, report_steps, visits
from app.curation.forms import AdditionForm, AnswerForm, FateForm, ReasonForm, VisitForm
from app.curation.models import Visit
from app.curation.pages import FORM, CurationPages, room
from app.curation.queries import (
    current_agreement,
    get_recommendation,
    get_visit,
    recommendations_before,
)
from app.curation.recommendations import Advice
from app.curation.reports import subject_of
from app.curation.rules import (
    RECOMMENDATION_STATUSES,
    REPORT_STATES,
    VISIT_GROUNDS,
    VISIT_MODES,
    RecommendationStatus,
    VisitGround,
    VisitMode,
)
from app.curation.visits import Lesson, VisitInput
from app.ui.base import page

SUGGESTED = {"plan_item": "plan_items", "risk": "risks"}  # field → list that another room offers


class VisitView(CurationPages):
    @page("/<int:case_id>/curation/visits/<int:visit_id>")
    def show(self, case_id: int, visit_id: int) -> Any:
        work = self.read()
        return self._show(work, case_id, visit_id, AnswerForm())

    @page("/<int:case_id>/curation/visits/add", permission="write", methods=FORM)
    def add(self, case_id: int) -> Any:
        work = self.read()
        case = self._case(work, case_id, "curation.visit")
        form: Any = VisitForm(data=self._start(work, case) if request.method == "GET" else None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    visit_id = visits.record_visit(work, case_id, _input(form)).id
                return self.done(_visit(case_id, visit_id), _("The visit is recorded"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(work, case_id, form, _("New visit"))

    @page("/<int:case_id>/curation/visits/<int:visit_id>/edit", permission="write", methods=FORM)
    def edit(self, case_id: int, visit_id: int) -> Any:
        work = self.read()
        self._case(work, case_id, "curation.visit")
        visit = get_visit(work.session, case_id, visit_id)
        if visit.is_locked:
            raise Refusal([visits.locked_reason(visit)])
        form: Any = VisitForm(data=_data(visit) if request.method == "GET" else None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    expected = self.expected_version()
                    visits.correct_visit(work, case_id, visit_id, _input(form), expected)
                return self.done(
                    _visit(case_id, visit_id), _("The visit is corrected; the old text stays in the history")
                )
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(work, case_id, form, _("Visit of %(day)s", day=f"{visit.held_on:%d.%m.%Y}"), visit)

    @page("/<int:case_id>/curation/visits/<int:visit_id>/paper", permission="write", methods=("POST",))
    def paper(self, case_id: int, visit_id: int) -> Any:
        """«Справка о выезде» as a DOCX."""
        with self.write() as work:
            document_id = report_steps.print_report(work, case_id, visit_id)
        return self.done(
            url_for("DocumentView.show", document_id=document_id), _("The report is being printed")
        )

    @page("/<int:case_id>/curation/visits/<int:visit_id>/submit", permission="write", methods=("POST",))
    def submit(self, case_id: int, visit_id: int) -> Any:
        with self.write() as work:
            report_steps.submit_report(work, case_id, visit_id, self.expected_version())
        return self.done(_visit(case_id, visit_id), _("The report is with the director"))

    @page("/<int:case_id>/curation/visits/<int:visit_id>/answer", permission="write", methods=("POST",))
    def answer(self, case_id: int, visit_id: int) -> Any:
        """The director acknowledges the report or objects to it."""
        form: Any = AnswerForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    expected, text = self.expected_version(), form.text.data or ""
                    if request.form.get("answer") == "object":
                        report_steps.object_to(work, case_id, visit_id, text, expected)
                        message = _("Your objections are with the curator school")
                    else:
                        report_steps.acknowledge(work, case_id, visit_id, expected, text)
                        message = _("The report is acknowledged")
                return self.done(_visit(case_id, visit_id), message)
            except Invalid as error:
                form.take_errors(error)
        return self._show(self.read(), case_id, visit_id, form)

    @page("/<int:case_id>/curation/visits/<int:visit_id>/addition", permission="write", methods=("POST",))
    def addition(self, case_id: int, visit_id: int) -> Any:
        form: Any = AdditionForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: report_steps.add_to_report(
                        work, case_id, visit_id, form.text.data or ""
                    ))  # fmt: skip
                return self.done(_visit(case_id, visit_id), _("The addition is written"))
            except Invalid as error:
                form.take_errors(error)
        return self._show(self.read(), case_id, visit_id, form)

    @page("/<int:case_id>/curation/visits/<int:visit_id>/withdraw", permission="write", methods=FORM)
    def withdraw(self, case_id: int, visit_id: int) -> Any:
        work = self.read()
        self._case(work, case_id, "curation.visit")
        visit = get_visit(work.session, case_id, visit_id)
        if visit.is_locked:
            raise Refusal([visits.locked_reason(visit)])
        form: Any = ReasonForm(data={"expected_version": visit.version})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    visits.withdraw_visit(work, case_id, visit_id, form.reason.data, self.expected_version())
                return self.done(room(case_id), _("The visit is withdrawn"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        heading = _("Withdraw the visit of %(day)s", day=f"{visit.held_on:%d.%m.%Y}")
        lead = _("For a visit entered by mistake: it stays in the history and counts nowhere.")
        back = _visit(case_id, visit_id)
        return self._short_form(case_id, form, heading, _("Withdraw"), lead=lead, danger=True, back=back)

    @page("/<int:case_id>/curation/recommendations/<int:key>", permission="write", methods=FORM)
    def recommendation(self, case_id: int, key: int) -> Any:
        """What became of a recommendation."""
        work = self.read()
        self._case(work, case_id, "curation.recommendation")
        row = get_recommendation(work.session, case_id, key)
        start = {"fate": row.status, "note": row.status_note, "expected_version": row.version}
        form: Any = FateForm(data=start if request.method == "GET" else None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    recommendations.settle_recommendation(
                        work, case_id, key, RecommendationStatus(form.fate.data), form.note.data or "",
                        self.expected_version(),
                    )  # fmt: skip
                return self.done(room(case_id), _("The recommendation is updated"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._short_form(
            case_id, form, _("What became of the recommendation"), _("Save"), lead=row.text
        )

    def _start(self, work: Work, case: Case) -> dict[str, Any]:
        agreement = current_agreement(work.session, case.id)
        signed = agreement is not None and agreement.state in ("signed", "in_force")
        return {
            "held_on": work.today,
            "mode": "in_person",
            "ground": "agreement" if signed else "order",
        }

    def _form(
        self, work: Work, case_id: int, form: VisitForm, heading: Any, visit: Visit | None = None
    ) -> Any:
        work = self.read()
        suggested = {
            code: [title for _key, title in offer(work.session, case_id)]
            for code, source in SUGGESTED.items()
            if (offer := work.ports.choices.get(source)) is not None
        }
        for code in suggested:
            form[code].render_kw = {"list": f"known-{code}"}
        return self.render(
            "curation/visit_form.html", form.status, case=get_case(work.session, case_id), tab="curation", form=form,
            title=heading, suggested={f"known-{code}": titles for code, titles in suggested.items()},
            before=recommendations_before(work.session, case_id, visit), today=work.today,
            statuses=RECOMMENDATION_STATUSES, may_settle=True,
            back=_visit(case_id, visit.id) if visit else room(case_id),
        )  # fmt: skip

    def _show(self, work: Work, case_id: int, visit_id: int, form: AnswerForm) -> Any:
        case = get_case(work.session, case_id)
        visit = get_visit(work.session, case_id, visit_id)
        form.expected_version.data = visit.version
        running = case.status == CaseStatus.active
        offered = {
            "visit": running and may(work, "curation.visit", case),
            "recommendation": running and may(work, "curation.recommendation", case),
            "acknowledge": may(
                work, "curation.acknowledge", case
            ),  # reading a report does not end with the case
            "object": running and may(work, "curation.acknowledge", case),
            "addition": may(work, "curation.visit", case),
        }
        return self.render(
            "curation/visit.html", form.status, case=case, visit=visit, tab="curation", form=form, today=work.today,
            title=_("Visit of %(day)s", day=f"{visit.held_on:%d.%m.%Y}"), states=REPORT_STATES, modes=VISIT_MODES,
            grounds=VISIT_GROUNDS, statuses=RECOMMENDATION_STATUSES,
            before=recommendations_before(work.session, case_id, visit),
            may=offered,
            may_print=may(work, "reports.visit_report", case) and visit.withdrawn_at is None,
            paper=work.ports.papers.find_report(work, subject_of(visit)) if work.ports.papers else None,
            history=history_of(
                work, ("visits", [visit.id]), ("recommendations", [r.id for r in visit.recommendations])
            ),
        )  # fmt: skip


def _visit(case_id: int, visit_id: int) -> str:
    return url_for("VisitView.show", case_id=case_id, visit_id=visit_id)


def _input(form: Any) -> VisitInput:
    """What the form says, as the service takes it."""
    photo = form.photo.data
    return VisitInput(
        send_key=form.send_key.data or "",
        held_on=form.held_on.data,
        held_until=form.held_until.data,
        mode=VisitMode(form.mode.data),
        ground=VisitGround(form.ground.data),
        ground_comment=form.ground_comment.data or "",
        purpose=form.purpose.data or "",
        plan_item=form.plan_item.data or "",
        risk=form.risk.data or "",
        curator_people=form.curator_people.data or "",
        school_people=form.school_people.data or "",
        findings=form.findings.data or "",
        lessons=[Lesson(**{k: v or "" for k, v in row.items()}) for row in form.lessons.filled()],
        recommendations=[
            Advice(row["text"] or "", row["executor"] or "", row["due"])
            for row in form.recommendations.filled()
        ],
        photo=photo.read() if photo else None,
        photo_name=(photo.filename or "") if photo else "",
    )


def _data(visit: Visit) -> dict[str, Any]:
    """A visit as its form shows it."""
    names = (
        "held_on", "held_until", "mode", "ground", "ground_comment", "purpose", "plan_item", "risk",
        "curator_people", "school_people", "findings",
    )  # fmt: skip
    return {
        **{name: getattr(visit, name) for name in names},
        "expected_version": visit.version,
        "lessons": visit.lessons,
        "recommendations": [
            {"text": r.text, "executor": r.executor, "due": r.due} for r in visit.recommendations
        ],
    }
