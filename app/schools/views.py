"""Reference books: organisations, people and their positions."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder.models.sqla.filters import FilterContains, SQLAFilterConverter
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload, selectinload

from app.access.scopes import get_visible
from app.audit.queries import history_of
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools import queries, service
from app.schools.forms import OrganisationForm, PersonForm, PositionForm
from app.schools.models import Organisation, Person, Position
from app.schools.name_views import NameFormsView
from app.schools.rules import check_forms, search_words
from app.schools.service import OrganisationData, PersonData, PositionData
from app.schools.texts import CASE_TITLES, GENDERS, KINDS, PERSON_GENDERS
from app.ui.base import page
from app.ui.crud import ScopedInterface
from app.ui.reference import ServiceReferenceView


class KeyContains(FilterContains):
    """Every word typed is somewhere in the name: ё is е, «№41» is «№ 41», capitals do not matter."""

    arg_name = "ct"

    def apply(self, query: Any, value: Any) -> Any:
        for word in search_words(str(value))[:8]:
            query = query.filter(self.model.search_key.contains(word, autoescape=True))
        return query


class _SearchConverter(SQLAFilterConverter):
    def convert(self, col_name: str) -> Any:
        if col_name == "search_key":
            return [KeyContains(col_name, self.datamodel)]
        return super().convert(col_name)


class SearchInterface(ScopedInterface):
    filter_converter_class = _SearchConverter


class PeopleInterface(SearchInterface):
    eager = (selectinload(Person.positions).joinedload(Position.organisation),)


class PositionInterface(ScopedInterface):
    eager = (joinedload(Position.person), joinedload(Position.organisation))


def checked_pill(moment: Any) -> Markup:
    text = _("case forms checked") if moment else _("case forms not checked")
    return Markup('<span class="pill nowrap {}">{}</span>').format("ok" if moment else "warn", text)


def _lines(items: list[str]) -> Markup:
    return Markup("<br>").join(escape(item) for item in items) or Markup("—")


class OrganisationView(ServiceReferenceView):
    """Authorities, centres and schools; everybody reads, methodist and administrator write."""

    datamodel = SearchInterface(Organisation)
    route_base = "/organisations"
    class_permission_name = "Reference"
    form_class = OrganisationForm
    list_title, show_title = _("Organisations"), _("Organisation")
    add_title, edit_title = _("New organisation"), _("Correct the organisation")
    in_use = _("This organisation takes part in cases, documents or accounts, so it cannot be deleted.")
    list_columns = ["short_name", "full_name", "kind", "forms_checked_at"]
    add_columns = edit_columns = show_columns = ["short_name"]
    search_columns = ["search_key"]
    order_columns = ["short_name", "kind"]
    order_as = {"short_name": "sort_key"}
    base_order = ("sort_key", "asc")
    label_columns = {
        "short_name": _("Short name"), "full_name": _("Full name"), "kind": _("Kind of organisation"),
        "search_key": _("Number or name"), "forms_checked_at": _("Case forms"),
    }  # fmt: skip
    formatters_columns = {
        "kind": lambda kind: str(KINDS.get(kind, kind)),
        "forms_checked_at": checked_pill,
    }

    @page("/show/<pk>")
    def show(self, pk: str) -> Any:
        item: Organisation = self.item(pk)
        work = self.read()
        may_see_people = self.appbuilder.sm.has_access("can_read", "People")
        writes = self.appbuilder.sm.has_access("can_write", self.class_permission_name)
        return self.render(
            "schools/organisation.html", item=item, kinds=KINDS, genders=GENDERS, cases=CASE_TITLES,
            forms=(item.forms or {}).get("full", {}), missing=check_forms((item.forms or {}).get("full", {})),
            positions=queries.positions_on(work.session, item.id, work.today) if may_see_people else None,
            history=history_of(work, ("organisations", [item.id])) if writes else [], writes=writes,
            checker=queries.account_name(work.session, item.forms_checked_by), may_check=_may_check(self),
        )  # fmt: skip

    def fill(self, form: OrganisationForm, item: Organisation) -> None:
        form.process(obj=item)
        form.expected_version.data = item.version
        form.show_forms((item.forms or {}).get("full", {}))

    def create(self, work: Work, form: OrganisationForm) -> Organisation:
        return service.create_organisation(work, _organisation(form))

    def correct(self, work: Work, item: Organisation, form: OrganisationForm) -> None:
        service.revise_organisation(work, item, _organisation(form), self.expected_version())

    def remove(self, work: Work, item: Organisation) -> None:
        service.remove_organisation(work, item)


class PersonView(ServiceReferenceView):
    """People of the authority, the centre and the schools, with the case forms of their names."""

    datamodel = PeopleInterface(Person)
    route_base = "/people"
    class_permission_name = "People"
    form_class = PersonForm
    list_title, show_title = _("Employees"), _("Person")
    add_title, edit_title = _("New person"), _("Correct the person")
    in_use = _("This person takes part in cases, documents or accounts, so the card cannot be deleted.")
    list_columns = ["full_name", "positions", "phone", "forms_checked_at"]
    add_columns = edit_columns = show_columns = ["surname"]
    search_columns = ["search_key"]
    order_columns = ["full_name"]
    order_as = {"full_name": "search_key"}
    base_order = ("search_key", "asc")
    label_columns = {
        "full_name": _("Full name of a person"), "positions": _("Position"), "phone": _("Telephone"),
        "search_key": _("Surname or name"), "forms_checked_at": _("Case forms"),
    }  # fmt: skip
    formatters_columns = {
        "phone": lambda phone: Markup('<span class="nowrap">{}</span>').format(phone or "—"),
        "positions": lambda held: _lines([f"{p.title}, {p.organisation}" for p in held]),
        "forms_checked_at": checked_pill,
    }

    @page("/show/<pk>")
    def show(self, pk: str) -> Any:
        item: Person = self.item(pk)
        work = self.read()
        writes = self.appbuilder.sm.has_access("can_write", self.class_permission_name)
        subjects = (("persons", [item.id]), ("positions", [p.id for p in item.positions]))
        return self.render(
            "schools/person.html", item=item, genders=PERSON_GENDERS, cases=CASE_TITLES, forms=item.forms or {},
            missing=check_forms(item.forms or {}), history=history_of(work, *subjects) if writes else [],
            writes=writes, today=work.today, checker=queries.account_name(work.session, item.forms_checked_by),
        )  # fmt: skip

    def fill(self, form: PersonForm, item: Person) -> None:
        form.process(obj=item)
        form.expected_version.data = item.version
        form.show_forms(item.forms or {})

    def create(self, work: Work, form: PersonForm) -> Person:
        return service.create_person(work, _person(form))

    def correct(self, work: Work, item: Person, form: PersonForm) -> None:
        service.revise_person(work, item, _person(form), self.expected_version())

    def remove(self, work: Work, item: Person) -> None:
        service.remove_person(work, item)


class PositionView(ServiceReferenceView):
    """Positions are added from a person's card; the list answers «who works where»."""

    datamodel = PositionInterface(Position)
    route_base = "/positions"
    class_permission_name = "People"
    form_class = PositionForm
    list_title = _("Positions")
    add_title, edit_title = _("New position"), _("Correct the position")
    list_columns = ["title", "person", "organisation", "since", "until", "is_signatory", "forms_checked_at"]
    add_columns = edit_columns = show_columns = ["title"]
    search_columns = ["title", "is_signatory", "since"]
    order_columns = ["title", "since", "until"]
    base_order = ("id", "asc")
    label_columns = {
        "title": _("Position"), "person": _("Person"), "organisation": _("Organisation"), "since": _("From"),
        "until": _("Until"), "is_signatory": _("Signs for the organisation"), "forms_checked_at": _("Case forms"),
    }  # fmt: skip
    formatters_columns = {
        "forms_checked_at": checked_pill,
        "person": lambda person: Markup('<a href="{}">{}</a>').format(
            url_for("PersonView.show", pk=person.id), person.full_name
        ),
    }

    @page("/show/<pk>")
    def show(self, pk: str) -> Any:
        return self.done(self.after(self.item(pk)))

    @page("/add", permission="write", methods=("GET", "POST"))
    def add(self) -> Any:
        """From the list of positions the way leads over the person: he is chosen first."""
        if not request.args.get("person"):
            told = _("A position is added on the card of an employee: choose the employee.")
            return self.done(url_for("PersonView.list"), told, "info")
        return super().add()

    def prepare(self, work: Work, form: PositionForm, item: Position | None) -> None:
        if item is None:
            self._person(work)  # a position without its person has no address
        form.organisation.suggestions = lambda: queries.organisation_names(work.session)

    def fill(self, form: PositionForm, item: Position) -> None:
        form.process(obj=item)
        form.organisation.data = item.organisation.short_name
        form.show_forms(item.forms or {})

    def create(self, work: Work, form: PositionForm) -> Position:
        data, organisation = _position(work, form)
        return service.create_position(work, self._person(work), organisation, data)

    def correct(self, work: Work, item: Position, form: PositionForm) -> None:
        service.revise_position(work, item, _position(work, form)[0])

    def remove(self, work: Work, item: Position) -> None:
        service.remove_position(work, item)

    def after(self, item: Position) -> str:
        return url_for("PersonView.show", pk=item.person_id)

    def after_removal(self, back: str) -> str:
        return back

    @staticmethod
    def _person(work: Work) -> Person:
        return get_visible(work.session, Person, request.args.get("person", ""))


