"""Forms of the room of cases; those of transitions and tasks are made from the definition."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import Field, HiddenField

from app.cases.overview import in_reader
from app.core.i18n import _
from app.engine.asking import LARGEST
from app.engine.elements import Form
from app.ui.forms import (
    AddForm,
    ChoiceField,
    DateField,
    LongTextField,
    ManyField,
    NumberField,
    OneOfField,
    RoomForm,
    TextField,
    YesField,
)

# before the id of a field: whatever a definition calls it, it hides nothing a form has of its own
ASKED = "f_"


class StepForm(RoomForm):
    """The comment and the fields a transition or a task asks for; `seen` is what the page of the task showed."""

    expected_version = HiddenField()
    seen = HiddenField()

    @property
    def answers(self) -> dict[str, Any]:
        """The fields that were filled in, as the engine takes them."""
        return {
            name.removeprefix(ASKED): value
            for name, value in self.data.items()
            if name.startswith(ASKED) and value not in (None, "")
        }

    def _at(self, name: str) -> Field | None:
        """The engine names a field as the definition does."""
        return super()._at(ASKED + name if ASKED + name in self else name)


def step_form(asked: Form, today: date, *, reasoned: bool = False) -> StepForm:
    """A form with exactly the questions of the definition, each in the reader's language.

    `reasoned`: what has to be said is why the step is taken. Which days are too early or too late the engine judges:
    the browser only does not offer them.
    """
    fields: dict[str, Any] = {}
    for question in asked.fields:
        label, name = in_reader(question.titles), ASKED + question.id
        if question.kind == "choice":
            choices = [(choice.id, in_reader(choice.titles)) for choice in question.choices]
            fields[name] = OneOfField(label, choices=choices, required=question.required)
        elif question.kind == "date":
            limits = {"min": question.not_before, "max": question.not_after}
            offered = {key: today.isoformat() for key, limit in limits.items() if limit}
            fields[name] = DateField(label, required=question.required, render_kw=offered)
        elif question.kind == "number":
            fields[name] = NumberField(
                label, required=question.required, whole=True, minimum=0, maximum=LARGEST
            )
        elif question.kind == "bool":
            fields[name] = YesField(label, required=question.required)
        else:
            fields[name] = TextField(label, required=question.required, max_length=300)
    if asked.comment != "none":
        required = asked.comment == "required"
        ask = _("Reason") if required and reasoned else _("Comment")
        fields["comment"] = LongTextField(ask, required=required, max_length=2000)
    made: type[StepForm] = type("MadeStepForm", (StepForm,), fields)
    return made()


class VoteForm(RoomForm):
    expected_version = HiddenField()
    choice = OneOfField(
        _("Your vote"),
        choices=[("for", _("For")), ("against", _("Against")), ("abstain", _("Abstain"))],
        required=True,
    )
    comment = LongTextField(_("Comment"), max_length=2000)


class ReopenForm(RoomForm):
    expected_version = HiddenField()
    comment = LongTextField(_("Reason"), required=True, max_length=2000)


class ProgrammeForm(RoomForm):
    code = TextField(_("Short code"), required=True, max_length=30)
    title = TextField(_("Name of the project"), required=True, max_length=300)
    year = NumberField(_("Year"), required=True, whole=True)
    starts = DateField(_("Starts"), required=True)
    ends = DateField(_("Ends"), required=True)


class CaseForm(AddForm):
    procedure = ChoiceField(_("Procedure of the support"), required=True)
    school = ChoiceField(_("Supported school"), required=True, coerce=int)
    curator = ChoiceField(_("Curator school"), required=True, coerce=int)


class CuratorForm(RoomForm):
    expected_version = HiddenField()
    curator = ChoiceField(_("Curator school"), required=True, coerce=int)


class MeetingForm(RoomForm):
    expected_version = HiddenField()
    held_on = DateField(_("Date of the meeting"), required=True)
    place = TextField(_("Place"), required=True, max_length=200)
    present = ManyField(_("Present"), coerce=int)


class AgendaForm(RoomForm):
    expected_version = HiddenField()
    heard = LongTextField(_("What was heard"), max_length=4000)
    decided = LongTextField(_("What was decided"), required=True, max_length=4000)
