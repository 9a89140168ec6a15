"""Sentences of the history about templates, names of states and of columns."""

from __future__ import annotations

from app.core.i18n import Text, _
from app.documents.template_models import VersionState

TAGS: dict[str, Text] = {
    "template:upload": _("An edition of a template was uploaded"),
    "template:check": _("An edition of a template was checked again"),
    "template:publish": _("An edition of a template was published"),
    "template:end": _("The term of an edition of a template was ended"),
    "template:retire": _("An edition of a template was withdrawn"),
    "template:discard": _("A draft of a template was thrown away"),
    "template:download": _("The file of a template was downloaded"),
}

FIELD_TITLES: dict[str, Text] = {
    "effective_until": _("Applies until"),
}

STATES: dict[str, Text] = {
    VersionState.draft: _("draft edition"),
    VersionState.published: _("edition is published"),
    VersionState.retired: _("edition is withdrawn"),
}
TONES = {VersionState.draft: "warn", VersionState.published: "ok", VersionState.retired: ""}
