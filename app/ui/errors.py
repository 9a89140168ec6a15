"""Every refusal becomes a page with its own status, a sentence and a way on; nothing shows a trace."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, g, render_template, request
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.access.security import runtime
from app.core.db import is_busy
from app.core.errors import Busy, OporaError, Stale
from app.core.i18n import Text, _

log = logging.getLogger(__name__)

_SENTENCES: dict[int, Text] = {
    400: _("The request cannot be understood. Go back and try once more."),
    403: _("Your role does not allow this action."),
    404: _("There is no such page, or it is not open to you."),
    405: _("This address takes no such request."),
    413: _("The file is too large."),
    429: _("Too many attempts. Please wait a little."),
    500: _("Something went wrong on our side. Nothing was saved; the administrator can see the details."),
}
# where the form that was sent does not come back: what was typed is shown, to copy from
_TYPED = frozenset({403, 409, 422, 503})


def register(app: Flask) -> None:
    """Answer our own errors, HTTP errors and surprises with the product's error page."""

    def answer(status: int, message: Text | str, **context: Any) -> tuple[str, int]:
        template = "ui/stale.html" if status == 409 else "ui/error.html"
        return render_template(template, status=status, message=message, **context), status

    @app.errorhandler(OporaError)
    def refused(error: OporaError) -> tuple[str, int]:
        if error.status >= 500:
            log.error("refused", extra={"status": error.status})
        return answer(
            error.status, error.message, changes=getattr(error, "changes", ()), reasons=getattr(error, "reasons", ()),
            fields=getattr(error, "fields", {}), back=request.referrer,
            typed=g.form.typed() if error.status in _TYPED and "form" in g else (),
        )  # fmt: skip

    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError) -> tuple[str, int]:
        return refused(Stale())

    @app.errorhandler(IntegrityError)
    def taken(error: IntegrityError) -> tuple[str, int]:
        # two people entered the same thing at once, and the database let one of them through
        log.warning("integrity: %s", type(error.orig).__name__)
        runtime().database.session.rollback()
        return refused(Stale())

    @app.errorhandler(DataError)
    def unfit(error: DataError) -> tuple[str, int]:
        log.warning("data: %s", type(error.orig).__name__)
        runtime().database.session.rollback()
        return answer(400, _SENTENCES[400])

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> tuple[str, int]:
        # lock_timeout and SQLite's busy_timeout: somebody else holds the row longer than we wait
        if not is_busy(error):
            return surprise(error)
        log.warning("database busy: %s", type(error.orig).__name__)
        return answer(Busy.status, Busy().message, bare=True)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        code = error.code or 500
        if code < 400:
            return error
        return answer(code, _SENTENCES.get(code, _SENTENCES[400 if code < 500 else 500]))

    @app.errorhandler(Exception)
    def surprise(error: Exception) -> tuple[str, int]:
        # the trace goes to the log without the values that were typed
        log.exception("unhandled error", extra={"path": request.path})
        return answer(500, _SENTENCES[500], bare=True)  # the menu would ask the database again
