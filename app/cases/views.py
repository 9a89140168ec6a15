"""Pages of a case: where it stands, the steps one may take, its history."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for

from app.cases import board, queries, service
from app.cases.board import Chosen
from app.cases.case_map import case_map
from app.cases.context import task_url
from app.cases.forms import ReopenForm, StepForm, VoteForm, step_form
from app.cases.history import STANDING, title, went_to
from app.cases.meeting_views import MeetingView
from app.cases.models import Case
from app.cases.overview import (
    Overview,
    behalf,
    excluded_why,
    history,
    in_reader,
    overview,
    reasons,
    roles_in_words,
)
from app.cases.past_views import PastView
from app.cases.programme_views import ProgrammeView
from app.cases.roles import may_assign_curator
from app.cases.seen import task_seen
from app.cases.terms import left_of
from app.cases.turns import GOES_ON, was_suspended
from app.core.errors import Invalid, NotFound, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine.actions import Cast, Complete, Fire, Reopen
from app.engine.answers import Accepted
from app.engine.answers import Reason as EngineReason
from app.engine.explaining import standing_reasons
from app.engine.machine import reopen_reasons, step_reasons, task_reasons
from app.ui.base import RoomView, int_arg, page
from app.ui.paging import Paged, page_of


def case_tabs(work: Work, case: Case) -> list[tuple[Any, str]]:
    """The row of tabs every page of a case carries."""
    return [(_("Case"), url_for("CaseView.show", case_id=case.id))] + [
        (tab.title, tab.url(case.id)) for tab in work.ports.tabs
    ]


class CaseView(RoomView):
    """The list of cases and the page of one."""

    route_base = "/cases"
    class_permission_name = "Cases"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        text, look = request.args.get("q", "")[:100], request.args.get("look")
        programme_id, stage = int_arg("programme"), request.args.get("stage", "")[:130]
        chosen = Chosen(programme_id, text, stage)
        boards = board.boards(work, chosen)
        columns = {column.key: column.title for one in boards for column in one.columns}
        shown = None
        if look == "table":
            total = sum(column.total for one in boards for column in one.columns)
            number = page_of(total, board.ON_PAGE)
            shown = Paged(board.table(work, chosen, number), number, board.ON_PAGE, total)
        else:
            board.fill(work, boards, chosen)
        return self.render(
            "cases/list.html", boards=boards, table=shown, q=text, look="table" if shown else "board", stage=stage,
            stage_title=columns.get(stage, ""), programmes=queries.programmes(work.session),
            programme_id=programme_id, left=partial(left_of, work),
            title_of=lambda case: title(work.ports.definitions.of(work.session, case), "stage", case.stage),
        )  # fmt: skip

    @page("/<int:case_id>")
    def show(self, case_id: int) -> Any:
        work = self.read()
        case = queries.get_case(work.session, case_id)
        shown = overview(work, case)
        panels = [(panel, panel.load(work, case)) for panel in work.ports.panels]
        return self.render(
            "cases/case.html", case=case, o=shown, panels=panels,
            history=history(work, shown), reasons=partial(reasons, work, case), in_reader=in_reader,
            roles_in_words=partial(roles_in_words, shown.definition),
            behalf=partial(behalf, work, case, shown), excluded_why=excluded_why,
            vote_form=VoteForm(data={"expected_version": case.version}), today=work.today,
            may_assign=may_assign_curator(work, case),
            task_page=lambda task: task_url(work, case, shown.definition.task(task)),
            seen=lambda task: task_seen(work, case_id, shown.definition.task(task)),
        )  # fmt: skip

    @page("/<int:case_id>/map")
    def map(self, case_id: int) -> Any:
        """The procedure drawn, with the way this case has taken."""
        work = self.read()
        case = queries.get_case(work.session, case_id)
        return self.render(
            "cases/map.html",
            case=case,
            map=case_map(work, case),
            in_reader=in_reader,
            roles_in_words=partial(roles_in_words, work.ports.definitions.of(work.session, case)),
        )

    @page("/<int:case_id>/tasks/<task>/done", permission="write", methods=("GET", "POST"))
    def done_task(self, case_id: int, task: str) -> Any:
        """Says that a task is done; one with a form asks it first, with everything that still stands against it."""
        work = self.read()
        case = queries.get_case(work.session, case_id)
        known = work.ports.definitions.of(work.session, case).task(task)
        if known is None:
            return self._of_another_version(work, case, task)
        back = url_for("CaseView.show", case_id=case_id)
        if known.form is None:
            if request.method == "GET":
                return redirect(back)
            with self.write() as work:
                result = service.act(
                    work,
                    case_id,
                    Complete(task, request.form.get("comment", "")[:2000]),
                    self.expected_version(),
                    request.form.get("seen"),
                )
                told = _told(work, case_id, result, _("Marked as done"))
            return self.done(back, told)
        form = step_form(known.form, work.today)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    action = Complete(task, str(form.data.get("comment") or ""), form.answers)
                    result = service.act(work, case_id, action, self.expected_version(), form.seen.data)
                    told = _told(work, case_id, result, _("Done: %(task)s", task=in_reader(known.titles)))
                return self.done(back, told)
            except Invalid as error:
                form.take_errors(error)
                case = queries.get_case(work.session, case_id)
        return self._asked(work, case, form, "task", task, in_reader(known.titles), _("Mark as done"))

    @page("/<int:case_id>/tasks/<task>/again", permission="write", methods=("GET", "POST"))
    def reopen_task(self, case_id: int, task: str) -> Any:
        work = self.read()
        case = queries.get_case(work.session, case_id)
        form = ReopenForm(data={"expected_version": case.version})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.act(work, case_id, Reopen(task, form.comment.data or ""), self.expected_version())
                return self.done(url_for("CaseView.show", case_id=case_id), _("The task is open again"))
            except Invalid as error:
                form.take_errors(error)
                case = queries.get_case(work.session, case_id)
        shown = overview(work, case)
        known = shown.definition.task(task)
        if known is None:
            return self._of_another_version(work, case, task)
        if not shown.ctx.roles.intersection(known.roles):
            raise NotFound
        against = reopen_reasons(shown.definition, shown.state, task, shown.ctx)
        if against:
            if request.method == "POST":
                raise Refusal([Reason(_said(against[0]))])
            flash(str(_said(against[0])), "warning")
            if against[0].code == "task_not_done":  # its own page is where it is done
                return redirect(url_for("CaseView.done_task", case_id=case_id, task=task))
            return redirect(url_for("CaseView.show", case_id=case_id))
        return self.render(
            "cases/step.html", form.status, case=case, form=form, why=(),
            heading=_("Do again: %(task)s", task=in_reader(known.titles)), submit=_("Open again"), danger=False,
        )  # fmt: skip

    @page("/<int:case_id>/vote", permission="write", methods=("POST",))
    def vote(self, case_id: int) -> Any:
        form = VoteForm()
        if not form.validate_on_submit():
            wrong = {
                name: f"{form[name].label.text}: {said[0]}" for name, said in form.errors.items() if name
            }
            raise Invalid(fields=wrong | ({"choice": _("Choose how you vote.")} if "choice" in wrong else {}))
        with self.write() as work:
            result = service.act(
                work, case_id, Cast(str(form.choice.data), form.comment.data or ""), self.expected_version()
            )
            counted = {
                "approved": _("Your vote is counted. The group has approved."),
                "rejected": _("Your vote is counted. The group has not approved."),
            }.get(result.what, _("Your vote is counted"))
            told = _told(work, case_id, result, counted)
        return self.done(url_for("CaseView.show", case_id=case_id), told)

    @page("/<int:case_id>/step/<step>", permission="write", methods=("GET", "POST"))
    def step(self, case_id: int, step: str) -> Any:
        """A transition's own form, with everything that still stands against it."""
        work = self.read()
        case = queries.get_case(work.session, case_id)
        definition = work.ports.definitions.of(work.session, case)
        if step not in definition.transitions:
            return self._of_another_version(work, case, step)
        transition = definition.transitions[step]
        heading = in_reader(transition.titles)
        form = step_form(transition.form, work.today, reasoned=transition.kind not in ("forward", "resume"))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    action = Fire(step, str(form.data.get("comment") or ""), form.answers)
                    result = service.act(work, case_id, action, self.expected_version())
                    done = STANDING.get(transition.kind) or _("Done: %(task)s", task=heading)
                    told = _told(work, case_id, result, done)
                return self.done(url_for("CaseView.show", case_id=case_id), told)
            except Invalid as error:
                form.take_errors(error)
                case = queries.get_case(work.session, case_id)
        danger = transition.kind in ("cancel", "return")
        goes_on = transition.kind == "reopen" and was_suspended(work, case)
        return self._asked(
            work, case, form, "transition", step, heading, heading, danger, GOES_ON if goes_on else ""
        )

    def _of_another_version(self, work: Work, case: Case, code: str) -> Any:
        """The way on from a step that was called so before the case moved to another version of its procedure.

        Raises NotFound where no version has it, Stale for what was typed into its form.
        """
        editions = work.ports.definitions.of(work.session, case).editions.values()
        if not any(code in one.transitions or one.task(code) for one in editions):
            raise NotFound
        if request.method == "POST":
            raise Stale(changes=service.changes_since(work, case, self.expected_version()))
        told = _("The case has moved to version %(version)s of the procedure: this step is not there.",
                 version=case.definition_version)  # fmt: skip
        return self.done(url_for("CaseView.show", case_id=case.id), told, "warning")

    def _asked(
        self, work: Work, case: Case, form: StepForm, kind: str, step: str, heading: str, submit: Any,
        danger: bool = False, lead: Text | str = "",
    ) -> Any:  # fmt: skip
        """The form of a step with what stands against it; the case itself when the step cannot be taken any more.

        Raises NotFound when the step is not the reader's.
        """
        if request.method == "GET":
            form.expected_version.data = case.version
        shown = overview(work, case)
        if request.method == "GET" and kind == "task":
            form.seen.data = task_seen(work, case.id, shown.definition.task(step))
        offer = next((o for o in shown.mine if o.kind == kind and o.id == step), None)
        if offer is None:
            why = _why_not_offered(shown, kind, step)
            if request.method == "POST":  # what was typed is shown, to copy from
                raise Refusal([Reason(why)])
            flash(str(why), "warning")
            return redirect(url_for("CaseView.show", case_id=case.id))
        return self.render(
            "cases/step.html", form.status, case=case, form=form, why=reasons(work, case, offer),
            heading=heading, submit=submit, danger=danger, lead=lead, whom=behalf(work, case, shown, offer),
        )  # fmt: skip


