"""Forms as people fill them: Russian messages at the field, native date pickers, «12,5» is a number.

A room writes::

    class VisitForm(RoomForm):
        held_on = DateField(_("Date of the visit"), required=True)
        purpose = LongTextField(_("Purpose"), required=True, max_length=500)
        sections = [(_("When and why"), ["held_on", "purpose"])]   # optional: headed groups of fields

and in the view::

    form = VisitForm()
    if form.validate_on_submit():
        try:
            ...
        except Invalid as exc:
            form.take_errors(exc)
    return self.render("visits/form.html", form=form), form.status
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from flask import g, has_request_context
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import EmailField, Field, FormField, HiddenField, PasswordField
from wtforms.fields.simple import FileField

from app.core.errors import Invalid, OporaError, Refusal
from app.core.i18n import _
from app.ui.choice_fields import ChoiceField, ManyField, OneOfField
from app.ui.fields import (
    MESSAGES,
    DateField,
    Label,
    LongTextField,
    NumberField,
    RowOf,
    RowsField,
    TextField,
    YesField,
)
from app.ui.scan_field import ScanField

LABELS = "labels"  # goes along with what is sent: the labels of the fields
# a field of one of these names would hide what every form has
RESERVED = frozenset(
    {"status", "errors", "errors_top", "data", "typed", "wrong", "has_files", "meta", LABELS}
)
_FEW = 16  # choices that are named along with the label; a list of schools is too long to travel
_ROW = re.compile(r"-\d+\b")
_UNSEEN = frozenset({"csrf_token", "expected_version", "send_key", "seen"})  # nothing anybody typed


class RoomForm(FlaskForm):
    """A form with a token, errors at the field and, for what belongs to no field, errors on top."""

    sections: ClassVar[Sequence[tuple[Label, Sequence[str]]]] = ()

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return MESSAGES

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if taken := RESERVED & cls.__dict__.keys():
            raise TypeError(f"{cls.__name__}: a field may not be called {', '.join(sorted(taken))}")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.errors_top: list[Label] = []
        if has_request_context():
            g.form = self  # when what it says cannot be saved any more, it is shown to copy from

    def typed(self) -> list[tuple[str, str]]:
        """What the person typed, as it was typed, under the labels of the fields; no passwords, no files."""
        return list(_typed(self))

    def hidden_tag(self, *fields: Any) -> Markup:
        """What goes along unseen, with the labels: after the login has ended nobody knows the form (`as_sent`)."""
        labels = json.dumps(dict(_labels(self)), ensure_ascii=False, separators=(",", ":"))
        tag = Markup('<input type="hidden" name="{}" value="{}">').format(LABELS, labels)
        return super().hidden_tag(*fields) + tag

    def take_errors(self, error: OporaError) -> None:
        """Show a refusal of the service where the person can mend it: at the field, else on top."""
        left: list[Label] = []
        if isinstance(error, Invalid) and error.fields:
            for name, message in error.fields.items():
                target = self._at(name)
                if target is None:
                    left.append(message)
                else:
                    target.errors = [*target.errors, message]
            for field in self:
                if isinstance(field, RowsField):
                    field.gather_errors()
        elif isinstance(error, Refusal):
            left.extend(reason.text for reason in error.reasons)
        if left or not (isinstance(error, Invalid) and error.fields):
            self.errors_top.extend(left or [error.message])

    def _at(self, name: str) -> Field | None:
        """The field of `items-0-title` or `items.0.title` or `title`; services know the filled rows only."""
        here: Any = self
        for step in name.replace(".", "-").split("-"):
            if isinstance(here, FormField):
                here = here.form
            try:
                here = here.filled_entries()[int(step)] if isinstance(here, RowsField) else here[step]
            except (KeyError, IndexError, ValueError, TypeError):
                return None
        return here if isinstance(here, Field) else None

    @property
    def wrong(self) -> bool:
        return bool(self.errors or self.errors_top)

    @property
    def status(self) -> int:
        """422 for a page that comes back with errors, 200 for a fresh form."""
        return 422 if self.wrong else 200

    @property
    def has_files(self) -> bool:
        return any(isinstance(f, FileField) for f in self)


class AddForm(RoomForm):
    """A form that adds something; its mark goes along, so that sent twice it adds once (access.sent_forms)."""

    send_key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            self.send_key.data = secrets.token_urlsafe(24)


def as_sent(sent: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What `typed` tells, from nothing but what the form sent: the labels came along (`RoomForm.hidden_tag`)."""
    came = dict(sent).get(LABELS)
    if came is None:  # a form written by hand: its words are given back without their names
        return [
            (str(_("Field of the form")), text) for name, text in sent if text.strip() and name not in _UNSEEN
        ]
    labels, found = _read_labels(came), dict[str, list[str]]()
    for name, text in sent:
        if text.strip() and _any_row(name) in labels:
            found.setdefault(name, []).append(text)
    shown = []
    for name, texts in found.items():
        label, titles = labels[_any_row(name)]
        shown.append((label, ", ".join(titles.get(text, text) for text in texts)))
    return shown


def _read_labels(sent: str) -> dict[str, tuple[str, dict[str, str]]]:
    """What `hidden_tag` wrote; a browser may send anything."""
    try:
        known = json.loads(sent)
        return {name: (str(label), dict(titles)) for name, (label, titles) in known.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _labels(form: Any) -> Iterator[tuple[str, tuple[str, dict[str, str]]]]:
    """Name → label and titles of the choices, for all that people see; of repeated rows the first tells for all."""
    for field in form:
        if isinstance(field, FormField):
            yield from _labels(field.form)
        elif isinstance(field, RowsField):
            for entry in field.entries[:1]:
                yield from _labels(entry.form) if isinstance(entry, FormField) else ()
        elif not isinstance(field, HiddenField | PasswordField | FileField):
            choices = list(getattr(field, "choices", None) or ())
            titles = {str(choice[0]): str(choice[1]) for choice in choices} if len(choices) <= _FEW else {}
            yield _any_row(field.name), (str(field.label.text), titles)


def _any_row(name: str) -> str:
    return _ROW.sub("-0", name)


def _typed(form: Any) -> Iterator[tuple[str, str]]:
    for field in form:
        if isinstance(field, FormField):
            yield from _typed(field.form)
        elif isinstance(field, RowsField):
            for entry in field.entries:
                yield from _typed(entry.form) if isinstance(entry, FormField) else ()
        elif isinstance(field, HiddenField | PasswordField | FileField):
            continue
        elif texts := [str(raw) for raw in field.raw_data or () if isinstance(raw, str) and raw.strip()]:
            titles = {str(choice[0]): str(choice[1]) for choice in getattr(field, "choices", None) or ()}
            yield str(field.label.text), ", ".join(titles.get(text, text) for text in texts)


__all__ = [
    "AddForm", "ChoiceField", "DateField", "EmailField", "FormField", "LongTextField", "ManyField", "NumberField",
    "OneOfField", "PasswordField", "RoomForm", "RowOf", "RowsField", "ScanField", "TextField", "YesField",
]  # fmt: skip
