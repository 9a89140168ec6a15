"""What the administrator's pages call things: acts of the journal, acts a role may do."""

from __future__ import annotations

from app.core.i18n import Text, _, n_
from app.core.ports import Notice

TAGS: dict[str, Text] = {
    "account:add": _("The account was created"),
    "account:edit": _("The account was corrected"),
    "account:closed": _("The account was closed, its sessions ended"),
    "account:opened": _("The account was opened again"),
    "account:password": _("The owner changed the password"),
    "account:password_reset": _("The administrator set a new password"),
    "membership:add": _("A role was given"),
    "membership:edit": _("A role was changed"),
    "membership:delete": _("A role was withdrawn"),
    "person:leaves": _("The employee leaves: what he held was handed on"),
    "substitution:add": _("A substitution was entered"),
    "substitution:edit": _("A substitution was corrected"),
    "substitution:end": _("A substitution was ended early"),
}

NOTICES: dict[str, Notice] = {
    "substitution.named": Notice(
        "substitutions",
        _("You stand in for %(whom)s from %(since)s until %(until)s by %(ground)s"),
        "user-check",
    ),
    "substitution.days": Notice(
        "substitutions",
        _("The last day on which you stand in for %(whom)s by %(ground)s is now %(until)s"),
        "user-check",
    ),
    "substitution.cancelled": Notice(
        "substitutions",
        _("You do not stand in for %(whom)s by %(ground)s: the substitution is cancelled"),
        "ban",
    ),
    "leaving.handed_on": Notice(
        "substitutions",
        n_("%(name)s leaves, the last day is %(last)s: %(n)s duty was handed on to you",
           "%(name)s leaves, the last day is %(last)s: %(n)s duties were handed on to you", 0),
        "user-check",
    ),
}  # fmt: skip

FIELD_TITLES: dict[str, Text] = {
    "username": _("Account name"),
    "first_name": _("Given name and patronymic"),
    "last_name": _("Surname"),
    "active": _("Account open"),
    "role": _("Role of the account"),
    "organisation": _("Organisation"),
    "person": _("Person"),
    "last_day": _("Last day"),
}

# act of access.permissions.CAPABILITIES → what a person does by it
ACTS: dict[str, Text] = {
    "case.open": _("open a case"),
    "case.assign_curator": _("assign the curator school"),
    "case.comment": _("comment on a case"),
    "meeting.hold": _("hold a meeting of the group"),
    "diagnostics.fill": _("fill in the diagnosis"),
    "diagnostics.analyse": _("write the analysis of the diagnosis"),
    "diagnostics.verify": _("verify the risk profile"),
    "plans.edit": _("compile the plan"),
    "plans.report": _("report on items of the plan"),
    "plans.approve_move": _("agree to a new date of an item"),
    "curation.agreement": _("prepare the agreement of the schools"),
    "curation.sign_curator": _("note the signature of the curator school"),
    "curation.sign_school": _("note the signature of the supported school"),
    "curation.scan": _("attach the scan of the agreement"),
    "curation.visit": _("enter visits"),
    "curation.recommendation": _("close recommendations"),
    "curation.acknowledge": _("acknowledge or object to a report of a visit"),
    "events.manage": _("plan events"),
    "events.participation": _("enter participation in events"),
    "results.enter": _("enter results"),
    "results.analyse": _("write the analysis of results"),
    "results.decide": _("record the outcome"),
    "documents.draft": _("draft documents"),
    "documents.sign": _("note that a document is signed"),
    "documents.incoming": _("register incoming documents"),
    "documents.register": _("register documents"),
    "reports.visit_report": _("print the report on a visit"),
    "reports.results_report": _("print the analytical report"),
    "publications.edit": _("keep the publications of sites"),
    "library.edit": _("keep the bank of materials"),
}
