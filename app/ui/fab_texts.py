"""Human names for what Flask-AppBuilder shows in codes: permissions and the pages they open."""

from __future__ import annotations

from typing import Any

from flask_babel import get_domain

from app.core.i18n import Text, _, gettext, ngettext

PERMISSIONS: dict[str, Text] = {
    "can_read": _("Look"),
    "can_write": _("Change"),
    "menu_access": _("See in the menu"),
    "can_list": _("List"),
    "can_show": _("Open"),
    "can_add": _("Add"),
    "can_edit": _("Edit"),
    "can_delete": _("Delete"),
    "can_get": _("Read through the interface"),
    "can_info": _("Read the description"),
    "can_put": _("Change through the interface"),
    "can_post": _("Add through the interface"),
    "can_download": _("Download"),
    "can_userinfo": _("Own profile"),
    "can_this_form_get": _("Open the form"),
    "can_this_form_post": _("Send the form"),
    "resetpasswords": _("Reset passwords"),
    "resetmypassword": _("Change own password"),
    "userinfoedit": _("Edit own profile"),
    "copyrole": _("Copy Role"),
}

PAGES: dict[str, Text] = {
    "Tasks": _("My tasks"),
    "Profile": _("My profile"),
    "Notifications": _("Notices"),
    "Mail": _("Mail"),
    "Cases": _("Cases"),
    "Programmes": _("Programmes"),
    "Procedures": _("Procedures"),
    "Meetings": _("Meetings"),
    "Diagnostics": _("Diagnostics"),
    "Plans": _("Plans"),
    "Curation": _("Curation"),
    "Events": _("Events"),
    "Results": _("Results"),
    "Documents": _("Documents"),
    "Reading": _("Acknowledgement of documents"),
    "Incoming": _("Incoming documents"),
    "Evidence": _("Evidence packages"),
    "Journal": _("Registration journal"),
    "Templates": _("Templates"),
    "Library": _("Library"),
    "Publications": _("Publications"),
    "Overview": _("Overview"),
    "Training": _("Training clock"),
    "Reference": _("Reference books"),
    "People": _("Employees"),
    "Accounts": _("Accounts"),
    "Substitutions": _("Substitutions"),
    "WorkingDays": _("Working calendar"),
    "System": _("System"),
    "Security": _("Security"),
    "List Users": _("List Users"),
    "List Roles": _("List Roles"),
    "List Groups": _("List Groups"),
    "Base Permissions": _("Base Permissions"),
    "Views/Menus": _("Views/Menus"),
    "Permission on Views/Menus": _("Permission on Views/Menus"),
    "UserDBModelView": _("Users"),
    "RoleModelView": _("Roles"),
    "UserGroupModelView": _("Groups"),
    "PermissionModelView": _("Base Permissions"),
    "ViewMenuModelView": _("Views/Menus"),
    "PermissionViewModelView": _("Permission on Views/Menus"),
    "ResetMyPasswordView": _("Change own password"),
    "ResetPasswordView": _("Reset passwords"),
    "UserInfoEditView": _("Edit own profile"),
}


def permission_title(permission: str, page: str) -> str:
    """«Случаи — изменять» for `can_write` on `Cases`; unknown names are translated or kept."""
    what = str(PERMISSIONS.get(permission) or gettext(permission.removeprefix("can_").replace("_", " ")))
    where = str(PAGES.get(page) or gettext(page))
    return f"{where} — {what[:1].lower()}{what[1:]}"


class _OursFirst:
    """A catalogue of Flask-Babel with ours laid over it."""

    def __init__(self, theirs: Any) -> None:
        self._theirs = theirs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._theirs, name)

    def gettext(self, msgid: str) -> str:
        ours = gettext(msgid)
        return ours if ours != msgid else str(self._theirs.gettext(msgid))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        ours = ngettext(singular, plural, n)
        return ours if ours not in (singular, plural) else str(self._theirs.ngettext(singular, plural, n))

    ugettext = gettext
    ungettext = ngettext


def lay_over_babel() -> None:
    """Titles and labels FAB translates in Python (`lazy_gettext`) find our sentences first.

    Needs an application context, after AppBuilder has set up Flask-Babel.
    """
    domain = get_domain()
    theirs = domain.get_translations
    domain.get_translations = lambda: _OursFirst(theirs())
