"""Two tables that read aloud: pages a role may open (kept as FAB permissions), and acts a role may do.

FAB's permissions decide about a page as such; whether *this* case is open and *this* act allowed is
decided by the row policies and by CAPABILITIES through the roles a person has in the case.
"""

from __future__ import annotations

from app.access.roles import AUTHORITY, BUSINESS, EVERYONE, GROUP, SCHOOL

# permission view → action → roles. A page says `class_permission_name` and `permission=`.
PAGES: dict[str, dict[str, frozenset[str]]] = {
    "Tasks": {"read": EVERYONE},
    "Profile": {"self": EVERYONE},
    "Notifications": {"read": EVERYONE, "write": EVERYONE},
    "Mail": {"read": frozenset({"admin"}), "write": frozenset({"admin"})},
    "Cases": {"read": BUSINESS, "write": BUSINESS},
    "Programmes": {"read": BUSINESS, "write": frozenset({"methodist", "head"})},
    "Meetings": {"read": AUTHORITY, "write": GROUP | {"methodist"}},
    "Diagnostics": {"read": BUSINESS, "write": SCHOOL | {"methodist", "curator"}},
    "Plans": {"read": BUSINESS, "write": SCHOOL | {"methodist", "chair"}},
    "Curation": {"read": BUSINESS, "write": SCHOOL | {"methodist", "clerk", "curator"}},
    "Events": {"read": BUSINESS, "write": SCHOOL | {"methodist", "curator"}},
    "Results": {"read": BUSINESS, "write": SCHOOL | {"methodist"} | GROUP},
    "Documents": {
        "read": BUSINESS,
        "write": frozenset({"clerk", "methodist", "secretary", "chair", "head", "curator"}),
    },
    "Reading": {"read": BUSINESS, "write": BUSINESS},
    "Incoming": {"read": BUSINESS, "write": frozenset({"clerk", "methodist"})},
    "Evidence": {"read": BUSINESS, "write": BUSINESS},
    "Journal": {"read": frozenset({"clerk", "head"}), "write": frozenset({"clerk"})},
    "Templates": {"read": frozenset({"clerk", "head"}), "write": frozenset({"clerk"})},
    "Library": {"read": EVERYONE, "write": frozenset({"methodist"})},
    "Publications": {"read": BUSINESS, "write": SCHOOL | {"methodist"}},
    "Training": {"self": EVERYONE},
    "Overview": {"read": AUTHORITY, "write": frozenset()},
    "Reference": {"read": EVERYONE, "write": frozenset({"admin", "methodist"})},
    "WorkingDays": {"read": frozenset({"admin", "methodist"}), "write": frozenset({"admin"})},
    "People": {"read": AUTHORITY | {"admin"}, "write": frozenset({"admin", "methodist", "clerk"})},
    "Substitutions": {"read": EVERYONE, "write": frozenset({"admin", "head"})},
    "Accounts": {"read": frozenset({"admin"}), "write": frozenset({"admin"})},
    "Procedures": {"read": frozenset({"admin"}), "write": frozenset({"admin"})},
    "System": {"read": frozenset({"admin"}), "write": frozenset({"admin"})},
}

# act → roles in the case that may do it
CAPABILITIES: dict[str, frozenset[str]] = {
    "case.open": frozenset({"methodist"}),
    "case.assign_curator": frozenset({"methodist"}),
    "case.comment": BUSINESS,
    "meeting.hold": frozenset({"chair", "secretary"}),
    "diagnostics.fill": SCHOOL | {"methodist"},
    "diagnostics.analyse": frozenset({"methodist"}),
    "diagnostics.verify": frozenset({"curator"}),
    "plans.edit": SCHOOL | {"methodist"},
    "plans.report": SCHOOL | {"methodist"},
    "plans.approve_move": frozenset({"methodist", "chair"}),
    "curation.agreement": frozenset({"clerk", "methodist"}),
    "curation.sign_curator": frozenset({"curator"}),
    "curation.sign_school": frozenset({"director"}),
    "curation.scan": frozenset({"curator", "director", "clerk", "methodist"}),
    "curation.visit": frozenset({"curator"}),
    "curation.recommendation": SCHOOL | {"curator", "methodist"},
    "curation.acknowledge": frozenset({"director"}),
    "events.manage": frozenset({"methodist"}),
    "events.participation": SCHOOL | {"methodist", "curator"},
    "results.enter": SCHOOL | {"methodist"},
    "results.analyse": frozenset({"methodist"}),
    "results.decide": frozenset({"chair", "secretary"}),
    "documents.draft": frozenset({"clerk", "methodist", "secretary"}),
    "documents.sign": frozenset({"clerk", "secretary", "chair"}),
    "documents.register": frozenset({"clerk"}),
    "documents.incoming": frozenset({"clerk", "methodist"}),
    # a report is printed, and its signed scan attached, by those who write what it says
    "reports.visit_report": frozenset({"curator", "methodist"}),
    "reports.results_report": frozenset({"methodist"}),
    "publications.edit": SCHOOL | {"methodist"},
    "library.edit": frozenset({"methodist"}),
}


def page_roles(view: str, action: str) -> frozenset[str]:
    return PAGES[view][action]
