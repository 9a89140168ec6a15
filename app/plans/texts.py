"""Sentences of the history, by the tag of the journal, and of notices."""

from app.core.i18n import Text, _
from app.core.ports import Notice
from app.plans.rules import FIELD_LABELS

TAGS: dict[str, Text] = {
    "plan:add": _("A measure was added to the plan"),
    "plan:edit": _("A measure of the plan was corrected"),
    "plan:delete": _("A measure was taken out of the plan"),
    "plan:submit": _("The plan was put to the vote"),
    "plan:report": _("The execution of a measure was reported"),
    "plan:report_edit": _("The report on a measure was corrected"),
    "plan:move_approved": _("A new term of a measure was approved"),
    "plan:move_refused": _("A new term of a measure was refused"),
}

FIELD_TITLES: dict[str, Text] = {
    **FIELD_LABELS,
    "status": _("State"),
    "done_on": _("Done on"),
    "evidence": _("Evidence"),
    "link": _("Link"),
    "reason": _("Reason"),
    "moved_to": _("New term"),
    "refused_because": _("Why the new term was refused"),
    "approved_to": _("Approved term"),
}

NOTICES: dict[str, Notice] = {
    "plan.move_approved": Notice(
        "terms",
        _("The new term of measure No. %(number)s is approved: %(school)s. Now it is %(day)s"),
        "calendar-check",
    ),
    "plan.move_refused": Notice(
        "terms",
        _(
            "The new term of measure No. %(number)s is refused: %(school)s. The term stays %(day)s. %(who)s: %(why)s"
        ),
        "ban",
    ),
}
