"""What the journal calls the acts by which versions of procedures are led."""

from __future__ import annotations

from app.core.i18n import Text, _

TAGS: dict[str, Text] = {
    "procedure:import": _("A version of the procedure was taken in"),
    "procedure:check": _("A version of the procedure was checked"),
    "procedure:publish": _("A version of the procedure was published"),
    "procedure:retire": _("A version of the procedure was retired"),
    "procedure:revise": _("The texts of a version of the procedure were corrected"),
    "procedure:drop": _("A draft of the procedure was thrown away"),
}
