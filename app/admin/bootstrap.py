"""Once per deploy: tables, roles with their permissions, published definitions, first administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.models import Membership
from app.access.permissions import PAGES
from app.access.roles import RoleCode
from app.admin.service import add_account, grant
from app.calendar.service import prefill as prefill_calendar
from app.cases.procedures.definitions import import_shipped
from app.config import ROOT, Settings
from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Runtime
from app.menu import CATEGORIES, MENU
from app.schools.service import add_organisation


def migrate(settings: Settings, revision: str = "head") -> None:
    """Bring the tables to the newest revision (or, before rows of an older one are restored, to `revision`)."""
    from alembic import command
    from alembic.config import Config

    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("sqlalchemy.url", settings.database_owner_url.replace("%", "%%"))
    config.set_main_option("opora.app_url", settings.database_url.replace("%", "%%"))
    if settings.database_owner_url.startswith("sqlite:///"):
        Path(settings.database_owner_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(config, revision)


def bootstrap(system: Runtime) -> list[str]:
    """Roles, permissions and definitions as this release has them; the answer names new definitions."""
    with system.work(SYSTEM) as work:
        sync_roles(work.session)
        prefill_calendar(work)
        return import_shipped(work, ROOT / "workflows")


def sync_roles(session: Session) -> None:
    """Make FAB's roles carry exactly the permissions of access.permissions and the menu."""
    wanted: dict[str, set[tuple[str, str]]] = {code.value: set() for code in RoleCode}
    for view, actions in PAGES.items():
        for action, roles in actions.items():
            for role in roles:
                wanted[role].add((f"can_{action}", view))
    for item in MENU:
        for role in PAGES[item.page]["read"]:
            wanted[role].add(("menu_access", item.name))
            if item.category in CATEGORIES:
                wanted[role].add(("menu_access", item.category))
    permissions = _by_name(session, Permission, {p for pairs in wanted.values() for p, _v in pairs})
    views = _by_name(session, ViewMenu, {v for pairs in wanted.values() for _p, v in pairs})
    pairs = {(pv.permission_id, pv.view_menu_id): pv for pv in session.scalars(select(PermissionView))}
    roles_by_name = _by_name(session, Role, set(wanted) | {"Public"})
    for code, names in wanted.items():
        held = []
        for permission, view in sorted(names):
            key = (permissions[permission].id, views[view].id)
            if key not in pairs:
                pairs[key] = PermissionView(permission_id=key[0], view_menu_id=key[1])
                session.add(pairs[key])
            held.append(pairs[key])
        session.flush()
        role = roles_by_name[code]
        if {pv.id for pv in role.permissions} != {pv.id for pv in held}:
            role.permissions = held
    session.flush()


def _by_name(session: Session, model: Any, names: set[str]) -> dict[str, Any]:
    found = {row.name: row for row in session.scalars(select(model))}
    for name in sorted(names - found.keys()):
        found[name] = model(name=name)
        session.add(found[name])
    session.flush()
    return found


def has_administrator(system: Runtime) -> bool:
    work = system.read(SYSTEM)
    return work.session.scalars(select(Membership).where(Membership.role == "admin")).first() is not None


def add_first_administrator(system: Runtime, *, username: str, password: str, authority: str) -> None:
    """The authority and the account that creates all others.

    Raises Invalid for an empty name, a taken account name or a weak password.
    """
    if not username or not authority:
        raise Invalid(_("Give the account name and the name of the authority."))
    with system.work(SYSTEM) as work:
        organisation = add_organisation(
            work, kind="authority", code="authority", full_name=authority, short_name=authority
        )
        user = add_account(work, username=username, first_name=username, last_name="", email=f"{username}@localhost",
                           password=password)  # fmt: skip
        grant(work, user.id, "admin", organisation.id, work.today)
