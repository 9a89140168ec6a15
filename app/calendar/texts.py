"""What the history says about the working calendar."""

from __future__ import annotations

from app.core.i18n import Text, _

TAGS: dict[str, Text] = {
    "calendar:fill": _("The working calendar was filled"),
    "calendar:import": _("A year of the working calendar was loaded from a file"),
    "calendar:recount": _("Terms were recounted by the working calendar"),
    "calendar:add": _("A day was added to the working calendar"),
    "calendar:edit": _("A day of the working calendar was corrected"),
    "calendar:delete": _("A day was removed from the working calendar"),
}
