"""The fields people fill: a day from the browser's calendar, «12,5» as a number, a scan that is one.

Labels may be lazy `Text`; every message is ours and Russian. Rooms import them from `app.ui.forms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from flask_wtf.file import FileField, FileStorage
from wtforms import (
    BooleanField,
    Field,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import DateField as _DateField
from wtforms import FieldList as _FieldList
from wtforms.i18n import get_translations as _wtforms_translations
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation, ValidationError
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


def _rules(required: bool, extra: Iterable[Callable[..., Any]], max_length: int | None = None) -> list[Any]:
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
        super().__init__(label, _rules(required, validators, max_length), (_stripped, *filters), **kwargs)


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
        super().__init__(label, _rules(required, validators, max_length), (_stripped,), **kwargs)


class DateField(_DateField):
    """A day from the browser's own calendar; 22.01.2025 typed by hand is understood too."""

    widget = DateInput()

    def __init__(
        self, label: Label, *, required: bool = False, validators: Iterable[Any] = (), **kwargs: Any
    ) -> None:
        kwargs.setdefault("format", ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"])
        super().__init__(label, _rules(required, validators), **kwargs)

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
        super().__init__(label, _rules(required, validators), **kwargs)
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


def _choices(choices: Any) -> list[tuple[Any, str]]:
    pairs = choices() if callable(choices) else choices
    pairs = pairs.items() if isinstance(pairs, dict) else pairs
    return [(str(code), str(title)) for code, title in pairs or ()]


class ChoiceField(SelectField):
    """One of a list. `choices`: pairs, a dict code → title, or a function that gives them.

    An empty answer is None. `coerce=int` for ids.
    """

    def __init__(
        self, label: Label, *, choices: Any = (), required: bool = False, coerce: Callable[[str], Any] = str,
        blank: Label | None = None, validators: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        self._source, self._blank = choices, blank
        super().__init__(
            label, _rules(required, validators), coerce=lambda x: _coerce(coerce, x), choices=[], **kwargs
        )
        self.choices = self._listed(choices)

    def _listed(self, choices: Any) -> list[tuple[Any, str]]:
        return [("", str(self._blank or _("— not chosen —"))), *_choices(choices)]

    def offer(self, choices: Any) -> None:
        """Set the list when the form is already made (choices that depend on the case)."""
        self.choices = self._listed(choices)

    def iter_choices(self) -> Iterable[tuple[Any, Any, bool, dict[str, Any]]]:
        now = "" if self.data is None else str(self.data)
        for code, title in self.choices:
            yield code, title, str(code) == now, {}

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            if self.raw_data and self.raw_data[0]:
                raise ValidationError(str(_("Choose one of the list.")))
            return
        if str(self.data) not in {str(code) for code, _title in self.choices}:
            raise ValidationError(str(_("Choose one of the list.")))

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = self.coerce(valuelist[0]) if valuelist else None


def _coerce(to: Callable[[str], Any], value: Any) -> Any:
    if value is None or value == "":
        return None
    try:
        return to(value)
    except (TypeError, ValueError):
        return None


class OneOfField(ChoiceField):
    """One of a few, all visible at once as radio buttons."""

    widget = RadioField.widget
    option_widget = RadioField.option_widget

    def _listed(self, choices: Any) -> list[tuple[Any, str]]:
        return _choices(choices)


class ManyField(SelectMultipleField):
    """Any of a list, drawn as checkboxes; gives a list."""

    def __init__(
        self, label: Label, *, choices: Any = (), required: bool = False, coerce: Callable[[str], Any] = str,
        validators: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            label, _rules(required, validators), coerce=coerce, choices=_choices(choices),
            validate_choice=False, **kwargs,
        )  # fmt: skip

    def offer(self, choices: Any) -> None:
        self.choices = _choices(choices)

    def iter_choices(self) -> Iterable[tuple[Any, Any, bool, dict[str, Any]]]:
        chosen = {str(item) for item in self.data or ()}
        for code, title in self.choices:
            yield code, title, str(code) in chosen, {}

    def pre_validate(self, form: Any) -> None:
        known = {str(code) for code, _title in self.choices}
        if any(str(item) not in known for item in self.data or ()):
            raise ValidationError(str(_("Choose from the list only.")))


class YesField(BooleanField):
    """A tick; `required`: it must be set."""

    def __init__(self, label: Label, *, required: bool = False, **kwargs: Any) -> None:
        rules = [DataRequired(_("Tick this: without it the form is not accepted."))] if required else []
        super().__init__(label, rules, **kwargs)


SCAN_TYPES = ("pdf", "jpg", "jpeg", "png")
SCAN_MEGABYTES = 20


class ScanField(FileField):
    """A signed paper or a photo. Checks name, size and first bytes; `data` is the uploaded file or None."""

    _HEADS: ClassVar[dict[str, tuple[bytes, ...]]] = {
        "pdf": (b"%PDF-",), "jpg": (b"\xff\xd8\xff",), "jpeg": (b"\xff\xd8\xff",),
        "png": (b"\x89PNG\r\n\x1a\n",),
        "docx": (b"PK\x03\x04",), "xlsx": (b"PK\x03\x04",), "zip": (b"PK\x03\x04",),
    }  # fmt: skip

    def __init__(
        self, label: Label, *, required: bool = False, types: Sequence[str] = SCAN_TYPES,
        megabytes: int = SCAN_MEGABYTES, validators: Iterable[Any] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        self.types, self.megabytes = tuple(types), megabytes
        shown = ", ".join(t.upper() for t in types if t != "jpeg")
        kwargs.setdefault("description", _("%(types)s, up to %(mb)s MB", types=shown, mb=megabytes))
        kwargs["render_kw"] = {"accept": ",".join(f".{t}" for t in types), **(kwargs.get("render_kw") or {})}
        self._required = required
        super().__init__(label, list(validators), **kwargs)
        if required:
            self.flags.required = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        files = [f for f in valuelist if isinstance(f, FileStorage) and f.filename]
        self.data = files[0] if files else None
        self.raw_data = files

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            if self._required:
                raise StopValidation(str(_("Choose a file.")))
            return
        kind = (self.data.filename or "").rpartition(".")[2].lower()
        stream = self.data.stream
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(0)
        head = stream.read(8)
        stream.seek(0)
        shown = ", ".join(t.upper() for t in self.types if t != "jpeg")
        if kind not in self.types or not any(head.startswith(h) for h in self._HEADS.get(kind, (b"",))):
            raise StopValidation(str(_("This file is not accepted here. Choose %(types)s.", types=shown)))
        if not size:
            raise StopValidation(str(_("The file is empty.")))
        if size > self.megabytes * 1024 * 1024:
            raise StopValidation(str(_("The file is larger than %(mb)s MB.", mb=self.megabytes)))


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
