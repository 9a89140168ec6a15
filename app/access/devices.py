"""A device an account was used on before: attempts to log in there are counted apart from those of strangers.

So whoever knows a name cannot lock its owner out of his own desk (OWASP calls it device cookies). The signed cookie
grants nothing: whoever steals it has five attempts of his own. It is sent to the page of the login only.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "device"
LASTS = timedelta(days=180)  # since the last login on it
_ACCOUNTS = 20  # of one device: a desk many people share


def counted_as(user_id: int, username: str) -> str:
    """Under which name attempts at this account are counted here: its own, or one of the device it was used on."""
    known = _known()
    return f"{counts_of(user_id)}{known['device']}" if user_id in known["accounts"] else username


def remember(user_id: int) -> None:
    """The answer to this request tells the device that the account has been used on it."""
    known = _known()
    accounts = [user_id, *(one for one in known["accounts"] if one != user_id)][:_ACCOUNTS]
    sealed = _seal().dumps({"device": known["device"], "accounts": accounts})

    @after_this_request
    def tell(response: Response) -> Response:
        response.set_cookie(
            COOKIE, sealed, max_age=LASTS, path="/login/", httponly=True, samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
        return response


def counts_of(user_id: int) -> str:
    """How the names begin under which attempts at this account are counted on its devices."""
    return f"device:{user_id}:"


def _known() -> dict[str, Any]:
    """What the cookie says; a device nobody knows when there is none, or none of ours."""
    try:
        known: dict[str, Any] = _seal().loads(
            request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds())
        )
    except BadData:
        return {"device": secrets.token_hex(16), "accounts": []}
    return known


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="opora.device")
