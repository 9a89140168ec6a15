"""Labels within sentences; sentences of the history by the tag of the journal; columns in «было → стало»."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.i18n import Text, _
from app.core.ports import Notice
from app.documents.language.typography import small


@dataclass(frozen=True)
class Within:
    """A label within a sentence, «(сейчас: проект)», in the language of whoever reads it."""

    label: Text

    def __str__(self) -> str:
        return small(str(self.label))


TAGS: dict[str, Text] = {
    "document:draft": _("A draft of a document was begun"),
    "document:cover": _("The case was added to a draft of a document"),
    "document:uncover": _("The case was taken out of a draft of a document"),
    "document:edit": _("The draft of a document was edited"),
    "document:send": _("The document was sent for signing"),
    "document:withdraw": _("The document was withdrawn to the draft"),
    "document:sign": _("A signature on the document was noted"),
    "document:signed": _("The document is signed"),
    "document:register": _("The document was registered"),
    "document:annul": _("The registration of the document was annulled"),
    "document:refresh": _("The draft of the document was filled anew from its sources"),
    "document:report": _("A report was printed"),
    "document:expire": _("The term of the document ended"),
    "document:enforce": _("The document came into force"),
    "document:terminate": _("The document is no longer in force: the agreement was ended"),
    "document:sheet": _("The sheet of acknowledgement was printed"),
    "document:download": _("The document was downloaded"),
    "document:link": _("It was declared what the document does to an earlier one"),
    "document:unlink": _("What the document was to do to an earlier one was taken back"),
    "document:unlinked": _("What another document did to this one was undone: its registration was annulled"),
    "document:change": _("The document was changed by another one"),
    "document:cancel": _("The document was cancelled by another one"),
    "document:repeal": _("The document was repealed by another one"),
    "document:archive": _("The document was filed"),
    "document:mail": _("The document was sent to its addressees"),
    "document:released": _("An addressee left without reading the document: nobody waits for him"),
    "document:typing": _("What a leaving employee had typed into a draft was handed on or thrown away"),
    "document:read": _("An addressee has read the document"),
    "document:read_on_paper": _("The sheet of acknowledgement signed on paper was kept"),
    "document:compare": _("The document was compared with what was printed"),
    "incoming:add": _("An incoming document was registered"),
    "incoming:answer": _("The answer to an incoming document was noted"),
    "incoming:term": _("The term of an answer was changed"),
    "incoming:executor": _("Another executor answers the incoming document"),
    "journal:file": _("The file of a line of the journal was noted"),
    "journal:mailing": _("The mailing of a line of the journal was noted"),
    "journal:annul": _("A line of the journal was annulled"),
    "journal:take_back": _("A mistyped number was annulled; the counter of the journal went back"),
    "journal:use_reserved": _("A reserved number was given to its paper"),
    "journal:reserve": _("A number was reserved"),
    "journal:holder": _("A reserved number was handed on or given back"),
    "journal:not_used": _("A reserved number was not used in time"),
    "journal:export": _("The journal was exported"),
    "journal:explain": _("Missing numbers were explained"),
}

FIELD_TITLES: dict[str, Text] = {
    "annulled_at": _("Annulled"),
    "annulled_by": _("Annulled by"),
    "annulled_because": _("Reason of the annulment"),
    "mailing": _("Distribution"),
    "folder": _("File index"),
}

NOTICES: dict[str, Notice] = {
    "document.read": Notice("reminder", _("Read the document and confirm it: %(title)s"), "file-text"),
    "document.unread": Notice(
        "reminder",
        _("You have not confirmed yet that you have read it, the term is %(due)s: %(title)s"),
        "clock",
    ),
    "document.unread_late": Notice(
        "overdue",
        _("You have not confirmed that you have read it, the term passed on %(due)s: %(title)s"),
        "triangle-alert",
    ),
}
