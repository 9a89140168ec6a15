"""Signs no text has — NUL, controls, halves of pairs, what turns the reading direction — never come in with a request.

They are typed by nobody: they come along with what is copied from a PDF or made to mislead. PostgreSQL, XML and a
paper's reader each stumble over some of them, so they are left out here, before any room sees the request.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

_BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_NO_SIGNS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_AS_TYPED = "password"  # in the name of a field whose value is only ever hashed


def clean(text: str) -> str:
    """The text without such signs; what breaks a line in another way breaks it as usual."""
    return _NO_SIGNS.sub("", _BREAKS.sub("\n", text))


def is_clean(text: str) -> bool:
    return _NO_SIGNS.search(text) is None


class CleanRequest(Request):
    """Flask's request whose address and forms hold text only; what stands in an address has no lines."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # HEAD is a GET whose answer is not sent: a view that writes on all but GET never takes it
        if self.method == "HEAD":
            self.method = "GET"

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return _cleaned(super().args, in_lines=False)

    def _load_form_data(self) -> None:
        is_read = "form" in self.__dict__
        super()._load_form_data()
        if not is_read:
            self.__dict__["form"] = _cleaned(self.__dict__["form"])


def _cleaned(given: MultiDict[str, Any], *, in_lines: bool = True) -> ImmutableMultiDict[str, Any]:
    return ImmutableMultiDict(
        (name, text if _AS_TYPED in name else clean(text) if in_lines else " ".join(clean(text).splitlines()))
        for name, text in given.items(multi=True)
    )
