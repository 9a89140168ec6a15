"""A long list in pages: what is shown is bounded, the address says which part it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

Row = TypeVar("Row")


@dataclass(frozen=True)
class Paged(Generic[Row]):
    """One page of a list; `number` counts from 1."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int
    anchor: str = ""

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
        """The same address with another page."""
        given = {name: value for name, value in request.args.items() if name != "page" and name[:1] != "_"}
        values: dict[str, Any] = {**given, **(request.view_args or {})}
        if number > 1:
            values["page"] = number
        return url_for(request.endpoint or "", _anchor=self.anchor or None, **values)


def page_of(total: int, size: int) -> int:
    """The page the address asks for, within what there is."""
    text = request.args.get("page", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(wanted, 1), max(1, -(-total // size)))


def paged(rows: Sequence[Row], size: int, anchor: str = "") -> Paged[Row]:
    """The page of these rows that the address asks for."""
    number = page_of(len(rows), size)
    return Paged(rows[(number - 1) * size : number * size], number, size, len(rows), anchor)
