"""The password rule: long enough, not all of one kind, in any alphabet."""

from __future__ import annotations

from collections.abc import Callable

from flask_appbuilder.exceptions import PasswordComplexityValidationError

from app.core.i18n import Text, _

MIN_LENGTH = 10


def fault(password: str) -> Text | None:
    """What is wrong with the password, or None. Cyrillic letters count as letters."""
    if len(password) < MIN_LENGTH:
        return _("The password must have at least %(n)s characters.", n=MIN_LENGTH)
    kinds: list[Callable[[str], bool]] = [str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum()]
    if sum(any(kind(c) for c in password) for kind in kinds) < 3:
        return _("Use at least three of: capital letters, small letters, digits, other signs.")
    return None


def check_for_fab(password: str) -> None:
    """FAB's hook. Raises PasswordComplexityValidationError with our sentence."""
    if found := fault(password):
        raise PasswordComplexityValidationError(str(found))
