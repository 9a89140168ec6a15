"""One's own profile and password; roles of an account; the table of roles and rights."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask import session as cookie
from flask_appbuilder.security.sqla.models import User
from werkzeug.exceptions import NotFound

from app.access import languages, sessions
from app.access.models import Membership
from app.access.permissions import CAPABILITIES, PAGES
from app.access.roles import BUSINESS, EVERYONE, ROLE_TITLES
from app.access.scopes import get_visible
from app.access.sent_forms import once
from app.admin import queries, service
from app.admin.forms import MembershipForm, OwnPasswordForm
from app.admin.leaving_views import LeavingView
from app.admin.service import RoleData
from app.admin.substitution_views import SubstitutionView
from app.admin.texts import ACTS
from app.core.actor import Actor, StandsFor
from app.core.errors import Invalid, Refusal
from app.core.i18n import _, set_locale
from app.core.own_pages import is_own_page
from app.core.unit_of_work import Work
from app.schools import queries as schools
from app.schools.models import Organisation, Person
from app.ui.base import RoomView, page
from app.ui.crud import MAX_KEY
from app.ui.fab_texts import PAGES as PAGE_TITLES


class ProfileView(RoomView):
    """Everybody's own account: who one is here, which roles one holds, the password."""

    route_base = "/profile"
    class_permission_name = "Profile"

    @page("/", permission="self")
    def index(self) -> Any:
        work = self.read()
        user = _account(work, self.actor.user_id)
        return self.render(
            "admin/profile.html", user=user, held=queries.roles_of(work.session, [user.id])[user.id],
            today=work.today, sessions=queries.open_sessions(work.session, user.id, work.now),
            acting=_acting(self.actor), languages=languages.NAMES,
            language=languages.language_of(work.session, user.id),
        )  # fmt: skip

    @page("/language", permission="self", methods=("POST",))
    def language(self) -> Any:
        """The language of one's pages, and from now on of one's letters."""
        with self.write() as work:
            cookie["locale"] = languages.choose(work, request.form.get("language", ""))
        set_locale(cookie["locale"])
        back = request.form.get("back", "")
        return self.done(
            back if is_own_page(back) else url_for("ProfileView.index"),
            _("Pages and letters are in English from now on")
            if cookie["locale"] == "en" else _("Pages and letters are in Russian from now on"),
        )  # fmt: skip

    @page("/password", permission="self", methods=("GET", "POST"))
    def password(self) -> Any:
        form = OwnPasswordForm()
        if form.validate_on_submit():
            try:
                self._guard_guessing(form.current_password.data)
                with self.write() as work:
                    user = _account(work, self.actor.user_id)
                    service.change_own_password(
                        work, user, form.current_password.data, form.password.data, keep=cookie.get("sid")
                    )
                return self.done(
                    url_for("ProfileView.index"), _("The password is changed; other sessions have ended")
                )
            except Invalid as error:
                form.take_errors(error)
        return self.render(
            "admin/form.html", form.status, form=form, title=_("Change password"), back=url_for("ProfileView.index"),
            lead=_("Your other sessions end; this one goes on."),
        )  # fmt: skip

    def _guard_guessing(self, typed: str) -> None:
        """Wrong present passwords count as failed logins. Raises Invalid while the account is locked."""
        work, database = self.read(), self.runtime.database
        user = _account(work, self.actor.user_id)
        name, good = user.username, service.is_password(user, typed)
        work.session.rollback()  # the attempt is counted in a transaction of its own
        if not sessions.may_try(database, name, work.now):
            raise Invalid(_("Too many wrong attempts. Please try again in a quarter of an hour."))
        if good:
            sessions.forget_attempts(database, name)


