"""The page of a preview frame: our script draws the DOCX in it, and nothing else may happen there."""

from __future__ import annotations

from flask import Response, make_response, render_template

from app.core.i18n import Text

_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data: blob:; base-uri 'none'; frame-ancestors 'self'"
)


def docx_frame(title: Text | str, src: str) -> Response:
    """The frame that draws the file at the address `src`, which has its own access check."""
    answer = make_response(render_template("ui/docx.html", title=title, src=src))
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer
