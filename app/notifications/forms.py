"""How one wants to hear of what: a choice per kind of notices."""

from __future__ import annotations

from app.notifications.rules import Kind, Way
from app.notifications.texts import KINDS, WAYS
from app.ui.forms import OneOfField, RoomForm


def choice_form(kinds: list[Kind], chosen: dict[Kind, Way]) -> RoomForm:
    """A form with one field per kind, showing what is chosen now."""
    fields = {
        str(kind): OneOfField(KINDS[kind][0], choices={str(w): t for w, t in WAYS.items()}, required=True,
                              description=KINDS[kind][1])
        for kind in kinds
    }  # fmt: skip
    made: type[RoomForm] = type("ChoiceForm", (RoomForm,), fields)
    return made(data={str(kind): str(chosen[kind]) for kind in kinds})
