"""Forms of accounts, roles and passwords."""

from __future__ import annotations

import re
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from app.access import passwords
from app.access.roles import ROLE_TITLES
from app.core.i18n import _
from app.schools.forms import LookupField, e_mail
from app.ui.forms import AddForm, ChoiceField, DateField, PasswordField, RoomForm, TextField


def _needed(form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError(str(_("This field is required.")))


def _same(form: Any, field: Any) -> None:
    if field.data != form.password.data:
        raise ValidationError(str(_("The two passwords differ.")))


def _strong(form: Any, field: Any) -> None:
    if field.data and (fault := passwords.fault(field.data)):
        raise ValidationError(str(fault))


_RULE = _(
    "At least %(n)s characters: capital and small letters, digits or other signs.", n=passwords.MIN_LENGTH
)


class AccountForm(RoomForm):
    last_name = TextField(_("Surname"), required=True, max_length=64)
    first_name = TextField(_("Given name and patronymic"), required=True, max_length=64)
    username = TextField(
        _("Account name"), required=True, max_length=64, description=_("Latin letters, digits, dot, hyphen")
    )
    email = TextField(_("E-mail"), required=True, max_length=120, validators=[e_mail])

    def validate_username(self, field: Any) -> None:
        if field.data and not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]*", field.data):
            raise ValidationError(str(_("Latin letters, digits, dot and hyphen only.")))


class NewAccountForm(AccountForm):
    password = PasswordField(_("Password for the first login"), [_needed, _strong], description=_RULE)
    again = PasswordField(_("The same password again"), [_same])
    sections = [
        (_("Whose account"), ["last_name", "first_name", "username", "email"]),
        (_("Password"), ["password", "again"]),
    ]


class ResetPasswordForm(RoomForm):
    password = PasswordField(_("New password"), [_needed, _strong], description=_RULE)
    again = PasswordField(_("The same password again"), [_same])


class OwnPasswordForm(RoomForm):
    current_password = PasswordField(_("Present password"), [_needed])
    password = PasswordField(_("New password"), [_needed, _strong], description=_RULE)
    again = PasswordField(_("The same password again"), [_same])


class MembershipForm(AddForm):
    seen = HiddenField()
    role = ChoiceField(_("Role of the account"), choices=ROLE_TITLES, required=True)
    organisation = LookupField(
        _("Organisation"),
        required=True,
        max_length=400,
        description=_("Begin to type the number or the name"),
    )
    person = LookupField(
        _("Person"),
        max_length=250,
        description=_("The card of the employee; documents take the name from it"),
    )
    since = DateField(_("From"), required=True)
    until = DateField(_("Until"), description=_("The last day of the role; empty means without end"))
    reason = TextField(
        _("Ground"), max_length=300, description=_("An order or a request; kept in the journal")
    )
    sections = [
        (_("What and where"), ["role", "organisation", "person"]),
        (_("From when until when"), ["since", "until", "reason"]),
    ]
