"""The main menu and the rooms' pages, in the order a person reads them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_appbuilder import AppBuilder

from app.cases import views as cases
from app.core.i18n import Text, _
from app.diagnostics import views as diagnostics
from app.files import views as files
from app.plans import views as plans


@dataclass(frozen=True)
class Item:
    """A line of the menu: FAB's permission `menu_access` carries its name."""

    name: str
    label: Text
    href: str
    icon: str
    page: str  # whoever may read these pages sees the line (access.permissions.PAGES)
    category: str = ""


ROOMS = (cases, diagnostics, plans, files,)

MENU: tuple[Item, ...] = (
    Item("Tasks", _("My tasks"), "/", "list-checks", "Tasks"),
    Item("Cases", _("Cases"), "/cases/", "kanban", "Cases"),
    Item("Programmes", _("Programmes"), "/programmes/", "flag", "Programmes"),
    Item("Meetings", _("Meetings"), "/meetings/", "users", "Meetings"),
)

CATEGORIES: dict[str, tuple[Text, str]] = {}


def register_rooms(app: Flask, appbuilder: AppBuilder) -> None:
    """Register every room's views and build the menu."""
    for room in ROOMS:
        for view in room.VIEWS:
            appbuilder.add_view_no_menu(view)
    for item in MENU:
        label, icon = CATEGORIES.get(item.category, (_("More"), "menu"))
        appbuilder.add_link(
            item.name, href=item.href, icon=item.icon, label=item.label, category=item.category or "",
            category_label=label, category_icon=icon,
        )  # fmt: skip
