"""Pages of a programme: open it, correct it, open the cases of its schools, name the curator schools."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import Any, cast

from flask import request, url_for

from app.access.scopes import get_visible
from app.access.sent_forms import once
from app.cases import board, curators, programmes, queries, service
from app.cases.forms import CaseForm, CuratorForm, ProgrammeForm
from app.cases.models import Programme
from app.cases.overview import in_reader
from app.cases.roles import may_in_programme, require_in_programme
from app.core.errors import Invalid, NotFound
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Organisation
from app.schools.queries import organisations
from app.ui.base import RoomView, page
from app.ui.choice_fields import ChoiceField
from app.ui.paging import Paged, page_of


class ProgrammeView(RoomView):
    route_base = "/programmes"
    class_permission_name = "Programmes"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        found = queries.programmes(work.session)
        return self.render(
            "cases/programmes.html", programmes=found,
            counts=queries.counts_by_programme(work.session),
            may_open=work.actor.has("methodist"),
        )  # fmt: skip

    @page("/<int:programme_id>")
    def show(self, programme_id: int) -> Any:
        work = self.read()
        programme = get_visible(work.session, Programme, programme_id)
        total = queries.counts_by_programme(work.session).get(programme.id, 0)
        number = page_of(total, board.ON_PAGE)
        cases = board.table(work, board.Chosen(programme.id), number)
        return self.render(
            "cases/programme.html", programme=programme, stage_title=_stage_titles(work),
            cases=Paged(cases, number, board.ON_PAGE, total),
            may_open=may_in_programme(work, "case.open", programme),
        )  # fmt: skip

    @page("/add", permission="write", methods=("GET", "POST"))
    def add(self) -> Any:
        form = ProgrammeForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    authority, centre = _offices(work)
                    made = programmes.open_programme(
                        work, code=form.code.data, title=form.title.data, year=int(form.year.data or 0),
                        starts=cast(date, form.starts.data), ends=cast(date, form.ends.data),
                        authority=authority, centre=centre,
                        settings=_last_settings(work),
                    )  # fmt: skip
                    made_id = made.id
                return self.done(
                    url_for("ProgrammeView.show", programme_id=made_id), _("The programme is open")
                )
            except Invalid as error:
                form.take_errors(error)
        return self.render("cases/form.html", form.status, form=form, heading=_("New programme"),
                           submit=_("Open the programme"), back=url_for("ProgrammeView.index"))  # fmt: skip

    @page("/<int:programme_id>/edit", permission="write", methods=("GET", "POST"))
    def edit(self, programme_id: int) -> Any:
        work = self.read()
        programme = get_visible(work.session, Programme, programme_id)
        require_in_programme(work, "case.open", programme)
        form = ProgrammeForm(obj=programme)
        del form.code
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    programme = get_visible(work.session, Programme, programme_id)
                    programmes.edit_programme(
                        work, programme, self.expected_version(),
                        {"title": form.title.data, "year": int(form.year.data or 0), "starts": form.starts.data,
                         "ends": form.ends.data},
                    )  # fmt: skip
                return self.done(url_for("ProgrammeView.show", programme_id=programme_id), _("Saved"))
            except Invalid as error:
                form.take_errors(error)
        return self.render("cases/form.html", form.status, form=form, heading=_("Correct the programme"),
                           submit=_("Save"), back=url_for("ProgrammeView.show", programme_id=programme_id),
                           expected_version=request.form.get("expected_version", programme.version))  # fmt: skip

    @page("/<int:programme_id>/cases/add", permission="write", methods=("GET", "POST"))
    def add_case(self, programme_id: int) -> Any:
        work = self.read()
        programme = get_visible(work.session, Programme, programme_id)
        require_in_programme(work, "case.open", programme)
        offered = work.ports.definitions.offered(work.session)
        form = CaseForm(data={"procedure": service.usual_process(work, programme, offered)})
        form.procedure.offer([(code, in_reader(one.titles)) for code, one in offered.items()])
        if len(offered) < 2:  # nothing to choose
            del form.procedure
        _offer_schools(work, form.school, curators.never_supported(work, programme), ("", "—"))
        _offer_schools(work, form.curator, curators.never_curators(work, programme), ("", "—"))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    case_id = once(work, form.send_key.data, lambda: service.open_case(
                        work, programme=get_visible(work.session, Programme, programme_id),
                        school=get_visible(work.session, Organisation, form.school.data),
                        curator=get_visible(work.session, Organisation, form.curator.data),
                        process=form.procedure.data if "procedure" in form else None,
                    ))  # fmt: skip
                return self.done(url_for("CaseView.show", case_id=case_id), _("The case is open"))
            except Invalid as error:
                form.take_errors(error)
        return self.render("cases/form.html", form.status, form=form, heading=_("New case"), submit=_("Open the case"),
                           back=url_for("ProgrammeView.show", programme_id=programme_id))  # fmt: skip

    @page("/cases/<int:case_id>/curator", permission="write", methods=("GET", "POST"))
    def curator(self, case_id: int) -> Any:
        work = self.read()
        case = queries.get_case(work.session, case_id)
        require_in_programme(work, "case.assign_curator", case.programme)
        self.refuse_at_once(curators.why_not_exchanged(work, case))
        form = CuratorForm(data={"curator": case.curator_id, "expected_version": case.version})
        _offer_schools(work, form.curator, curators.never_curators(work, case.programme))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    curator = get_visible(work.session, Organisation, form.curator.data)
                    curators.assign_curator(work, case_id, curator, self.expected_version())
                return self.done(url_for("CaseView.show", case_id=case_id), _("The curator school is named"))
            except Invalid as error:
                form.take_errors(error)
        return self.render("cases/form.html", form.status, form=form, heading=_("Curator school"), submit=_("Save"),
                           back=url_for("CaseView.show", case_id=case_id))  # fmt: skip


def _offices(work: Work) -> tuple[Organisation, Organisation]:
    """The authority and the centre of the installation; an office that is both may serve."""
    authorities = organisations(work.session, "authority")
    if not authorities:
        raise NotFound
    centres = organisations(work.session, "centre") or authorities
    return authorities[0], centres[0]


def _offer_schools(work: Work, field: ChoiceField, without: Set[int], *first: tuple[Any, str]) -> None:
    """Let a school be chosen that would be taken; one that was chosen already is told why it is not."""
    schools = organisations(work.session, "school")
    offered = [one for one in schools if one.id not in without or one.id == field.data]
    field.choices = [*first, *((school.id, school.short_name) for school in offered)]


def _last_settings(work: Work) -> dict[str, Any]:
    """A new programme starts with the rules of the last one."""
    last = queries.programmes(work.session)
    return dict(last[0].settings) if last else {}


def _stage_titles(work: Work) -> Any:
    from app.cases.history import title

    return lambda case: title(work.ports.definitions.of(work.session, case), "stage", case.stage)
