"""The main menu and the rooms' pages, in the order a person reads them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_appbuilder import AppBuilder

from app.admin import views as admin
from app.admin import working_days
from app.cases import views as cases
from app.core.i18n import Text, _
from app.curation import views as curation
from app.dashboards import views as dashboards
from app.diagnostics import views as diagnostics
from app.documents import journal_views as journal
from app.documents import views as documents
from app.events import views as events
from app.files import views as files
from app.library import views as library
from app.plans import views as plans
from app.results import views as results
from app.schools import views as schools


@dataclass(frozen=True)
class Item:
    """A line of the menu: FAB's permission `menu_access` carries its name."""

    name: str
    label: Text
    href: str
    icon: str
    page: str  # whoever may read these pages sees the line (access.permissions.PAGES)
    category: str = ""


ROOMS = (
    cases,
    documents,
    journal,
    diagnostics,
    plans,
    curation,
    events,
    files,
    results,
    library,
    working_days,
    dashboards,
    schools,
    admin,
)

MENU: tuple[Item, ...] = (
    Item("Tasks", _("My tasks"), "/", "list-checks", "Tasks"),
    Item("Cases", _("Cases"), "/cases/", "kanban", "Cases"),
    Item("Overview", _("Overview"), "/overview/", "layout-dashboard", "Overview"),
    Item("Programmes", _("Programmes"), "/programmes/", "flag", "Programmes"),
    Item("Events", _("Events"), "/events/", "presentation", "Events"),
    Item("Meetings", _("Meetings"), "/meetings/", "users", "Meetings"),
    Item("Documents", _("Documents"), "/documents/", "file-text", "Documents"),
    Item("Journal", _("Journal of registration"), "/journal/", "book-text", "Journal"),
    Item("Library", _("Library"), "/library/", "library", "Library"),
    Item("Publications", _("Publications"), "/publications/", "globe", "Publications"),
    Item(
        "WorkingDays",
        _("Working calendar"),
        "/working-days/list/",
        "calendar",
        "WorkingDays",
        "Reference books",
    ),
    Item(
        "Organisations", _("Organisations"), "/organisations/list/", "school", "Reference", "Reference books"
    ),
    Item("People", _("Employees"), "/people/list/", "users", "People", "Reference books"),
    Item("Positions", _("Positions"), "/positions/list/", "id-card", "People", "Reference books"),
    Item("Accounts", _("Accounts"), "/users/list/", "user", "Accounts", "Administration"),
    Item("Rights", _("Roles and rights"), "/rights/", "key-round", "Accounts", "Administration"),
)

CATEGORIES: dict[str, tuple[Text, str]] = {
    "Reference books": (_("Reference books"), "book-open"),
    "Administration": (_("Administration"), "shield"),
}


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
