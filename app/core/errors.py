"""Errors a person may cause; each class owns the HTTP status it is answered with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.i18n import Text, _


@dataclass(frozen=True)
class Reason:
    """One sentence that says why something is not possible, with the page where it can be mended."""

    text: Text | str
    link: str | None = None
    may_mend: bool = True  # False: the reader may only look there

    def __str__(self) -> str:
        return str(self.text)


class OporaError(Exception):
    """A refusal that is answered with a clear sentence, never with a trace."""

    status = 400

    def __init__(self, message: Text | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotFound(OporaError):
    """The thing does not exist for this actor: absent and hidden look the same."""

    status = 404

    def __init__(self, message: Text | str | None = None) -> None:
        super().__init__(message or _("There is no such page, or it is not open to you."))


class Forbidden(OporaError):
    status = 403

    def __init__(self, message: Text | str | None = None) -> None:
        super().__init__(message or _("Your role does not allow this action."))


class SessionEnded(OporaError):
    """A form came after its person's login had ended; nothing of it was done."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("Your login ended while you were filling in the form. Nothing was saved."))


class Stale(OporaError):
    """The form was filled from a state that has changed since; `changes` says in sentences how."""

    status = 409

    def __init__(self, message: Text | str | None = None, changes: Sequence[Text | str] = ()) -> None:
        super().__init__(
            message
            or _("While you were working, this was changed: by someone else, or by you in another window.")
        )
        self.changes = tuple(changes)


def check_version(present: int | str, expected: int | str | None) -> None:
    """Raises Stale when the form was filled from another version; None: the caller has no form."""
    if expected is not None and present != expected:
        raise Stale


class Busy(OporaError):
    """Somebody else held what this step needs longer than one waits; nothing was saved, trying again may work."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("The system is busy. Please repeat the action in a few seconds."))


class Away(OporaError):
    """The database cannot be reached; whether the last step was saved, only its page can tell when it is back."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The system cannot reach its database at the moment. Please repeat the action in a minute.")
        )


class NoRoom(OporaError):
    """A file could not be kept because the disk is full; nothing was saved."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _(
                "There is no room left on the server for the file. Nothing was saved; please tell the administrator."
            )
        )


class Invalid(OporaError):
    """Input that cannot be taken; `fields` maps a field's name to what is wrong with it."""

    status = 422

    def __init__(
        self, message: Text | str | None = None, fields: Mapping[str, Text | str] | None = None
    ) -> None:
        super().__init__(message or _("Please check the marked fields."))
        self.fields = dict(fields or {})


class Refusal(OporaError):
    """The action is not possible now; `reasons` lists every obstacle at once."""

    status = 409

    def __init__(self, reasons: Sequence[Reason], message: Text | str | None = None) -> None:
        super().__init__(message or _("This is not possible yet."))
        self.has_only_reasons = message is None  # the message says nothing more
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        told = "; ".join(str(reason) for reason in self.reasons)
        return f"{self.message} {told.replace('.; ', '. ')}"  # whole sentences end with their own full stop
