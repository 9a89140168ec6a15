"""Accounts in the product's look: logging in and out, the list of accounts, their passwords."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.filters import FilterContains, SQLAFilterConverter
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView, RoleModelView, UserDBModelView
from flask_login import current_user, login_user
from markupsafe import Markup, escape
from sqlalchemy import func, or_
from werkzeug.exceptions import MethodNotAllowed

from app.access.security import OporaSecurityManager
from app.admin import queries, service
from app.admin.forms import AccountForm, NewAccountForm, ResetPasswordForm
from app.admin.service import AccountData
from app.audit.queries import history_of
from app.core.clock import local_date
from app.core.errors import Invalid, Refusal
from app.core.i18n import _
from app.core.own_pages import is_own_page
from app.core.unit_of_work import Work
from app.ui.base import page
from app.ui.crud import GuardedInterface
from app.ui.filters import role_title
from app.ui.reference import ServiceReferenceView


class LoginView(AuthDBView):
    """Logging in leads to a page of this site. Logging out is a POST: a link on a foreign page must not end
    somebody's work."""

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        asked = request.args.get("next", "")
        following = asked if is_own_page(asked, request.host) else self.appbuilder.get_url_for_index
        if g.user is not None and g.user.is_authenticated:
            return redirect(following)
        form = LoginForm_db()
        if not form.validate_on_submit():
            return self.render_template(
                self.login_template, title=self.title, form=form, appbuilder=self.appbuilder
            )
        user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
        if user is None:
            flash(str(self.invalid_login_message), "warning")
            return redirect(self.appbuilder.get_url_for_login_with(following))
        login_user(user, remember=False)
        return redirect(following)

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> Any:
        if request.method != "POST":
            raise MethodNotAllowed(valid_methods=["POST"])
        return super().logout()


class _NameOrAddress(FilterContains):
    """Every word typed is in the name, the account name or the address; ё is е, capitals do not matter."""

    arg_name = "ct"

    def apply(self, query: Any, value: Any) -> Any:
        columns = (self.model.last_name, self.model.first_name, self.model.username, self.model.email)
        for word in str(value).casefold().replace("ё", "е").split()[:8]:
            query = query.filter(
                or_(*(func.replace(func.lower(c), "ё", "е").contains(word, autoescape=True) for c in columns))
            )
        return query


class _AccountConverter(SQLAFilterConverter):
    def convert(self, col_name: str) -> Any:
        if col_name == "last_name":
            return [_NameOrAddress(col_name, self.datamodel)]
        return super().convert(col_name)


class AccountInterface(GuardedInterface):
    """Accounts have no row policy (nobody could log in): their pages are the administrator's alone."""

    filter_converter_class = _AccountConverter

    def get_values(self, lst: Any, list_columns: Any) -> Any:
        held = queries.roles_of(self.session(), [user.id for user in lst])
        for user, values in zip(lst, super().get_values(lst, list_columns), strict=False):
            yield values | {"held": held[user.id]}


def _roles(held: Any) -> Markup:
    from app.access.security import runtime

    system = runtime()
    today = local_date(system.clock.now(), system.ports.zone)
    lines = [
        f"{role_title(line.row.role)}, {line.organisation}" for line in held or () if line.is_valid(today)
    ]
    return Markup("<br>").join(escape(line) for line in lines) or Markup("—")


def _state(active: Any) -> Markup:
    kind, text = ("ok", _("account open")) if active else ("warn", _("account closed"))
    return Markup('<span class="pill {}">{}</span>').format(kind, text)


