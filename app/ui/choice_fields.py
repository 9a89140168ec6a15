"""The fields in which people choose: one of a list, one of a few in sight, any of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from app.core.i18n import _
from app.ui.fields import Label, rules_of


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
            label, rules_of(required, validators), coerce=lambda x: _coerce(coerce, x), choices=[], **kwargs
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
            label, rules_of(required, validators), coerce=coerce, choices=_choices(choices),
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
