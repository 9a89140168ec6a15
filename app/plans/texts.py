"""Sentences of the history, by the tag of the journal."""

from app.core.i18n import Text, _
from app.plans.rules import FIELD_LABELS

TAGS: dict[str, Text] = {
    "plan:add": _("A measure was added to the plan"),
    "plan:edit": _("A measure of the plan was corrected"),
    "plan:delete": _("A measure was taken out of the plan"),
    "plan:submit": _("The plan was put to the vote"),
    "plan:report": _("The execution of a measure was reported"),
    "plan:report_edit": _("The report on a measure was corrected"),
    "plan:move_approved": _("A new term of a measure was approved"),
}

FIELD_TITLES: dict[str, Text] = {
    **FIELD_LABELS,
    "status": _("State"),
    "done_on": _("Done on"),
    "evidence": _("Evidence"),
    "link": _("Link"),
    "reason": _("Reason"),
    "moved_to": _("New term"),
}
