"""Sentences of the history, by journal tag."""

from __future__ import annotations

from app.core.i18n import Text, _

TAGS: dict[str, Text] = {
    "event:add": _("An event was entered"),
    "event:edit": _("An event was corrected"),
    "event:invite": _("The schools invited to an event changed"),
    "event:cancel": _("An event was called off"),
    "participation:add": _("Participation in an event was entered"),
    "participation:edit": _("Participation in an event was corrected"),
    "teacher:add": _("A teacher's card was added"),
    "teacher:edit": _("A teacher's card was corrected"),
}

FIELD_TITLES: dict[str, Text] = {
    "teachers": _("Teachers"),
    "people": _("Named teachers"),
    "note": _("Note"),
    "evidence_link": _("Link to the evidence"),
    "evidence_id": _("Evidence"),
    "name": _("Surname and initials"),
    "subject": _("Subject"),
    "deficits": _("Deficits"),
    "training_until": _("Further training counts until"),
    "is_archived": _("Put aside"),
}
