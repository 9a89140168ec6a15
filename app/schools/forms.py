"""Forms of the reference books: organisations, people, positions with their case forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from wtforms import HiddenField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from app.core.i18n import Text, _
from app.schools.rules import CASES
from app.schools.texts import CASE_TITLES, GENDERS, KINDS, PERSON_GENDERS
from app.ui.forms import AddForm, ChoiceField, DateField, OneOfField, RoomForm, TextField, YesField

FORM_FIELDS = [f"form_{case}" for case in CASES]


def one_line_name(form: Any, field: Any) -> None:
    if field.data and re.search(r"[^\w\s.’'()«»№/,–—-]", field.data):
        raise ValidationError(str(_("Only letters, spaces and hyphens belong into a name.")))


def e_mail(form: Any, field: Any) -> None:
    if field.data and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", field.data):
        raise ValidationError(str(_("Write the address as name@example.ru.")))


def web_address(form: Any, field: Any) -> None:
    """http(s) only; Cyrillic domains and paths are fine."""
    if not field.data:
        return
    try:
        parts = urlsplit(field.data)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in field.data
    except ValueError:
        good = False
    if not good:
        raise ValidationError(str(_("Write the whole address, beginning with https://.")))


class _Suggesting(TextInput):
    """A line with suggestions of the browser (<datalist>); what is typed stays free."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        names = "".join(f'<option value="{escape(name)}">' for name in field.suggestions())
        listed = super().__call__(field, list=f"{field.id}-list", autocomplete="off", **kwargs)
        return Markup('{}<datalist id="{}-list">{}</datalist>').format(listed, field.id, Markup(names))  # noqa: S704


class LookupField(TextField):
    """A thing named by typing: suggestions are few and only what the actor may see."""

    widget = _Suggesting()

    def __init__(self, label: Text | str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.suggestions: Callable[[], list[str]] = list


class FormsOfName:
    """Six lines for the case forms; the nominative of a person is his name as written above."""

    @property
    def case_forms(self) -> dict[str, str]:
        return {case: str(self[f"form_{case}"].data or "") for case in CASES}  # type: ignore[index]

    def show_forms(self, forms: dict[str, str]) -> None:
        for case in CASES:
            self[f"form_{case}"].data = forms.get(case, "")  # type: ignore[index]


def _case_field(case: str, length: int) -> TextField:
    return TextField(CASE_TITLES[case], max_length=length)


class OrganisationForm(FormsOfName, RoomForm):
    expected_version = HiddenField()
    kind = ChoiceField(_("Kind of organisation"), choices=KINDS, required=True)
    short_name = TextField(
        _("Short name"),
        required=True,
        max_length=120,
        description=_("As pages and tables print it: МБОУ СОШ № 41"),
    )
    full_name = TextField(
        _("Full name"), required=True, max_length=400, description=_("As the statute gives it")
    )
    gender = OneOfField(_("Grammatical gender"), choices=GENDERS, required=True)
    code = TextField(
        _("Code in short"),
        required=True,
        max_length=20,
        description=_("Latin letters and digits; part of the case number"),
    )
    address = TextField(_("Address"), max_length=300)
    phone = TextField(_("Telephone"), max_length=60)
    email = TextField(_("E-mail"), max_length=120, validators=[e_mail])
    site = TextField(_("Site"), max_length=300, validators=[web_address])
    form_nomn = _case_field("nomn", 400)
    form_gent = _case_field("gent", 400)
    form_datv = _case_field("datv", 400)
    form_accs = _case_field("accs", 400)
    form_ablt = _case_field("ablt", 400)
    form_loct = _case_field("loct", 400)
    sections = [
        (_("Name"), ["kind", "short_name", "full_name", "gender", "code"]),
        (_("Contacts"), ["address", "phone", "email", "site"]),
        (_("Full name in the cases, as documents print it"), FORM_FIELDS[1:]),
    ]

    def validate_code(self, field: Any) -> None:
        if field.data and not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z-]*", field.data):
            raise ValidationError(str(_("Latin letters, digits and hyphens only.")))


class PersonForm(FormsOfName, AddForm):
    expected_version = HiddenField()
    surname = TextField(_("Surname"), required=True, max_length=80, validators=[one_line_name])
    given = TextField(_("Given name"), required=True, max_length=80, validators=[one_line_name])
    patronymic = TextField(_("Patronymic"), max_length=80, validators=[one_line_name])
    gender = OneOfField(_("Gender"), choices=PERSON_GENDERS, required=True)
    phone = TextField(_("Telephone"), max_length=60)
    email = TextField(_("E-mail"), max_length=120, validators=[e_mail])
    form_nomn = _case_field("nomn", 250)
    form_gent = _case_field("gent", 250)
    form_datv = _case_field("datv", 250)
    form_accs = _case_field("accs", 250)
    form_ablt = _case_field("ablt", 250)
    form_loct = _case_field("loct", 250)
    sections = [
        (_("Full name of a person"), ["surname", "given", "patronymic", "gender"]),
        (_("Contacts"), ["phone", "email"]),
        (_("Full name in the cases (what is left empty is filled in for you)"), FORM_FIELDS),
    ]


class PositionForm(FormsOfName, AddForm):
    organisation = LookupField(
        _("Organisation"),
        required=True,
        max_length=400,
        description=_("Begin to type the number or the name"),
    )
    title = TextField(
        _("Position"),
        required=True,
        max_length=200,
        description=_("With a small letter: директор, начальник Управления"),
    )
    since = DateField(_("From"), required=True)
    until = DateField(_("Until"))
    is_signatory = YesField(_("Signs for the organisation"))
    is_acting = YesField(_("Acting (prints “и.о.”)"))
    basis = TextField(
        _("Acts on the basis of"), max_length=300, description=_("In the genitive: Устава; приказа от … № …")
    )
    form_nomn = _case_field("nomn", 200)
    form_gent = _case_field("gent", 200)
    form_datv = _case_field("datv", 200)
    form_accs = _case_field("accs", 200)
    form_ablt = _case_field("ablt", 200)
    form_loct = _case_field("loct", 200)
    sections = [
        (_("Position"), ["organisation", "title", "since", "until"]),
        (_("Signing"), ["is_signatory", "is_acting", "basis"]),
        (_("Position in the cases (what is left empty is filled in for you)"), FORM_FIELDS),
    ]


class NameFormsForm(FormsOfName, RoomForm):
    """The six case forms of one name."""

    expected_version = HiddenField()
    form_nomn = _case_field("nomn", 400)
    form_gent = _case_field("gent", 400)
    form_datv = _case_field("datv", 400)
    form_accs = _case_field("accs", 400)
    form_ablt = _case_field("ablt", 400)
    form_loct = _case_field("loct", 400)
