"""Pages of the diagnosis of one case."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.sent_forms import once
from app.cases.models import Case
from app.cases.overview import in_reader, overview, reasons
from app.cases.queries import get_case
from app.cases.roles import may, require
from app.cases.seen import content_seen
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.diagnostics import queries, service
from app.diagnostics.facts import PAGE
from app.diagnostics.forms import (
    AnalysisForm,
    ConclusionForm,
    RiskForm,
    VerifyForm,
    study_data,
    study_form,
    study_input,
)
from app.diagnostics.models import Study
from app.diagnostics.rules import EDITIONS, SIGNIFICANCE_LABELS, STUDIES, Answer, StudyKind, share
from app.ui.base import RoomView, page
from app.ui.filters import num

FORM = ("GET", "POST")


class DiagnosisView(RoomView):
    route_base = "/cases"
    class_permission_name = "Diagnostics"

    @page("/<int:case_id>/diagnostics")
    def show(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        begun, analyses = (
            queries.studies_of(work.session, case_id),
            queries.analyses_of(work.session, case_id),
        )
        cards = [
            {"kind": kind.value, "form": STUDIES[kind], "study": begun.get(kind), "analysis": analyses.get(kind),
             "figures": key_figures(kind, begun.get(kind))}
            for kind in StudyKind
        ]  # fmt: skip
        own = service.tasks_here(work, case)
        page = overview(work, case)
        offers = [o for o in page.mine if o.kind == "task" and o.id in own]
        return self._render(
            work, case, "diagnostics/show.html", cards=cards, profile=queries.profile_of(work.session, case_id),
            edition=queries.edition_of(work.session, case_id), risks=queries.risks_of(work.session, case_id),
            tasks=[
                {"id": o.id, "titles": o.titles, "due": page.due_of(o.id), "reasons": reasons(work, case, o)}
                for o in offers
            ],
            seen=content_seen(work, case_id, PAGE),
        )  # fmt: skip

    @page("/<int:case_id>/diagnostics/finish", methods=("POST",), permission="write")
    def finish(self, case_id: int) -> Any:
        with self.write() as work:
            service.finish(
                work,
                case_id,
                request.form.get("task", ""),
                self.expected_version(),
                seen=request.form.get("seen"),
            )
        return self._done(case_id, _("The task is done."))

    @page("/<int:case_id>/diagnostics/<kind>")
    def study(self, case_id: int, kind: str) -> Any:
        work = self.read()
        case, known = get_case(work.session, case_id), _kind(kind)
        return self._render(
            work, case, "diagnostics/study.html", kind=known.value, form=STUDIES[known], Answer=Answer,
            study=queries.study_of(work.session, case_id, known),
            analysis=queries.analysis_of(work.session, case_id, known),
        )  # fmt: skip

    @page("/<int:case_id>/diagnostics/<kind>/fill", methods=FORM, permission="write")
    def fill(self, case_id: int, kind: str) -> Any:
        known = _kind(kind)
        work = self._open(case_id, "diagnostics.fill")
        study = queries.study_of(work.session, case_id, known)
        form = study_form(known)(data=study_data(study))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.fill_study(
                        work, case_id, known, study_input(known, form), self.expected_version()
                    )
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The study is saved."))
        return self._form(case_id, form, STUDIES[known].title, lead=STUDIES[known].lead, wide=True)

    @page("/<int:case_id>/diagnostics/<kind>/analysis", methods=FORM, permission="write")
    def analyse(self, case_id: int, kind: str) -> Any:
        known = _kind(kind)
        work = self._open(case_id, "diagnostics.analyse")
        row, study = (
            queries.analysis_of(work.session, case_id, known),
            queries.study_of(work.session, case_id, known),
        )
        self.refuse_at_once(service.why_not_analysed(study))
        form = AnalysisForm(obj=row, data={"expected_version": str(row.version if row else 0)})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.write_analysis(work, case_id, known, form.input(), self.expected_version())
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The analysis is saved."))
        work = self.read()
        case = get_case(work.session, case_id)
        return self._render(
            work, case, "diagnostics/analyse.html", form.status, form=form, study=study, spec=STUDIES[known],
            Answer=Answer,
        )  # fmt: skip

    @page("/<int:case_id>/diagnostics/conclusion", methods=FORM, permission="write")
    def conclude(self, case_id: int) -> Any:
        work = self._open(case_id, "diagnostics.analyse")
        profile = queries.profile_of(work.session, case_id)
        form = ConclusionForm(obj=profile, data={"expected_version": str(profile.version if profile else 0)})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.write_conclusion(
                        work, case_id, form.conclusion.data or "", self.expected_version()
                    )
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The conclusion is saved."))
        return self._form(case_id, form, _("Conclusion of the diagnosis"))

    @page("/<int:case_id>/diagnostics/risks/add", methods=FORM, permission="write")
    def add_risk(self, case_id: int) -> Any:
        work = self._open(case_id, "diagnostics.fill")
        edition = queries.edition_of(work.session, case_id)
        taken = {risk.factor.code for risk in queries.risks_of(work.session, case_id)}
        form = RiskForm()
        if request.method == "POST":  # sent twice, it names the risk it has added
            taken = set()
        form.factor.offer([(code, title) for code, title in EDITIONS[edition].items() if code not in taken])
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: service.add_risk(work, case_id, form.input()))
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The risk is added."), "#risks")
        return self._form(
            case_id, form, _("Risk of the school"), lead=_("Edition of the dictionary: %(e)s", e=edition)
        )

    @page("/<int:case_id>/diagnostics/risks/<int:risk_id>/edit", methods=FORM, permission="write")
    def edit_risk(self, case_id: int, risk_id: int) -> Any:
        work = self._open(case_id, "diagnostics.fill")
        risk = queries.risk_of(work.session, case_id, risk_id)
        form = RiskForm(data=RiskForm.filled_from(risk))
        form.factor.offer([(risk.factor.code, risk.factor.title)])
        lead = _("The curator has checked this risk; after a correction it waits for a new check.")
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.edit_risk(work, case_id, risk_id, form.input(), self.expected_version())
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The risk is corrected."), "#risks")
        return self._form(case_id, form, _("Risk of the school"), lead=lead if risk.verified_at else None)

    @page("/<int:case_id>/diagnostics/risks/<int:risk_id>/delete", methods=("POST",), permission="write")
    def delete_risk(self, case_id: int, risk_id: int) -> Any:
        with self.write() as work:
            service.remove_risk(work, case_id, risk_id, self.expected_version())
        return self._done(case_id, _("The risk is taken out of the profile."), "#risks")

    @page("/<int:case_id>/diagnostics/risks/<int:risk_id>/verify", methods=FORM, permission="write")
    def verify(self, case_id: int, risk_id: int) -> Any:
        work = self._open(case_id, "diagnostics.verify")
        risk = queries.risk_of(work.session, case_id, risk_id)
        form = VerifyForm(
            data={
                "significance": risk.significance,
                "comment": risk.verified_comment,
                "expected_version": str(risk.version),
                "is_actual": ("yes" if risk.is_actual else "no") if risk.verified_at else None,
            }
        )
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.verify_risk(work, case_id, risk_id, form.input(), self.expected_version())
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The check is recorded."), "#risks")
        work = self.read()
        case = get_case(work.session, case_id)
        return self._render(work, case, "diagnostics/verify.html", form.status, form=form, risk=risk)

    def _open(self, case_id: int, capability: str) -> Work:
        """The case for whoever may do this act in it: a form that cannot be sent is not shown."""
        work = self.read()
        case = get_case(work.session, case_id)
        require(work, capability, case)
        if reason := service.why_closed(work, case):
            self.refuse_at_once(reason)
            raise Refusal([reason])
        return work

    def _form(
        self, case_id: int, form: Any, title: Text, lead: Text | None = None, wide: bool = False
    ) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self._render(
            work,
            case,
            "diagnostics/form.html",
            form.status,
            form=form,
            form_title=title,
            lead=lead,
            wide=wide,
        )

    def _render(self, work: Work, case: Case, template: str, status: int = 200, **more: Any) -> Any:
        closed = service.why_closed(work, case)
        return self.render(
            template, status, case=case, tab=PAGE, significance=SIGNIFICANCE_LABELS, in_reader=in_reader, closed=closed,
            may=lambda capability: closed is None and may(work, capability, case),
            back=url_for("DiagnosisView.show", case_id=case.id),
            **more,
        )  # fmt: skip

    def _done(self, case_id: int, message: Text, place: str = "") -> Any:
        return self.done(url_for("DiagnosisView.show", case_id=case_id) + place, message)


def _kind(text: str) -> StudyKind:
    try:
        return StudyKind(text)
    except ValueError as error:
        raise NotFound from error


def key_figures(kind: StudyKind, study: Study | None) -> list[tuple[Text, str]]:
    """Two or three figures of a study for its card."""
    if study is None or not study.figures:
        return []
    found = study.figures
    match kind:
        case StudyKind.assessment:
            blocks = found["blocks"]
            low = min(
                (row for row in blocks if row["share"] is not None),
                key=lambda row: row["share"],
                default=None,
            )
            figures = [(_("Blocks and sections studied"), str(len(blocks)))]
            if low:
                figures.append((_("Weakest block"), f"{low['block']} — {_percent(low['share'])}"))
            return figures
        case StudyKind.conditions:
            return [
                (_("Pupils in all"), str(found["pupils"])),
                (_("Pupils with special needs"), _of(found["special_needs"], found["pupils"])),
                (
                    _("Pupils for whom Russian is not the native language"),
                    _of(found["other_language"], found["pupils"]),
                ),
            ]
        case StudyKind.staff:
            return [
                (_("Teachers in all"), str(found["teachers"])),
                (_("Vacancies"), str(found["vacancies"])),
                (_("With the highest or first category"), _of(found["category"], found["teachers"])),
                (_("Further training within three years"), _of(found["trained"], found["teachers"])),
            ]
    return [
        (_("Lessons of Russian attended"), str(found["russian_lessons"])),
        (_("Lessons of mathematics attended"), str(found["maths_lessons"])),
    ]


def _of(part: int, whole: int) -> str:
    percent = share(part, whole)
    return str(part) if percent is None else f"{part} ({_percent(percent)})"


def _percent(value: float) -> str:
    return num(value) + "\u00a0%"


VIEWS = [DiagnosisView]