class AccountView(ServiceReferenceView, UserDBModelView):
    """Accounts. What an account may do follows from its memberships, not from FAB's role list."""

    class_permission_name = "Accounts"
    form_class = AccountForm
    add_form_class = NewAccountForm
    list_title, show_title = _("Accounts"), _("Account")
    add_title, edit_title = _("New account"), _("Correct the account")
    added = _("The account is open. Now give it a role.")
    list_columns = ["get_full_name", "username", "held", "active"]
    add_columns = edit_columns = show_columns = ["username"]
    search_columns = ["last_name", "active"]
    order_columns = ["get_full_name", "username", "active"]
    order_as = {"get_full_name": "last_name"}
    base_order = ("last_name", "asc")
    add_form_extra_fields: dict[str, Any] = {}
    label_columns = {
        "get_full_name": _("Owner"), "username": _("Account name"), "held": _("Roles today"), "active": _("State"),
        "last_name": _("Name or account name"),
    }  # fmt: skip
    formatters_columns = {"held": _roles, "active": _state}
    userinfoedit = resetmypassword = resetpasswords = None  # FAB's actions: ours are pages below

    @page("/show/<pk>")
    def show(self, pk: str) -> Any:
        user = self.item(pk)
        work = self.read()
        held = queries.roles_of(work.session, [user.id])[user.id]
        going_on = [] if user.active else [line.row for line in held if line.goes_on(work.today)]
        card = next((row.person_id for row in going_on if row.person_id), None)
        return self.render(
            "admin/account.html", user=user, held=held, going_on=bool(going_on), card=card, today=work.today,
            history=history_of(work, ("ab_user", [user.id])), is_own=user.id == self.actor.user_id,
            sessions=queries.open_sessions(work.session, user.id, work.now),
        )  # fmt: skip

    delete = None  # type: ignore[assignment]  # accounts are closed, not deleted: the journal names them

    @page("/<pk>/closed", permission="write", methods=("POST",))
    def close(self, pk: str) -> Any:
        url = url_for("AccountView.show", pk=self.item(pk).id)
        try:
            with self.write() as work:
                service.close_account(work, self.item(pk))
        except Refusal as error:
            return self.done(url, " ".join(str(reason) for reason in error.reasons), "warning")
        return self.done(url, _("The account is closed; its sessions have ended"))

    @page("/<pk>/opened", permission="write", methods=("POST",))
    def reopen(self, pk: str) -> Any:
        with self.write() as work:
            user = self.item(pk)
            service.reopen_account(work, user)
            url = url_for("AccountView.show", pk=user.id)
        return self.done(url, _("The account is open again"))

    @page("/<pk>/password", permission="write", methods=("GET", "POST"))
    def password(self, pk: str) -> Any:
        user = self.item(pk)
        back = url_for("AccountView.show", pk=user.id)
        form = ResetPasswordForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.reset_password(work, self.item(pk), form.password.data)
                return self.done(back, _("The new password is set. Hand it over in person."))
            except Invalid as error:
                form.take_errors(error)
        return self.render(
            "admin/form.html", form.status, form=form, title=_("New password"), sub=user.get_full_name(), back=back,
            lead=_("All sessions of the account end. Ask its owner to change the password after the login."),
        )  # fmt: skip

    @expose("/userinfo/")
    def userinfo(self) -> Any:
        return self.done(url_for("ProfileView.index"))

    def fill(self, form: AccountForm, item: Any) -> None:
        form.process(obj=item)

    def create(self, work: Work, form: Any) -> Any:
        return service.open_account(work, _account(form), form.password.data)

    def correct(self, work: Work, item: Any, form: Any) -> None:
        service.correct_account(work, item, _account(form))


def _account(form: AccountForm) -> AccountData:
    return AccountData(
        username=form.username.data, first_name=form.first_name.data, last_name=form.last_name.data,
        email=form.email.data,
    )  # fmt: skip


class OporaSecurity(OporaSecurityManager):
    """The views Flask-AppBuilder may show: no security API, no raw permission tables."""

    authdbview = LoginView
    userdbmodelview = AccountView
    rolemodelview = RoleModelView

    def register_views(self) -> None:
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.userdbmodelview.datamodel = AccountInterface(self.user_model)
        self.user_view = self.appbuilder.add_view_no_menu(self.userdbmodelview)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        # one's own profile and password belong to everybody who can log in, with or without a role
        if view_name == "Profile":
            return bool(current_user.is_authenticated)
        return super().has_access(permission_name, view_name)
