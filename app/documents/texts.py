"""Sentences of the history, by the tag of the journal, and names of columns in «было → стало»."""

from __future__ import annotations

from app.core.i18n import Text, _

TAGS: dict[str, Text] = {
    "document:draft": _("A draft of a document was begun"),
    "document:cover": _("The case was added to a draft of a document"),
    "document:edit": _("The draft of a document was edited"),
    "document:send": _("The document was sent for signing"),
    "document:withdraw": _("The document was withdrawn to the draft"),
    "document:sign": _("A signature on the document was noted"),
    "document:signed": _("The document is signed"),
    "document:register": _("The document was registered"),
    "document:report": _("A report was printed"),
    "document:expire": _("The term of the document ended"),
    "document:enforce": _("The document came into force"),
    "document:download": _("The document was downloaded"),
    "journal:annul": _("A line of the journal was annulled"),
    "journal:reserve": _("A number was reserved"),
    "journal:not_used": _("A reserved number was not used in time"),
    "journal:export": _("The journal was exported"),
    "journal:explain": _("Missing numbers were explained"),
}

FIELD_TITLES: dict[str, Text] = {
    "annulled_at": _("Annulled"),
    "annulled_by": _("Annulled by"),
    "annulled_because": _("Reason of the annulment"),
}
