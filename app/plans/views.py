"""Pages of the plan of one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import request, url_for
from sqlalchemy import select

from app.access.sent_forms import once
from app.cases.models import Case
from app.cases.overview import in_reader, overview, reasons
from app.cases.queries import get_case
from app.cases.roles import may, require
from app.cases.seen import content_seen
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.files.models import StoredFile
from app.plans import execution, queries, service
from app.plans.facts import PAGE
from app.plans.forms import ItemForm, RefuseMoveForm, ReportForm, item_data
from app.plans.rules import (
    DIRECTION_LABELS,
    FIELD_LABELS,
    LEVEL_LABELS,
    RECURRENCE_LABELS,
    STATUS_LABELS,
    Direction,
    ReportStatus,
    fulfilment,
    gap_sentences,
    gaps,
    spoken,
)
from app.schools.queries import positions_on
from app.ui.base import RoomView, day_arg, page

FORM = ("GET", "POST")


class PlanView(RoomView):
    route_base = "/cases"
    class_permission_name = "Plans"

    @page("/<int:case_id>/plans")
    def show(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        items = queries.items_of(work.session, case_id)
        dues = queries.all_dues(items)
        on = day_arg("on")[0] or work.today  # a day that cannot be read is today
        task = service.submits(work, case)
        page = overview(work, case)
        offer = next((o for o in page.mine if o.kind == "task" and o.id == task), None)
        groups = [
            (DIRECTION_LABELS[direction], [i for i in items if i.direction == direction])
            for direction in Direction
        ] + [(_("Without a direction"), [i for i in items if not i.direction])]
        return self._render(
            work, case, "plans/show.html", items=items, groups=[g for g in groups if g[1]],
            dues={item.id: queries.dues_of(item) for item in items}, gaps={item.id: gaps(item) for item in items},
            gap_sentences=gap_sentences(items), figure=fulfilment((due.counted for due in dues), on), on=on,
            closed=service.why_closed(work, case), submit=offer, submit_due=page.due_of(task),
            reasons=reasons(work, case, offer) if offer else [],
            shown=spoken, changes=queries.changes_since(work.session, case, is_voted=task is not None),
            snapshots=queries.snapshots_of(work.session, case_id), seen=content_seen(work, case_id, PAGE),
        )  # fmt: skip

    @page("/<int:case_id>/plans/add", methods=FORM, permission="write")
    def add(self, case_id: int) -> Any:
        work, case = self._open(case_id, "plans.edit", service.why_closed)
        form = ItemForm()
        self._offer(work, case, form)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: service.add_item(work, case_id, form.input()))
            except (Invalid, Refusal) as exc:
                form.take_errors(exc)
            else:
                if request.form.get("more"):
                    return self.done(url_for("PlanView.add", case_id=case_id), _("The measure is added."))
                return self._done(case_id, _("The measure is added."))
        return self._form(case_id, form, _("New measure of the plan"), "plans/item.html")

    @page("/<int:case_id>/plans/<int:item_id>/edit", methods=FORM, permission="write")
    def edit(self, case_id: int, item_id: int) -> Any:
        work, case = self._open(case_id, "plans.edit", service.why_closed)
        item = queries.item_of(work.session, case_id, item_id)
        form = ItemForm(data=item_data(item, case.programme.starts, case.programme.ends))
        self._offer(work, case, form)
        number = item.number
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.edit_item(work, case_id, item_id, form.input(), self.expected_version())
            except (Invalid, Refusal) as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The measure is saved."), f"#item-{item_id}")
        return self._form(case_id, form, _("Measure No. %(n)s", n=number), "plans/item.html", item_id=item_id)

    @page("/<int:case_id>/plans/<int:item_id>/delete", methods=("POST",), permission="write")
    def delete(self, case_id: int, item_id: int) -> Any:
        with self.write() as work:
            service.delete_item(work, case_id, item_id, self.expected_version())
        return self._done(case_id, _("The measure is taken out of the plan."))

    @page("/<int:case_id>/plans/submit", methods=("POST",), permission="write")
    def submit(self, case_id: int) -> Any:
        with self.write() as work:
            service.submit_plan(work, case_id, self.expected_version(), seen=request.form.get("seen"))
        return self._done(case_id, _("The plan is put to the vote."))

    @page("/<int:case_id>/plans/<int:item_id>/report", methods=FORM, permission="write")
    def report(self, case_id: int, item_id: int) -> Any:
        work, case = self._open(case_id, "plans.report", execution.why_not_reported)
        item = queries.item_of(work.session, case_id, item_id)
        dues = queries.dues_of(item)
        form = ReportForm(data=_report_data(item, dues, work.today))
        form.occurrences.offer([(due.occurrence.isoformat(), f"{due.due:%d.%m.%Y}") for due in dues])
        form.file_id.offer([(kept.id, kept.name) for kept in _files(work, case_id)])
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    execution.report_item(work, case_id, item_id, form.input(), self.expected_version())
            except (Invalid, Refusal) as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The report is saved."), f"#item-{item_id}")
        work = self.read()
        case, item = get_case(work.session, case_id), queries.item_of(work.session, case_id, item_id)
        return self._render(
            work, case, "plans/report.html", form.status, form=form, item=item, dues=queries.dues_of(item)
        )

    @page("/<int:case_id>/plans/reports/<int:report_id>/approve", methods=("POST",), permission="write")
    def approve_move(self, case_id: int, report_id: int) -> Any:
        with self.write() as work:
            execution.approve_move(work, case_id, report_id, self.expected_version())
        return self._done(case_id, _("The new term is approved."))

    @page("/<int:case_id>/plans/reports/<int:report_id>/refuse", methods=FORM, permission="write")
    def refuse_move(self, case_id: int, report_id: int) -> Any:
        work = self.read()
        require(work, "plans.approve_move", get_case(work.session, case_id))
        report = queries.report_of(work.session, case_id, report_id)
        self.refuse_at_once(execution.why_no_move(report))
        form = RefuseMoveForm(data={"expected_version": str(report.version)})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    execution.refuse_move(
                        work, case_id, report_id, form.reason.data or "", self.expected_version()
                    )
            except Invalid as exc:
                form.take_errors(exc)
            else:
                return self._done(case_id, _("The new term is refused."), f"#item-{report.item_id}")
        work = self.read()
        case, report = get_case(work.session, case_id), queries.report_of(work.session, case_id, report_id)
        return self._render(work, case, "plans/refuse.html", form.status, form=form, report=report)

    def _open(
        self, case_id: int, capability: str, why_not: Callable[[Work, Case], Reason | None]
    ) -> tuple[Work, Case]:
        """The case for whoever may do this act in it: a form that cannot be sent is not shown."""
        work = self.read()
        case = get_case(work.session, case_id)
        require(work, capability, case)
        self.refuse_at_once(why_not(work, case))
        return work, case

    def _offer(self, work: Work, case: Case, form: ItemForm) -> None:
        """The people and the risks of this case."""
        people = {}
        for organisation_id in (case.school_id, case.curator_id, case.programme.centre_id):
            for position in (
                positions_on(work.session, organisation_id, work.today) if organisation_id else ()
            ):
                people[position.person_id] = f"{position.person.short}, {position.title}"
        form.owner_id.offer(people)
        source = work.ports.choices.get("risks")
        form.risk_code.offer(source(work.session, case.id) if source else [])

    def _form(self, case_id: int, form: Any, title: Text, template: str, **more: Any) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self._render(
            work,
            case,
            template,
            form.status,
            form=form,
            form_title=title,
            closed=service.why_closed(work, case),
            **more,
        )

    def _render(self, work: Work, case: Case, template: str, status: int = 200, **more: Any) -> Any:
        return self.render(
            template, status, case=case, tab=PAGE, today=work.today, actor_id=work.actor.user_id,
            may=lambda capability: may(work, capability, case), back=url_for("PlanView.show", case_id=case.id),
            fields=FIELD_LABELS, levels=LEVEL_LABELS, statuses=STATUS_LABELS, repeats=RECURRENCE_LABELS,
            directions=DIRECTION_LABELS, in_reader=in_reader, **more,
        )  # fmt: skip

    def _done(self, case_id: int, message: Text, place: str = "") -> Any:
        return self.done(url_for("PlanView.show", case_id=case_id) + place, message)


def _report_data(item: Any, dues: list[queries.Due], today: date) -> dict[str, Any]:
    """The report on the only term, to be corrected; otherwise a fresh one about what is due and not reported."""
    fresh = {"expected_version": str(item.version), "done_on": None}
    waiting = [due.occurrence for due in dues if not due.is_reported]
    if len(dues) == 1 and (report := dues[0].report) and report.status != ReportStatus.planned:
        return {
            **fresh, "occurrences": [dues[0].occurrence.isoformat()], "became": report.status,
            "done_on": report.done_on,
            "evidence": report.evidence, "link": report.link, "file_id": report.file_id, "reason": report.reason,
            "moved_to": report.moved_to,
        }  # fmt: skip
    due_now = [due.occurrence for due in dues if not due.is_reported and due.due <= today]
    return {**fresh, "occurrences": [day.isoformat() for day in due_now or waiting[:1]]}


def _files(work: Work, case_id: int) -> list[StoredFile]:
    query = select(StoredFile).where(StoredFile.case_id == case_id).order_by(StoredFile.id.desc()).limit(50)
    return list(work.session.scalars(query))


VIEWS = [PlanView]