def _may_check(view: Any) -> bool:
    """Case forms are opened by those who read the cards of people."""
    return bool(view.appbuilder.sm.has_access("can_read", "People"))


def _organisation(form: Any) -> OrganisationData:
    return OrganisationData(
        kind=form.kind.data, code=form.code.data, full_name=form.full_name.data, short_name=form.short_name.data,
        gender=form.gender.data, address=form.address.data or "", phone=form.phone.data or "",
        email=form.email.data or "", site=form.site.data or "", forms=form.case_forms,
    )  # fmt: skip


def _person(form: Any) -> PersonData:
    return PersonData(
        surname=form.surname.data, given=form.given.data, patronymic=form.patronymic.data or "",
        gender=form.gender.data, phone=form.phone.data or "", email=form.email.data or "", forms=form.case_forms,
    )  # fmt: skip


def _position(work: Work, form: Any) -> tuple[PositionData, Organisation]:
    try:
        organisation = queries.find_organisation(work.session, form.organisation.data)
    except Invalid as error:
        raise Invalid(fields={"organisation": error.message}) from error
    data = PositionData(
        organisation_id=organisation.id, title=form.title.data, since=form.since.data, until=form.until.data,
        is_signatory=form.is_signatory.data, is_acting=form.is_acting.data, basis=form.basis.data or "",
        forms=form.case_forms,
    )  # fmt: skip
    return data, organisation


VIEWS = [OrganisationView, PersonView, PositionView, NameFormsView]
