"""Words of the room: what the journal calls its acts, the states of a version, the line of a finding."""

from __future__ import annotations

from app.cases.history import in_reader
from app.core.i18n import Text, _
from app.engine.findings import Finding

TAGS: dict[str, Text] = {
    "procedure:import": _("A version of the procedure was taken in"),
    "procedure:check": _("A version of the procedure was checked"),
    "procedure:publish": _("A version of the procedure was published"),
    "procedure:retire": _("A version of the procedure was retired"),
    "procedure:revise": _("The texts of a version of the procedure were corrected"),
    "procedure:drop": _("A draft of the procedure was thrown away"),
    "case:curator": _("The curator school is named"),
}

STATUS_TITLES: dict[str, Text] = {
    "draft": _("draft"),
    "checked": _("passed the check"),
    "published": _("published"),
    "retired": _("retired"),
}


def in_words(found: Finding) -> str:
    """A finding with its place, in the reader's language."""
    place = _("line %(line)s, column %(column)s", line=found.line, column=found.column)
    return f"{place}: {in_reader(found.texts)}"
