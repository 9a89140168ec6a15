"""The main menu and the rooms' pages, in the order a person reads them.

A group of which a person sees one line only is shown as that line (ui.navigation); notices are behind
the bell in the head of every page, so the menu does not repeat them.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_appbuilder import AppBuilder

from app.admin import views as admin
from app.admin import working_days
from app.cases import views as cases
from app.cases.procedures import migration_views as migrations
from app.cases.procedures import version_views as procedures
from app.core.i18n import Text, _
from app.curation import views as curation
from app.dashboards import views as dashboards
from app.diagnostics import views as diagnostics
from app.documents import batch_views as several
from app.documents import incoming_views as incoming
from app.documents import journal_views as journal
from app.documents import life_views as paper_life
from app.documents import paper_task_views as paper_tasks
from app.documents import start_views as paper_start
from app.documents import template_views as templates
from app.documents import views as documents
from app.events import views as events
from app.evidence import views as evidence
from app.files import views as files
from app.library import views as library
from app.notifications import views as notifications
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
    procedures,
    migrations,
    documents,
    several,
    paper_start,
    journal,
    templates,
    paper_life,
    paper_tasks,
    incoming,
    diagnostics,
    plans,
    curation,
    events,
    files,
    results,
    library,
    evidence,
    working_days,
    dashboards,
    schools,
    admin,
    notifications,
)

MENU: tuple[Item, ...] = (
    Item("Tasks", _("My tasks"), "/", "list-checks", "Tasks"),
    Item("Cases", _("Cases"), "/cases/", "kanban", "Cases"),
    Item("Overview", _("Overview"), "/overview/", "layout-dashboard", "Overview"),
    Item("Programmes", _("Programmes"), "/programmes/", "flag", "Programmes"),
    Item("Meetings", _("Meetings"), "/meetings/", "users", "Meetings"),
    Item("Documents", _("Documents"), "/documents/", "file-text", "Documents", "Paperwork"),
    Item("Incoming", _("Incoming documents"), "/incoming/", "inbox", "Incoming", "Paperwork"),
    Item("Journal", _("Registration journal"), "/journal/", "book-text", "Journal", "Paperwork"),
    Item("Templates", _("Templates"), "/templates/", "file-pen-line", "Templates", "Paperwork"),
    Item("Events", _("Events"), "/events/", "presentation", "Events", "Methodical work"),
    Item("Library", _("Library"), "/library/", "library", "Library", "Methodical work"),
    Item("Publications", _("Publications"), "/publications/", "globe", "Publications", "Methodical work"),
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
    Item("NameForms", _("Case forms of names"), "/names/", "languages", "People", "Reference books"),
    Item(
        "Substitutions",
        _("Substitutions"),
        "/substitutions/",
        "user-check",
        "Substitutions",
        "Reference books",
    ),
    Item("Accounts", _("Accounts"), "/users/list/", "user", "Accounts", "Administration"),
    Item("Procedures", _("Procedures"), "/procedures/", "workflow", "Procedures", "Administration"),
    Item("Mail", _("Mail"), "/mail/", "mail", "Mail", "Administration"),
    Item("Rights", _("Roles and rights"), "/rights/", "key-round", "Accounts", "Administration"),
)

CATEGORIES: dict[str, tuple[Text, str]] = {
    "Paperwork": (_("Paperwork"), "file-text"),
    "Methodical work": (_("Methodical work"), "presentation"),
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
