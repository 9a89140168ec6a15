"""A long list in pages: what is shown is bounded, the address says which part it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

Row = TypeVar("Row")


@dataclass(frozen=True)
class Paged(Generic[Row]):
    """One page of a list; `number` counts from 1.

    The other pages stand at the address of the request, or at `path` with what is `given` there, where the page may
    be the answer to a form.
    """

    rows: Sequence[Row]
    number: int
    size: int
    total: int
    anchor: str = ""
    path: str = ""
    given: Mapping[str, str] | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return min(self.total, self.number * self.size)

    def url(self, number: int) -> str:
        """The address of another page."""
        given = request.args if self.given is None else self.given
        query = urlencode(
            {**{name: value for name, value in given.items() if name != "page"}, "page": number}
        )
        return f"{self.path}?{query}#{self.anchor}" if self.anchor else f"{self.path}?{query}"


def page_of(total: int, size: int) -> int:
    """The page the address asks for, within what there is."""
    text = request.args.get("page", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(wanted, 1), max(1, -(-total // size)))


def paged(rows: Sequence[Row], size: int, anchor: str = "") -> Paged[Row]:
    """The page of these rows that the address asks for."""
    number = page_of(len(rows), size)
    return Paged(rows[(number - 1) * size : number * size], number, size, len(rows), anchor)
