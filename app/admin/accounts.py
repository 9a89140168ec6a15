"""Accounts in the product's look: logging in and out, users, memberships, own password."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import ModelView, expose
from flask_appbuilder.security.views import AuthDBView, RoleModelView, UserDBModelView
from werkzeug.exceptions import MethodNotAllowed

from app.access.models import Membership
from app.access.security import OporaSecurityManager
from app.ui.crud import ScopedInterface


class LoginView(AuthDBView):
    """Logging out is a POST: a link on a foreign page must not end somebody's work."""

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> Any:
        if request.method != "POST":
            raise MethodNotAllowed(valid_methods=["POST"])
        return super().logout()


_ACCOUNT_METHODS = {
    "list": "read", "show": "read", "add": "write", "edit": "write", "delete": "write", "userinfo": "self",
    "resetmypassword": "self", "resetpasswords": "write", "download": "read", "userinfoedit": "self",
}  # fmt: skip


class AccountView(UserDBModelView):
    """Accounts. What an account may do follows from its memberships, not from FAB's role list."""

    class_permission_name = "Accounts"
    method_permission_name = _ACCOUNT_METHODS
    list_columns = ["first_name", "last_name", "username", "email", "active"]
    add_columns = ["first_name", "last_name", "username", "active", "email", "password", "conf_password"]
    edit_columns = ["first_name", "last_name", "username", "active", "email"]
    search_columns = ["first_name", "last_name", "username", "email"]
    show_fieldsets = [("", {"fields": ["first_name", "last_name", "username", "active", "email", "last_login"]})]
    user_show_fieldsets = [("", {"fields": ["first_name", "last_name", "username", "email"]})]


class MembershipView(ModelView):
    """Who holds which role where, from when until when."""

    datamodel = ScopedInterface(Membership)
    class_permission_name = "Accounts"
    method_permission_name = _ACCOUNT_METHODS


class OporaSecurity(OporaSecurityManager):
    """The views Flask-AppBuilder may show: no security API, no raw permission tables."""

    authdbview = LoginView
    userdbmodelview = AccountView
    rolemodelview = RoleModelView

    def register_views(self) -> None:
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.user_view = self.appbuilder.add_view_no_menu(self.userdbmodelview)


