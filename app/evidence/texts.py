"""Sentences of the history, and the states of a package."""

from __future__ import annotations

from app.core.i18n import Text, _
from app.evidence.rules import PackageState

TAGS: dict[str, Text] = {
    "evidence:order": _("A package of evidence was ordered"),
    "evidence:ready": _("A package of evidence was made"),
}
STATES: dict[str, Text] = {
    PackageState.preparing: _("The package is being prepared"),
    PackageState.ready: _("The package is ready"),
    PackageState.failed: _("The package could not be made"),
}