def _told(work: Work, case_id: int, result: Accepted, message: Text | str) -> Text | str:
    """What was done, and where the case went with it: it may have gone on by itself."""
    definition = work.ports.definitions.of(work.session, queries.get_case(work.session, case_id))
    stage = went_to(definition, result)
    if not stage:
        return message
    went = _("The case has moved to the stage “%(stage)s”.", stage=stage)
    return f"{str(message).rstrip('.')}. {went}"


def _why_not_offered(shown: Overview, kind: str, step: str) -> Text | str:
    """Why a step of the reader's cannot be taken now: it was, or the case went on. Raises NotFound if not his."""
    definition, state, ctx = shown.definition, shown.state, shown.ctx
    if kind == "task":
        task = definition.task(step)
        if task is None or not ctx.roles.intersection(task.roles):
            raise NotFound
        why = task_reasons(definition, state, step, ctx)[0]
    else:
        taken = definition.transitions[step]
        if not (taken.automatic or ctx.roles.intersection(taken.by)):
            raise NotFound
        against = standing_reasons(definition, state, taken) or step_reasons(definition, state, taken, ctx)
        why = against[0]
    return _said(why)


def _said(why: EngineReason) -> Text | str:
    """What stands against a step; a task that is done or not done is no obstacle, it is what there is to know."""
    said = in_reader(why.texts)
    if why.code in ("task_done", "task_not_done"):
        return said
    return _("This step is not possible now. %(why)s", why=said)


VIEWS = [CaseView, PastView, ProgrammeView, MeetingView]