class MembershipView(RoomView):
    """Which roles an account holds where: given, changed, withdrawn by the administrator."""

    route_base = "/memberships"
    class_permission_name = "Accounts"

    @page("/add/<int:user_id>", permission="write", methods=("GET", "POST"))
    def add(self, user_id: int) -> Any:
        work = self.read()
        user = _account(work, user_id)
        form: Any = MembershipForm()
        _suggest(work, form, user)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: service.give_role(
                        work, _account(work, user_id), _role(work, form)
                    ))  # fmt: skip
                return self.done(url_for("AccountView.show", pk=user_id), _("The role is given"))
            except Invalid as error:
                form.take_errors(error)
        elif request.method == "GET":
            form.since.data = work.today
            held = queries.roles_of(work.session, [user_id])[user_id]
            form.person.data = next((line.person for line in held if line.person), "")
        return self._form(form, _("Give a role"), _account(self.read(), user_id))

    @page("/edit/<int:membership_id>", permission="write", methods=("GET", "POST"))
    def edit(self, membership_id: int) -> Any:
        work = self.read()
        row = get_visible(work.session, Membership, membership_id)
        user_id: int = row.user_id
        form: Any = MembershipForm()
        _suggest(work, form, _account(work, user_id))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    row = service.locked_role(work, membership_id, form.seen.data or None)
                    service.change_role(work, row, _role(work, form))
                return self.done(url_for("AccountView.show", pk=user_id), _("The role is changed"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        elif request.method == "GET":
            form.process(obj=row)
            form.seen.data = service.mark_of(row)
            form.organisation.data = get_visible(work.session, Organisation, row.organisation_id).short_name
            form.person.data = (
                get_visible(work.session, Person, row.person_id).full_name if row.person_id else ""
            )
        return self._form(form, _("Change the role"), _account(self.read(), user_id))

    @page("/delete/<int:membership_id>", permission="write", methods=("POST",))
    def delete(self, membership_id: int) -> Any:
        row = get_visible(self.read().session, Membership, membership_id)
        url = url_for("AccountView.show", pk=row.user_id)
        try:
            with self.write() as work:
                service.withdraw_role(work, service.locked_role(work, membership_id))
        except Refusal as error:
            return self.done(url, " ".join(str(reason) for reason in error.reasons), "warning")
        return self.done(url, _("The role is withdrawn"))

    def _form(self, form: MembershipForm, title: Any, user: Any) -> Any:
        return self.render(
            "admin/form.html", form.status, form=form, title=title, sub=user.get_full_name(), lead="",
            back=url_for("AccountView.show", pk=user.id),
        )  # fmt: skip


class RightsView(RoomView):
    """Roles, pages and acts as the product has them; they change with a release, not by a click."""

    route_base = "/rights"
    class_permission_name = "Accounts"

    @page("/")
    def index(self) -> Any:
        chosen = request.args.get("role")
        chosen = chosen if chosen in ROLE_TITLES else None
        return self.render(
            "admin/rights.html", roles=ROLE_TITLES, chosen=chosen, pages=_pages(chosen), acts=_acts(chosen),
            everyone=EVERYONE, business=BUSINESS,
        )  # fmt: skip


def _pages(chosen: str | None) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Title of a page, who reads it, who changes it; only what concerns the chosen role."""
    lines = []
    for code, actions in PAGES.items():
        reads, writes = (
            actions.get("read") or actions.get("self", frozenset()),
            actions.get("write", frozenset()),
        )
        if chosen is None or chosen in reads | writes:
            lines.append((str(PAGE_TITLES.get(code, code)), reads, writes))
    return lines


def _acts(chosen: str | None) -> list[tuple[str, frozenset[str]]]:
    return [
        (str(ACTS.get(code, code)), roles)
        for code, roles in CAPABILITIES.items()
        if chosen is None or chosen in roles
    ]


def _acting(actor: Actor) -> list[tuple[StandsFor, list[str]]]:
    """For whom the actor stands in today, with the roles that go over."""
    found: dict[StandsFor, list[str]] = {}
    for held in actor.memberships:
        if held.stands_for is not None:
            found.setdefault(held.stands_for, []).append(held.role)
    return list(found.items())


def _account(work: Work, user_id: int | None) -> Any:
    user = work.session.get(User, user_id) if user_id and user_id < MAX_KEY else None
    if user is None:
        raise NotFound
    return user


def _suggest(work: Work, form: MembershipForm, user: Any) -> None:
    surname, session = user.last_name, work.session
    form.organisation.suggestions = lambda: schools.organisation_names(session)
    form.person.suggestions = lambda: (
        schools.person_names(session, surname) or schools.person_names(session, "")
    )


def _role(work: Work, form: Any) -> RoleData:
    """What the form says, the typed names found. Raises Invalid at the field."""
    wrong: dict[str, Any] = {}
    organisation = person = None
    try:
        organisation = schools.find_organisation(work.session, form.organisation.data)
    except Invalid as error:
        wrong["organisation"] = error.message
    try:
        person = schools.find_person(work.session, form.person.data) if form.person.data else None
    except Invalid as error:
        wrong["person"] = error.message
    if wrong or organisation is None:
        raise Invalid(fields=wrong)
    return RoleData(
        role=form.role.data, organisation=organisation, person=person, since=form.since.data, until=form.until.data,
        reason=form.reason.data or "",
    )  # fmt: skip


VIEWS = [ProfileView, MembershipView, RightsView, SubstitutionView, LeavingView]
