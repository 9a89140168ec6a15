"""The fields people fill: a text, a day from the browser's calendar, «12,5» as a number, repeated rows.

Labels may be lazy `Text`; every message is ours and Russian. Rooms import them from `app.ui.forms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    Form,
    StringField,
    TextAreaField,
)
from wtforms import DateField as _DateField
from wtforms import FieldList as _FieldList
from wtforms.i18n import get_translations as _wtforms_translations
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation
from wtforms.widgets import DateInput, TextArea, TextInput

from app.core.i18n import Text, _, current_locale, gettext, ngettext

Label = Text | str

# no exponents: «1e999999999» is one line to type and a minute to round
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Messages:
    """Our wording first, then the catalogue of WTForms."""

    def _theirs(self) -> Any:
        return _wtforms_translations([current_locale(), "en"])

    def gettext(self, string: str) -> str:
        ours = gettext(string)
        return ours if ours != string else str(self._theirs().gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        ours = ngettext(singular, plural, n)
        return ours if ours not in (singular, plural) else str(self._theirs().ngettext(singular, plural, n))


MESSAGES = Messages()


class Needed(InputRequired):
    """Required, and says so in words; spaces alone are no answer."""

    def __init__(self, message: Label | None = None) -> None:
        super().__init__(message)

    def __call__(self, form: Any, field: Field) -> None:
        raw = field.raw_data
        if raw and raw[0] and not (isinstance(raw[0], str) and not raw[0].strip()):
            return
        field.errors = []
        raise StopValidation(str(self.message or _("This field is required.")))


def rules_of(required: bool, extra: Iterable[Callable[..., Any]], max_length: int | None = None) -> list[Any]:
    """Required or not first: whether the other rules are asked depends on it."""
    rules: list[Any] = [Needed() if required else Optional()]
    if max_length:
        rules.append(Length(max=max_length))
    return rules + list(extra)


def _stripped(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value


class TextField(StringField):
    """One line; spaces at the ends are dropped."""

    def __init__(
        self, label: Label, *, required: bool = False, max_length: int | None = 255,
        validators: Iterable[Any] = (), filters: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, rules_of(required, validators, max_length), (_stripped, *filters), **kwargs)


class _WholeText(TextArea):
    """Without `maxlength`: the browser would cut a pasted text and say nothing; the server keeps it and says so."""

    validation_attrs = ("required", "disabled")


class LongTextField(TextAreaField):
    """Several lines, as wide as the form."""

    widget = _WholeText()

    def __init__(
        self, label: Label, *, required: bool = False, max_length: int | None = 10_000,
        validators: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, rules_of(required, validators, max_length), (_stripped,), **kwargs)


class DateField(_DateField):
    """A day from the browser's own calendar; 22.01.2025 typed by hand is understood too."""

    widget = DateInput()

    def __init__(
        self, label: Label, *, required: bool = False, validators: Iterable[Any] = (), **kwargs: Any
    ) -> None:
        kwargs.setdefault("format", ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"])
        super().__init__(label, rules_of(required, validators), **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        given = valuelist[0].strip() if valuelist else ""
        if not given:
            return
        try:
            super().process_formdata([given])
        except ValueError:
            raise ValueError(
                str(_("Give the date as day, month and year, for example 22.01.2025."))
            ) from None
        day: Any = getattr(self, "data", None)
        if day is not None and not 1900 <= day.year <= 2200:
            self.data = None
            raise ValueError(str(_("Check the year: %(year)s.", year=day.year)))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        day: Any = self.data
        return day.isoformat() if isinstance(day, date) else ""


class NumberField(Field):
    """A number as people type it: «12,5», «1 200». Gives Decimal, or int when `whole`."""

    widget = TextInput()

    def __init__(
        self, label: Label, *, required: bool = False, whole: bool = False, minimum: Any = None,
        maximum: Any = None, places: int = 4, validators: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs["render_kw"] = {
            "inputmode": "numeric" if whole else "decimal",
            **(kwargs.get("render_kw") or {}),
        }
        super().__init__(label, rules_of(required, validators), **kwargs)
        self.whole, self.minimum, self.maximum, self.places = whole, minimum, maximum, places

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        shown = f"{self.data:f}" if isinstance(self.data, Decimal) else str(self.data)
        if "." in shown:
            shown = shown.rstrip("0").rstrip(".")
        return shown.replace(".", ",") if current_locale() == "ru" else shown

    def process_formdata(self, valuelist: list[str]) -> None:
        given = "".join(str(valuelist[0]).split()) if valuelist else ""
        self.data = None
        if not given:
            return
        given = given.replace(",", ".").replace("−", "-").removesuffix("%")
        if len(given) > 24:
            raise ValueError(str(_("This number is too long.")))
        if not _PLAIN_NUMBER.fullmatch(given):
            if self.whole:
                raise ValueError(str(_("Write a whole number.")))
            raise ValueError(str(_("Write a number, for example 12,5.")))
        number = Decimal(given)
        if self.whole and number != number.to_integral_value():
            raise ValueError(str(_("Write a whole number.")))
        if not self.whole and number != round(number, self.places):
            raise ValueError(str(_("At most %(n)s digits after the comma.", n=self.places)))
        if self.minimum is not None and number < Decimal(str(self.minimum)):
            raise ValueError(str(_("Not less than %(min)s.", min=self.minimum)))
        if self.maximum is not None and number > Decimal(str(self.maximum)):
            raise ValueError(str(_("Not more than %(max)s.", max=self.maximum)))
        self.data = int(number) if self.whole else number


class YesField(BooleanField):
    """A tick; `required`: it must be set."""

    def __init__(self, label: Label, *, required: bool = False, **kwargs: Any) -> None:
        rules = [DataRequired(_("Tick this: without it the form is not accepted."))] if required else []
        super().__init__(label, rules, **kwargs)


class RowsField(_FieldList):
    """Repeated rows (`RowsField(FormField(RowForm))`): one empty row is always ready, empty ones are dropped.

    `filled()` gives the data of the rows somebody typed in. `RowForm` derives from `RowOf`.
    """

    def __init__(
        self, unbound: Any, label: Label | None = None, *, spare: int = 1, limit: int = 200, **kwargs: Any
    ) -> None:
        super().__init__(unbound, label, min_entries=spare, max_entries=limit, **kwargs)

    def filled(self) -> list[dict[str, Any]]:
        return [entry.data for entry in self.filled_entries()]

    def filled_entries(self) -> list[Any]:
        return [entry for entry in self.entries if any(_given(value) for value in entry.data.values())]

    def gather_errors(self) -> None:
        """Tell of what was found wrong in the rows after they were checked: `errors` is filled by `validate` only."""
        told: Any = getattr(self, "errors", ())
        own = [error for error in told if not isinstance(error, dict)]
        self.errors = own + [entry.errors for entry in self.entries if entry.errors]


def _given(value: Any) -> bool:
    return value not in (None, "", [], False)


class RowOf(Form):
    """One repeated row; a wholly empty row is not checked."""

    class Meta:
        csrf = False

        def get_translations(self, form: Any) -> Any:
            return MESSAGES

    def validate(self, extra_validators: Any = None) -> bool:
        typed = (f for f in self if not isinstance(f, BooleanField))
        if not any(any(f.raw_data or ()) for f in typed):
            return True
        return bool(super().validate(extra_validators))
