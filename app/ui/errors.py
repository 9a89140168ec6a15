"""Every refusal becomes a page with its own status, a sentence and a way on; nothing shows a trace."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.access.security import runtime
from app.core.engines import is_busy
from app.core.errors import Away, Busy, NoRoom, OporaError, SessionEnded, Stale
from app.core.i18n import Text, _
from app.core.outage import RETRY_AFTER, cause_of, is_away
from app.core.own_pages import is_own_page, is_sent_by_own_page
from app.core.storage import is_full
from app.ui.forms import LABELS, as_sent

log = logging.getLogger(__name__)

_SENTENCES: dict[int, Text] = {
    400: _("The request cannot be understood. Go back and try once more."),
    403: _("Your role does not allow this action."),
    404: _("There is no such page, or it is not open to you."),
    405: _("This address only takes a form that is sent from its page."),
    413: _("The file is too large."),
    429: _("Too many attempts. Please wait a little."),
    500: _("Something went wrong on our side. Nothing was saved; the administrator can see the details."),
}
_ENTER_ANEW = _("Copy what you entered, log in and fill in the form once more.")
# where the form that was sent does not come back: what was typed is shown, to copy from
_TYPED = frozenset({403, 409, 422, 503})
_SECRET = ("password", "secret")  # parts of the names of fields that no page gives back


def register(app: Flask) -> None:
    """Answer our own errors, HTTP errors and surprises with the product's error page."""

    def answer(status: int, message: Text | str, *, bare: bool = False, **context: Any) -> Response:
        if bare:  # neither the menu nor Flask-Login, which every template asks who reads, may ask the database again
            g._login_user = AnonymousUserMixin()
        if request.accept_mimetypes.best == "application/json":
            found = make_response(jsonify(status=status, message=str(message)), status)
        else:
            template = "ui/stale.html" if status == 409 else "ui/error.html"
            found = make_response(
                render_template(template, status=status, message=message, bare=bare, **context), status
            )
        if status == 503:
            found.headers["Retry-After"] = str(RETRY_AFTER)
        return found

    def given_back(refusal: OporaError) -> Response:
        """The form is given back, to be sent once more as it was: 503 without a look into the database, 401."""
        again = [] if request.method != "POST" or _has_secrets() or any(request.files.values()) else _sent()
        # the words alone are shown only where the form cannot come back
        typed = _typed() if "form" in g or not again else []
        return answer(refusal.status, refusal.message, bare=True, again=again, typed=typed)

    @app.errorhandler(OporaError)
    def refused(error: OporaError) -> Response:
        if error.status == 503:
            what = "no room for a file" if isinstance(error, NoRoom) else "database busy"
            log.warning("%s: %s", what, type(error.__cause__).__name__)
            return given_back(error)
        if error.status == 401:
            return given_back(error)
        if error.status >= 500:
            log.error("refused", extra={"status": error.status})
        return answer(
            error.status, error.message, changes=getattr(error, "changes", ()), reasons=getattr(error, "reasons", ()),
            has_only_reasons=getattr(error, "has_only_reasons", False), fields=getattr(error, "fields", {}),
            back=_back(),
            typed=_typed() if error.status in _TYPED and ("form" in g or LABELS in request.form) else (),
        )  # fmt: skip

    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError) -> Response:
        return refused(Stale())

    @app.errorhandler(IntegrityError)
    def taken(error: IntegrityError) -> Response:
        # two people entered the same thing at once, and the database let one of them through
        log.warning("integrity: %s", type(error.orig).__name__)
        runtime().database.session.rollback()
        return refused(Stale())

    @app.errorhandler(DataError)
    def unfit(error: DataError) -> Response:
        log.warning("data: %s", type(error.orig).__name__)
        runtime().database.session.rollback()
        return answer(400, _SENTENCES[400])

    @app.errorhandler(CSRFError)
    def foreign(error: CSRFError) -> Response:
        # the browser has lost its cookie, or somebody else has logged in; what another site sent is not repeated
        is_own = is_sent_by_own_page(request.headers.get("Sec-Fetch-Site"))
        typed = _typed() if is_own else []
        if typed and not current_user.is_authenticated:
            return answer(400, SessionEnded().message, typed=typed, advice=_ENTER_ANEW)
        return answer(400, _SENTENCES[400], typed=typed)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        code = error.code or 500
        if code < 400:
            return error
        if (original := getattr(error, "original_exception", None)) is not None:
            return surprise(original)  # an error page that could not be drawn
        if code == 405 and request.method == "GET":
            # a form came back with errors, and the page was opened anew
            return answer(
                405, _SENTENCES[405], advice=_("Go back to the page: the form stands there."), back=_above()
            )
        return answer(code, _SENTENCES.get(code, _SENTENCES[400 if code < 500 else 500]))

    @app.errorhandler(Exception)
    def surprise(error: Exception) -> Response:
        if isinstance(error, OperationalError) and is_busy(error):
            # lock_timeout and SQLite's busy_timeout: somebody else holds the row longer than we wait
            log.warning("database busy: %s", type(error.orig).__name__)
            return given_back(Busy())
        if is_away(error):
            log.error("database away: %s", cause_of(error), extra={"path": request.path})
            return given_back(Away())
        if is_full(error):  # what was sent could not even be put by, so nothing of it can be given back
            log.error("no room for a file: %s", type(error).__name__, extra={"path": request.path})
            return answer(NoRoom.status, NoRoom().message, bare=True)
        # the trace goes to the log without the values that were typed
        log.exception("unhandled error", extra={"path": request.path})
        return answer(500, _SENTENCES[500], bare=True)  # the menu would ask the database again


def _back() -> str | None:
    """Where the person came from; who typed the address, or came from this very page, goes to the one above it.

    The way back to another site is not ours to offer.
    """
    came_from = request.referrer or ""
    is_ours = is_own_page(came_from, request.host)
    return came_from if is_ours and urlsplit(came_from).path != request.path else _above()


def _above() -> str | None:
    """The nearest page above the address: «/cases/4/vote» → «/cases/4»."""
    known = current_app.url_map.bind_to_environ(request.environ)
    path = request.path.rstrip("/")
    while path := path.rpartition("/")[0]:
        for page in (path, f"{path}/"):
            if known.test(page, "GET"):
                return page
    return None


def _has_secrets() -> bool:
    return any(part in name.lower() for name in request.form for part in _SECRET)


def _sent() -> list[tuple[str, str]]:
    """All that the form sent, its token too: sent again, it is the same form."""
    return list(request.form.items(multi=True))


def _typed() -> list[tuple[str, str]]:
    """What was typed, under the labels of the fields: of the form, or of what it sent if it was not read yet."""
    if "form" in g:
        shown: list[tuple[str, str]] = g.form.typed()
        return shown
    return [] if _has_secrets() else as_sent(_sent())
