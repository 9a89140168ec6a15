"""Pages of the bank of materials and of the publications."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.scopes import get_visible
from app.access.sent_forms import once
from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.roles import may, require
from app.core.errors import Forbidden, Invalid
from app.core.i18n import _
from app.library import queries, service
from app.library.forms import CentrePublicationForm, MaterialForm, PublicationForm
from app.library.models import Material, Publication
from app.library.panels import address
from app.library.texts import ALIVE, AUDIENCES, KINDS, RISKS, SUBJECTS
from app.schools.queries import organisations
from app.ui.base import RoomView, page


class MaterialView(RoomView):
    """The bank of methodical materials."""

    route_base = "/library"
    class_permission_name = "Library"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        asked = {name: request.args.get(name, "")[:200] for name in ("q", "kind", "audience", "risk")}
        found = queries.materials(
            work.session, text=asked["q"], kind=asked["kind"], audience=asked["audience"], risk=asked["risk"]
        )
        return self.render("library/list.html", materials=found, asked=asked, filtered=any(asked.values()),
                           sees_publications=self.appbuilder.sm.has_access("can_read", "Publications"),
                           can_edit=service.may_edit_materials(work), **_WORDS)  # fmt: skip

    @page("/<int:material_id>")
    def show(self, material_id: int) -> Any:
        work = self.read()
        material = get_visible(work.session, Material, material_id)
        return self.render("library/show.html", material=material, can_edit=service.may_edit_materials(work),
                           link=address(material.url) if material.url else None, **_WORDS)  # fmt: skip

    @page("/add", methods=("GET", "POST"), permission="write")
    def add(self) -> Any:
        form = MaterialForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    material_id = once(
                        work, form.send_key.data, lambda: service.add_material(work, form.taken())
                    )
                return self.done(
                    url_for("MaterialView.show", material_id=material_id), _("The material is added.")
                )
            except Invalid as error:
                form.take_errors(error)
        url = url_for("MaterialView.index")
        return self.render("library/form.html", form.status, form=form, title=_("New material"),
                           back=(url, _("Library")), cancel=url)  # fmt: skip

    @page("/<int:material_id>/edit", methods=("GET", "POST"), permission="write")
    def edit(self, material_id: int) -> Any:
        material = get_visible(self.read().session, Material, material_id)
        form = MaterialForm()
        if request.method == "GET":
            form.fill(material)
        elif form.validate():
            try:
                with self.write() as work:
                    service.edit_material(work, material_id, form.taken(), self.expected_version())
                return self.done(
                    url_for("MaterialView.show", material_id=material_id), _("The correction is saved.")
                )
            except Invalid as error:
                form.take_errors(error)
        url = url_for("MaterialView.show", material_id=material_id)
        return self.render("library/form.html", form.status, form=form, title=_("Correct the material"),
                           back=(url_for("MaterialView.index"), _("Library")), cancel=url)  # fmt: skip


class PublicationView(RoomView):
    """Publications: of a case on its own page, and all of them together."""

    route_base = ""
    class_permission_name = "Publications"

    @page("/publications/")
    def index(self) -> Any:
        work = self.read()
        return self.render("library/publications.html", publications=queries.publications(work.session),
                           can_add=service.may_edit_materials(work), address=address, alive_texts=ALIVE)  # fmt: skip

    @page("/cases/<int:case_id>/publications")
    def of_case(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self.render(
            "library/case_publications.html", case=case, tab="publications", address=address, alive_texts=ALIVE,
            publications=queries.publications(work.session, case_id=case.id),
            can_edit=may(work, "publications.edit", case),
        )  # fmt: skip

    @page("/cases/<int:case_id>/publications/add", methods=("GET", "POST"), permission="write")
    def add(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        require(work, "publications.edit", case)
        form = PublicationForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(
                        work, form.send_key.data, lambda: service.add_publication(work, case_id, form.taken())
                    )
                return self.done(
                    url_for("PublicationView.of_case", case_id=case_id), _("The publication is added.")
                )
            except Invalid as error:
                form.take_errors(error)
        return self._form(case, form, _("New publication"))

    @page("/publications/add", methods=("GET", "POST"), permission="write")
    def add_centre(self) -> Any:
        work = self.read()
        if not service.may_edit_materials(work):
            raise Forbidden
        form = CentrePublicationForm()
        form.organisation.offer(
            [(o.id, o.short_name) for o in organisations(work.session) if o.kind != "school"]
        )
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    owner = form.organisation.data
                    once(work, form.send_key.data, lambda: service.add_publication(
                        work, None, form.taken(), organisation_id=owner
                    ))  # fmt: skip
                return self.done(url_for("PublicationView.index"), _("The publication is added."))
            except Invalid as error:
                form.take_errors(error)
        return self._form(None, form, _("New publication"))

    @page("/publications/<int:publication_id>/edit", methods=("GET", "POST"), permission="write")
    def edit(self, publication_id: int) -> Any:
        work = self.read()
        publication = get_visible(work.session, Publication, publication_id)
        case = get_case(work.session, publication.case_id) if publication.case_id else None
        if not service.may_edit_publication(work, case):
            raise Forbidden
        form = PublicationForm()
        if request.method == "GET":
            form.fill(publication)
        elif form.validate():
            try:
                with self.write() as work:
                    service.edit_publication(work, publication_id, form.taken(), self.expected_version())
                return self.done(_home(case), _("The correction is saved."))
            except Invalid as error:
                form.take_errors(error)
        return self._form(case, form, _("Correct the publication"), publication)

    @page("/publications/<int:publication_id>/check", methods=("POST",), permission="write")
    def check(self, publication_id: int) -> Any:
        with self.write() as work:
            alive = request.form.get("alive", "")
            publication = service.check_publication(work, publication_id, alive, self.expected_version())
            case = get_case(work.session, publication.case_id) if publication.case_id else None
        return self.done(_home(case), _("The check is noted."))

    @page("/publications/<int:publication_id>/remove", methods=("POST",), permission="write")
    def remove(self, publication_id: int) -> Any:
        work = self.read()
        publication = get_visible(work.session, Publication, publication_id)
        case = get_case(work.session, publication.case_id) if publication.case_id else None
        with self.write() as work:
            service.remove_publication(work, publication_id, self.expected_version())
        return self.done(_home(case), _("The publication is removed; it stays in the history."))

    def _form(self, case: Case | None, form: Any, title: Any, publication: Publication | None = None) -> Any:
        template = "library/case_form.html" if case else "library/form.html"
        return self.render(template, form.status, form=form, title=title, case=case, tab="publications",
                           publication=publication, cancel=_home(case),
                           back=(url_for("PublicationView.index"), _("Publications")))  # fmt: skip


def _home(case: Case | None) -> str:
    if case is None:
        return url_for("PublicationView.index")
    return url_for("PublicationView.of_case", case_id=case.id)


_WORDS: dict[str, Any] = {"kinds": KINDS, "audiences": AUDIENCES, "risk_titles": RISKS, "subjects": SUBJECTS}

VIEWS = [MaterialView, PublicationView]
