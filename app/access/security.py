"""Flask-AppBuilder's security manager, told where our roles come from and how to refuse.

Roles are the memberships valid today, so a dismissal closes access the same day; permissions are read
once per request instead of once per question.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import current_app, g, request
from flask import session as cookie
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_appbuilder.security.utils import is_null_password
from flask_login import current_user
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests
from werkzeug.security import check_password_hash

from app.access import devices, languages, sessions
from app.access.memberships import actor_for
from app.core.errors import Forbidden
from app.core.i18n import _
from app.core.unit_of_work import Runtime, Work

log = logging.getLogger(__name__)
Granted = frozenset[tuple[str, str]]


def runtime() -> Runtime:
    """The running system of this Flask application."""
    found: Runtime = current_app.extensions["opora"]
    return found


def confirm_rights(work: Work) -> None:
    """Whoever acts is still logged in and holds whatever he held when his request came.

    Raises Forbidden: he was dismissed, or a substitution of his was ended, while he waited for others.
    """
    actor = work.actor
    if actor.user_id is None:
        return
    present = actor_for(work.session, actor.user_id, actor.name, work.today)
    is_here = sessions.is_open(work.session, cookie.get("sid"), actor.user_id, work.now)
    if not is_here or not set(actor.memberships) <= set(present.memberships):
        raise Forbidden(_("Your rights changed while you waited. Nothing was saved."))


def client_network(system: Runtime) -> str | None:
    """The network the request comes from; None where it is not known, and attempts are counted by name alone.

    What a request says of itself (X-Forwarded-For) is believed of the named proxy only, see app.server. Of a proxy that
    is not named, or does not say for whom it asks, everybody's requests come from one address.
    """
    settings, came_from = system.settings, request.remote_addr
    if came_from == settings.trusted_proxy or (settings.https and not settings.trusted_proxy):
        return None
    return sessions.network_of(came_from)


class OporaSecurityManager(SecurityManager):
    """Answers FAB's questions from memberships and from one query per request."""

    def _granted(self) -> Granted:
        if "granted" not in g:
            roles = sorted(g.actor.roles) if getattr(g, "actor", None) else []
            query = (
                select(Permission.name, ViewMenu.name)
                .select_from(Role)
                .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
                .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
                .join(Permission, Permission.id == PermissionView.permission_id)
                .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
                .where(Role.name.in_(roles))
            )
            g.granted = frozenset((p, v) for p, v in self.session.execute(query)) if roles else frozenset()
        found: Granted = g.granted
        return found

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self._granted()

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {
            v for p, v in self._granted() if p == "menu_access" and (menu_names is None or v in menu_names)
        }

    def get_user_roles(self, user: Any) -> list[Any]:
        roles = sorted(g.actor.roles) if getattr(g, "actor", None) else []
        return list(self.session.scalars(select(Role).where(Role.name.in_(roles))))

    def auth_user_db(self, username: str, password: str) -> Any:
        """The account whose name and password these are, or None; five failures lock the name for a while.

        On a device the account was used on before they are counted apart, and lock that device.

        Raises TooManyRequests when too many have failed from this address of the network, under whatever names; the
        names it goes on with are not counted then, so it can lock only a few.

        The slow look at the password holds no transaction, so nobody can stop the writers by guessing.
        """
        system, name = runtime(), (username or "").strip()
        self.session.rollback()
        if not name or len(name) > 150 or is_null_password(password):
            return None
        user, counted = self.find_user(username=name), name
        # compared when there is no such account, so that the answer takes as long
        nobodys: str = current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
        known = user.password if user is not None and user.is_active else nobodys
        if user is not None:
            name = user.username  # attempts at an account are counted together, however its name was spelled
            counted = devices.counted_as(user.id, name)
        self.session.rollback()
        address = client_network(system)
        if address and not sessions.may_try_from(system.database, address, system.clock.now()):
            log.warning("login: too many failed attempts from one address", extra={"address": address})
            raise TooManyRequests
        if not sessions.may_try(system.database, counted, system.clock.now()):
            return None
        if not check_password_hash(known, password) or known == nobodys:
            return None
        sessions.forget_attempts(system.database, counted, address)
        self.session.connection(execution_options={"writes": True})
        user = self.find_user(username=name)
        self.update_user_auth_stat(user, True)
        return user

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """What FAB notes of a login, by the product's clock: its columns hold the time where the authority sits."""
        system = runtime()
        if success:
            user.login_count = (user.login_count or 0) + 1
            user.last_login = system.clock.now().astimezone(system.ports.zone).replace(tzinfo=None)
            user.fail_login_count = 0
        else:
            user.fail_login_count = (user.fail_login_count or 0) + 1
        self.session.commit()
        if success:
            self.on_user_login(user)

    def on_user_login(self, user: Any) -> None:
        system = runtime()
        user_id = user.id
        devices.remember(user_id)
        cookie["sid"] = sessions.open_session(system.database, user_id, system.clock.now())
        cookie["locale"] = languages.at_login(system.database, user_id, str(cookie.get("locale", "")))

    def on_user_logout(self, user: Any) -> None:
        self.session.rollback()  # the session's end is written in a transaction of its own
        if sid := cookie.pop("sid", None):
            sessions.end_session(runtime().database, sid, runtime().clock.now())

    def load_user(self, pk: int) -> Any | None:
        """The account of a cookie, if its session is still open on the server."""
        system = runtime()
        try:
            user = super().load_user(pk)
        except ValueError:
            return None
        if user is None or not sessions.is_open(
            self.session(), cookie.get("sid"), user.id, system.clock.now()
        ):
            return None
        return user

    @staticmethod
    def before_request() -> None:
        g.user = current_user
